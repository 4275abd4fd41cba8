"""What a school may do with an agreed visit by its link, until when; and dates that are held for a booking."""

import datetime as dt

import pytest

from scheduler.booking.rules.holds import minutes_in_all, other_dates, sitting_times
from scheduler.booking.terms.free_dates import FreeDates, FreeDay, Lack
from scheduler.booking.terms.holds import Slot
from scheduler.people.terms import ExceptionRow
from scheduler.readiness.rules import (
    asked_until,
    checklist_is_open,
    checklist_is_told,
    comes_usually,
    may_think_again,
    needs_decision,
    problems_with_wish,
)
from scheduler.readiness.terms import WishDraft
from scheduler.requests.rules.states import MAIL_WAITS
from tests.bounds import at_each_bound
from tests.factories import MONDAY

TODAY = MONDAY.date()
TEN = dt.time(10)


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


@pytest.mark.parametrize(("first", "second", "reason", "found"), [
    (10, None, "a trip", {}), (10, 11, "a trip", {}), (10, None, "", {"reason": "missing"}),
    (10, 5, "a trip", {"second_choice": "the_agreed_day"}), (10, 10, "a trip", {"second_choice": "the_same_day"}),
])  # fmt: skip
def test_another_date_is_to_come_and_not_the_agreed_one(first, second, reason, found):
    draft = WishDraft(day(first), reason, None if second is None else day(second))
    assert problems_with_wish(draft, day(5), TODAY) == found


def wished(number: int, *, stopped: bool = False) -> dict[str, str]:
    """A wish for a day so many days ahead, of a visit in five days."""
    return problems_with_wish(WishDraft(day(number), "a trip", None), day(5), TODAY, stopped=stopped)


def comes(first: int, last: int) -> bool:
    """Whether somebody without hours comes today who is away from one day to another."""
    return comes_usually((), [ExceptionRow(1, day(first), day(last), available=False)], TODAY, ())


def may_undo(seconds: int) -> bool:
    """So many seconds before the mails leave."""
    return may_think_again(MONDAY, 3, 3, MONDAY + MAIL_WAITS - dt.timedelta(seconds=seconds))


AROUND = (-1, 0, 1)
PAST, AGREED = {"first_choice": "in_the_past"}, {"first_choice": "the_agreed_day"}
BOUNDS = (
    ("a wish for today", wished, AROUND, (PAST, PAST, {})),
    ("a wish in a year", wished, (364, 365, 366), ({}, {}, {"first_choice": "too_late"})),
    ("a wish for the agreed day", wished, (4, 5, 6), ({}, AGREED, {})),
    ("a wish for the day that fell out", lambda n: wished(n, stopped=True), (4, 5, 6),
     ({"first_choice": "before_it_fell_out"}, AGREED, {})),
    ("as many listeners as a presentation takes", lambda n: needs_decision(20, n, 2, 30), (9, 10, 11),
     (False, False, True)),
    ("as many teachers", lambda n: needs_decision(0, 0, n, 30), (29, 30, 31), (False, False, True)),
    ("the visit's day: the checklist", lambda n: checklist_is_open(day(n), TODAY), AROUND, (False, True, True)),
    ("two weeks before: the checklist", lambda n: checklist_is_open(day(n), TODAY), (13, 14, 15), (True, True, False)),
    ("a day left for the checklist", lambda n: checklist_is_told(day(n), TODAY), AROUND, (False, False, True)),
    ("two weeks before it: its mail", lambda n: checklist_is_told(day(n), TODAY), (13, 14, 15), (True, True, False)),
    ("its mails leave", may_undo, AROUND, (False, False, True)),
    ("away from a day", lambda n: comes(n, 9), AROUND, (False, False, True)),
    ("away until a day", lambda n: comes(-9, n), AROUND, (True, False, False)),
    ("named as the one before ends", lambda n: sitting_times(TEN, [None, dt.time(10, n)], 45)[1], (44, 45, 46),
     (dt.time(11), dt.time(10, 45), dt.time(10, 46))),
    ("one after the other", lambda n: minutes_in_all([TEN, dt.time(10, n)], 45) < 24 * 60, (0, 1, 2),
     (False, True, True)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


def test_presentations_of_a_held_date_follow_each_other_and_last_to_the_last_end():
    ten, noon = dt.time(10), dt.time(12)

    assert sitting_times(ten, [None, None, noon], 45) == [ten, dt.time(11), noon]
    assert sitting_times(ten, [None, dt.time(10, 30)], 45) == [ten, dt.time(11)]

    assert minutes_in_all([dt.time(10), dt.time(11)], 45) == 105
    assert minutes_in_all([dt.time(23), dt.time(0, 30)], 45) == 24 * 60  # leaves the day

    edge = MONDAY + dt.timedelta(hours=48)

    assert asked_until(edge) == MONDAY


def test_other_dates_are_the_nearest_each_on_a_day_of_its_own():
    times = (dt.time(8), dt.time(10), dt.time(14))
    free = FreeDates((*(FreeDay(day(number), times) for number in (1, 3, 6, 9)), FreeDay(day(4), lack=Lack.TAKEN)))

    assert other_dates(free, Slot(day(4), dt.time(9, 30))) == [
        Slot(day(1), dt.time(10)),
        Slot(day(3), dt.time(10)),
        Slot(day(6), dt.time(10)),
    ]
