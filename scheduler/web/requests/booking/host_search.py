"""What a search for a school shows: how many there are, a page of them, and the places among which to choose."""

from collections.abc import Mapping
from typing import Any

from scheduler.core.language import pick
from scheduler.core.paging import Page, page_number
from scheduler.requests.queries.found_hosts import FoundHosts, FoundPlace, found_hosts, places_found
from scheduler.web.forms import number_of
from scheduler.web.i18n import _, _n, here, page_language

HOSTS_A_PAGE, MOST_PLACES = 20, 40


def search_facts(typed: str, args: Mapping[str, str]) -> dict[str, Any]:
    """The page of hosts that an address asks for; of more than one page also the places they are in."""
    if not typed:
        return {"found": None}
    town_id, number = number_of(args.get("town")), page_number(args.get("page"))
    found = found_hosts(typed, limit=HOSTS_A_PAGE, number=number, town_id=town_id)
    page = Page(found.rows, number, found.total, HOSTS_A_PAGE)
    many = town_id is not None or (page.pages > 1 and not found.near)
    places = [_pill(one, town_id) for one in places_found(typed)[:MOST_PLACES]] if many else []
    return {"found": page, "near": found.near, "town_id": town_id, "places": places}


def _pill(place: FoundPlace, town_id: int | None) -> dict[str, Any]:
    """Pressed once more it is chosen no longer."""
    on = place.id == town_id
    return {
        "label": pick(page_language(), place.name_sr_cyrl, place.name_sr_latn),
        "href": here(town=None if on else place.id, page=None),
        "count": place.hosts,
        "on": on,
    }


def suggested(found: FoundHosts) -> tuple[str, str]:
    """What is read aloud while somebody types, and the line under the field."""
    if not found.rows:
        none = _("Nothing is found. Type less, for example only the place, or write the school down yourself.")
        return none, none
    said = _n("%(num)s result. Choose yours.", "%(num)s results. Choose yours.", found.total)
    shown, notes = len(found.rows), []
    if found.near:
        notes.append(_("None is written quite so; these are the nearest."))
    if shown < found.total:
        notes.append(_("Here are the first %(num)s: type on, or press the button for all.", num=shown))
    note = " ".join(notes)
    return f"{said} {note}".strip(), note
