"""What a visit's page shows of the search for a substitute, and the forms by which the coordinator decides."""

from collections.abc import Sequence
from typing import Any

from scheduler.staffing.queries.substitutes import latest_search
from scheduler.staffing.terms.crew import Candidate
from scheduler.staffing.terms.substitutes import SubstituteSearchRow
from scheduler.visits.terms.rows import VisitPage
from scheduler.visits.terms.states import SubstituteSearchState
from scheduler.web.i18n import _, _l, page_language, spelled_here
from scheduler.web.seen_forms import SeenForm
from scheduler.web.visits.forms import OnlineForm, SubstituteForm

STATES = {
    SubstituteSearchState.SEARCHING: _l("A substitute is sought"),
    SubstituteSearchState.STOPPED: _l("The search for a substitute is stopped"),
    SubstituteSearchState.CHOOSING: _l("Decide now: the crew is not complete"),
    SubstituteSearchState.FILLED: _l("A substitute was found"),
    SubstituteSearchState.ONLINE: _l("Decided: held online"),
    SubstituteSearchState.SHORT: _l("Decided: with a smaller crew"),
    SubstituteSearchState.MOVED: _l("Decided: a new date"),
    SubstituteSearchState.CALLED_OFF: _l("The search ended with the visit"),
    SubstituteSearchState.OVER: _l("Nobody decided before the visit began"),
}


def search_facts(
    page: VisitPage, candidates: Sequence[Candidate], decision: SeenForm | None, *, open_now: bool, sought: bool
) -> dict[str, Any]:
    """The search, if there was one; while it is open the two forms, of which `decision` is the one just sent."""
    search = latest_search(page.visit) if sought else None
    if search is None or not (open_now and search.open_now):
        may_seek = open_now and search_may_begin(page, search)
        return {
            "relief": search,
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
        "relief": search,
        "may_seek": False,
        "online_form": online,
        "substitute_form": stand_in,
        "searches": STATES,
    }


def search_may_begin(page: VisitPage, search: SubstituteSearchRow | None) -> bool:
    """Whether a search can be started by hand: the crew was whole once, or somebody left it."""
    return page.crew_lost or page.visit.short_crew or (search is not None and bool(page.keeps_back))


def _label(one: Candidate) -> str:
    """Her name as the page's list has it, how far she lives, and that something speaks against her."""
    name = spelled_here(one.full_name)
    name = name if one.road_km is None else _("%(name)s, %(km)s km", name=name, km=one.road_km)
    return f"{name}, {one.home(page_language())}" if one.fits else _("%(name)s: not suited by the list", name=name)
