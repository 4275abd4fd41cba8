"""Free dates: on which days and at which times a crew that meets the programme's rule can really be there.

Decides nothing of its own where another rule has spoken: availability is `is_available`, papers and age are
`uncleared`, topic and language are `why_not`, lessons are the bells of places, two places are what `arrival_problems`
says of them, how far and how much is `too_far` and `too_much`, and a crew is enough when `crew_problems` finds nothing
against everybody who could go (docs/decisions/0016).

Times are bits: bit number n of a mask is the nth time of the grid, so that a day of a presenter is three machine words
and not fifty questions.
"""

import datetime as dt
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache

from scheduler.booking.rules.days_that_suit import (
    EARLIEST,
    HORIZON_DAYS,
    is_offered,
    refusals,
)
from scheduler.booking.rules.time_grid import Enough, MomentOf, TimeGrid, any_of
from scheduler.booking.rules.young_days import days_full_for_a_minor
from scheduler.booking.terms.free_dates import OF_CREW, Days, FreeDates, FreeDay, FreeFacts, Lack, Seeker
from scheduler.people.rules import is_available
from scheduler.people.terms import PresenterKind
from scheduler.places.terms.hosts import Point
from scheduler.programmes.terms import Audience
from scheduler.visits.rules.arrival import arrival_problems
from scheduler.visits.rules.crew import uncleared, why_not
from scheduler.visits.rules.limits import load_on, too_far, too_much, week_of_day
from scheduler.visits.terms.plans import Stop, Why
from scheduler.visits.terms.reasons import WhyNot

OTHERS = 3  # dates that are named instead of one that is gone
DAY = dt.timedelta(days=1)


def free_dates(facts: FreeFacts, moment_of: MomentOf) -> FreeDates:
    """Today and the days after it, each with its free times or the reason why it has none.

    A day of several sittings is free when each of them can begin at some time of it; its times are those of all.
    `moment_of` is core.clock's (rules know no clock). Nothing in the answer says who would come.
    """
    return judged_dates(facts, moment_of)[0]


def judged_dates(facts: FreeFacts, moment_of: MomentOf) -> tuple[FreeDates, "JudgedDays"]:
    """The same, with what it was made of."""
    days = [facts.today + number * DAY for number in range(HORIZON_DAYS)]
    shut = {day: lacks[0] for day in days if (lacks := refusals(facts, day))}
    judged = JudgedDays(facts, [day for day in days if day not in shut], moment_of)
    found = (FreeDay(day, lack=shut[day]) if day in shut else judged.on(day) for day in days)
    return FreeDates(tuple(found), bells=facts.audience is Audience.PUPILS and facts.told is not None), judged


def starts_on(facts: FreeFacts, day: dt.date, moment_of: MomentOf) -> tuple[dt.time, ...]:
    """The free times of one of these days; none of a day that is out of reach."""
    return () if refusals(facts, day) else JudgedDays(facts, [day], moment_of).on(day).starts


def _needs(facts: FreeFacts) -> tuple[tuple[PresenterKind, int], ...]:
    """An educator is an adult, and nobody goes without one: so a crew of enough people is one that may go."""
    return (PresenterKind.EDUCATOR, facts.rule.educators), (PresenterKind.INFLUENCER, facts.rule.influencers)


def _day(day: dt.date, grid: TimeGrid, needed: Sequence["_Needed"]) -> FreeDay:
    """A day on which the school has pupils."""
    offered = grid.sittings[day]
    if not all(offered):
        return FreeDay(day, lack=Lack.NOT_IN_THE_BUILDING)
    if lacking := next((one for one in needed if one.lack), None):
        return FreeDay(day, lack=lacking.lack, kind=lacking.kind, needed=lacking.number)
    usual, free = offered, offered
    for one in needed:
        can, is_free = one.on(day)
        usual, free = [times & can for times in usual], [times & is_free for times in free]
        if not all(usual):
            return FreeDay(day, lack=Lack.TIME, kind=one.kind, needed=one.number)
        if not all(free):
            return FreeDay(day, lack=Lack.TAKEN, kind=one.kind, needed=one.number)
    return FreeDay(day, grid.times_in(any_of(free)))


def against(facts: FreeFacts, day: dt.date, moment_of: MomentOf) -> list[FreeDay]:
    """Each rule that speaks against a day at the one hour that is asked for: of the school, then of those who come."""
    return judged_against(facts, day, moment_of)[0]


def judged_against(facts: FreeFacts, day: dt.date, moment_of: MomentOf) -> tuple[list[FreeDay], "JudgedDays"]:
    """The same, with what it was made of."""
    said = [FreeDay(day, lack=lack) for lack in refusals(facts, day)]
    if said and said[0].lack is Lack.BEYOND:  # what is not known of does not speak against it
        return said, JudgedDays(facts, [], moment_of)
    judged = JudgedDays(facts, [day], moment_of)
    found = judged.on(day)
    return ([*said, found] if found.lack else said), judged


def is_taken(found: FreeDates, day: dt.date) -> bool:
    """Whether a day is none because of what came since: a closure, or promises elsewhere of all who could come."""
    return any(one.day == day and one.lack in (Lack.TAKEN, Lack.SHUT) for one in found.days)


def others_than(
    found: FreeDates, taken: Collection[dt.date], after: dt.date, at: dt.time
) -> list[tuple[dt.date, dt.time]]:
    """The first free days after a day beside those, each at the wished hour or at the first one that is free."""
    free = [one for one in found.free if one.day > after and one.day not in taken]
    return [(one.day, at if at in one.starts else one.starts[0]) for one in free[:OTHERS]]


def able_at(
    facts: FreeFacts, day: dt.date, time: dt.time, moment_of: MomentOf, *, by_the_bell: bool
) -> list[tuple[int, list[int]]]:
    """Who could go to a presentation of that day and time: how many are needed of each kind, educators first, and who
    is free, whoever has least in that week first. Nothing when the school is shut then, or its classes are away.

    `by_the_bell` False leaves the judging of the time to the school.
    """
    if refusals(facts, day) or (by_the_bell and not is_offered(facts, day, time)):
        return []
    grid = TimeGrid(facts, [day], moment_of, {day: [[time]]})
    return [(number, _Needed(kind, number, facts, grid).free_at(day, time)) for kind, number in _needs(facts) if number]


def who_could(facts: FreeFacts, moment_of: MomentOf) -> dict[int, dict[dt.date, tuple[dt.time, ...]]]:
    """The same answer by name: of each presenter the free dates to which she could go herself. For the planner.

    A date is free exactly when enough of each kind are named for it; of a date that is not free nobody is.
    """
    days = [facts.today + number * DAY for number in range(HORIZON_DAYS)]
    grid = TimeGrid(facts, [day for day in days if not refusals(facts, day)], moment_of)
    needed = [_Needed(kind, number, facts, grid) for kind, number in _needs(facts) if number]
    found: dict[int, dict[dt.date, tuple[dt.time, ...]]] = {}
    for day in grid.days:
        if not (starts := _day(day, grid, needed).starts):
            continue
        free = sum(grid.bit[time] for time in starts)
        for one in needed:
            for who, bits in one.each_on(day):
                if times := grid.times_in(bits & free):
                    found.setdefault(who, {})[day] = times
    return found


def by_name(facts: FreeFacts, days: Sequence[dt.date], moment_of: MomentOf) -> dict[int, dict[dt.date, FreeDay]]:
    """These days as everybody's own calendar, of each kind that is needed: her times, or what keeps her away.

    The times are those of `who_could`. Where she could and somebody beside her is lacking, the day says whom.
    """
    shut = {day: FreeDay(day, lack=lacks[0]) for day in days if (lacks := refusals(facts, day))}
    grid = TimeGrid(facts, [day for day in days if day not in shut], moment_of)
    needed = [_Needed(kind, number, facts, grid) for kind, number in _needs(facts) if number]
    of_all = shut | {day: _day(day, grid, needed) for day in grid.days}
    calendars: dict[int, dict[dt.date, FreeDay]] = {}
    for one in needed:
        for person, lack in one.sieved():
            calendars[person.presenter_id] = {day: one.own_day(person, lack, of_all[day]) for day in days}
    return calendars


def full_days(seeker: Seeker, days: Iterable[dt.date]) -> list[dt.date]:
    """The days on which one presentation more would be more than she is given in a day or in a week."""
    of_day, of_week = seeker.presentations, Counter[dt.date]()
    for day, number in of_day.items():
        of_week[week_of_day(day)] += number
    weeks = {monday for monday, number in of_week.items() if too_much(0, number)}
    asked = [day for day in days if day in of_day or (weeks and week_of_day(day) in weeks)]
    return [day for day in asked if too_much(of_day.get(day, 0), of_week[week_of_day(day)])]


def allowed_days(seeker: Seeker, days: Sequence[dt.date]) -> set[dt.date]:
    """The days on which the law lets her go. Its answer changes only where an age or a paper begins or ends."""
    papers = [mark for span in (*seeker.vetted, *seeker.agreed) for mark in (span.first_day, span.last_day + DAY)]
    ages = [mark for mark in (seeker.law.adult_on, seeker.law.may_present_from) if mark]
    marks, allowed = sorted([*papers, *ages]), set()
    lets: dict[int, bool] = {}
    for day in days:
        since = bisect_right(marks, day)
        if since not in lets:
            vetted, agreed = _covers(seeker.vetted, day), _covers(seeker.agreed, day)
            lets[since] = not uncleared(seeker.law, day, vetted=vetted, agreed=agreed)
        if lets[since]:
            allowed.add(day)
    return allowed


class JudgedDays:
    """Days on which a school has pupils, and who of these people could be there."""

    def __init__(self, facts: FreeFacts, days: Sequence[dt.date], moment_of: MomentOf) -> None:
        self.grid = TimeGrid(facts, days, moment_of)
        self.needed = [_Needed(kind, number, facts, self.grid) for kind, number in _needs(facts) if number]

    def on(self, day: dt.date) -> FreeDay:
        """What a day offers."""
        return _day(day, self.grid, self.needed)

    def is_lacking(self, kind: PresenterKind) -> bool:
        """Whether too few of a kind could go on any day at all."""
        return any(one.lack for one in self.needed if one.kind is kind)

    def open_times(self, kind: PresenterKind) -> Iterator[tuple[dt.date, int]]:
        """By day the times that are asked for and at which not enough of a kind are free."""
        for one in self.needed:
            for day in self.grid.days if one.kind is kind else ():
                offered = self.grid.offered[day] if all(self.grid.sittings[day]) else 0
                if left := offered & ~one.on(day)[1]:
                    yield day, left


class _Needed:
    """How many of one kind a crew needs, and who of them could be there at which times."""

    def __init__(self, kind: PresenterKind, number: int, facts: FreeFacts, grid: TimeGrid) -> None:
        self.kind, self.number, self.facts, self.grid = kind, number, facts, grid
        self.lack: Lack | None = None
        self.people = [one for one in facts.people if one.kind is kind]
        for lack, suits in self._sieves():
            self.people = [one for one in self.people if suits(one)]
            if len(self.people) < number and self.lack is None:
                self.lack = lack
        if self.lack:
            self.people = []
        self.most = self._most()
        self._known: dict[int, tuple[dict[dt.date, int], dict[dt.date, int]]] = {}
        self._found: dict[dt.date, tuple[int, int]] = {}

    def _sieves(self) -> Iterable[tuple[Lack, Callable[[Seeker], bool]]]:
        """What is asked of her on every day alike; many live in one town and teach the same, each is asked once."""
        said: dict[tuple[int, int], list[Why]] = {}
        reached: dict[tuple[int, int | None], bool] = {}
        point = self.facts.point

        def against(one: Seeker) -> list[Why]:
            teaches = id(one.topics), id(one.languages)  # the very same for most, and quicker known than their words
            if teaches not in said:
                said[teaches] = why_not(one, self.facts.topic, self.facts.language, True)
            return said[teaches]

        def reaches(one: Seeker) -> bool:
            way = id(one.home), one.reach_km
            if way not in reached:
                reached[way] = not too_far(one.home, point, one.reach_km)
            return reached[way]

        topic, language = Why(WhyNot.TOPIC), Why(WhyNot.LANGUAGE)
        return (
            (Lack.TOPIC, lambda one: topic not in against(one)),
            (Lack.LANGUAGE, lambda one: language not in against(one)),
            (Lack.REACH, lambda one: bool(one.beds) or reaches(one)),
        )

    def _most(self) -> list[int]:
        """Of each weekday, the times at which enough of them come at the very most, with papers and no day off."""
        enough = [Enough(self.number) for _weekday in range(7)]
        apart = [any(row.available for row in one.exceptions) for one in self.people]
        alike = Counter(id(one.hours) for one, is_apart in zip(self.people, apart, strict=True) if not is_apart)
        hours = {id(one.hours): one.hours for one in self.people}
        masks = [(self.grid.usual(hours[which]), number) for which, number in alike.items()]
        for usual, number in [*masks, ([-1] * 7, sum(apart))]:
            for found, mask in zip(enough, usual, strict=True):
                found.add(mask, number)
        return [found.bits for found in enough]

    def _can(self, one: Seeker) -> tuple[dict[dt.date, int], dict[dt.date, int]]:
        """When she can usually come, and which times are taken from her; found out when somebody asks of her."""
        if one.presenter_id not in self._known:
            self._known[one.presenter_id] = self._hours(one), self._taken(one)
        return self._known[one.presenter_id]

    def _taken(self, one: Seeker) -> dict[dt.date, int]:
        """The times that other promises take from her, by day.

        Where her promises leave her time for every drive between them, a time fits exactly when it fits beside each
        promise alone: no detour is shorter than the straight way. Around others the rule is asked for each time.
        """
        taken: dict[dt.date, int] = {}
        if not one.promised and not one.presentations:
            return taken
        for stop in one.promised:
            for day, bits in self.grid.blocked_by(stop):
                taken[day] = taken.get(day, 0) | bits
        for day in self.grid.beside(self._odd(one)):
            taken[day] = ~self.grid.asked_singly(day, one.promised)
        days = self.grid.days
        return taken | dict.fromkeys([*full_days(one, days), *days_full_for_a_minor(one, self.facts, days)], -1)

    def _odd(self, one: Seeker) -> list[Stop]:
        """Promises that do not fit beside each other, and such whose place nobody knows."""
        pairs = [(problem.earlier, problem.later) for problem in arrival_problems(one.promised)]
        unknown = [stop for stop in one.promised if stop.point is None and self.facts.point]
        return [*unknown, *(stop for pair in pairs for stop in pair)]

    def on(self, day: dt.date) -> tuple[int, int]:
        """At which times enough of them could usually come, and at which of these enough are free; found out once."""
        if day not in self._found:
            self._found[day] = self._enough_on(day)
        return self._found[day]

    def _enough_on(self, day: dt.date) -> tuple[int, int]:
        """The same, counted.

        Once enough are free at each time of the day at which enough can ever be, nobody else is asked: a day is full of
        people or of promises. Whose times are all among those of enough others changes nothing, and is not counted in.
        """
        can, free = Enough(self.number), Enough(self.number)
        asked = self.grid.offered[day] & self.most[day.weekday()]
        for one in self.people:
            hours, taken = self._can(one)
            if bits := hours.get(day, 0):
                if bits & ~can.bits:
                    can.add(bits)
                bits &= ~taken.get(day, 0)
                if not bits & ~free.bits:
                    continue
                free.add(bits)
                if not asked & ~free.bits:
                    break
        return can.bits, free.bits

    def each_on(self, day: dt.date) -> Iterator[tuple[int, int]]:
        """Of everybody the times at which she is free on a day."""
        for one in self.people:
            hours, taken = self._can(one)
            yield one.presenter_id, hours.get(day, 0) & ~taken.get(day, 0)

    def sieved(self) -> Iterator[tuple[Seeker, Lack | None]]:
        """Everybody of the kind, with the first of what is asked on every day alike that keeps her away."""
        sieves = self._sieves()
        for one in self.facts.people:
            if one.kind is self.kind:
                yield one, next((lack for lack, suits in sieves if not suits(one)), None)

    def own_day(self, one: Seeker, lack: Lack | None, of_all: FreeDay) -> FreeDay:
        """A day as her own calendar has it: what is so for everybody first, then what is hers, then who is beside."""
        day = of_all.day
        if of_all.lack and of_all.lack not in OF_CREW:
            return of_all
        if lack:
            return FreeDay(day, lack=lack, kind=self.kind)
        hours, taken = self._can(one)
        usual = hours.get(day, 0) & self.grid.offered[day]
        mine = usual & ~taken.get(day, 0)
        if not mine:
            return FreeDay(day, lack=Lack.TAKEN if usual else Lack.TIME, kind=self.kind)
        starts = tuple(time for time in self.grid.times_in(mine) if time in of_all.starts)
        if starts or of_all.lack:
            return FreeDay(day, starts) if starts else of_all
        beside = next(kind for kind, _number in _needs(self.facts) if kind is not self.kind)
        return FreeDay(day, lack=Lack.TAKEN, kind=beside)

    def free_at(self, day: dt.date, time: dt.time) -> list[int]:
        """Who of them is free then, who has least to do in that week first."""
        bit = self.grid.bit[time] & self.grid.offered[day]
        free = []
        for one in self.people:
            hours, taken = self._can(one)
            if bit & hours.get(day, 0) & ~taken.get(day, 0):
                free.append(one)
        load = {one.presenter_id: load_on(one.presentations, day)[1] for one in free}
        return sorted(load, key=lambda who: (load[who], who))

    def _out_of_reach(self, one: Seeker) -> set[dt.date]:
        """The days on which the place is too far from where she wakes or sleeps: of who is away for some nights."""
        far = cache(lambda beds: bool(too_far(one.home, self.facts.point, one.reach_km, beds)))
        return {day for day in self.grid.days if far(_of_day(one, day))}

    def _hours(self, one: Seeker) -> dict[dt.date, int]:
        """When she can usually come, on the days on which the law lets her."""
        usual, allowed = self.grid.usual(one.hours), allowed_days(one, self.grid.days)
        if one.beds:
            allowed -= self._out_of_reach(one)
        hours = {day: usual[day.weekday()] for day in allowed}
        for day in allowed:
            differs = [row for row in one.exceptions if row.first_day <= day <= row.last_day]
            if differs:
                hours[day] = -1 if is_available((), differs, day, EARLIEST, EARLIEST) else 0
        return hours


def _of_day(one: Seeker, day: dt.date) -> frozenset[Point]:
    """Where she wakes on that day, and where she sleeps after it."""
    return frozenset(one.beds.get(night, one.home) for night in (day - DAY, day))


def _covers(spans: Iterable[Days], day: dt.date) -> bool:
    return any(span.first_day <= day <= span.last_day for span in spans)
