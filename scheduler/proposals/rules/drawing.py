"""From what free dates know to the engine's problem and back: the rules are those of free dates, none is copied.

Who could be where at which hour is asked of `who_could`, so that a way is one of the problem exactly when free dates
offer that hour and name that person. Roads are the product's own. A slot is when a crew arrives: set-up and all.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from scheduler.booking.rules.days_that_suit import HORIZON_DAYS, minute_of
from scheduler.booking.rules.free_dates import free_dates, who_could
from scheduler.booking.rules.holds import BREAK
from scheduler.booking.rules.time_grid import MomentOf
from scheduler.booking.terms.free_dates import OF_CREW, Lack, Seeker
from scheduler.people.terms import PresenterKind
from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.rules.presence import is_away
from scheduler.places.terms.hosts import Point
from scheduler.planning.terms import (
    DAYS_OF_WEEK,
    Placement,
    PlanCity,
    PlanPerson,
    PlanProblem,
    PlanRequest,
    WhoMay,
)
from scheduler.proposals.rules.lateness import days_soon_enough
from scheduler.proposals.rules.sleeping import NO_NIGHTS, NightsOf, as_if_near, nights_in_a_row, works_on
from scheduler.proposals.terms.plan import AskedVisit, DrawnProblem, ProposedSeat, WaitCause, Waiting
from scheduler.visits.rules.limits import FURTHEST_MINUTES, MOST_A_DAY, MOST_A_WEEK, week_of_day
from scheduler.visits.rules.timetable import wall_end

_Dates = Mapping[int, Mapping[dt.date, tuple[dt.time, ...]]]
EVERY_DAY = range(HORIZON_DAYS + DAYS_OF_WEEK)
EVERY_AUDIENCE = "all"  # of audiences: free dates ask nobody for which she speaks
NEVER, ANYTIME = -24 * 60, 3 * 24 * 60  # when somebody leaves home and is back: the product asks how far, not when
ANY_KM = 10**6
CAUSES = {
    Lack.TOPIC: WaitCause.TOPIC,
    Lack.LANGUAGE: WaitCause.LANGUAGE,
    Lack.REACH: WaitCause.REACH,
    Lack.TIME: WaitCause.TIME,
    Lack.TAKEN: WaitCause.TAKEN,
}


@dataclass(frozen=True)
class _Could:
    """A request, and by presenter the free dates to which she could go."""

    asked: AskedVisit
    dates: _Dates

    @property
    def by_planner(self) -> bool:
        return sent_by_planner(self.asked)


def sent_by_planner(asked: AskedVisit) -> bool:
    """Whether its crew is one that the planner sends: an educator, and one young presenter at most."""
    return asked.facts.rule.educators == 1 and asked.facts.rule.influencers <= 1


def drawing_of(
    asked: Sequence[AskedVisit],
    today: dt.date,
    moment_of: MomentOf,
    told: Callable[[int], None],
    nights: NightsOf = NO_NIGHTS,
) -> DrawnProblem:
    """The problem of these requests. `told` hears how many were looked at.

    Who may stay away could be wherever she may sleep near: the engine asks how far that is from each bed.
    """
    every = []
    for number, visit in enumerate(asked, 1):
        near = as_if_near(visit.facts, nights)
        every.append(_Could(visit, _with_every_class(visit, who_could(near, moment_of))))
        told(number)
    monday = week_of_day(today)
    starts = sorted({_arrives(could.asked, time) for could in every for time in _times(could)}) or [0]
    slots = {start: slot for slot, start in enumerate(starts)}
    seekers: dict[int, list[Seeker]] = defaultdict(list)  # each as every request knows her
    for could in every:
        for one in could.asked.facts.people:
            seekers[one.presenter_id].append(one)
    points = _Points()
    problem = PlanProblem(
        days=len(EVERY_DAY),
        closed_days=frozenset(),
        today=0,
        min_notice=0,  # free dates have asked
        slots=tuple(starts),
        buffer=0,
        requests=tuple(_request(could, points, monday, slots) for could in every),
        people=tuple(
            _with_nights(_person(hers, len(every), points, monday), hers, nights, today)
            for _id, hers in sorted(seekers.items())
        ),
        cities=points.cities(),
        fixed_team={},
        road=points.road,
    )
    hopeless = {could.asked.request_id: why for could in every if (why := _hopeless(could, moment_of))}
    set_up = {name_of(one): one.facts.set_up_minutes for one in asked}
    return DrawnProblem(problem, monday, set_up, hopeless, points.hosts())


def _with_every_class(asked: AskedVisit, dates: _Dates) -> _Dates:
    """Of several presentations each has its classes in the building when it begins, or the plan would be refused."""
    if len(asked.sitting_minutes) == 1 or asked.facts.told is None:
        return dates
    fits = cache(lambda day, time: all_are_there(asked, day, time))
    found = {
        who: {day: kept for day, times in hers.items() if (kept := tuple(time for time in times if fits(day, time)))}
        for who, hers in dates.items()
    }
    return {who: hers for who, hers in found.items() if hers}


def all_are_there(asked: AskedVisit, day: dt.date, first: dt.time) -> bool:
    """Whether the school has told nothing else of the hours of these classes."""
    told, starts = asked.facts.told, first
    for minutes, classes in zip(asked.sitting_minutes, asked.sitting_classes, strict=True):
        if told and classes and is_away(told, classes, day, starts, minutes):
            return False
        starts = wall_end(starts, minutes + BREAK)
    return True


def name_of(asked: AskedVisit) -> str:
    """What the engine calls a request."""
    return str(asked.request_id)


def _arrives(asked: AskedVisit, time: dt.time) -> int:
    return minute_of(time) - asked.facts.set_up_minutes


def _times(could: _Could) -> Iterable[dt.time]:
    return {time for dates in could.dates.values() for times in dates.values() for time in times}


class _Points:
    """Places as the engine's cities, with the product's roads between them; where nobody knows a place, no drive is
    judged, as nowhere else.
    """

    def __init__(self) -> None:
        self._at: list[Point | None] = []
        self._number: dict[object, int] = {}

    def of(self, key: object, point: Point | None) -> int:
        if key not in self._number:
            self._number[key] = len(self._at)
            self._at.append(point)
        return self._number[key]

    def cities(self) -> tuple[PlanCity, ...]:
        known = (point or Point(0, 0) for point in self._at)
        return tuple(PlanCity(number, "", point.latitude, point.longitude) for number, point in enumerate(known))

    def hosts(self) -> dict[int, int]:
        """Which host each city is, where it is one."""
        return {number: key[1] for key, number in self._number.items() if isinstance(key, tuple)}

    def road(self, one: PlanCity, other: PlanCity) -> tuple[int, int]:
        here, there = self._at[one.id], self._at[other.id]
        return (0, 0) if here is None or there is None else (round(road_km(here, there)), road_minutes(here, there))


def _request(could: _Could, points: _Points, monday: dt.date, slots: Mapping[int, int]) -> PlanRequest:
    asked, facts = could.asked, could.asked.facts
    every_slot = frozenset(slots.values())
    possible = {day for dates in could.dates.values() for day in dates}
    suits = asked.liked or (days_soon_enough(possible, asked.waits_days) if asked.waits_days else ())
    return PlanRequest(
        id=name_of(asked),
        city=points.of(("host", asked.host_id), facts.point),
        topic=facts.topic,
        language=facts.language,
        audience=EVERY_AUDIENCE,
        weight=asked.weight,
        duration=facts.set_up_minutes + facts.minutes,
        influencers=facts.rule.influencers if could.by_planner else 0,
        load=len(asked.sitting_minutes),
        day_from=0,
        day_to=len(EVERY_DAY),
        preferred_days=frozenset((day - monday).days for day in suits) or frozenset(EVERY_DAY),
        weekdays=frozenset(range(DAYS_OF_WEEK)),
        slots_even=every_slot,
        slots_odd=every_slot,
        blocked_days=frozenset(),
        may=_who_may(could, monday, slots) if could.by_planner else {},
    )


def _who_may(could: _Could, monday: dt.date, slots: Mapping[int, int]) -> WhoMay:
    found: dict[str, dict[int, int]] = {}
    for who, dates in could.dates.items():
        hers = found.setdefault(str(who), {})
        for day, times in dates.items():
            bit = 1 << (day - monday).days
            for time in times:
                slot = slots[_arrives(could.asked, time)]
                hers[slot] = hers.get(slot, 0) | bit
    return found


def _person(hers: Sequence[Seeker], most: int, points: _Points, monday: dt.date) -> PlanPerson:
    one = hers[-1]
    return PlanPerson(
        id=str(one.presenter_id),
        educator=one.kind is PresenterKind.EDUCATOR,
        home=points.of(one.home, one.home),
        topics=frozenset(topic for who in hers for topic in who.topics),
        languages=frozenset(language for who in hers for language in who.languages),
        audiences=frozenset({EVERY_AUDIENCE}),
        weekdays=frozenset(range(DAYS_OF_WEEK)),
        unavailable=frozenset(),
        max_per_day=MOST_A_DAY,
        max_per_week=MOST_A_WEEK,
        max_total=most,
        max_km_day=ANY_KM,
        day_start=NEVER,
        day_end=ANYTIME,
        given={(day - monday).days: number for who in hers for day, number in who.presentations.items()},
    )


def _with_nights(person: PlanPerson, hers: Sequence[Seeker], nights: NightsOf, today: dt.date) -> PlanPerson:
    """With the nights that she may stay away, an adult today and so on every day of the plan; on days on which she does
    not work she is on no road, either. The engine is never told that a minor could.
    """
    monday = week_of_day(today)
    if not (most := nights_in_a_row(hers[-1], nights, today)):
        return person
    off = frozenset(day for day in EVERY_DAY if not works_on(hers, monday + dt.timedelta(days=day)))
    return replace(person, nights_max=most, unavailable=off, furthest=FURTHEST_MINUTES)


def _hopeless(could: _Could, moment_of: MomentOf) -> Waiting | None:
    """Why nobody could be sent even if nothing else were planned: what free dates say themselves."""
    if not could.by_planner:
        return Waiting(WaitCause.LARGE_CREW)
    if could.dates:
        return None
    lacking = free_dates(could.asked.facts, moment_of).lacking
    if lacking is None or lacking.lack not in OF_CREW:
        return Waiting(WaitCause.NO_DAY)
    return Waiting(CAUSES[lacking.lack], lacking.kind)


def placement_of(drawing: DrawnProblem, seat: ProposedSeat) -> Placement | None:
    """A seat in the engine's numbers; None where its hour is none of the problem's."""
    name = str(seat.request_id)
    arrives = minute_of(seat.starts_local) - drawing.set_up.get(name, 0)
    if name not in drawing.set_up or arrives not in drawing.problem.slots:
        return None
    day, slot = (seat.on_day - drawing.first_day).days, drawing.problem.slots.index(arrives)
    youth = str(seat.influencer_id) if seat.influencer_id is not None else None
    return Placement(name, day, slot, str(seat.educator_id), youth)


def seat_of(drawing: DrawnProblem, placement: Placement) -> ProposedSeat:
    """What the engine placed, as day, hour and people."""
    minute = drawing.problem.slots[placement.slot] + drawing.set_up[placement.request]
    return ProposedSeat(
        int(placement.request),
        drawing.first_day + placement.day * dt.timedelta(days=1),
        dt.time(*divmod(minute, 60)),
        int(placement.educator),
        int(placement.influencer) if placement.influencer is not None else None,
    )


def may_be(drawing: DrawnProblem, placement: Placement) -> bool:
    """Whether everybody of a placement is free for it, alone."""
    request = next(one for one in drawing.problem.requests if one.id == placement.request)
    may = request.may or {}
    return bool(request.influencers) == (placement.influencer is not None) and all(
        may.get(who, {}).get(placement.slot, 0) >> placement.day & 1 for who in placement.crew
    )
