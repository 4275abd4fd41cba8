"""The municipalities under their districts."""

from collections.abc import Sequence

from sqlalchemy import select

from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db
from scheduler.core.language import pick
from scheduler.places.models import District, Municipality
from scheduler.places.terms.hosts import MunicipalityRow, Point


def known_municipalities(language: str = "sr_Latn") -> Sequence[MunicipalityRow]:
    """All of them under their districts, both by the alphabet of the language."""
    towns = [MunicipalityRow(*(*said, Point(lat, lon))) for *said, lat, lon in db.session().execute(_TOWNS)]
    keys = {row.district_id: alphabet_key(pick(language, row.district_sr_cyrl, row.district_sr_latn)) for row in towns}
    return tuple(sorted(towns, key=lambda row: (keys[row.district_id], alphabet_key(row.name(language)))))


_TOWN_COLUMNS = Municipality.id, Municipality.name_sr_cyrl, Municipality.name_sr_latn
_CITY_COLUMNS = Municipality.city_sr_cyrl, Municipality.city_sr_latn
_DISTRICT_COLUMNS = District.id, District.name_sr_cyrl, District.name_sr_latn, District.name_en
_REST_COLUMNS = District.school_calendar, Municipality.postcode, Municipality.lat, Municipality.lon
_TOWNS = (
    select(*_TOWN_COLUMNS, *_CITY_COLUMNS, *_DISTRICT_COLUMNS, *_REST_COLUMNS)
    .join(District, District.id == Municipality.district_id)
    .order_by(Municipality.id)
)
