import datetime as dt
from functools import partial

import pytest

from scheduler.messages.rules import (
    failure_of,
    failure_of_http,
    is_final,
    pause_after,
    reply_address,
    short,
    short_with,
)
from scheduler.messages.terms import Failure
from tests.bounds import at_each_bound
from tests.factories import MONDAY

A_SECOND = dt.timedelta(seconds=1)


def test_pauses_double_up_to_ten_minutes_while_our_server_is_away():
    pauses = [pause_after(attempts, Failure.UNREACHABLE) for attempts in range(1, 7)]

    assert [pause.total_seconds() / 60 for pause in pauses] == [1, 2, 4, 8, 10, 10]


def test_pauses_grow_to_four_hours_while_a_server_says_later():
    assert pause_after(8, Failure.LATER) == dt.timedelta(minutes=128)
    assert pause_after(500, Failure.LATER) == dt.timedelta(hours=4)


def after_three_days(failure: Failure, seconds: int) -> bool:
    return is_final(failure, MONDAY, MONDAY + dt.timedelta(days=3, seconds=seconds))


BOUNDS = (
    ("an answer of a mail server", failure_of, (499, 500, 501), (Failure.LATER, Failure.REFUSED, Failure.REFUSED)),
    ("a broken provider", failure_of_http, (499, 500, 501), (Failure.UNREACHABLE, Failure.LATER, Failure.LATER)),
    ("too many at once", failure_of_http, (428, 429, 430), (Failure.UNREACHABLE, Failure.LATER, Failure.UNREACHABLE)),
    ("a wrong message", failure_of_http, (399, 400, 401), (Failure.UNREACHABLE, Failure.REFUSED, Failure.UNREACHABLE)),
    ("a wrong number", failure_of_http, (421, 422, 423), (Failure.UNREACHABLE, Failure.REFUSED, Failure.UNREACHABLE)),
    *((f"tried for three days, {failure}", partial(after_three_days, failure), (-1, 0, 1), (False, True, True))
      for failure in (Failure.LATER, Failure.UNREACHABLE)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


def test_a_mail_is_given_up_at_once_when_refused_and_no_answer_is_tried_again():
    assert is_final(Failure.REFUSED, MONDAY, MONDAY)
    assert is_final(Failure.BROKEN, MONDAY, MONDAY)
    assert failure_of(None) is Failure.UNREACHABLE
    assert not is_final(failure_of(None), MONDAY, MONDAY)
    told = [failure_of_http(status) for status in (302, 404, 503)]
    assert told == [Failure.UNREACHABLE, Failure.UNREACHABLE, Failure.LATER]


def test_a_short_message_has_letters_that_every_phone_has():
    assert short("Ђорђе Џунић:  Éva «šta»\n€") == "Djordje Dzunic: Eva sta"


def test_a_short_message_that_is_too_long_loses_of_its_place_first():
    sentence = "Poseta %(day)s (%(place)s) je otkazana."

    assert short_with(sentence, "Ниш", day="6.10.") == "Poseta 6.10. (Nis) je otkazana."
    assert short_with(sentence, "", day="6.10.") == "Poseta 6.10. je otkazana."
    cut = short_with(sentence, "x" * 200, day="6.10.")
    assert len(cut) == 160
    assert cut.endswith("x) je otkazana.")
    page = short_with("The visit (%(place)s) is off: %(page)s", "Place " * 40, page="https://a.example/offers")
    assert 155 <= len(page) <= 160
    assert page.startswith("The visit (Place ")
    assert page.endswith(") is off: https://a.example/offers")
    assert len(short_with("y" * 300 + "%(place)s", "Niš")) == 160


@pytest.mark.parametrize(
    ("centre_id", "replies", "address"),
    [
        (2, {1: "a@centre.example", 2: "b@centre.example"}, "b@centre.example"),
        (None, {1: "a@centre.example"}, "a@centre.example"),
        (None, {1: "a@centre.example", 2: "b@centre.example"}, ""),
        (3, {1: "a@centre.example"}, ""),
    ],
)
def test_an_answer_goes_to_the_centre_of_the_mail_or_to_the_only_one(centre_id, replies, address):
    assert reply_address(centre_id, replies) == address
