"""Shared rides: a youth in the car of the educator with whom she presents. It saves her road and nothing else.

Who rides could have gone alone, too: no day gets longer than her hours, no lesson is missed because of the ride.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scheduler.planning.rules.roads import DayFrame, DayTour, misses_lessons, road_between, road_over
from scheduler.planning.terms import PlanCity, PlanPerson, PlanProblem, SharedRide

LONGEST_DETOUR_KM = 20  # each way: farther is not on the way


@dataclass(frozen=True, slots=True)
class RideDay:
    """What a ride is judged by: both people, the educator's day as driven, and the youth's as it were alone."""

    ride: SharedRide
    educator: PlanPerson
    youth: PlanPerson
    frame: DayFrame
    driven: DayTour
    alone: DayTour
    ends: tuple[PlanCity, PlanCity]  # of the educator's first and last presentation
    pick_up: PlanCity


def may_ride(educator: PlanPerson, youth: PlanPerson, day: int) -> bool:
    """Whether she may take her along: an adult vetted to drive, and of a minor the guardian's consent for that day."""
    school = youth.own_school
    return (
        educator.educator
        and educator.takes_along
        and educator.own_school is None
        and not youth.educator
        and (school is None or school.may_ride[0] <= day <= school.may_ride[1])
    )


def is_on_the_way(problem: PlanProblem, home: PlanCity, pick_up: PlanCity, ends: tuple[PlanCity, PlanCity]) -> bool:
    """Whether the door of who rides lies on the road, out and home."""
    return all(
        road_over(problem, home, pick_up, end)[0] - road_between(problem, home, end)[0] <= LONGEST_DETOUR_KM
        for end in ends
    )


def shared_tour(problem: PlanProblem, day: RideDay) -> DayTour:
    """The day of who rides, from her own door: no kilometre of her own, and the limits that are hers."""
    youth, home = day.youth, day.frame.begins
    km, minutes = (0, 0) if day.pick_up.id == home.id else road_between(problem, home, day.pick_up)
    leaves, back, ridden = day.driven.leaves + minutes, day.driven.back - minutes, day.driven.km - 2 * km
    found = list(day.alone.problems)
    if leaves < youth.day_start or back > youth.day_end:
        found.append("day start or end at home")
    if ridden > youth.max_km_day:
        found.append("max km a day")
    school = youth.own_school
    if (
        school is not None
        and misses_lessons(school, day.ride.day, leaves, back)
        and not misses_lessons(school, day.ride.day, day.alone.leaves, day.alone.back)
    ):
        found.append("a ride costs own lessons")
    return DayTour(0, min(leaves, day.alone.leaves), max(back, day.alone.back), tuple(dict.fromkeys(found)))


def ride_problems(problem: PlanProblem, day: RideDay, together: bool) -> Iterator[str]:
    """What of a ride may not be; `together`: all that the youth gives on that day is the educator's, too."""
    if not may_ride(day.educator, day.youth, day.ride.day):
        yield "rides without consent or a vetted driver"
    if not together:
        yield "rides where the educator is not"
    home = day.frame.begins
    if day.frame.ends.id != home.id or home.id != day.educator.home:
        yield "rides with somebody who stays away"
    elif not is_on_the_way(problem, home, day.pick_up, day.ends):
        yield "out of the way"


def doubled_rides(rides: tuple[SharedRide, ...]) -> set[tuple[str, int]]:
    """Youths who ride twice on a day."""
    number = Counter((one.influencer, one.day) for one in rides)
    return {who for who, times in number.items() if times > 1}


def pick_ups(rides: tuple[SharedRide, ...], people: Mapping[str, PlanPerson]) -> dict[tuple[str, int], list[int]]:
    """Of each educator and day, the homes of who rides along."""
    found = dict[tuple[str, int], list[int]]()
    for one in rides:
        if one.influencer in people and one.educator in people:
            found.setdefault((one.educator, one.day), []).append(people[one.influencer].home)
    return found
