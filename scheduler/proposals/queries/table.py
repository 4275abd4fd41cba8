"""The cards of a region's table: agreed requests that wait for their plan, where they lie and within which days."""

from sqlalchemy import ColumnElement, func, select

from scheduler import policy
from scheduler.core.db import db
from scheduler.places.models import District, Host, Municipality
from scheduler.places.terms.hosts import Point
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Programme
from scheduler.proposals.queries.pages import NAME_COLUMNS
from scheduler.proposals.terms.pages import AskedName
from scheduler.proposals.terms.table import DistrictOfTable, RegionTable, TableCard
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import RequestState

CARDS_SHOWN = 60
EVERYWHERE = 0  # instead of a district: all of them


def region_table(actor: Actor, district_id: int | None = None) -> RegionTable:
    """The cards of a district, or `EVERYWHERE`; without one of the district where most of them wait.

    Two questions. Raises: NotAllowed.
    """
    policy.require(actor, "update", "plan", centre=actor.centre_id)
    districts = _districts(actor)
    if district_id is None:
        district_id = max(districts, key=lambda one: (one.number, -one.id)).id if districts else EVERYWHERE
    cards, total = _cards(actor, district_id)
    return RegionTable(district_id or None, cards, total, districts)


def _waits(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return in_reach(actor, SchoolRequest), SchoolRequest.state == RequestState.AGREED


def _districts(actor: Actor) -> tuple[DistrictOfTable, ...]:
    rows = db.session().execute(
        select(District.id, District.name_sr_cyrl, District.name_sr_latn, District.name_en, func.count())
        .join(Municipality, Municipality.district_id == District.id)
        .join(Host, Host.municipality_id == Municipality.id)
        .join(SchoolRequest, SchoolRequest.host_id == Host.id)
        .where(*_waits(actor))
        .group_by(District.id, District.name_sr_cyrl, District.name_sr_latn, District.name_en)
    )
    return tuple(DistrictOfTable(*row) for row in rows)


def _cards(actor: Actor, district_id: int) -> tuple[tuple[TableCard, ...], int]:
    presentations = (
        select(func.count())
        .where(RequestedPresentation.school_request_id == SchoolRequest.id)
        .correlate(SchoolRequest)
        .scalar_subquery()
    )
    wanted = (
        select(
            *(SchoolRequest.first_day, SchoolRequest.last_day, presentations, func.count().over()),
            *(Municipality.district_id, Municipality.name_sr_cyrl, Municipality.name_sr_latn),
            *(Host.lat, Host.lon, Municipality.lat, Municipality.lon, Programme.educators, Programme.influencers),
            *NAME_COLUMNS,
        )
        .join(SchoolRequest.host)
        .join(SchoolRequest.programme)
        .outerjoin(Host.municipality)
        .where(*_waits(actor))
        .order_by(SchoolRequest.last_day, SchoolRequest.id)
        .limit(CARDS_SHOWN)
    )
    if district_id != EVERYWHERE:
        here = func.coalesce(Municipality.district_id, EVERYWHERE) == district_id
        wanted = wanted.where(here)
    rows = db.session().execute(wanted).all()
    cards = []
    for first, last, sittings, _all, district, cyrl, latn, lat, lon, town_lat, town_lon, adults, young, *named in rows:
        place = (lat, lon) if None not in (lat, lon) else (town_lat, town_lon)
        point = Point(*place) if None not in place else None
        large = adults != 1 or young > 1
        asked = AskedName(*named)
        cards.append(TableCard(asked, first, last, sittings, district, cyrl or "", latn or "", point, large))
    return tuple(cards), rows[0][3] if rows else 0
