"""From what free dates know to a tour's problem and back; what may be asked of a tour, and when a crew sets out."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from scheduler.booking.rules.days_that_suit import HORIZON_DAYS, minute_of
from scheduler.booking.rules.free_dates import who_could
from scheduler.booking.rules.time_grid import MomentOf
from scheduler.booking.terms.free_dates import FreeFacts
from scheduler.core.errors import GroundReason, Reason
from scheduler.people.terms import PresenterKind
from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.planning.rules.tours import cost_of_tour, trips_of, who_goes
from scheduler.planning.terms import MOST_TOUR_CITIES, Tour, TourCity, TourProblem, TourStop
from scheduler.proposals.terms.plan import ProposalReason
from scheduler.tours.terms import (
    CrewMode,
    FoundStop,
    FoundTour,
    LeftOut,
    OpenDays,
    ShiftTimes,
    TourAsk,
    TourDraft,
    TourReason,
    TourTown,
)
from scheduler.visits.rules.limits import MOST_A_DAY

DAY = dt.timedelta(days=1)
SUNDAY = 6
MORNING = (dt.time(8), dt.time(13, 15))  # in which the presentations of a shift lie
AFTERNOON = (dt.time(13, 30), dt.time(19, 30))
NOT_BEFORE = dt.time(6)  # a crew sets out, if any hour of the morning allows it


def problems_with_tour(draft: TourDraft, today: dt.date, educators: int) -> dict[str, Reason]:
    """What keeps a tour from being drawn: {field: reason}. `educators`: whom the programme sends."""
    problems: dict[str, Reason] = {}
    days = max(0, (draft.last_day - draft.first_day).days + 1)
    if not days:
        problems["last_day"] = GroundReason.DAYS_NOT_IN_ORDER
    elif draft.last_day < today:
        problems["last_day"] = GroundReason.IN_THE_PAST
    elif (draft.last_day - today).days >= HORIZON_DAYS:
        problems["last_day"] = ProposalReason.TOO_FAR_AHEAD
    elif len(draft.cities) > sum((draft.first_day + one * DAY).weekday() != SUNDAY for one in range(days)):
        problems["last_day"] = TourReason.MORE_CITIES_THAN_DAYS
    if not draft.cities:
        problems["cities"] = TourReason.NO_CITY
    elif len(draft.cities) > MOST_TOUR_CITIES:
        problems["cities"] = TourReason.TOO_MANY_CITIES
    if draft.mode is CrewMode.FIXED and len(draft.people) < educators:
        problems["people"] = TourReason.CREW_NOT_WHOLE
    if not draft.mornings + draft.afternoons:
        problems["mornings"] = TourReason.NOTHING_GIVEN
    elif draft.mornings + draft.afternoons > MOST_A_DAY:
        problems["afternoons"] = TourReason.TOO_MUCH_FOR_A_DAY
    return problems


def open_days(town: TourTown, moment_of: MomentOf) -> OpenDays:
    """On which days of a city whom of the educators free dates name for every shift that is asked for.

    They name somebody for a time at which enough of every kind are free: young presenters, too, who come from home and
    go home the same day.
    """
    shifts = [(facts, span) for facts, span in ((town.morning, MORNING), (town.afternoon, AFTERNOON)) if facts]
    each = [_named(facts, span, moment_of) for facts, span in shifts]
    found: dict[dt.date, dict[int, ShiftTimes]] = {}
    for day, hers in each[0].items() if each else ():
        for who in hers:
            times = [one.get(day, {}).get(who, ()) for one in each]
            if all(times):
                morning = times[0] if town.morning else ()
                found.setdefault(day, {})[who] = ShiftTimes(morning, times[-1] if town.afternoon else ())
    return found


def _named(
    facts: FreeFacts, span: tuple[dt.time, dt.time], moment_of: MomentOf
) -> dict[dt.date, dict[int, tuple[dt.time, ...]]]:
    """Of each day who could give these presentations one after the other within a shift, and when they would begin."""
    educators = {one.presenter_id for one in facts.people if one.kind is PresenterKind.EDUCATOR}
    begins, ends = span[0], minute_of(span[1]) - facts.minutes
    found: dict[dt.date, dict[int, tuple[dt.time, ...]]] = {}
    for who, dates in who_could(facts, moment_of).items():
        for day, times in dates.items() if who in educators else ():
            if kept := tuple(time for time in times if begins <= time and minute_of(time) <= ends):
                found.setdefault(day, {})[who] = kept
    return found


def problem_of(ask: TourAsk, opened: Sequence[OpenDays]) -> tuple[TourProblem, tuple[int, ...]]:
    """The engine's problem, days as ordinals; and whose bit is which."""
    draft = ask.draft
    named = sorted({who for days in opened for hers in days.values() for who in hers})
    crew = tuple(who for who in named if not draft.people or who in draft.people)
    fixed = draft.mode is CrewMode.FIXED
    cities = tuple(
        _city(town, days, draft.people if fixed else crew, ask.educators, fixed=fixed)
        for town, days in zip(ask.towns, opened, strict=True)
    )
    points = [town.town.point for town in ask.towns]
    problem = TourProblem(
        cities,
        tuple(_km(ask.start, point) for point in points),
        tuple(tuple(_km(one, other) for other in points) for one in points),
        crew=ask.educators,
        nights=draft.nights,
        night_cost=draft.night_km,
    )
    return problem, crew


