import datetime as dt

import pytest

from scheduler.messages.rules import failure_of, is_delayed, is_final, pause_after
from scheduler.messages.terms import Failure
from tests.factories import MONDAY


def test_pauses_double_up_to_ten_minutes_while_our_server_is_away():
    pauses = [pause_after(attempts, Failure.UNREACHABLE) for attempts in range(1, 7)]

    assert [pause.total_seconds() / 60 for pause in pauses] == [1, 2, 4, 8, 10, 10]


def test_pauses_grow_to_four_hours_while_a_server_says_later():
    assert pause_after(8, Failure.LATER) == dt.timedelta(minutes=128)
    assert pause_after(500, Failure.LATER) == dt.timedelta(hours=4)


@pytest.mark.parametrize(
    ("code", "failure"),
    [(None, Failure.UNREACHABLE), (421, Failure.LATER), (451, Failure.LATER), (550, Failure.REFUSED)],
)
def test_an_answer_says_whether_to_try_again(code, failure):
    assert failure_of(code) == failure


@pytest.mark.parametrize(
    ("failure", "hours", "final"),
    [
        (Failure.REFUSED, 0, True),
        (Failure.BROKEN, 0, True),
        (Failure.LATER, 71, False),
        (Failure.LATER, 72, True),
        (Failure.UNREACHABLE, 71, False),
    ],
)
def test_a_mail_is_given_up_at_once_when_refused_and_after_three_days_otherwise(failure, hours, final):
    assert is_final(failure, MONDAY, MONDAY + dt.timedelta(hours=hours)) is final


def test_mail_is_late_after_a_quarter_of_an_hour():
    assert not is_delayed(None, MONDAY)
    assert not is_delayed(MONDAY, MONDAY + dt.timedelta(minutes=15))
    assert is_delayed(MONDAY, MONDAY + dt.timedelta(minutes=16))
