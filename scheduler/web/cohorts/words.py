"""What the pages of cohorts call states and causes, and how a part stands on the line of its cohort."""

from collections.abc import Mapping

from babel.support import LazyProxy

from scheduler.cohorts.terms import CohortPartRow, CohortRow, CohortState, PartState, ProposedPart
from scheduler.cohorts.wording import skill_names
from scheduler.programmes.terms import SchoolLevel
from scheduler.web.filters import Face, genitive_day, long_day, number
from scheduler.web.i18n import _, _l, page_language, spelled_here

STATES: Mapping[CohortState, Face] = {
    CohortState.NEW: Face("wait", "clock", _l("Not begun")),
    CohortState.IN_TRAINING: Face("move", "search", _l("In training")),
    CohortState.TRAINED: Face("good", "check", _l("Web Detectives")),
    CohortState.RUN_OUT: Face("quiet", "hourglass", _l("The school year ended first")),
    CohortState.GIVEN_UP: Face("quiet", "x", _l("Given up by the school")),
}
SCHOOL_LEVELS: Mapping[SchoolLevel, LazyProxy] = {
    SchoolLevel.PRIMARY: _l("Primary school"),
    SchoolLevel.SECONDARY: _l("Secondary school"),
}


def group_of(row: CohortRow) -> str:
    """Grade and kind of school in one line."""
    if row.school_level is SchoolLevel.PRIMARY:
        return _("grade %(grade)s, primary school", grade=row.grade)
    return _("grade %(grade)s, secondary school", grade=row.grade)


def stops_of(row: CohortRow, proposed: ProposedPart | None, *, for_staff: bool) -> list[dict[str, str]]:
    """The parts as a line: what was held, what is on its way, what is proposed. Only staff read who led them."""
    names = skill_names(page_language())
    stops = [_stop(one, names[one.skill], for_staff=for_staff) for one in row.parts]
    if proposed is not None:
        day = genitive_day(proposed.due_on)
        text = _("Proposed from %(day)s", day=day)
        stops.append({"state": "here", "title": _("Next: %(skill)s", skill=names[proposed.skill]), "text": text})
    return stops


def _stop(one: CohortPartRow, name: str, *, for_staff: bool) -> dict[str, str]:
    said = [long_day(one.day)] if one.day else []
    if one.state is PartState.CALLED_OFF:
        said = [_("called off")]
    elif one.state is PartState.ON_ITS_WAY:
        said.append(_("on its way"))
    if one.pupils is not None and one.state is PartState.HELD:
        said.append(_("pupils: %(count)s", count=number(one.pupils)))
    if for_staff:
        said += [*map(spelled_here, one.led_by), one.visit_number or one.request_number]
    state = {PartState.HELD: "done", PartState.ON_ITS_WAY: "here", PartState.CALLED_OFF: "ahead"}[one.state]
    return {"state": state, "title": name, "text": " · ".join(said)}
