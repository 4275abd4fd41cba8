"""What a visit's page shows of the search for a substitute, and the forms by which the coordinator decides."""

from collections.abc import Sequence
from typing import Any

from scheduler.staffing.queries.substitutes import relief_shown
from scheduler.staffing.terms.substitutes import ReliefShown
from scheduler.visits.terms.rows import Candidate, VisitPage
from scheduler.visits.terms.states import ReliefState
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.seen_forms import SeenForm
from scheduler.web.visits.forms import OnlineForm, SubstituteForm

STATES = {
    ReliefState.SEARCHING: _l("A substitute is sought"),
    ReliefState.STOPPED: _l("The search for a substitute is stopped"),
    ReliefState.CHOOSING: _l("Decide now: the crew is not complete"),
    ReliefState.FILLED: _l("A substitute was found"),
    ReliefState.ONLINE: _l("Decided: held online"),
    ReliefState.SHORT: _l("Decided: with a smaller crew"),
    ReliefState.MOVED: _l("Decided: a new date"),
    ReliefState.CALLED_OFF: _l("The search ended with the visit"),
    ReliefState.OVER: _l("Nobody decided before the visit began"),
}


def relief_of(
    page: VisitPage, candidates: Sequence[Candidate], decision: SeenForm | None, *, open_now: bool
) -> dict[str, Any]:
    """The search, if there was one; while it is open the two forms, of which `decision` is the one just sent."""
    relief = relief_shown(page.visit)
    if relief is None or not (open_now and relief.open_now):
        may_seek = open_now and relief_may_begin(page, relief)
        return {
            "relief": relief,
            "may_seek": may_seek,
            "online_form": None,
            "substitute_form": None,
            "searches": STATES,
        }
    online = decision if isinstance(decision, OnlineForm) else OnlineForm(formdata=None)
    stand_in = decision if isinstance(decision, SubstituteForm) else SubstituteForm(formdata=None)
    stand_in.furnish([(one.presenter_id, _label(one)) for one in candidates if not one.barred and one.at_that_time])
    for form in (online, stand_in):
        form.show_visit(page)
    return {
        "relief": relief,
        "may_seek": False,
        "online_form": online,
        "substitute_form": stand_in,
        "searches": STATES,
    }


def relief_may_begin(page: VisitPage, relief: ReliefShown | None) -> bool:
    """Whether a search can be started by hand: the crew was whole once, or somebody left it."""
    return page.crew_lost or page.visit.short_crew or (relief is not None and bool(page.keeps_back))


def _label(one: Candidate) -> str:
    """Her name as the page's list has it, how far she lives, and that something speaks against her."""
    name = one.full_name if one.road_km is None else _("%(name)s, %(km)s km", name=one.full_name, km=one.road_km)
    return f"{name}, {one.home(page_language())}" if one.fits else _("%(name)s: not suited by the list", name=name)
