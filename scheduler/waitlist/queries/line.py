"""A page of the waiting list: the database puts thousands in order, of a hundred the rule says why they stand there."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, or_, select

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.places.models import Host, Municipality
from scheduler.policy import Actor, in_reach
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.lineage import merged_at, place_in_line
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import VisitState
from scheduler.waitlist.models import DateOffer, OpenDate, WaitingWeights
from scheduler.waitlist.queries.dates import is_still_offered
from scheduler.waitlist.queries.ranks import ON_THE_LIST, called_off_late, last_visits, weights_in, who_waits
from scheduler.waitlist.rules import days_of_years, is_rural, moments_of_months, rank_parts
from scheduler.waitlist.terms import DateOfferState, PlaceInLine, WaitingFacts, WaitingLine, WaitingRow, Weights

Conditions = Sequence[ColumnElement[bool]]
Merged = Mapping[int | None, Sequence[tuple[int, dt.datetime]]]
_CAME = func.coalesce(SchoolRequest.in_line_since, SchoolRequest.submitted_at)


def waiting_list(actor: Actor, *, now: dt.datetime, page: int = 1, per_page: int = PER_PAGE) -> Page[WaitingRow]:
    """The actor's centre's waiting list by rank, with each rank in parts.

    The database adds up the points of all and hands out a page; the few things that it cannot judge are asked before.
    Seven questions. Raises: NotAllowed.
    """
    policy.require(actor, "accept", "request", centre=policy.own_part(actor))
    if actor.centre_id is None:
        return Page([], page, 0)
    rank, in_order, total = _in_line(actor.centre_id, who_waits(in_reach(actor, SchoolRequest)), now)
    begins = first_row(page, per_page)
    ids = db.session().scalars(in_order.limit(per_page).offset(begins)).all()
    found = _rows(ids, rank.merged, rank.first)
    today = clock.local_day(now)
    rows = [
        WaitingRow(place, line, sum(part.points for part in parts), parts, facts.waits_since, *offered)
        for place, one in enumerate(ids, begins + 1)
        for line, facts, offered in [found[one]]
        for parts in [rank_parts(facts, rank.weights, now, today)]
    ]
    return Page(rows, page, total, per_page)


def place_of(request_id: int, centre_id: int, *, now: dt.datetime) -> PlaceInLine | None:
    """Where a request stands on its centre's waiting list; None when it is not on it. Five questions."""
    _rank, in_order, total = _in_line(centre_id, who_waits(SchoolRequest.centre_id == centre_id), now)
    ids = db.session().scalars(in_order)
    return next((PlaceInLine(place, total) for place, one in enumerate(ids, 1) if one == request_id), None)


def _in_line(centre_id: int, waits: Conditions, now: dt.datetime) -> tuple["_Rank", Any, int]:
    """By what a list is put in order, the question for its requests in that order, and how many they are."""
    weights, oldest, total = _list_of(centre_id, waits)
    merged = merged_at(select(SchoolRequest.host_id).where(*waits), into=ON_THE_LIST)
    first = called_off_late(select(SchoolRequest.parent_id).where(*waits, SchoolRequest.parent_id.is_not(None)))
    rank = _Rank(weights, now, merged, first)
    return rank, rank.of_all(waits, oldest), total


def _list_of(centre_id: int, waits: Conditions) -> tuple[Weights, dt.datetime | None, int]:
    """What counts on the list, who came first of all, and how many wait."""
    told = select(func.min(_CAME).label("oldest"), func.count().label("many")).where(*waits).subquery()
    of_centre = told.outerjoin(WaitingWeights, WaitingWeights.centre_id == centre_id)
    row = db.session().execute(select(WaitingWeights, told.c.oldest, told.c.many).select_from(of_centre)).one()
    return weights_in(row[0]), row.oldest, row.many


