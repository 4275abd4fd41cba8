"""Districts, municipalities, hosts: in and around Niš unless the test says otherwise."""

from typing import Any

from scheduler.core.db import transaction
from scheduler.core.text import fold, to_latin
from scheduler.places.models import District, Host, Municipality
from scheduler.places.rules.hosts import search_key
from scheduler.places.terms.hosts import HostDraft, HostKind, SchoolCalendar
from tests.factories import MONDAY, a_number, stored


def make_district(**given: Any) -> District:
    """A district with an ISO code of its own."""
    fair: dict[str, Any] = {
        "iso": f"XX-{a_number()}", "name_sr_cyrl": "Нишава", "name_sr_latn": "Nišava", "name_en": "Nišava",
        "region_sr_cyrl": "Јужна и Источна Србија", "region_sr_latn": "Južna i Istočna Srbija",
        "school_calendar": SchoolCalendar.REPUBLIC,
    }  # fmt: skip
    return stored(District(**(fair | given)))


def make_municipality(name: str = "Ниш", **given: Any) -> Municipality:
    """A municipality in a fresh district; name it in Cyrillic, its Latin name and its city follow."""
    fair: dict[str, Any] = {
        "name_sr_cyrl": name, "name_sr_latn": to_latin(name), "city_sr_cyrl": name, "city_sr_latn": to_latin(name),
        "postcode": "18000", "lat": 43.3209, "lon": 21.8958, "seat_population": None, "search_key": fold(name),
    }  # fmt: skip
    with transaction():
        if "district_id" not in given:
            fair["district_id"] = make_district().id
        return stored(Municipality(**(fair | given)))


def make_host(name: str = "Вук Караџић", **given: Any) -> Host:
    """A listed primary school in a fresh municipality; name it in Cyrillic. `municipality_id=None` puts it abroad."""
    place = given.pop("place", "Ниш")
    fair: dict[str, Any] = {
        "kind": HostKind.PRIMARY, "name_sr_cyrl": name, "name_sr_latn": to_latin(name), "address_sr_cyrl": "Липова 7",
        "address_sr_latn": "Lipova 7", "postcode": "18000", "place_sr_cyrl": place, "place_sr_latn": to_latin(place),
        "teaches_primary": True, "created_at": MONDAY,
    }  # fmt: skip
    with transaction():
        if "municipality_id" not in given:
            fair["municipality_id"] = make_municipality(place).id
        values = fair | given
        values.setdefault("search_key", search_key(values["kind"], name, place))
        return stored(Host(**values))


def a_host_draft(**given: Any) -> HostDraft:
    """A typed host that every rule accepts."""
    fair: dict[str, Any] = {"kind": HostKind.CAMP, "name": "Летњи камп Тара", "place": "Митровац"}
    return HostDraft(**(fair | given))
