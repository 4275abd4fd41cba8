"""What a plan asks of each person: her day from door to door, how often she goes in each week, where she sleeps."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scheduler.planning.rules.nights import days_on_the_road, night_problems
from scheduler.planning.rules.rides import RideDay, doubled_rides, pick_ups, ride_problems, shared_tour
from scheduler.planning.rules.roads import DayFrame, DayTour, RoadStop, tour_of
from scheduler.planning.terms import (
    DAYS_OF_WEEK,
    Placement,
    Plan,
    PlanCity,
    PlanPerson,
    PlanProblem,
    PlanViolation,
    SharedRide,
)

PersonDay = tuple[str, int]


@dataclass(frozen=True)
class PlanDiary:
    """Tours by day, presentations of each time by week, and what of nights and rides may not be."""

    tours: dict[PersonDay, DayTour] = field(default_factory=dict)
    weeks: dict[PersonDay, list[int]] = field(default_factory=dict)
    problems: list[PlanViolation] = field(default_factory=list)


def diary_of(problem: PlanProblem, plan: Plan, placed: Mapping[str, Placement]) -> PlanDiary:
    """The days of a plan, nights and rides as it says them."""
    people, cities = {one.id: one for one in problem.people}, {one.id: one for one in problem.cities}
    diary, stops = PlanDiary(), defaultdict[PersonDay, list[RoadStop]](list)
    requests = {one.id: one for one in problem.requests}
    for name, placement in placed.items():
        if not 0 <= placement.slot < len(problem.slots):
            continue  # told already: no school has such a slot
        start, request = problem.slots[placement.slot], requests[name]
        for person_id, _educator in team_of(placement):
            if person_id in people:
                stop = RoadStop(start, start + request.duration, cities[request.city], request.load)
                stops[person_id, placement.day].append(stop)
                diary.weeks.setdefault((person_id, placement.day // DAYS_OF_WEEK), []).append(request.load)
    for those in stops.values():
        those.sort(key=lambda stop: (stop.start, stop.end))
    frames = _frames(plan, people, cities)
    for person_id, day in dict.fromkeys([*stops, *sorted(days_on_the_road(plan.nights))]):
        if person_id in people:
            frame = frames[person_id, day]
            found = tour_of(problem, people[person_id], frame, stops.get((person_id, day), ()))
            diary.tours[person_id, day] = found
    diary.problems.extend(night_problems(problem, plan, stops))
    if plan.rides:
        _share(problem, plan, diary, _DrivenDays(people, cities, frames, stops, placed))
    return diary


def team_of(placement: Placement) -> Iterator[tuple[str, bool]]:
    """Who gives it, and whether she is the educator."""
    yield placement.educator, True
    if placement.influencer is not None:
        yield placement.influencer, False


class _Frames(dict[PersonDay, DayFrame]):
    """Days that begin and end at home unless something else was said."""

    def __init__(self, people: Mapping[str, PlanPerson], cities: Mapping[int, PlanCity]) -> None:
        super().__init__()
        self._people, self._cities = people, cities

    def __missing__(self, key: PersonDay) -> DayFrame:
        home = self._cities[self._people[key[0]].home]
        return DayFrame(key[1], home, home)


def _frames(plan: Plan, people: Mapping[str, PlanPerson], cities: Mapping[int, PlanCity]) -> _Frames:
    frames = _Frames(people, cities)
    for night in plan.nights:
        if night.person in people and night.city in cities:
            evening, morning = frames[night.person, night.day], frames[night.person, night.day + 1]
            away = cities[night.city]
            frames[night.person, night.day] = DayFrame(night.day, evening.begins, away)
            frames[night.person, night.day + 1] = DayFrame(night.day + 1, away, morning.ends)
    for (who, day), homes in pick_ups(plan.rides, people).items():
        frame, farther = frames[who, day], [one for one in homes if one != people[who].home]
        if farther:
            frames[who, day] = DayFrame(day, frame.begins, frame.ends, cities[farther[0]])
    return frames


@dataclass(frozen=True)
class _DrivenDays:
    people: Mapping[str, PlanPerson]
    cities: Mapping[int, PlanCity]
    frames: _Frames
    stops: Mapping[PersonDay, list[RoadStop]]
    placed: Mapping[str, Placement]


def _share(problem: PlanProblem, plan: Plan, diary: PlanDiary, driven: _DrivenDays) -> None:
    """The days of who rides along, and what of it may not be."""
    homes, twice = pick_ups(plan.rides, driven.people), doubled_rides(plan.rides)
    for ride in plan.rides:
        day, about = _ride_day(ride, diary, driven), f"{ride.influencer} day {ride.day}"
        if day is None or (ride.influencer, ride.day) in twice:
            diary.problems.append(PlanViolation(about, "unknown or doubled ride"))
            continue
        mine = [one for one in driven.placed.values() if one.day == ride.day and one.influencer == ride.influencer]
        together = all(one.educator == ride.educator for one in mine)
        found = list(ride_problems(problem, day, together))
        if driven.frames[ride.influencer, ride.day] != DayFrame(ride.day, day.pick_up, day.pick_up):
            found.append("rides from or to a night away")
        among = homes[ride.educator, ride.day]
        if len(among) > 1 and any(home != day.educator.home for home in among):
            found.append("out of the way for one alone")
        diary.problems.extend(PlanViolation(about, rule) for rule in found)
        diary.tours[ride.influencer, ride.day] = shared_tour(problem, day)


def _ride_day(ride: SharedRide, diary: PlanDiary, driven: _DrivenDays) -> RideDay | None:
    """None where somebody is unknown, or has nothing to give on that day."""
    educator, youth = driven.people.get(ride.educator), driven.people.get(ride.influencer)
    tour, alone = diary.tours.get((ride.educator, ride.day)), diary.tours.get((ride.influencer, ride.day))
    stops = driven.stops.get((ride.educator, ride.day))
    if educator is None or youth is None or tour is None or alone is None or not stops:
        return None
    frame, ends = driven.frames[ride.educator, ride.day], (stops[0].city, stops[-1].city)
    return RideDay(ride, educator, youth, frame, tour, alone, ends, driven.cities[youth.home])
