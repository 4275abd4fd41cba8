"""Requests as lists show them: what an actor may see at all, loaded with all that a row says."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache

from sqlalchemy import Date, Select, bindparam, func, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.places.models import Host, Municipality
from scheduler.places.queries import host_row
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Programme
from scheduler.programmes.queries import programme_row
from scheduler.requests.models import BlackoutDays, SchoolRequest
from scheduler.requests.queries.stand_ins import handovers_on
from scheduler.requests.rules.handovers import stand_in_for
from scheduler.requests.rules.school_request import TWIN_DAYS
from scheduler.requests.rules.states import HIDDEN, OPEN, OVER, age_days, is_late, turn_of
from scheduler.requests.terms.handovers import HandoverRow
from scheduler.requests.terms.pages import RequestRow, Turn
from scheduler.requests.terms.school_request import Blackout, ExpectedCounts


def requests_in_reach(actor: Actor) -> Select[SchoolRequest]:
    """Every request of the actor's centre and districts: proven ones only."""
    policy.require(actor, "read", "request", centre=policy.own_part(actor))
    return select(SchoolRequest).where(SchoolRequest.state.not_in(HIDDEN), in_reach(actor, SchoolRequest))


def with_related_rows(
    wanted: Select[SchoolRequest], *, one: bool = False, at_once: bool = False
) -> Select[SchoolRequest]:
    """`one`: of a single request, which brings its programme's few audiences along in the same question; `at_once`:
    of a few, which bring their presentations along, too, so that it stays one question where there are any.
    """
    asked, programme = SchoolRequest.presentations, joinedload(SchoolRequest.programme)
    return wanted.options(
        joinedload(SchoolRequest.host).joinedload(Host.municipality).joinedload(Municipality.district),
        joinedload(SchoolRequest.programme).joinedload(Programme.centre),
        programme.joinedload(Programme.audiences) if one or at_once else programme.selectinload(Programme.audiences),
        joinedload(SchoolRequest.owner),
        joinedload(asked) if at_once else selectinload(asked),
    )


def request_rows(
    rows: Sequence[SchoolRequest], now: dt.datetime, ours: Collection[int] = (), *, level: bool = False
) -> list[RequestRow]:
    """What lists show of these requests; `ours`: ids of those whose visits wait for the centre.

    `level`: in as many questions where nobody owns one.
    """
    twins = _twin_counts(rows)
    owned = {row.centre_id for row in rows if level or row.owner_id is not None}
    running = handovers_on(owned, clock.local_day(now)) if owned else []
    found = [replace(_request_row(row, twins.get(row.id, 0), now), stand_in=_stand_in(row, running)) for row in rows]
    return [replace(row, turn=Turn.YOURS) if row.id in ours and row.turn is not Turn.OVER else row for row in found]


def _stand_in(row: SchoolRequest, running: Sequence[HandoverRow]) -> str:
    """The name of whoever looks after a request while its owner is away; nobody does once it is over."""
    if row.state in OVER:
        return ""
    town = row.host.municipality
    found = stand_in_for(row.owner_id, town.district_id if town else None, running)
    return found.stand_in if found else ""


def _request_row(row: SchoolRequest, twins: int, now: dt.datetime) -> RequestRow:
    turn, _step = turn_of(row.state, attention=row.attention)
    asked = row.presentations
    return RequestRow(
        id=row.id,
        number=row.number,
        state=row.state,
        host=host_row(row.host),
        programme=programme_row(row.programme),
        presentations=len(asked),
        people=ExpectedCounts(
            0, sum(a.pupils for a in asked), sum(a.parents for a in asked), sum(a.teachers for a in asked)
        ),
        first_day=row.first_day,
        last_day=row.last_day,
        channel=row.channel,
        state_since=row.state_since,
        late=is_late(turn, age_days(row.state_since, now)),
        owner=row.owner.full_name if row.owner else "",
        turn=turn,
        twins=twins,
        version=row.version,
    )


def _twin_counts(rows: Sequence[SchoolRequest]) -> dict[int, int]:
    """How many twins each of these requests has."""
    asked = [(row.id, row.host_id, row.centre_id, row.first_day, row.state in OPEN) for row in rows]
    return twins_of_each(asked)


def twins_of_each(asked: Sequence[tuple[int, int, int, dt.date, bool]]) -> dict[int, int]:
    """How many other open requests of the same host lie within 30 days: one grouped query.

    Each is asked for by its id, its host, its centre, its first day, and whether it is open itself. Of ten years of a
    school only the days around those of the page are read.
    """
    days, span = [day for _id, _host, _centre, day, _open in asked], dt.timedelta(days=TWIN_DAYS)
    open_on: dict[tuple[int, int], dict[dt.date, int]] = defaultdict(dict)
    if asked:
        hosts = list({host_id for _id, host_id, *_rest in asked})
        around = {"hosts": hosts, "first": min(days) - span, "last": max(days) + span}
        for host_id, centre_id, day, count in db.session().execute(_asked_on_each_day(), around):
            open_on[host_id, centre_id][day] = count
    return {number: _around(day, open_on[host, centre]) - is_open for number, host, centre, day, is_open in asked}


@cache
def _asked_on_each_day() -> Select[int, int, dt.date, int]:
    key = SchoolRequest.host_id, SchoolRequest.centre_id, SchoolRequest.first_day
    first, last = (bindparam(name, type_=Date()) for name in ("first", "last"))
    return (
        select(*key, func.count(SchoolRequest.booking.distinct()))  # what was sent together is asked for once
        .where(SchoolRequest.host_id.in_(bindparam("hosts", expanding=True)), SchoolRequest.state.in_(OPEN))
        .where(SchoolRequest.first_day.between(first, last))
        .group_by(*key)
    )


def _around(day: dt.date, open_on: Mapping[dt.date, int]) -> int:
    """How many requests begin within so many days of a day; never more steps than these days, however many wait."""
    if len(open_on) > 2 * TWIN_DAYS:
        span = range(-TWIN_DAYS, TWIN_DAYS + 1)
        return sum(open_on.get(day + dt.timedelta(days=number), 0) for number in span)
    return sum(count for other, count in open_on.items() if abs((other - day).days) <= TWIN_DAYS)


def blackouts_of_each(request_ids: Collection[int]) -> dict[int, list[Blackout]]:
    """The days on which the schools of these requests cannot, in one question."""
    found: dict[int, list[Blackout]] = {one: [] for one in request_ids}
    wanted = select(BlackoutDays).where(BlackoutDays.school_request_id.in_(request_ids))
    for row in db.session().scalars(wanted.order_by(BlackoutDays.first_day, BlackoutDays.id)):
        found[row.school_request_id].append(Blackout(row.first_day, row.last_day))
    return found
