"""What a trouble breaks of what stands, what may make room for it, and where a broken visit may go; pure."""

import datetime as dt
from dataclasses import dataclass, replace

from scheduler.booking.terms.free_dates import FreeFacts, FreeWish, KeptSitting
from scheduler.people.terms import ExceptionRow
from scheduler.proposals.terms.plan import LeftAlone, Mending, ProposedSeat, StandingVisit

NOBODY = 0  # of a seat whose educator is missing: no presenter has this number
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class StandingFacts:
    """A visit as it stands, with all that decides whether it is broken and whether the planner could lay it."""

    visit_id: int
    request_id: int
    on_day: dt.date
    starts_local: dt.time
    stopped: bool
    educators: tuple[int, ...]
    youths: tuple[int, ...]
    gone: frozenset[int]  # who was taken out of it
    notice_days: int
    needed: tuple[int, int]  # educators and young presenters
    one_crew: bool  # the same in each presentation, and in the school
    kept: tuple[KeptSitting, ...] = ()  # its hours, where they are not those that the planner would lay

    @property
    def short(self) -> bool:
        return len(self.educators) < self.needed[0] or len(self.youths) < self.needed[1]

    @property
    def by_planner(self) -> bool:
        """Whether the planner could have laid it, but for who is missing."""
        crew = len(self.educators) <= 1 and len(self.youths) <= self.needed[1]
        return self.one_crew and crew and self.needed[0] == 1 and self.needed[1] <= 1


def standing_in(found: StandingFacts, mends: Mending, today: dt.date) -> StandingVisit:
    """How a visit stands when the trouble is there."""
    broken = found.stopped or is_broken(found, mends)
    seat = ProposedSeat(
        found.request_id,
        found.on_day,
        found.starts_local,
        next(iter(found.educators), NOBODY),
        next(iter(found.youths), None),
    )
    within = not found.stopped and (found.on_day - today).days < max(found.notice_days, 1)
    fair = found.by_planner and (broken or not found.short)
    left = LeftAlone.WITHIN_NOTICE if within else None if fair else LeftAlone.BY_HAND
    return StandingVisit(found.visit_id, found.request_id, seat, found.stopped, broken, left, found.kept)


def is_broken(found: StandingFacts, mends: Mending) -> bool:
    """Whether the trouble's presenter goes there, or was taken out of it and nobody has taken her place."""
    if mends.presenter_id is None or not mends.is_away(mends.presenter_id, found.on_day):
        return False
    if mends.presenter_id in (*found.educators, *found.youths):
        return True
    return mends.presenter_id in found.gone and found.short


def may_move(stood: StandingVisit) -> bool:
    """Whether a visit that nothing broke may make room."""
    return not stood.broken and stood.left is None


def wish_to_mend(wish: FreeWish, stood: StandingVisit, last: dt.date, answered: dt.date) -> FreeWish:
    """Where a visit may be: its own day always; what broke on any later day of the repair, too.

    Hours of its own go along. One that a closure stopped goes nowhere before the day that fell out, or before a crew
    could answer.
    """
    wish = replace(wish, kept=stood.kept) if stood.kept else wish
    bounds, day = wish.bounds, stood.seat.on_day
    if stood.stopped:
        return replace(wish, bounds=replace(bounds, first_day=None, last_day=None, after=max(day, answered) - DAY))
    until = last if stood.broken else bounds.last_day or day
    first = min(bounds.first_day or day, day)
    return replace(wish, bounds=replace(bounds, first_day=first, last_day=max(until, day)))


def away_facts(facts: FreeFacts, mends: Mending) -> FreeFacts:
    """The same when the trouble's presenter is away on its days; an absence wins over whatever her calendar says."""
    if mends.presenter_id is None or mends.away_from is None:
        return facts
    away = ExceptionRow(0, mends.away_from, mends.away_until or dt.date.max, available=False)
    people = (
        replace(one, exceptions=(*one.exceptions, away)) if one.presenter_id == mends.presenter_id else one
        for one in facts.people
    )
    return replace(facts, people=tuple(people))
