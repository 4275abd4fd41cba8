"""The requests that wait for their plan, each with all that free dates know: their own reading, no copy."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import selectinload

from scheduler.booking.queries.free_dates import AskedPlace, OpenCalendar, nobodys_calendar, open_calendar
from scheduler.booking.queries.plan_as_asked import one_after_the_other, plans_as_asked
from scheduler.booking.queries.school_days import wishes_of_requests
from scheduler.booking.rules.days_that_suit import EARLIEST, HORIZON_DAYS
from scheduler.booking.terms.free_dates import FreeWish
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.places import queries as place_queries
from scheduler.places.lessons import lesson_calendar
from scheduler.places.models import Host, Municipality
from scheduler.places.rules.school_days import LessonCalendar
from scheduler.places.terms.school_time import SchoolTimeRow
from scheduler.policy import Actor, in_reach
from scheduler.programmes.queries import programme_row
from scheduler.proposals.rules.mending import away_facts
from scheduler.proposals.terms.plan import AskedVisit, LaterRequests, Mending, PlanScope
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.queries.rows import with_related_rows
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.rules.starts import is_bound_to_shifts
from scheduler.waitlist.queries.ranks import points_of

WORTH = 10  # of a request without a point


def agreed_in(actor: Actor, scope: PlanScope) -> list[ColumnElement[bool]]:
    """Which requests a plan of this scope is for: agreed, not planned yet, in the actor's reach, of its days."""
    of_days = SchoolRequest.first_day <= scope.last_day, SchoolRequest.last_day >= scope.first_day
    return [*_agreed(actor, scope), *of_days]


def later_requests(actor: Actor, scope: PlanScope, *, now: dt.datetime) -> LaterRequests:
    """The requests that a plan leaves out only because they begin after its last day, as far ahead as plans reach."""
    today = clock.local_day(now)
    latest = today + (HORIZON_DAYS - 1) * dt.timedelta(days=1)
    left_out = SchoolRequest.first_day.between(scope.last_day + dt.timedelta(days=1), latest)
    wanted = select(func.count(), func.max(SchoolRequest.last_day)).select_from(SchoolRequest)
    number, last = (
        db.session().execute(wanted.where(*_agreed(actor, scope), left_out, SchoolRequest.last_day >= today)).one()
    )
    return LaterRequests(number, min(last or scope.last_day, latest))


def _agreed(actor: Actor, scope: PlanScope) -> list[ColumnElement[bool]]:
    wanted = [in_reach(actor, SchoolRequest), SchoolRequest.state == RequestState.AGREED]
    if scope.programmes:
        wanted.append(SchoolRequest.programme_id.in_(scope.programmes))
    if scope.districts:
        towns = select(Municipality.id).where(Municipality.district_id.in_(scope.districts))
        wanted.append(SchoolRequest.host_id.in_(select(Host.id).where(Host.municipality_id.in_(towns))))
    return wanted


def asked_visits(actor: Actor, scope: PlanScope, *, now: dt.datetime) -> list[AskedVisit]:
    """What a plan of this scope is drawn from; two questions for each request, the rest once for all."""
    return [one.asked() for one in readings(loaded(agreed_in(actor, scope)), scope, now)]


def asked_again(
    request_ids: Collection[int], scope: PlanScope, *, now: dt.datetime
) -> dict[int, tuple[AskedVisit, SchoolRequest]]:
    """The same of these requests as they are now, whatever has become of them, with their rows; locked."""
    rows = loaded([SchoolRequest.id.in_(request_ids)], lock=True)
    return {one.row.id: (one.asked(), one.row) for one in readings(rows, scope, now)}


def chosen_visits(
    actor: Actor, request_ids: Collection[int], scope: PlanScope, *, now: dt.datetime, placed: Collection[int] = ()
) -> dict[int, AskedVisit]:
    """These agreed requests as far as the actor reaches, within the days of a scope.

    Of those that are `placed` only where and how long they are: whoever goes to them was asked before.
    """
    of_actor = [in_reach(actor, SchoolRequest), SchoolRequest.state == RequestState.AGREED]
    rows = loaded([*of_actor, SchoolRequest.id.in_({*request_ids, *placed})])
    return {one.row.id: one.asked() for one in readings(rows, scope, now, alone=set(placed) - set(request_ids))}


def loaded(wanted: Iterable[ColumnElement[bool]], *, lock: bool = False) -> list[SchoolRequest]:
    """Requests with all that a plan asks of them."""
    found: Select[SchoolRequest] = with_related_rows(select(SchoolRequest).where(*wanted).order_by(SchoolRequest.id))
    found = found.options(selectinload(SchoolRequest.preferred)).execution_options(populate_existing=True)
    if lock:
        found = found.with_for_update(of=SchoolRequest)
    return list(db.session().scalars(found))


@dataclass(frozen=True)
class Reading:
    """All that free dates know for one request, read once, however often it is asked."""

    row: SchoolRequest
    scope: PlanScope
    wish: FreeWish
    calendar: OpenCalendar
    weight: int
    liked: frozenset[dt.date]
    waits_days: int = 0

    def asked(self, *, without: Collection[int] = (), mends: Mending | None = None) -> AskedVisit:
        """What the planner knows of it; as if nobody had promised the visits `without`, and the trouble were so."""
        taken = tuple(one for one in self.calendar.taken if one.stop.visit_id not in without)
        facts = replace(self.calendar, taken=taken).facts_of(self.wish)
        facts = away_facts(facts, mends) if mends else facts
        plans = plans_as_asked(self.row, one_after_the_other(self.row, EARLIEST))
        kept = self.wish.kept  # free dates ask themselves whether its classes are there
        classes = [one.classes if is_bound_to_shifts(one) and not one.outside_shift else "" for one in plans]
        return AskedVisit(
            self.row.id,
            self.row.host_id,
            replace(facts, people=tuple(who for who in facts.people if _may_go(who.presenter_id, self.scope))),
            weight=self.weight,
            sitting_minutes=tuple(one.minutes for one in kept or plans),
            sitting_classes=("",) * len(kept) if kept else tuple(classes),
            sitting_starts=tuple(one.starts_local for one in kept),
            liked=self.liked,
            hours={one.on_day: one.starts_local for one in self.row.preferred if one.starts_local},
            district_id=self.row.host.municipality.district_id if self.row.host.municipality else None,
            waits_days=self.waits_days,
        )


@dataclass(frozen=True)
class StandingWishes:
    """Of requests that have their visit: what it keeps, and the days that would suit as well."""

    wishes: Mapping[int, FreeWish]
    liked: Mapping[int, Iterable[dt.date]]


def readings(
    rows: list[SchoolRequest],
    scope: PlanScope,
    now: dt.datetime,
    *,
    stand: StandingWishes | None = None,
    alone: Collection[int] | None = None,
) -> Iterable[Reading]:
    """What is known of each: of what it asks for, or of how it stands.

    `alone`: of a table, on which nothing is weighed; these requests without anybody who could go.
    """
    if not rows:
        return
    today = clock.local_day(now)
    lessons = lesson_calendar(today, today + HORIZON_DAYS * dt.timedelta(days=1))
    told = place_queries.school_times_of({row.host_id for row in rows})
    points = points_of([row.id for row in rows], rows[0].centre_id, now=now) if alone is None else {}
    wished = stand.wishes if stand else wishes_of_requests(rows)
    liked = stand.liked if stand else {}
    for row in rows:
        wish = _within(wished[row.id], scope)
        place = _place(row, (told.get(row.host_id), lessons))
        asked_of_all = row.id not in (alone or ())
        calendar = open_calendar(wish, now=now, place=place) if asked_of_all else nobodys_calendar(place, now=now)
        days = frozenset(liked.get(row.id) or (one.on_day for one in row.preferred))
        # what a repair reads has its visit, or is to fit at once
        waits_days = 0 if stand else max((now - (row.in_line_since or row.submitted_at)).days, 0)
        yield Reading(row, scope, wish, calendar, WORTH + points.get(row.id, 0), days, waits_days)


def _may_go(presenter_id: int, scope: PlanScope) -> bool:
    return not scope.people or presenter_id in scope.people


def _within(wish: FreeWish, scope: PlanScope) -> FreeWish:
    """The days of a request that lie in the scope."""
    bounds = wish.bounds
    first, last = bounds.first_day or scope.first_day, bounds.last_day or scope.last_day
    within = replace(bounds, first_day=max(first, scope.first_day), last_day=min(last, scope.last_day))
    return replace(wish, bounds=within)


def _place(row: SchoolRequest, known: tuple[SchoolTimeRow | None, LessonCalendar]) -> AskedPlace:
    told, lessons = known
    school = OpenSchool.known(place_queries.host_row(row.host), told, lessons)
    return AskedPlace(programme_row(row.programme), school, school.host.municipality)