def _city(town: TourTown, days: OpenDays, crew: Collection[int], needed: int, *, fixed: bool) -> TourCity:
    """A day that is settled is the only one, whoever goes; a fixed crew needs an hour that suits all of it."""
    name = str(town.town.id)
    if town.stays:
        return TourCity(name, frozenset({town.stays.toordinal()}))
    if fixed:
        whole = (day for day, hers in days.items() if _together(hers, crew, town) is not None)
        return TourCity(name, frozenset(day.toordinal() for day in whole))
    bits = {day.toordinal(): sum(1 << place for place, who in enumerate(crew) if who in days[day]) for day in days}
    enough = {day: who for day, who in bits.items() if who.bit_count() >= needed}
    return TourCity(name, frozenset(enough), enough)


def _together(hers: Mapping[int, ShiftTimes], crew: Collection[int], town: TourTown) -> ShiftTimes | None:
    """The hours that all of a crew have; None where there are none."""
    if not crew or not all(who in hers for who in crew):
        return None
    both = [
        tuple(sorted(set.intersection(*(set(getattr(hers[who], shift)) for who in crew))))
        for shift in ("morning", "afternoon")
    ]
    if (town.morning and not both[0]) or (town.afternoon and not both[1]):
        return None
    return ShiftTimes(both[0], both[1])


def _km(one: Point, other: Point) -> int:
    return round(road_km(one, other))


def found_tour(
    ask: TourAsk, opened: Sequence[OpenDays], problem: TourProblem, crew: Sequence[int], tour: Tour
) -> FoundTour:
    """What the engine found as days, hours and people; and of the other cities why they are left out."""
    cost, visited = cost_of_tour(problem, tour.stops), {stop.city for stop in tour.stops}
    rest = [place for place in range(len(ask.towns)) if place not in visited]
    left_out = [
        FoundStop(ask.towns[place].town.id, left_out=_why_left_out(ask.towns[place], problem.cities[place]))
        for place in rest
    ]
    stops = _stops(ask, opened, problem, crew, tour)
    return FoundTour((*stops, *left_out), cost.km, cost.nights, tour.bound)


def _why_left_out(town: TourTown, city: TourCity) -> LeftOut:
    if city.days:
        return LeftOut.NO_DAY_LEFT
    return LeftOut.NOBODY_CAN if town.school_days else LeftOut.NO_SCHOOL_DAY


def _stops(
    ask: TourAsk, opened: Sequence[OpenDays], problem: TourProblem, crew: Sequence[int], tour: Tour
) -> list[FoundStop]:
    stops, turns = [], Counter[int]()
    for trip in trips_of(tour.stops):
        people = _whose_turn(ask, problem, crew, trip, turns)
        before = ask.start
        for stop in trip:
            town, day = ask.towns[stop.city], dt.date.fromordinal(stop.day)
            going = () if town.stays else people
            hours = _together(opened[stop.city].get(day, {}), going, town) or ShiftTimes()
            morning, afternoon = _starts(hours, town, road_minutes(before, town.town.point))
            stops.append(FoundStop(town.town.id, day, stop.from_home, morning, afternoon, going))
            before = town.town.point
    return stops


def _whose_turn(
    ask: TourAsk, problem: TourProblem, crew: Sequence[int], trip: Sequence[TourStop], turns: Counter[int]
) -> tuple[int, ...]:
    """Who goes from home to home: the fixed crew, or of who could those who have gone least."""
    if ask.draft.mode is CrewMode.FIXED:
        return ask.draft.people
    could = who_goes(problem, trip)
    able = sorted((turns[who], who) for place, who in enumerate(crew) if could >> place & 1)
    chosen = tuple(sorted(who for _gone, who in able[: ask.educators]))
    turns.update({who: len(trip) for who in chosen})
    return chosen


def _starts(hours: ShiftTimes, town: TourTown, road: int) -> tuple[dt.time | None, dt.time | None]:
    """When each shift begins: the first hour for which nobody sets out in the night, else the last one."""
    times, facts = hours.morning or hours.afternoon, town.morning or town.afternoon
    if not times or facts is None:
        return None, None
    set_up = facts.set_up_minutes
    fair = [time for time in times if minute_of(time) - set_up - road >= minute_of(NOT_BEFORE)]
    first = fair[0] if fair else times[-1]
    if not hours.morning:
        return None, first
    return first, hours.afternoon[0] if hours.afternoon else None
