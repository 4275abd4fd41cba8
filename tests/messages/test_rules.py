import datetime as dt

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


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, Failure.REFUSED),
        (422, Failure.REFUSED),
        (429, Failure.LATER),
        (503, Failure.LATER),
        (401, Failure.UNREACHABLE),
        (404, Failure.UNREACHABLE),
    ],
)
def test_an_answer_of_the_provider_is_about_the_message_the_hour_or_ourselves(status, failure):
    assert failure_of_http(status) is failure


def test_a_short_message_has_letters_that_every_phone_has():
    assert short("Ђорђе Џунић:  Éva «šta»\n€") == "Djordje Dzunic: Eva sta"


def test_a_short_message_that_is_too_long_loses_of_its_place_first():
    sentence = "Poseta %(day)s (%(place)s) je otkazana."

    assert short_with(sentence, "Ниш", day="6.10.") == "Poseta 6.10. (Nis) je otkazana."
    assert short_with(sentence, "", day="6.10.") == "Poseta 6.10. je otkazana."
    cut = short_with(sentence, "x" * 200, day="6.10.")
    assert len(cut) == 160
    assert cut.endswith("x) je otkazana.")
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
