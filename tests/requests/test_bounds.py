"""Bounds of what a school asks for: days, hours, numbers, dates that are proposed, and how long anything waits."""

import datetime as dt
from functools import partial

from scheduler.programmes.terms import Audience
from scheduler.requests.rules.handovers import handover_state
from scheduler.requests.rules.school_request import (
    FURTHEST_DAYS,
    LONGEST_SPAN_DAYS,
    MOST_BLACKOUTS,
    MOST_PREFERRED,
    MOST_PRESENTATIONS,
    problems_with_counts,
    problems_with_dates,
)
from scheduler.requests.rules.states import age_days, is_late, waits_too_long
from scheduler.requests.terms.dates import DateDraft
from scheduler.requests.terms.doubts import TypedSlip
from scheduler.requests.terms.handovers import HandoverState
from scheduler.requests.terms.pages import Turn
from scheduler.requests.terms.school_request import Blackout, ExpectedCounts, Preference, RequestState
from tests.bounds import at_each_bound
from tests.factories import MONDAY
from tests.factories.requests import FIRST_DAY, LAST_DAY, a_draft, a_presentation
from tests.places.one_school import a_clock
from tests.requests import test_rules_handovers as handing
from tests.requests.drafts import TODAY, problems
from tests.requests.test_doubts import SATURDAY, doubts

DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
AROUND = (-1, 0, 1)
ABOUT_SEVEN, ABOUT_NINE = ((dt.time(hour - 1, 59), dt.time(hour), dt.time(hour, 1)) for hour in (7, 21))


def first(ahead: int, **given: object) -> dict[str, str]:
    """One day that is asked for, so many days ahead."""
    return problems(a_draft(first_day=TODAY + ahead * DAY, last_day=TODAY + ahead * DAY), **given)


def last(days: int) -> dict[str, str]:
    return problems(a_draft(last_day=FIRST_DAY + days * DAY))


def starts(at: dt.time) -> str | None:
    asked = a_presentation(starts_local=at)
    return problems(a_draft(presentations=(asked,))).get("presentations-0-starts_local")


def preferred(*dates: Preference) -> dict[str, str]:
    return problems(a_draft(preferred=dates))


def many_preferred(number: int) -> dict[str, str]:
    return preferred(*(Preference(FIRST_DAY, dt.time(8 + place)) for place in range(number)))


def cannot(*days: Blackout, **given: object) -> dict[str, str]:
    return problems(a_draft(blackouts=days, **given))


def away(days: int) -> dict[str, str]:
    """A class that is in the other shift at that hour, on the first of so many days more."""
    asked = a_presentation(classes="8b", starts_local=dt.time(9, 55))
    draft = a_draft(presentations=(asked,), last_day=FIRST_DAY + days * DAY)
    return problems(draft, clock=a_clock(FIRST_DAY))


def lessons_on(day: dt.date) -> dict[str, str]:
    """The eighth grade has ended its year; the others have lessons on one day."""
    lessons = {None: frozenset({day}), 8: frozenset({FIRST_DAY - 9 * DAY})}
    return problems(a_draft(presentations=(a_presentation(classes="8a"),)), lessons=lessons)


def counted(pupils: int = 1, parents: int = 0, teachers: int = 0) -> dict[str, str]:
    return problems_with_counts(ExpectedCounts(1, pupils, parents, teachers), Audience.PUPILS, 120)


def proposed(ahead: int, at: dt.time = dt.time(10), held: int = 5) -> dict[str, str]:
    return problems_with_dates([DateDraft(TODAY + ahead * DAY, at)], TODAY + held * DAY, TODAY)


def weekend(day: dt.date) -> bool:
    """A weekend, while the school works on some day."""
    draft = a_draft(first_day=SATURDAY, last_day=SATURDAY + DAY)
    return doubts(draft, school_days=[day]) == {"first_day": TypedSlip.WEEKEND}


def handed(**given: int) -> dict[str, str]:
    """A handover of a week, beside another one by the same colleague."""
    return handing.problems(handing.a_draft(), handing.a_handover(handing.ANA, handing.MIRA, **given))


def silent_for(seconds: int) -> bool:
    """Ten days and so many seconds."""
    return waits_too_long(RequestState.AGREED, MONDAY, MONDAY + 10 * DAY + seconds * SECOND, 10)


def stands(begins: int, ends: int) -> HandoverState:
    return handover_state(handing.a_handover(handing.ANA, handing.EVA, first=begins, last=ends), TODAY)


