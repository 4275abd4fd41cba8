"""Bounds of people: birth dates, passwords, hours of a week, days that differ, and how long a sign-in lives."""

import datetime as dt

from scheduler.people import rules
from scheduler.people.terms import ExceptionDraft, Hours, PresenterKind
from tests.bounds import at_each_bound
from tests.factories import MONDAY
from tests.people.test_rules import COMMON, FOUR, NINE, TEN, TODAY, TWELVE, a_presenter

DAY, HOUR, SECOND = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(seconds=1)
AROUND = (-1, 0, 1)


def minute(number: int, hour: int = 12) -> dt.time:
    return (dt.datetime.combine(TODAY, dt.time(hour)) + dt.timedelta(minutes=number)).time()


def born(day: dt.date) -> str | None:
    young = a_presenter(kind=PresenterKind.INFLUENCER, birth_date=day)
    return rules.problems_with_presenter(young, today=TODAY).get("birth_date")


def password(length: int) -> str | None:
    return rules.problem_with_password(("abcd" * 40)[:length], common=COMMON)


def letters(number: int) -> str | None:
    """A password of so many different letters."""
    return rules.problem_with_password(("abcdef"[:number] * 10)[:12], common=COMMON)


def week(*hours: Hours) -> dict[str, str]:
    return rules.problems_with_hours(hours)


def differ(first: int, last: int) -> dict[str, str]:
    draft = ExceptionDraft(TODAY + first * DAY, TODAY + last * DAY, available=False)
    return rules.problems_with_exception(draft, today=TODAY)


def away(first: int, last: int) -> bool:
    """Whether somebody can come today who is away from one day to another."""
    absent = ExceptionDraft(TODAY + first * DAY, TODAY + last * DAY, available=False)
    return rules.is_available([Hours(0, NINE, FOUR)], [absent], TODAY, NINE, TEN)


def comes(begins: dt.time, ends: dt.time, *hours: Hours) -> bool:
    return rules.is_available(hours or [Hours(0, NINE, FOUR)], [], TODAY, begins, ends)


def lives(expires: int = 9, unused: int = 0) -> bool:
    """A sign-in that expires in so many seconds, of an hour's idle time and so many seconds more unused."""
    seen = MONDAY - HOUR - unused * SECOND
    later = MONDAY + expires * SECOND
    return rules.is_live(last_seen_at=seen, expires_at=later, ended_at=None, idle=HOUR + 5 * SECOND, now=MONDAY)


YOUNG, WRONG, TOO_LONG = "under_age", "not_a_birth_date", {"last_day": "too_long"}
BOUNDS = (
    ("fifteen years old", lambda n: born(dt.date(2011, 9, 14) + n * DAY), AROUND, (None, None, YOUNG)),
    ("born a hundred years ago", lambda n: born(dt.date(TODAY.year - 100 + n, 1, 1)), AROUND, (WRONG, None, None)),
    ("of age", lambda n: rules.is_minor(TODAY, TODAY + n * DAY), AROUND, (True, False, False)),
    ("ten characters", password, (9, 10, 11), ("password_short", None, None)),
    ("128 characters", password, (127, 128, 129), (None, None, "password_long")),
    ("four different letters", letters, (3, 4, 5), ("password_common", None, None)),
    ("hours that end as they begin", lambda n: week(Hours(0, TWELVE, minute(n))), AROUND,
     ({"day_0": "hours_in_order"}, {"day_0": "hours_in_order"}, {})),
    ("hours that touch", lambda n: week(Hours(0, NINE, TWELVE), Hours(0, minute(n), FOUR)), AROUND,
     ({"day_0": "hours_overlap"}, {}, {})),
    ("one day that differs", lambda n: differ(0, n), AROUND, ({"last_day": "days_not_in_order"}, {}, {})),
    ("until today", lambda n: differ(-9, n), AROUND, ({"last_day": "in_the_past"}, {}, {})),
    ("for 400 days", lambda n: differ(0, n), (399, 400, 401), ({}, {}, TOO_LONG)),
    ("away from a day", lambda n: away(n, 9), AROUND, (False, False, True)),
    ("away until a day", lambda n: away(-9, n), AROUND, (True, False, False)),
    ("her hours begin", lambda n: comes(minute(n, 9), TEN), AROUND, (False, True, True)),
    ("her hours end", lambda n: comes(TEN, minute(n, 16)), AROUND, (True, True, False)),
    ("hours to come across", lambda n: comes(TEN, FOUR, Hours(0, NINE, TWELVE), Hours(0, minute(n), FOUR)), AROUND,
     (True, True, False)),
    ("a sign-in expires", lambda n: lives(expires=n), AROUND, (False, False, True)),
    ("a sign-in is unused", lambda n: lives(unused=n), (4, 5, 6), (True, False, False)),
    ("a last use is written", lambda n: rules.seen_is_old(MONDAY, MONDAY + rules.SEEN_AT_MOST_EACH + n * SECOND),
     AROUND, (False, True, True)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer
