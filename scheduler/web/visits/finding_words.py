"""What the nightly re-check found, in words."""

from collections.abc import Sequence

from scheduler.readiness.terms import FindingFact
from scheduler.visits.terms.rows import CrewRow
from scheduler.visits.terms.states import ClockWrong, FindingKind
from scheduler.web.i18n import _
from scheduler.web.reads import note_given_names


def finding_words(found: FindingFact, crew: Sequence[CrewRow]) -> str:
    """One finding for coordinators, with the class or the presenter that it is about."""
    if found.kind is FindingKind.CLOSED:
        return _("The school has no pupils on that day: a closure, a holiday or the school calendar.")
    if found.kind is FindingKind.AWAY:
        who = next((one for one in crew if one.presenter_id == found.presenter_id), None)
        note_given_names([who.presenter_id] if who else [])
        name = (who.given_name if who.minor else who.full_name) if who else ""
        return _("%(who)s: the visit no longer fits this presenter's hours or days away.", who=name)
    name = found.class_name or ""
    if found.why is ClockWrong.RUNS_OVER:
        return _("%(who)s: the lessons of this class end before the presentation does.", who=name)
    if found.why is ClockWrong.YEAR_ENDED:
        return _("%(who)s: this class has no lessons on that day: its grade ends the school year earlier.", who=name)
    return _("%(who)s: this class is not in school at that hour.", who=name)
