"""A day's stops, presentations and visits as the rules read them, in three towns."""

import datetime as dt

from scheduler.places.rules.hosts import road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.visits.rules.timetable import span_of
from scheduler.visits.terms.plans import PresentationPlan, Span, Stop, VisitDraft

DAY = dt.date(2026, 10, 6)  # a Tuesday
NIS, LESKOVAC, BELGRADE = Point(43.32, 21.90), Point(42.998, 21.946), Point(44.80, 20.46)


def at(clock: str, day: dt.date = DAY) -> dt.datetime:
    hour, minute = map(int, clock.split(":"))
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=dt.UTC)


def a_stop(visit_id: int, begins: str, ends: str, point: Point | None = NIS) -> Stop:
    return Stop(visit_id, visit_id * 10 + int(begins[:2]), at(begins), at(ends), point)


def a_plan(starts: dt.time = dt.time(10, 0), minutes: int = 45, **given_: int) -> PresentationPlan:
    return PresentationPlan(starts, minutes, Audience.PUPILS, SchoolLevel.PRIMARY, **given_)


def a_visit(*plans: PresentationPlan, day: dt.date = DAY) -> VisitDraft:
    return VisitDraft(1, 1, day, plans)


def spans_at(*minutes: int) -> list[Span]:
    return [span_of(at("06:00") + dt.timedelta(minutes=start), 45, 15) for start in minutes]


def so_far(minutes: int) -> Point:
    """A place to the north at so many minutes by road."""
    places = (Point(NIS.latitude + step / 1000, NIS.longitude) for step in range(10_000))
    return next(place for place in places if road_minutes(NIS, place) == minutes)
