"""Which dates may be proposed, and what may be done in each state of a request."""

import datetime as dt
from typing import Any

import pytest

from scheduler.requests.rules.school_request import problems_with_dates
from scheduler.requests.rules.states import (
    OPEN,
    keeps_place,
    may_ask_again,
    may_book_again,
    may_move,
    may_together,
)
from scheduler.requests.terms.acts import BulkAct
from scheduler.requests.terms.dates import DateDraft
from scheduler.requests.terms.school_request import Blackout, RequestState
from tests.factories import MONDAY

TODAY = MONDAY.date()
S = RequestState


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


def a_date(number: int) -> DateDraft:
    return DateDraft(on_day=day(number), starts_local=dt.time(10))


@pytest.mark.parametrize(
    ("dates", "held_until", "found"),
    [
        ([a_date(10), a_date(11)], 5, {}),
        ([], 5, {"dates-0-on_day": "missing"}),
        ([a_date(10), a_date(10)], 5, {"dates-1-on_day": "the_same_date"}),
        ([a_date(20)], 5, {"dates-0-on_day": "school_cannot"}),
    ],
)
def test_a_proposed_date_is_one_that_a_school_can_accept(dates: list[Any], held_until: int, found: dict[str, str]):
    cannot = [Blackout(day(20), day(21))]

    assert problems_with_dates(dates, day(held_until), TODAY, cannot) == found


def test_what_a_closure_stopped_is_put_on_no_waiting_list():
    listed = {state for state in S if may_together(BulkAct.WAITLIST, state)}

    assert S.TRIAGE in listed
    assert may_move(S.DISRUPTED, S.WAITLISTED)
    assert S.DISRUPTED not in listed
    for act in set(BulkAct) - {BulkAct.WAITLIST}:
        assert {state for state in S if may_together(act, state)} == set(OPEN)


def test_the_same_is_asked_for_anew_once_the_old_request_is_over():
    assert may_book_again(S.DECLINED)
    assert not any(map(may_book_again, (S.NEW, S.MERGED_INTO, S.EXPIRED)))
    assert all(map(may_ask_again, (S.DECLINED, S.DELIVERED, S.CLOSED)))
    assert not may_ask_again(S.AGREED)
    assert {state for state in S if keeps_place(state)} == {
        S.CANCELLED_BY_CENTRE,
        S.CANCELLED_BY_SCHOOL,
        S.DECLINED,
        S.WITHDRAWN,
    }


def test_an_answer_is_given_where_the_machine_has_a_way():
    assert may_move(S.TRIAGE, S.DECLINED)
    assert not may_move(S.CLOSED, S.NEW)
