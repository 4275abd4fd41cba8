"""Dates that are held, as the board draws them: for a booking not proven yet, or a school of the waiting list."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from scheduler.board.terms import BoardWish, HeldBlock
from scheduler.core.db import db
from scheduler.places.models import District, Host, HostsIn, Municipality
from scheduler.places.queries import district_row
from scheduler.places.terms.hosts import DistrictRow
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.held_time import DateHold, HeldTime
from scheduler.visits.terms.states import LIVING_HOLDS

Held = Mapping[dt.date, tuple[HeldBlock, ...]]


@dataclass(frozen=True)
class HeldShown:
    """What is held on the days of a board: by presenter, and once by district."""

    days: frozenset[dt.date] = frozenset()
    by_presenter: Mapping[int, Held] = field(default_factory=dict)
    by_district: Mapping[DistrictRow | None, Held] = field(default_factory=dict)


def held_shown(actor: Actor, wish: BoardWish, now: dt.datetime | None) -> HeldShown:
    """One query, however many are held. Without a moment nothing is: what is over keeps nobody back."""
    if now is None:
        return HeldShown()
    rows = db.session().execute(
        select(DateHold, HeldTime.presenter_id, SchoolRequest.number, SchoolRequest.state)
        .join(HeldTime, HeldTime.date_hold_id == DateHold.id)
        .join(Programme, Programme.id == DateHold.programme_id)
        .outerjoin(SchoolRequest, SchoolRequest.id == DateHold.school_request_id)
        .where(
            Programme.centre_id == actor.centre_id,
            *([_where(actor)] if actor.districts else []),
            DateHold.on_day.between(wish.first_day, wish.last_day),
            DateHold.state.in_(LIVING_HOLDS),
            DateHold.until > now,
            *([DateHold.programme_id == wish.programme_id] if wish.programme_id is not None else []),
        )
        .options(
            joinedload(DateHold.host).joinedload(Host.municipality).joinedload(Municipality.district),
            joinedload(DateHold.municipality).joinedload(Municipality.district),
        )
        .order_by(DateHold.busy_from, DateHold.id, HeldTime.presenter_id)
        .execution_options(populate_existing=True)
    )
    by_presenter: dict[int, list[HeldBlock]] = defaultdict(list)
    by_district: dict[DistrictRow | None, dict[int, HeldBlock]] = defaultdict(dict)
    for hold, presenter_id, number, state in rows:
        block = _block(hold, number if state is RequestState.PROPOSED else "")
        by_presenter[presenter_id].append(block)
        by_district[_district(hold)][hold.id] = block
    return HeldShown(
        frozenset(block.on_day for blocks in by_presenter.values() for block in blocks),
        {who: _by_day(blocks) for who, blocks in by_presenter.items()},
        {district: _by_day(blocks.values()) for district, blocks in by_district.items()},
    )


def _where(actor: Actor) -> ColumnElement[bool]:
    """That a hold is for a host, or for a town, of the actor's districts."""
    towns = select(Municipality.id).where(Municipality.district_id.in_(actor.districts))
    return DateHold.host_id.in_(HostsIn(actor.districts).ids()) | DateHold.municipality_id.in_(towns)


def _by_day(blocks: Collection[HeldBlock]) -> Held:
    return {day: tuple(one for one in blocks if one.on_day == day) for day in {one.on_day for one in blocks}}


def _block(hold: DateHold, number: str) -> HeldBlock:
    host, town = hold.host, _town(hold)
    starts = dt.datetime.combine(hold.on_day, hold.starts_local)
    return HeldBlock(
        on_day=hold.on_day,
        starts_local=hold.starts_local,
        ends_local=(starts + dt.timedelta(minutes=hold.minutes)).time(),
        host_sr_cyrl=host.name_sr_cyrl if host else "",
        host_sr_latn=host.name_sr_latn if host else "",
        place_sr_cyrl=town.name_sr_cyrl if town else "",
        place_sr_latn=town.name_sr_latn if town else "",
        until=hold.until,
        request_number=number or "",
    )


def _town(hold: DateHold) -> Municipality | None:
    return hold.municipality or (hold.host.municipality if hold.host else None)


def _district(hold: DateHold) -> DistrictRow | None:
    town = _town(hold)
    district: District | None = town.district if town else None
    return district_row(district) if district else None
