"""Bounds of a visit's rules: notice, length, way, gap and order of moves."""

import datetime as dt

from scheduler.places.rules.hosts import road_km
from scheduler.places.terms.hosts import Point
from scheduler.visits.rules.arrival import arrival_problems
from scheduler.visits.rules.cancelling import is_late_cancel, notice_hours
from scheduler.visits.rules.limits import is_too_long_a_road, too_far
from scheduler.visits.rules.timetable import order_of_moves, overlapping, problems_with, span_of
from scheduler.visits.terms.plans import Stop
from scheduler.visits.terms.reasons import WhyNot
from tests.bounds import at_each_bound
from tests.visits.stops import DAY, LESKOVAC, NIS, a_plan, a_stop, a_visit, at, so_far, spans_at

A_DAY, A_MINUTE, A_SECOND = dt.timedelta(days=1), dt.timedelta(minutes=1), dt.timedelta(seconds=1)
REACH_KM = round(road_km(NIS, LESKOVAC))
AROUND = (-1, 0, 1)
OUT_OF_RANGE = {"presentations-0": "length_out_of_range"}


def ways(place: Point, reach_km: int | None = None) -> list[str]:
    return [why.code for why in too_far(NIS, place, reach_km)]


def later(seconds: int) -> list[tuple[int, int]]:
    """Visits of which one begins so many seconds after the end of the other, in the same place."""
    begins = at("09:00") + seconds * A_SECOND
    stops = [a_stop(1, "08:00", "09:00"), Stop(2, 20, begins, begins + 30 * A_MINUTE, NIS)]
    return [(one.earlier.visit_id, one.later.visit_id) for one in arrival_problems(stops)]


def longest_of_two(minutes: int) -> list[tuple[int, int]]:
    """A short visit in Niš within one in Leskovac that ends so many minutes after it; another in Niš follows."""
    leskovac = Stop(1, 10, at("08:00"), at("09:30") + minutes * A_MINUTE, LESKOVAC)
    stops = [leskovac, a_stop(2, "09:00", "09:30"), a_stop(3, "09:30", "10:00")]
    return [(one.earlier.visit_id, one.later.visit_id) for one in arrival_problems(stops)]


def spans_of_two(minutes: int) -> list[int]:
    return overlapping([span_of(at("10:00"), 45, 0), span_of(at("10:45") + minutes * A_MINUTE, 45, 0)])


BOUNDS = (
    ("48 hours of notice", lambda n: is_late_cancel(at("10:00") + 2 * A_DAY + n * A_SECOND, at("10:00")), AROUND,
     (True, False, False)),
    ("an hour of notice", lambda n: notice_hours(at("10:00"), at("09:00") - n * A_SECOND), AROUND, (0, 1, 1)),
    ("no notice", lambda n: notice_hours(at("10:00") + n * dt.timedelta(hours=1), at("10:00")), AROUND, (0, 0, 1)),
    ("today", lambda n: problems_with(a_visit(a_plan(), day=DAY + n * A_DAY), DAY), AROUND,
     ({"on_day": "in_the_past"}, {}, {})),
    ("15 minutes", lambda n: problems_with(a_visit(a_plan(minutes=n)), DAY), (14, 15, 16), (OUT_OF_RANGE, {}, {})),
    ("480 minutes", lambda n: problems_with(a_visit(a_plan(minutes=n)), DAY), (479, 480, 481), ({}, {}, OUT_OF_RANGE)),
    ("no pupils", lambda n: problems_with(a_visit(a_plan(expected_pupils=n)), DAY), AROUND,
     ({"presentations-0": "negative"}, {}, {})),
    ("her reach", lambda n: ways(LESKOVAC, REACH_KM + n), AROUND, ([WhyNot.BEYOND_REACH], [], [])),
    ("240 minutes by road", lambda n: ways(so_far(n)), (239, 240, 241), ([], [], [WhyNot.TOO_FAR])),
    ("480 minutes by road without a talk", lambda n: is_too_long_a_road(NIS, so_far(n)), (479, 480, 481),
     (False, False, True)),
    ("one visit ends as the other begins", later, AROUND, ([(1, 2)], [], [])),
    ("two visits end at once", longest_of_two, AROUND, ([(1, 2)], [(1, 2), (1, 3)], [(1, 2), (1, 3)])),
    ("one presentation ends as the other begins", spans_of_two, AROUND, ([1], [], [])),
    ("moved to just after another", lambda n: order_of_moves(spans_at(60, 120), spans_at(180 + n, 300)), AROUND,
     ([1, 0], [0, 1], [0, 1])),
    ("moved to just before another", lambda n: order_of_moves(spans_at(120, 60), spans_at(n, 300)), AROUND,
     ([0, 1], [0, 1], [1, 0])),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer
