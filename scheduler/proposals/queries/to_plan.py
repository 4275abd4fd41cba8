"""The requests that wait for their plan, each with all that free dates know: their own reading, no copy."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import selectinload

from scheduler.booking.queries.free_dates import AskedPlace, nobodys_calendar, open_calendar
from scheduler.booking.queries.plan_as_asked import one_after_the_other, plans_as_asked
from scheduler.booking.queries.school_days import wishes_of_requests
from scheduler.booking.rules.days_that_suit import EARLIEST, HORIZON_DAYS
from scheduler.booking.terms.free_dates import FreeFacts, FreeWish
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.places import queries as place_queries
from scheduler.places.models import Host, Municipality
from scheduler.places.rules.school_days import LessonCalendar
from scheduler.places.terms.school_time import SchoolTimeRow
from scheduler.policy import Actor, in_reach
from scheduler.programmes.queries import programme_row
from scheduler.proposals.terms import AskedVisit, PlanScope
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.queries.rows import with_related_rows
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.rules.starts import is_bound_to_shifts
from scheduler.waitlist.queries import points_of

WORTH = 10  # of a request without a point


def agreed_in(actor: Actor, scope: PlanScope) -> list[ColumnElement[bool]]:
    """Which requests a plan of this scope is for: agreed, not planned yet, in the actor's reach, of its days."""
    wanted = [
        in_reach(actor, SchoolRequest),
        SchoolRequest.state == RequestState.AGREED,
        SchoolRequest.first_day <= scope.last_day,
        SchoolRequest.last_day >= scope.first_day,
    ]
    if scope.programmes:
        wanted.append(SchoolRequest.programme_id.in_(scope.programmes))
    if scope.districts:
        towns = select(Municipality.id).where(Municipality.district_id.in_(scope.districts))
        wanted.append(SchoolRequest.host_id.in_(select(Host.id).where(Host.municipality_id.in_(towns))))
    return wanted


def asked_visits(actor: Actor, scope: PlanScope, *, now: dt.datetime) -> list[AskedVisit]:
    """What a plan of this scope is drawn from; two questions for each request, the rest once for all."""
    return list(_asked(_loaded(agreed_in(actor, scope)), scope, now))


def asked_again(
    request_ids: Collection[int], scope: PlanScope, *, now: dt.datetime
) -> dict[int, tuple[AskedVisit, SchoolRequest]]:
    """The same of these requests as they are now, whatever has become of them, with their rows; locked."""
    rows = _loaded([SchoolRequest.id.in_(request_ids)], lock=True)
    return {row.id: (one, row) for one, row in zip(_asked(rows, scope, now), rows, strict=True)}


def chosen_visits(
    actor: Actor, request_ids: Collection[int], scope: PlanScope, *, now: dt.datetime, placed: Collection[int] = ()
) -> dict[int, AskedVisit]:
    """These agreed requests as far as the actor reaches, within the days of a scope.

    Of those that are `placed` only where and how long they are: whoever goes to them was asked before.
    """
    of_actor = [in_reach(actor, SchoolRequest), SchoolRequest.state == RequestState.AGREED]
    rows = _loaded([*of_actor, SchoolRequest.id.in_({*request_ids, *placed})])
    return {one.request_id: one for one in _asked(rows, scope, now, alone=set(placed) - set(request_ids))}


def _loaded(wanted: Iterable[ColumnElement[bool]], *, lock: bool = False) -> list[SchoolRequest]:
    found: Select[SchoolRequest] = with_related_rows(select(SchoolRequest).where(*wanted).order_by(SchoolRequest.id))
    found = found.options(selectinload(SchoolRequest.preferred)).execution_options(populate_existing=True)
    if lock:
        found = found.with_for_update(of=SchoolRequest)
    return list(db.session().scalars(found))


def _asked(
    rows: list[SchoolRequest], scope: PlanScope, now: dt.datetime, alone: Collection[int] | None = None
) -> Iterable[AskedVisit]:
    """`alone`: of a table, on which nothing is weighed; these requests without anybody who could go."""
    if not rows:
        return
    today = clock.local_day(now)
    lessons = place_queries.lesson_calendar(today, today + HORIZON_DAYS * dt.timedelta(days=1))
    told = place_queries.school_times_of({row.host_id for row in rows})
    points = points_of([row.id for row in rows], rows[0].centre_id, now=now) if alone is None else {}
    wishes = wishes_of_requests(rows)
    for row in rows:
        people = row.id not in (alone or ())
        facts = _facts(row, _within(wishes[row.id], scope), (told.get(row.host_id), lessons), now, people=people)
        plans = plans_as_asked(row, one_after_the_other(row, EARLIEST))
        yield AskedVisit(
            row.id,
            row.host_id,
            replace(facts, people=tuple(who for who in facts.people if _may_go(who.presenter_id, scope))),
            weight=WORTH + points.get(row.id, 0),
            sitting_minutes=tuple(one.minutes for one in plans),
            sitting_classes=tuple(
                one.classes if is_bound_to_shifts(one) and not one.outside_shift else "" for one in plans
            ),
            liked=frozenset(one.on_day for one in row.preferred),
            hours={one.on_day: one.starts_local for one in row.preferred if one.starts_local},
        )


def _may_go(presenter_id: int, scope: PlanScope) -> bool:
    return not scope.people or presenter_id in scope.people


def _within(wish: FreeWish, scope: PlanScope) -> FreeWish:
    """The days of a request that lie in the scope."""
    bounds = wish.bounds
    first, last = bounds.first_day or scope.first_day, bounds.last_day or scope.last_day
    within = replace(bounds, first_day=max(first, scope.first_day), last_day=min(last, scope.last_day))
    return replace(wish, bounds=within)


def _facts(
    row: SchoolRequest,
    wish: FreeWish,
    known: tuple[SchoolTimeRow | None, LessonCalendar],
    now: dt.datetime,
    *,
    people: bool,
) -> FreeFacts:
    told, lessons = known
    school = OpenSchool.known(place_queries.host_row(row.host), told, lessons)
    place = AskedPlace(programme_row(row.programme), school, school.host.municipality)
    calendar = open_calendar(wish, now=now, place=place) if people else nobodys_calendar(place, now=now)
    return calendar.facts_of(wish)
