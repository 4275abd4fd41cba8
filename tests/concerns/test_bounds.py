"""Bounds of days on which a hand-off is noted and a concern is of."""

import datetime as dt

from scheduler.concerns.rules import LONGEST_AGO, NOTED_WITHIN, problem_with_hand_off, problems_with_concern
from scheduler.concerns.terms import OpenConcern
from tests.bounds import at_each_bound
from tests.factories import MONDAY

TODAY = MONDAY.date()
A_DAY, A_SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
AROUND = (-1, 0, 1)
FUTURE, OTHER_DAY = "in_the_future", "not_on_its_day"


def noted(days: int) -> str | None:
    """A hand-off noted so many days after the visit."""
    return problem_with_hand_off(MONDAY, TODAY - days * A_DAY, TODAY, MONDAY)


BOUNDS = (
    ("the visit's day", noted, AROUND, (OTHER_DAY, None, None)),
    ("seven days after it", lambda n: noted(NOTED_WITHIN.days + n), AROUND, (None, None, OTHER_DAY)),
    ("this moment", lambda n: problem_with_hand_off(MONDAY + n * A_SECOND, TODAY, TODAY, MONDAY), AROUND,
     (None, None, FUTURE)),
    ("a concern of today", lambda n: problems_with_concern(OpenConcern(1, TODAY + n * A_DAY), TODAY), AROUND,
     ({}, {}, {"on_day": FUTURE})),
    ("a concern of three years ago", lambda n: problems_with_concern(OpenConcern(1, TODAY - LONGEST_AGO - n * A_DAY),
     TODAY), AROUND, ({}, {}, {"on_day": "too_long"})),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer
