"""Where people sleep in a proposal: which of its nights hold, and which seats free dates offer from there; pure.

Free dates ask how far a place is from where somebody wakes and from where she sleeps; without a night away both are her
home. Nothing here decides how far is too far: it tells free dates the beds.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.booking.rules.time_grid import MomentOf
from scheduler.booking.terms.free_dates import FreeFacts, Seeker
from scheduler.people.rules import is_minor
from scheduler.places.terms.hosts import Point
from scheduler.proposals.rules.standing import seats_that_stand
from scheduler.proposals.terms.plan import AskedVisit, PlannedNight, ProposedSeat
from scheduler.visits.rules.limits import is_too_long_a_road

NightsOf = Mapping[int, int]  # of presenters, how many nights in a row each may stay away
NO_NIGHTS: NightsOf = {}
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Sleeping:
    """The nights of a proposal, and how many in a row each of its people stays away."""

    nights: tuple[PlannedNight, ...] = ()
    most: NightsOf = field(default_factory=dict)
    places: Mapping[int, Point] = field(default_factory=dict)  # of hosts, where no seat says it


def nights_in_a_row(one: Seeker, nights: NightsOf, today: dt.date) -> int:
    """How many she may stay away: of a minor none, whatever was said. Who is an adult today is one on every day."""
    return 0 if is_minor(one.law.adult_on, today) else nights.get(one.presenter_id, 0)


def works_on(hers: Iterable[Seeker], day: dt.date) -> bool:
    """Whether she comes at all on a day, as any request knows her: as its exceptions say, else as her week does."""
    for one in hers:
        said = [row.available for row in one.exceptions if row.first_day <= day <= row.last_day]
        if all(said) if said else any(row.weekday == day.weekday() for row in one.hours):
            return True
    return False


def as_if_near(facts: FreeFacts, nights: NightsOf) -> FreeFacts:
    """The same as if whoever may stay away slept at the place itself: which bed she has is for the plan to find."""
    if not nights or facts.point is None:
        return facts
    beds = {facts.today + number * DAY: facts.point for number in range(-1, HORIZON_DAYS)}
    people = (replace(one, beds=beds) if nights_in_a_row(one, nights, facts.today) else one for one in facts.people)
    return replace(facts, people=tuple(people))


def stand_with_nights(
    asked: Mapping[int, AskedVisit],
    seats: Sequence[ProposedSeat],
    sleeping: Sleeping,
    moment_of: MomentOf,
    beside: Sequence[ProposedSeat] = (),
) -> tuple[set[int], tuple[PlannedNight, ...]]:
    """The requests whose seats may all be together, and the nights that they leave: a night is where something is
    given, so it falls with the seat that it was for, and with it what could be reached from there alone.
    """
    held, stand = sleeping.nights, {seat.request_id for seat in seats}
    while True:
        those = [seat for seat in seats if seat.request_id in stand]
        held = nights_that_hold(asked, those, replace(sleeping, nights=held), beside)
        found = seats_that_stand(as_slept(asked, replace(sleeping, nights=held)), seats, moment_of, beside=beside)
        if found == stand:
            return stand, held
        stand = found


def as_slept(asked: Mapping[int, AskedVisit], sleeping: Sleeping) -> Mapping[int, AskedVisit]:
    """The same when free dates know these beds."""
    points, beds = _points(asked, sleeping), defaultdict[int, dict[dt.date, Point]](dict)
    for night in sleeping.nights:
        if point := points.get(night.host_id):
            beds[night.presenter_id][night.after_day] = point
    if not beds:
        return asked

    def slept(one: AskedVisit) -> AskedVisit:
        people = (replace(who, beds=beds.get(who.presenter_id, {})) for who in one.facts.people)
        return replace(one, facts=replace(one.facts, people=tuple(people)))

    return {number: slept(one) for number, one in asked.items()}


def nights_that_hold(
    asked: Mapping[int, AskedVisit],
    seats: Iterable[ProposedSeat],
    sleeping: Sleeping,
    beside: Iterable[ProposedSeat] = (),
) -> tuple[PlannedNight, ...]:
    """Of a proposal's nights those that may be while these seats are, each with all others."""
    diary = _Diary(asked, [*seats, *beside], beside, sleeping)
    return tuple(one for one in sleeping.nights if diary.holds(one))


def _points(asked: Mapping[int, AskedVisit], sleeping: Sleeping) -> dict[int, Point]:
    return {**sleeping.places, **{one.host_id: one.facts.point for one in asked.values() if one.facts.point}}


class _Diary:
    """Where everybody is on which day, and where she sleeps."""

    def __init__(
        self,
        asked: Mapping[int, AskedVisit],
        seats: Iterable[ProposedSeat],
        beside: Iterable[ProposedSeat],
        sleeping: Sleeping,
    ) -> None:
        self.points, self.most = _points(asked, sleeping), sleeping.most
        self.today = min((one.facts.today for one in asked.values()), default=dt.date.max)
        self.beds = {(one.presenter_id, one.after_day): one.host_id for one in sleeping.nights}
        self.stops: dict[tuple[int, dt.date], list[tuple[dt.time, int]]] = defaultdict(list)
        for seat in seats:
            for who in seat.crew if seat.request_id in asked else ():
                self.stops[who, seat.on_day].append((seat.starts_local, asked[seat.request_id].host_id))
        self.seekers: dict[int, list[Seeker]] = defaultdict(list)
        for one in asked.values():
            for person in one.facts.people:
                self.seekers[person.presenter_id].append(person)
        self.applied = Counter[tuple[int, dt.date]]()
        for seat in beside:
            for who in seat.crew if seat.request_id in asked else ():
                self.applied[who, seat.on_day] += len(asked[seat.request_id].sitting_minutes)

    def holds(self, night: PlannedNight) -> bool:
        """Whether she stays away for so many nights, works about this one, and has something to give where it is."""
        who, day, in_a_row = night.presenter_id, night.after_day, 1
        if not (hers := self.seekers.get(who)):
            return False
        while (who, day - in_a_row * DAY) in self.beds:
            in_a_row += 1
        return (
            in_a_row <= nights_in_a_row(hers[0], self.most, self.today)
            and night.host_id in self._ends(who, day)
            and all(self._is_hers(who, one) and self._is_drive(who, one) for one in (day, day + DAY))
        )

    def _ends(self, who: int, day: dt.date) -> set[int]:
        """Where that day ends, and where the next begins."""
        evening, morning = sorted(self.stops.get((who, day), ())), sorted(self.stops.get((who, day + DAY), ()))
        return {host for _starts, host in (*evening[-1:], *morning[:1])}

    def _is_hers(self, who: int, day: dt.date) -> bool:
        """Whether she works on that day and has promised nothing on it but what this proposal has come to."""
        hers = self.seekers[who]
        promised = max((one.presentations.get(day, 0) for one in hers), default=0)
        return works_on(hers, day) and promised <= self.applied[who, day]

    def _is_drive(self, who: int, day: dt.date) -> bool:
        """Whether a day without a presentation has time for its road."""
        if self.stops.get((who, day)):
            return True
        home = self.seekers[who][0].home
        woke, sleeps = (self.points.get(self.beds.get((who, one), 0), home) for one in (day - DAY, day))
        return not is_too_long_a_road(woke, sleeps)
