"""Bounds of free dates: days, hours of a person and of a school's day, and whom else one must ask."""

import datetime as dt
from typing import Any

from scheduler.booking.rules.copies import days_of_copies
from scheduler.booking.rules.day_line import LaidPart, suggested_start
from scheduler.booking.rules.days_that_suit import HORIZON_DAYS, class_is_held, refusals, times_of_day
from scheduler.booking.rules.free_dates import JudgedDays, allowed_days, by_name, free_dates, others_than
from scheduler.booking.rules.nearest import MOST_HOUR_ROWS, Others, WantedPeople, wanted_of
from scheduler.booking.rules.slots import day_part_of
from scheduler.booking.rules.starts import suggested_starts
from scheduler.booking.rules.young_days import days_full_for_a_minor
from scheduler.booking.terms.copies import CopyPlan
from scheduler.booking.terms.free_dates import Bounds, Days, FreeDates, FreeDay, FreeFacts, KeptSitting, Lack
from scheduler.core.clock import moment_of
from scheduler.people.terms import ExceptionRow, Hours
from scheduler.places.terms.school_time import Bells, Shift
from scheduler.programmes.terms import Audience
from scheduler.requests.terms.school_request import Blackout, DayPart
from scheduler.staffing.terms.young_load import YoungLimits, YoungVisit
from scheduler.visits.terms.plans import CrewRule, UnderLaw
from tests.booking.free_facts import DAY, EDUCATOR, INFLUENCER, TODAY, WORKING, a_seeker, facts
from tests.bounds import at_each_bound
from tests.factories.requests import a_wish
from tests.places.one_school import a_clock
from tests.requests.drafts import a_programme

AROUND = (-1, 0, 1)
NINE, NOON, FOUR = dt.time(9), dt.time(12), dt.time(16)
EVERY_DAY = frozenset(TODAY + number * DAY for number in range(-9, HORIZON_DAYS + 9))


def minute(number: int, hour: int = 12) -> dt.time:
    return (dt.datetime.combine(TODAY, dt.time(hour)) + dt.timedelta(minutes=number)).time()


def ahead(days: int, notice_days: int = 0, **bounds: Any) -> list[Lack]:
    """What speaks against a day so many days ahead."""
    wish = facts(open_days=EVERY_DAY, notice_days=notice_days, bounds=Bounds(**bounds))
    return refusals(wish, TODAY + days * DAY)


def cannot(first: int, last: int) -> list[Lack]:
    """The same of today, where the school cannot from one day to another."""
    return ahead(0, cannot=(Blackout(TODAY + first * DAY, TODAY + last * DAY),))


def comes(first: int, last: int, hours: tuple[Hours, ...] = WORKING) -> bool:
    """Whether today is free by somebody who is away from one day to another, or comes then beside her hours."""
    differs = ExceptionRow(1, TODAY + first * DAY, TODAY + last * DAY, available=not hours)
    return bool(free_dates(facts(a_seeker(hours=hours, exceptions=(differs,))), moment_of).days[0].starts)


def other_dates(day: dt.date) -> int:
    """How many free dates come after today, of one."""
    return len(others_than(FreeDates((FreeDay(day, (NOON,)),)), (), TODAY, NOON))


def checked(first: int, last: int) -> bool:
    """Whether somebody may go today whose check covers these days."""
    return bool(allowed_days(a_seeker(vetted=(Days(TODAY + first * DAY, TODAY + last * DAY),)), [TODAY]))


def wanted(*hours: Hours, added: tuple[Days, ...] = (), **given: Any) -> WantedPeople:
    """Of others who keep these hours and days, where nobody is free today."""
    wish: FreeFacts = facts(a_seeker(hours=()), **given)
    return wanted_of(JudgedDays(wish, [TODAY], moment_of), Others(frozenset({EDUCATOR}), hours, added))


def wanted_at_noon(since: dt.time, until: dt.time) -> bool:
    """Whether somebody who keeps these hours is asked for noon, where others keep all the hours around."""
    row = Hours(0, since, until)
    return row in wanted(row, Hours(0, NINE, NOON), Hours(0, NOON, FOUR), at=NOON).hours


def too_many(rows: int) -> bool:
    hours = (Hours(0, minute(number % 60, 8), minute(number // 60, 17)) for number in range(rows))
    return wanted(*hours).everybody


def added(first: int, last: int) -> bool:
    return wanted(added=(Days(TODAY + first * DAY, TODAY + last * DAY),)).beside


def are_among(given: tuple[Any, Any], name: str) -> bool:
    one, other = (WantedPeople(**{"kinds": frozenset({EDUCATOR}), name: value}) for value in given)
    return one <= other


def teachers_beside(starts: dt.time, minutes: int) -> dt.time | None:
    """When teachers come for three quarters of an hour, at one unless something else is held then."""
    return suggested_start(Audience.TEACHERS, 45, [LaidPart(a_programme(), starts, minutes)], ())


def parents_after(minutes: int) -> dt.time | None:
    """When parents come in the evening, after something that begins at six."""
    return suggested_start(Audience.PARENTS, 45, [LaidPart(a_programme(), dt.time(18), minutes)], ())


def second_after(first: dt.time) -> dt.time | None:
    """The lesson in which a second class is met: lessons begin at 8:00, 8:50, 9:55, 10:45, 11:35, 12:25 and 13:15."""
    return suggested_starts([a_wish(starts_local=first), a_wish()], TODAY, 45, a_clock(TODAY))[1]


def by_bells(part: DayPart, starts: dt.time, lessons: int) -> dt.time | None:
    """The lesson in which a class is met that has so many in the morning, five minutes between them."""
    bells = {(Shift.MORNING, False): Bells(starts, long_break_after=0, lessons=lessons)}
    return suggested_starts([a_wish(day_part=part)], TODAY, 45, a_clock(TODAY, bells=bells))[0]


def last_start(audience: Audience, minutes: int) -> dt.time:
    """The last quarter of an hour of a day at which so many minutes can begin where no bells are known."""
    return times_of_day(facts(audience=audience, minutes=minutes), TODAY, "")[-1]


def holds_its_class(starts: dt.time) -> bool:
    """Whether two presentations, each 45 minutes, of which the second begins an hour later, meet one held at noon."""
    sittings = (KeptSitting(NINE, 45, "7-2"), KeptSitting(dt.time(10), 45, "7-1, 7-3"))
    return class_is_held(sittings, starts, [KeptSitting(NOON, 45, "7-1")])


BEYOND, BEFORE, OUTSIDE, CANNOT, SOON = (
    [one] for one in (Lack.BEYOND, Lack.BEFORE, Lack.OUTSIDE, Lack.SCHOOL_CANNOT, Lack.TOO_SOON)
)
SOME = (frozenset(), frozenset({EDUCATOR}), frozenset({EDUCATOR, INFLUENCER}))
ROWS = tuple(frozenset(Hours(day, NINE, FOUR) for day in range(number)) for number in (1, 2, 3))
BOUNDS = (
    ("today", ahead, AROUND, (BEYOND, [], [])),
    ("the days that are known", lambda n: ahead(HORIZON_DAYS + n), (-2, -1, 0), ([], [], BEYOND)),
    ("from a day", lambda n: ahead(n, first_day=TODAY + 3 * DAY), (2, 3, 4), (OUTSIDE, [], [])),
    ("to a day", lambda n: ahead(n, last_day=TODAY + 3 * DAY), (2, 3, 4), ([], [], OUTSIDE)),
    ("after a day", lambda n: ahead(n, after=TODAY + 3 * DAY), (2, 3, 4), (BEFORE, BEFORE, [])),
    ("days of notice", lambda n: ahead(n, notice_days=3), (2, 3, 4), (SOON, [], [])),
    ("it cannot from a day", lambda n: cannot(n, 9), AROUND, (CANNOT, CANNOT, [])),
    ("it cannot until a day", lambda n: cannot(-9, n), AROUND, ([], CANNOT, CANNOT)),
    ("away from a day", lambda n: comes(n, 9), AROUND, (False, False, True)),
    ("away until a day", lambda n: comes(-9, n), AROUND, (True, False, False)),
    ("comes on days that differ, from one", lambda n: comes(n, 9, ()), AROUND, (True, True, False)),
    ("comes on days that differ, until one", lambda n: comes(-9, n, ()), AROUND, (False, True, True)),
    ("other dates after a day", lambda n: other_dates(TODAY + n * DAY), AROUND, (0, 0, 1)),
    ("a copy on the wished day", lambda n: bool(days_of_copies(CopyPlan(TODAY, (1,)), {1: [TODAY + n * DAY]})), AROUND,
     (False, True, True)),
    ("checked from a day", lambda n: checked(n, 9), AROUND, (True, True, False)),
    ("checked until a day", lambda n: checked(-9, n), AROUND, (False, True, True)),
    ("comes besides from a day", lambda n: added(n, 9), AROUND, (True, True, False)),
    ("comes besides until a day", lambda n: added(-9, n), AROUND, (False, True, True)),
    ("hours from noon", lambda n: wanted_at_noon(minute(n), dt.time(12, 30)), AROUND, (True, True, False)),
    ("hours until noon", lambda n: wanted_at_noon(NINE, minute(n)), AROUND, (False, False, True)),
    ("so many rows of hours", lambda n: too_many(MOST_HOUR_ROWS + n), AROUND, (False, False, True)),
    ("kinds among others", lambda some: WantedPeople(some) <= WantedPeople(SOME[1]), SOME, (True, True, False)),
    ("hours among others", lambda some: are_among((some, ROWS[1]), "hours"), ROWS, (True, True, False)),
    ("days among others", lambda two: are_among(two, "beside"), ((False, True), (True, True), (True, False)),
     (True, True, False)),
    ("all among others", lambda two: are_among(two, "everybody"), ((False, True), (False, False), (True, False)),
     (True, True, False)),
    ("noon", lambda n: day_part_of(minute(n)), AROUND, (DayPart.MORNING, DayPart.AFTERNOON, DayPart.AFTERNOON)),
    ("evening", lambda n: day_part_of(minute(n, 17)), AROUND, (DayPart.AFTERNOON, DayPart.EVENING, DayPart.EVENING)),
    ("held as they would leave", lambda n: teachers_beside(dt.time(13, n), 45), (44, 45, 46),
     (dt.time(14, 44), dt.time(13), dt.time(13))),
    ("over as they would come", lambda n: teachers_beside(dt.time(12, 15), n), (44, 45, 46),
     (dt.time(13), dt.time(13), dt.time(13, 16))),
    ("nine in the evening", parents_after, (164, 165, 166), (dt.time(20, 59), dt.time(21), None)),
    ("over as a lesson begins", lambda n: second_after(dt.time(9, n)), (9, 10, 11),
     (dt.time(9, 55), dt.time(9, 55), dt.time(10, 45))),
    ("a lesson before that is over by then", lambda n: second_after(dt.time(13, n)), (9, 10, 11),
     (dt.time(11, 35), dt.time(12, 25), dt.time(12, 25))),
    ("half past twelve, in the afternoon", lambda n: by_bells(DayPart.AFTERNOON, dt.time(11, n), 2), (39, 40, 41),
     (dt.time(11, 39), dt.time(12, 30), dt.time(12, 31))),
    ("half past twelve, in the morning", lambda n: by_bells(DayPart.MORNING, dt.time(10, n), 3), (49, 50, 51),
     (dt.time(12, 29), dt.time(10, 50), dt.time(10, 51))),
    ("the third lesson", lambda n: by_bells(DayPart.ANY, dt.time(8), n), (2, 3, 4),
     (dt.time(8), dt.time(9, 40), dt.time(9, 40))),
    ("six in the evening, for pupils", lambda n: last_start(Audience.PUPILS, n), (44, 45, 46),
     (dt.time(17, 15), dt.time(17, 15), dt.time(17))),
    ("nine in the evening, for teachers", lambda n: last_start(Audience.TEACHERS, n), (44, 45, 46),
     (dt.time(20, 15), dt.time(20, 15), dt.time(20))),
    ("over as its class is held", lambda n: holds_its_class(dt.time(10, n)), (14, 15, 16), (False, False, True)),
    ("its class is free again", lambda n: holds_its_class(dt.time(11, n)), (44, 45, 46), (True, False, False)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


def test_no_hour_is_suggested_for_pupils_whose_classes_decide_it():
    assert suggested_start(Audience.PUPILS, 45, [], ()) is None


def test_who_could_at_other_times_than_those_beside_her_reads_whom_the_day_lacks():
    morning, afternoon = ((Hours(0, dt.time(one), dt.time(one + 4)),) for one in (8, 12))
    people = (a_seeker(1, hours=morning), a_seeker(2, hours=afternoon), a_seeker(3, INFLUENCER, hours=afternoon))

    found = by_name(facts(*people, rule=CrewRule(1, 1)), [TODAY], moment_of)

    assert found[1][TODAY] == FreeDay(TODAY, lack=Lack.TAKEN, kind=INFLUENCER)
    assert found[2][TODAY].starts == found[3][TODAY].starts != ()


def test_a_week_is_full_for_a_minor_until_the_day_of_age():
    law = UnderLaw(TODAY + 3 * DAY, None, suspended=False)
    young = a_seeker(law=law, young=(YoungVisit(7, TODAY, 45),))
    limits = YoungLimits(week_visits=1, week_hours=40, month_visits=40, month_hours=40)
    week = [TODAY + number * DAY for number in range(5)]

    assert days_full_for_a_minor(young, facts(young, young_limits=limits), week) == week[:3]