@dataclass(frozen=True)
class _Rank:
    """rules.rank_parts and rules.rank_key as an order of the database; a test compares the two."""

    weights: Weights
    now: dt.datetime
    merged: Merged
    first: frozenset[int]

    def of_all(self, waits: Conditions, oldest: dt.datetime | None) -> Any:
        weights = self.weights
        hosts = self._hosts(waits)
        since = self._since()
        earliest = min((since for row in self.merged.values() for _one, since in row), default=oldest)
        months = _how_many(since, moments_of_months(min(filter(None, (oldest, earliest)), default=self.now), self.now))
        unvisited = case(
            (hosts.c.last_visit.is_(None), weights.most_years),
            else_=_how_many(hosts.c.last_visit, days_of_years(weights.most_years, clock.local_day(self.now))),
        )
        points = (
            weights.per_year * unvisited
            + weights.rural * hosts.c.rural
            + case((SchoolRequest.special_needs, weights.special_needs), else_=0)
            + weights.per_month * months
        )
        put_first = case((SchoolRequest.parent_id.in_(self.first), 0), else_=1)
        wanted = select(SchoolRequest.id).join(hosts, hosts.c.id == SchoolRequest.host_id).where(*waits)
        return wanted.order_by(put_first, points.desc(), since, SchoolRequest.id)

    def _hosts(self, waits: Conditions) -> Any:
        """Each host that waits, with its last visit and whether it lies in a village: once, however often it asks."""
        held = select(Visit.on_day).where(Visit.host_id == Host.id, Visit.state == VisitState.DELIVERED)
        last = held.order_by(Visit.on_day.desc()).limit(1).correlate(Host).scalar_subquery()
        rural = case((_is_rural(_towns_spelled_otherwise()), 1), else_=0)
        wanted = select(Host.id, last.label("last_visit"), rural.label("rural")).outerjoin(Host.municipality)
        of_list = Host.id.in_(select(SchoolRequest.host_id).where(*waits))
        return wanted.where(of_list).cte("hosts").prefix_with("MATERIALIZED")

    def _since(self) -> Any:
        """lineage.place_in_line: what became part of a request brings it its own time."""
        early = {one: place_in_line(one, self.now, self.merged) for one in self.merged if one is not None}
        told = [(and_(SchoolRequest.id == one, since < _CAME), since) for one, since in early.items()]
        return case(*told, else_=_CAME) if told else _CAME


def _how_many(value: Any, steps: Sequence[Any]) -> Any:
    """How many of these steps, the latest first, a day or moment has reached: it lies on them, or before."""
    reached = [(value > step, number) for number, step in enumerate(steps)]
    return case(*reached, else_=len(steps)) if reached else literal(0)


def _towns_spelled_otherwise() -> list[tuple[str, str, str]]:
    """Places of hosts with the towns around them that are those towns in other letters, say in capitals."""
    names = Municipality.name_sr_cyrl, Municipality.city_sr_cyrl
    wanted = select(Host.place_sr_cyrl, *names).join(Host.municipality).where(Host.place_sr_cyrl.not_in(names))
    return [
        (row[0], row[1], row[2]) for row in db.session().execute(wanted.distinct()) if not is_rural(row[0], row[1:])
    ]


def _is_rural(spelled_otherwise: Sequence[tuple[str, str, str]]) -> ColumnElement[bool]:
    """The same question as rules.is_rural, of a host and its municipality."""
    place, names = Host.place_sr_cyrl, (Municipality.name_sr_cyrl, Municipality.city_sr_cyrl)
    is_one = [and_(place == said, names[0] == town, names[1] == city) for said, town, city in spelled_otherwise]
    return and_(Municipality.id.is_not(None), place.not_in(names), not_(or_(*is_one)) if is_one else literal(True))


Found = tuple[WaitingLine, WaitingFacts, tuple[dt.date | None, dt.datetime | None]]


def _rows(request_ids: Sequence[int], merged: Merged, first: frozenset[int]) -> dict[int, Found]:
    """What the list says of these requests, what their rank rests on, and the date that is held for each: by id."""
    wanted = (
        select(
            *(SchoolRequest.id, SchoolRequest.number, Host.name_sr_cyrl, Host.name_sr_latn),
            *(Programme.name_sr_cyrl, Programme.name_en),
            *(SchoolRequest.host_id, SchoolRequest.parent_id, SchoolRequest.special_needs, _CAME.label("came")),
            *(Host.place_sr_cyrl, Municipality.name_sr_cyrl, Municipality.city_sr_cyrl),
            *(OpenDate.on_day, DateOffer.until),
        )
        .join(SchoolRequest.host)
        .join(SchoolRequest.programme)
        .outerjoin(Host.municipality)
        .outerjoin(DateOffer, and_(*_is_held()))
        .outerjoin(OpenDate, OpenDate.id == DateOffer.open_date_id)
        .where(SchoolRequest.id.in_(request_ids))
    )
    rows = db.session().execute(wanted).all()
    visits = last_visits([row.host_id for row in rows])
    return {row.id: (WaitingLine(*row[:6]), _facts(row, visits, merged, first), (row[13], row[14])) for row in rows}


def _is_held() -> Conditions:
    of_request = DateOffer.school_request_id == SchoolRequest.id, DateOffer.state == DateOfferState.HELD
    return [*of_request, is_still_offered()]


def _facts(row: Any, visits: Mapping[int, dt.date], merged: Merged, first: frozenset[int]) -> WaitingFacts:
    place, town, city = row[10:13]
    return WaitingFacts(
        last_visit=visits.get(row.host_id),
        rural=is_rural(place, (town, city) if town is not None else ()),
        special_needs=row.special_needs,
        waits_since=place_in_line(row.id, row.came, merged),
        put_first=row.parent_id in first,
    )
