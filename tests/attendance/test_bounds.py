"""Bounds of counts: how many, how long, when, and how far from what was announced."""

import datetime as dt

from scheduler.attendance import rules
from scheduler.attendance.rules import LONGEST_MINUTES, LONGEST_NAME, MOST_BYTES_OF_A_CENTRE, MOST_NAMED_ADULTS
from scheduler.attendance.terms import DeliveryOutcome, EarlierDelivery, FollowUp, HeadCounts
from tests.attendance.test_rules import FAIR, a_draft
from tests.bounds import at_each_bound
from tests.factories import MONDAY

A_DAY, A_SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
AROUND = (-1, 0, 1)
SEPTEMBER, OCTOBER = dt.date(2026, 9, 1), dt.date(2026, 10, 31)
YEAR_BEFORE = (dt.date(2025, 9, 1), dt.date(2026, 8, 31))


def problems(counts: HeadCounts = FAIR, begun: int = 1, **given: int) -> dict[str, str]:
    """Of a count made so many seconds after the beginning."""
    return rules.problems_with(a_draft(counts, **given), starts_at=MONDAY - begun * A_SECOND, now=MONDAY)


def signed(people: int) -> str | None:
    return rules.problem_with_signature({1: HeadCounts(pupils=1, others=people)}, {1})


def names(number: int, length: int = 3, adults: int | None = None) -> str | None:
    return rules.problem_with_names(["А" * length] * number, adults)


def far_off(people: int, announced: int = 90, hall: int = 200, teachers: int = 0) -> str | None:
    return rules.far_off(HeadCounts(pupils=people, teachers=teachers), HeadCounts(pupils=announced), hall)


def invited(day: dt.date) -> tuple[dt.date, dt.date] | None:
    return rules.visit_days_of(FollowUp.NEXT_YEAR, day)


def after(turn: int) -> DeliveryOutcome:
    """Of the second try of a sheet whose other try was stored, and left what stands now."""
    earlier = [EarlierDelivery(turn, "90", DeliveryOutcome.STORED, left="now")]
    return rules.outcome_of(2, earlier, shown="before", stands="now", agrees=False)


OUT = "count_out_of_range"


BOUNDS = (
    ("nobody came", lambda n: problems(HeadCounts(1, parents=n)), AROUND, ({"parents": OUT}, {}, {})),
    ("2000 in a room", lambda n: problems(HeadCounts(parents=n)), (1999, 2000, 2001), ({}, {}, {"parents": OUT})),
    ("nobody turned away", lambda n: problems(turned_away=n), AROUND, ({"turned_away": OUT}, {}, {})),
    ("2000 turned away", lambda n: problems(turned_away=n), (1999, 2000, 2001), ({}, {}, {"turned_away": OUT})),
    ("a minute", lambda n: problems(minutes_given=n), (0, 1, 2), ({"minutes_given": "minutes_out_of_range"}, {}, {})),
    ("480 minutes", lambda n: problems(minutes_given=LONGEST_MINUTES + n), AROUND,
     ({}, {}, {"minutes_given": "minutes_out_of_range"})),
    ("it begins", lambda n: problems(begun=n), AROUND, ({"form": "not_begun"}, {}, {})),
    ("nobody signed", signed, AROUND, (OUT, None, None)),
    ("2000 signed", signed, (1999, 2000, 2001), (None, None, OUT)),
    ("200 names", lambda n: names(MOST_NAMED_ADULTS + n), AROUND, (None, None, "too_many_names")),
    ("a name of 100 letters", lambda n: names(1, LONGEST_NAME + n), AROUND, (None, None, "too_long")),
    ("as many names as adults", lambda n: names(n, adults=2), (1, 2, 3), (None, None, "more_names_than_adults")),
    ("seven days of silence", lambda n: rules.is_silence_long_enough(MONDAY, MONDAY + 7 * A_DAY + n * A_SECOND), AROUND,
     (False, True, True)),
    ("half of the announced", far_off, (44, 45, 46), ("far_from_announced", "far_from_announced", None)),
    ("twice the announced", far_off, (179, 180, 181), (None, "far_from_announced", "far_from_announced")),
    ("a full hall", lambda n: far_off(n, hall=90), (89, 90, 91), (None, None, "over_the_hall")),
    ("a hall full of teachers", lambda n: far_off(0, hall=90, teachers=n), (89, 90, 91), (None, None, "over_the_hall")),
    ("invited from September", lambda n: invited(SEPTEMBER + n * A_DAY), AROUND, (None, YEAR_BEFORE, YEAR_BEFORE)),
    ("invited in October", lambda n: invited(OCTOBER + n * A_DAY), AROUND, (YEAR_BEFORE, YEAR_BEFORE, None)),
    ("five at the door", lambda n: rules.over_the_tally(n, FAIR), (6, 7, 8), (False, False, True)),
    ("a tenth at the door", lambda n: rules.over_the_tally(n, HeadCounts(parents=80)), (87, 88, 89),
     (False, False, True)),
    ("six sheets of a presentation", lambda n: rules.problem_with_room(n, 0, 10), (5, 6, 7),
     (None, "sheets_of_talk_full", "sheets_of_talk_full")),
    ("sheets of a centre", lambda n: rules.problem_with_room(0, MOST_BYTES_OF_A_CENTRE - 10, 10 + n), AROUND,
     (None, None, "sheets_of_centre_full")),
    ("an earlier try, the same one, a later one", after, (1, 2, 3),
     (DeliveryOutcome.STORED, DeliveryOutcome.ASIDE, DeliveryOutcome.LATE)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer
