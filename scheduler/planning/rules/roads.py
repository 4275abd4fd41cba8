"""Kilometres and minutes of the planner, and one person's day on the road."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt

from scheduler.planning.terms import ANY_ROAD, OwnSchool, PlanCity, PlanPerson, PlanProblem

EARTH_KM = 6371.0
DETOUR = 1.3  # a road is longer than the straight line
SET_OUT_MINUTES = 15  # beside one minute a kilometre
SAME_CITY_MINUTES = 20


@dataclass(frozen=True, slots=True)
class RoadStop:
    """A presentation of one person's day: minutes after midnight, and where."""

    start: int
    end: int
    city: PlanCity
    load: int = 1  # presentations


@dataclass(frozen=True, slots=True)
class DayTour:
    """A person's day from door to door, and what of it does not fit."""

    km: int
    leaves: int
    back: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayFrame:
    """Where a person's day begins and ends: at home, but for a night away; `by_way_of` the door of who rides along."""

    day: int
    begins: PlanCity
    ends: PlanCity
    by_way_of: PlanCity | None = None


def plan_km(one: PlanCity, other: PlanCity) -> int:
    """Whole kilometres by road between two places.

    Error: the Earth is a sphere and every road 1.3 times the straight line: it compares plans, nobody is paid by it.
    Source: the haversine formula, R. W. Sinnott, Sky & Telescope 68 (1984).
    """
    if one.id == other.id:
        return 0
    north, south = radians(one.lat), radians(other.lat)
    across = sin(radians(other.lon - one.lon) / 2) ** 2
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * across
    return round(DETOUR * 2 * EARTH_KM * asin(sqrt(half)))


def plan_minutes(one: PlanCity, other: PlanCity) -> int:
    """Minutes on the road: 60 km/h and a quarter of an hour to set out."""
    return SAME_CITY_MINUTES if one.id == other.id else SET_OUT_MINUTES + plan_km(one, other)


def road_between(problem: PlanProblem, one: PlanCity, other: PlanCity) -> tuple[int, int]:
    """Kilometres and minutes, by the problem's own roads where it brings some."""
    return problem.road(one, other) if problem.road else (plan_km(one, other), plan_minutes(one, other))


def is_too_much(loads: Sequence[int], given: int, most: int) -> bool:
    """Whether somebody would get one more when she has enough already, in whatever order they were given."""
    return given + sum(loads) - max(loads) + 1 > most


def road_over(problem: PlanProblem, one: PlanCity, over: PlanCity | None, other: PlanCity) -> tuple[int, int]:
    """Kilometres and minutes by way of a third place; the straight road where that is none, or where one sets out."""
    if over is None or over.id in (one.id, other.id):
        return road_between(problem, one, other)
    first, then = road_between(problem, one, over), road_between(problem, over, other)
    return first[0] + then[0], first[1] + then[1]


def tour_of(problem: PlanProblem, person: PlanPerson, frame: DayFrame, stops: Sequence[RoadStop]) -> DayTour:
    """From where the day begins over its stops, in order, to where it ends; a day without stops is a road alone."""
    ordered, day = sorted(stops, key=lambda stop: (stop.start, stop.end)), frame.day
    if not ordered:
        km, minutes = road_between(problem, frame.begins, frame.ends)
        fits = km <= person.max_km_day and person.day_start + minutes <= person.day_end
        fits &= minutes <= 2 * person.furthest  # as long as the road there and back of her furthest visit
        return DayTour(km, person.day_start, person.day_start + minutes, () if fits else ("no day for the road",))
    problems = []
    km, minutes = road_over(problem, frame.begins, frame.by_way_of, ordered[0].city)
    leaves = ordered[0].start - problem.buffer - minutes
    for stop, later in pairwise(ordered):
        way, minutes = road_between(problem, stop.city, later.city)
        if stop.end + minutes + problem.buffer > later.start:
            problems.append("overlap or travel does not fit")
        km += way
    way, minutes = road_over(problem, ordered[-1].city, frame.by_way_of, frame.ends)
    km, back = km + way, ordered[-1].end + minutes
    if leaves < person.day_start or back > person.day_end:
        problems.append("day start or end at home")
    if km > person.max_km_day:
        problems.append("max km a day")
    if is_out_of_reach(problem, person, frame, ordered):
        problems.append("too far from where she sleeps")
    if is_too_much([stop.load for stop in ordered], person.given.get(day, 0), person.max_per_day):
        problems.append("max presentations a day")
    return DayTour(km, leaves, back, tuple(problems))


def is_out_of_reach(problem: PlanProblem, person: PlanPerson, frame: DayFrame, stops: Sequence[RoadStop]) -> bool:
    """Whether a presentation lies further than she is sent from where her day begins, or from where it ends."""
    ends = {frame.begins.id: frame.begins, frame.ends.id: frame.ends}.values()
    return person.furthest < ANY_ROAD and any(
        road_between(problem, end, stop.city)[1] > person.furthest for end in ends for stop in stops
    )


def misses_lessons(school: OwnSchool, day: int, leaves: int, back: int) -> bool:
    """Whether a minor's absence, from door to door, takes her out of her own lessons."""
    begins, ends = school.lessons(day)
    return leaves < ends and back > begins