PAST, SOON, LATE = ({"first_day": why} for why in ("in_the_past", "too_soon", "too_late"))
ORDER, LONG = {"last_day": "days_not_in_order"}, {"last_day": "span_too_long"}
NOT_THERE, ENDED = {"presentations-0-starts_local": "class_not_there"}, {"presentations-0-classes": "year_ended"}
OUTSIDE, NO_HOUR = {"preferred-0-on_day": "outside_the_days"}, {"preferred-0-starts_local": "not_in_the_day"}
OVER, NEGATIVE = "over_group_size", "negative"
THEN = {"first_day": "handed_over_then"}
BOUNDS = (
    ("two weeks of notice", first, (13, 14, 15), (SOON, {}, {})),
    ("today, by staff", partial(first, by_staff=True), AROUND, (PAST, {}, {})),
    ("a year that can be planned", lambda n: first(FURTHEST_DAYS + n), AROUND, ({}, {}, LATE)),
    ("a day", last, AROUND, (ORDER, {}, {})),
    ("120 days", lambda n: last(LONGEST_SPAN_DAYS - 1 + n), AROUND, ({}, {}, LONG)),
    ("eight presentations", lambda n: problems(a_draft(presentations=(a_presentation(),) * n)).get("presentations"),
     (MOST_PRESENTATIONS - 1, MOST_PRESENTATIONS, MOST_PRESENTATIONS + 1), (None, None, "too_many_presentations")),
    ("from seven", starts, ABOUT_SEVEN, ("not_in_the_day", None, None)),
    ("until nine", starts, ABOUT_NINE, (None, None, "not_in_the_day")),
    ("a day on which a class is away", away, AROUND, (ORDER, NOT_THERE, NOT_THERE)),
    ("lessons on the first day", lambda n: lessons_on(FIRST_DAY + n * DAY), AROUND, ({}, ENDED, ENDED)),
    ("lessons on the last day", lambda n: lessons_on(LAST_DAY + n * DAY), AROUND, (ENDED, ENDED, {})),
    ("the first day is preferred", lambda n: preferred(Preference(FIRST_DAY + n * DAY)), AROUND, (OUTSIDE, {}, {})),
    ("the last day is preferred", lambda n: preferred(Preference(LAST_DAY + n * DAY)), AROUND, ({}, {}, OUTSIDE)),
    ("seven is preferred", lambda at: preferred(Preference(FIRST_DAY, at)), ABOUT_SEVEN, (NO_HOUR, {}, {})),
    ("nine is preferred", lambda at: preferred(Preference(FIRST_DAY, at)), ABOUT_NINE, ({}, NO_HOUR, NO_HOUR)),
    ("five preferred dates", lambda n: many_preferred(MOST_PREFERRED + n), AROUND,
     ({}, {}, {"preferred": "too_many_preferred"})),
    ("a day on which it cannot", lambda n: cannot(Blackout(FIRST_DAY, FIRST_DAY + n * DAY)), AROUND,
     ({"blackouts": "days_not_in_order"}, {}, {})),
    ("twenty times it cannot", lambda n: cannot(*[Blackout(FIRST_DAY, FIRST_DAY)] * (MOST_BLACKOUTS + n)), AROUND,
     ({}, {}, {"blackouts": "too_many_blackouts"})),
    ("a day is left", lambda n: cannot(Blackout(FIRST_DAY, LAST_DAY + n * DAY)), (-1, 0, 1),
     ({}, {"blackouts": "no_day_left"}, {"blackouts": "no_day_left"})),
    ("no parents", lambda n: counted(parents=n), AROUND, ({"parents": NEGATIVE}, {}, {})),
    ("a full group of pupils", counted, (119, 120, 121), ({}, {}, {"pupils": OVER})),
    ("a full group of teachers", lambda n: counted(teachers=n), (119, 120, 121), ({}, {}, {"teachers": OVER})),
    ("a full group of both", lambda n: counted(100, n), (19, 20, 21), ({}, {}, {"pupils": OVER})),
    ("a date today", lambda n: proposed(n, held=-5), AROUND,
     ({"dates-0-on_day": "in_the_past", "held_until": "in_the_past"},
      {"dates-0-on_day": "in_the_past", "held_until": "in_the_past"}, {"held_until": "in_the_past"})),
    ("a date of a year that can be planned", lambda n: proposed(FURTHEST_DAYS + n), AROUND,
     ({}, {}, {"dates-0-on_day": "too_late"})),
    ("a date at seven", lambda at: proposed(9, at), ABOUT_SEVEN, ({"dates-0-starts_local": "not_in_the_day"}, {}, {})),
    ("a date at nine", lambda at: proposed(9, at), ABOUT_NINE, ({}, {}, {"dates-0-starts_local": "not_in_the_day"})),
    ("held until today", lambda n: proposed(9, held=n), AROUND,
     ({"held_until": "in_the_past"}, {"held_until": "in_the_past"}, {})),
    ("held until the date", lambda n: proposed(9, held=n), (8, 9, 10),
     ({}, {"held_until": "after_a_date"}, {"held_until": "after_a_date"})),
    ("lessons on its Saturday", lambda n: weekend(SATURDAY + n * DAY), AROUND, (True, False, False)),
    ("lessons on its Sunday", lambda n: weekend(SATURDAY + DAY + n * DAY), AROUND, (False, False, True)),
    ("handed over from today", lambda n: handing.problems(handing.a_draft(first_day=TODAY + n * DAY)), AROUND,
     (PAST, {}, {})),
    ("handed over for a day", lambda n: handing.problems(handing.a_draft(last_day=TODAY + n * DAY)), AROUND,
     (ORDER, {}, {})),
    ("handed over for a year", lambda n: handing.problems(handing.a_draft(last_day=TODAY + n * DAY)), (364, 365, 366),
     ({}, {}, {"last_day": "too_long_away"})),
    ("another handover begins on the last day", lambda n: handed(first=n, last=20), (6, 7, 8), (THEN, THEN, {})),
    ("another handover ends on the first day", lambda n: handed(first=-9, last=n), AROUND, ({}, THEN, THEN)),
    ("a handover begins", lambda n: stands(n, 9), AROUND,
     (HandoverState.RUNNING, HandoverState.RUNNING, HandoverState.COMING)),
    ("a handover ends", lambda n: stands(-9, n), AROUND,
     (HandoverState.OVER, HandoverState.RUNNING, HandoverState.RUNNING)),
    ("five days for an answer", partial(is_late, Turn.YOURS), (4, 5, 6), (False, False, True)),
    ("a day of waiting", lambda n: age_days(MONDAY, MONDAY + DAY + n * SECOND), AROUND, (0, 1, 1)),
    ("ten days without a word", silent_for, AROUND, (False, True, True)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer
