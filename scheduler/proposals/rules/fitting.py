"""Where the chosen cards of a region's table fit: on each presenter's day the hours and crews, or what keeps them away.

Asked of free dates, by the same functions as the planner and the act, beside what stands on the table already: what a
cell says is what pressing it does.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from scheduler.booking.rules.free_dates import able_at, by_name
from scheduler.booking.rules.time_grid import MomentOf
from scheduler.booking.terms.free_dates import FreeDay, FreeFacts, Lack, Seeker
from scheduler.people.terms import PresenterKind
from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.proposals.rules.drawing import all_are_there
from scheduler.proposals.rules.standing import Stands, with_promised
from scheduler.proposals.terms.plan import AskedVisit, ProposedSeat
from scheduler.proposals.terms.table import CellAnswer

Able = Sequence[tuple[int, list[int]]]


class Fitting:
    """The chosen cards, each asked beside what is placed; the first chosen is placed first."""

    def __init__(
        self, chosen: Sequence[AskedVisit], placed: Sequence[Stands], days: Sequence[dt.date], moment_of: MomentOf
    ) -> None:
        self.placed, self.moment_of = placed, moment_of
        self.cards = [_Card(one, with_promised(one.facts, placed, moment_of), days, moment_of) for one in chosen]

    def answer(self, who: int, day: dt.date) -> CellAnswer:
        """What her day says: of several cards all of them, one after the other, or the first that does not fit."""
        seats: list[ProposedSeat] = []
        stands = list(self.placed)
        for card in self.cards:
            own = card.calendars.get(who, {}).get(day)
            if own is None or not own.starts:
                return CellAnswer(lack=own.lack, beside=card.beside(who, own)) if own else CellAnswer()
            found = self._seat(card, own, who, stands[len(self.placed) :])
            if found is None:
                return CellAnswer(lack=Lack.TAKEN)
            seats.append(found)
            stands.append((card.asked, found))
        return self._with_road(who, seats) if seats else CellAnswer()

    def _seat(self, card: "_Card", own: FreeDay, who: int, before: Sequence[Stands]) -> ProposedSeat | None:
        """The hour that the school named for the day, else the first; with whoever has least to do beside her."""
        if not before and len(card.parts) == 1:
            return card.seat(own.day, next(card.in_order(own)), [who])
        facts = with_promised(card.only(who), before, self.moment_of) if before else card.facts
        for time in card.in_order(own):
            able = (
                able_at(facts, own.day, time, self.moment_of, by_the_bell=True) if before else card.able(own.day, time)
            )
            crew = [who if who in people else people[0] for _number, people in able if people]
            if len(crew) == len(card.parts) and who in crew:
                return card.seat(own.day, time, crew)
        return None

    def _with_road(self, who: int, seats: Sequence[ProposedSeat]) -> CellAnswer:
        """The drive to the first of them that day: from home, or from the stop before."""
        seat = min(seats, key=lambda one: one.starts_local)
        card = next(one for one in self.cards if one.asked.request_id == seat.request_id)
        person, there = card.people[who], card.facts.point
        begins = self.moment_of(seat.on_day, seat.starts_local, card.facts.zone)
        morning = self.moment_of(seat.on_day, dt.time(0), card.facts.zone)
        earlier = [stop for stop in person.promised if stop.point and morning <= stop.busy_until <= begins]
        last = max(earlier, key=lambda stop: stop.busy_until, default=None)
        start = last.point if last and last.point else person.home
        where = last.district_id if last else None
        if there is None:
            return CellAnswer(tuple(seats), from_home=last is None, district_id=where)
        km, minutes = round(road_km(start, there)), road_minutes(start, there)
        return CellAnswer(tuple(seats), km, minutes, from_home=last is None, district_id=where)


class _Card:
    """One chosen request, with everybody's own calendar of it."""

    def __init__(self, asked: AskedVisit, facts: FreeFacts, days: Sequence[dt.date], moment_of: MomentOf) -> None:
        self.asked, self.facts, self.moment_of = asked, facts, moment_of
        needs = ((PresenterKind.EDUCATOR, facts.rule.educators), (PresenterKind.INFLUENCER, facts.rule.influencers))
        self.parts = [kind for kind, number in needs if number]
        self.people: Mapping[int, Seeker] = {one.presenter_id: one for one in facts.people}
        self.kinds = {who: one.kind for who, one in self.people.items()}
        self.calendars = {who: self._there(own) for who, own in by_name(facts, days, moment_of).items()}
        self._able: dict[tuple[dt.date, dt.time], Able] = {}

    def _there(self, own: Mapping[dt.date, FreeDay]) -> dict[dt.date, FreeDay]:
        """Without the hours at which a class of a longer visit would be away."""
        if len(self.asked.sitting_minutes) == 1 or self.facts.told is None:
            return dict(own)
        return {day: self._kept(one) if one.starts else one for day, one in own.items()}

    def _kept(self, one: FreeDay) -> FreeDay:
        kept = tuple(time for time in one.starts if all_are_there(self.asked, one.day, time))
        return replace(one, starts=kept) if kept else FreeDay(one.day, lack=Lack.NOT_IN_THE_BUILDING)

    def beside(self, who: int, own: FreeDay) -> PresenterKind | None:
        """Who is lacking beside her, where she could go herself."""
        return own.kind if own.kind is not self.kinds[who] else None

    def in_order(self, own: FreeDay) -> Iterator[dt.time]:
        """Her hours of a day, the one that the school named for it first."""
        named = self.asked.hours.get(own.day)
        yield from sorted(own.starts, key=lambda time: (time != named, time))

    def able(self, day: dt.date, time: dt.time) -> Able:
        """Who could go at that hour, asked once for all cells."""
        if (day, time) not in self._able:
            self._able[day, time] = able_at(self.facts, day, time, self.moment_of, by_the_bell=True)
        return self._able[day, time]

    def only(self, who: int) -> FreeFacts:
        """The same facts of her, and of everybody who could go beside her."""
        beside = tuple(one for one in self.facts.people if one.presenter_id == who or one.kind is not self.kinds[who])
        return replace(self.facts, people=beside)

    def seat(self, day: dt.date, time: dt.time, crew: Sequence[int]) -> ProposedSeat:
        return ProposedSeat(self.asked.request_id, day, time, *crew)
