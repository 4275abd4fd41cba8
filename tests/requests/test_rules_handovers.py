"""Who looks after what a colleague owns, and what keeps a handover from being stored."""

import datetime as dt
from typing import Any

import pytest

from scheduler.people.terms import Reader
from scheduler.places.terms.hosts import DistrictRow
from scheduler.requests.rules.handovers import handover_state, problems_with_handover, told_instead
from scheduler.requests.terms.handovers import HandoverDraft, HandoverRow, HandoverState
from tests.bounds import at_each_bound
from tests.factories import MONDAY

TODAY = MONDAY.date()
ANA, EVA, MIRA = 1, 2, 3
NISAVA = 7


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


def a_draft(**given: Any) -> HandoverDraft:
    fair = {"away_id": ANA, "stand_in_id": EVA, "first_day": TODAY, "last_day": day(7)}
    return HandoverDraft(**(fair | given))


def a_handover(away: int, stand_in: int, *districts: int, first: int = 0, last: int = 7, **given: Any) -> HandoverRow:
    rows = tuple(DistrictRow(one, "", "", "", "") for one in districts)
    fair = {"id": 1, "away": "", "stand_in": "", "stand_in_email": "eva@centre.example", "stand_in_language": "en"}
    fair |= {"first_day": day(first), "last_day": day(last), "ended_at": None, "districts": rows}
    return HandoverRow(away_id=away, stand_in_id=stand_in, **(fair | given))


def problems(draft: HandoverDraft, *others: HandoverRow) -> dict[str, str]:
    return problems_with_handover(draft, {ANA, EVA, MIRA}, others, TODAY)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {}),
        ({"away_id": 99}, {"away": "not_a_choice"}),
        ({"stand_in_id": 99}, {"stand_in": "not_a_choice"}),
        ({"stand_in_id": ANA}, {"stand_in": "not_oneself"}),
    ],
)
def test_a_handover_is_between_two_colleagues_for_days_to_come(given, found):
    assert problems(a_draft(**given)) == found


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (a_handover(EVA, MIRA), {"stand_in": "stand_in_is_away"}),
        (a_handover(MIRA, ANA), {"away": "stands_in_then"}),
        (a_handover(ANA, MIRA), {"first_day": "handed_over_then"}),
        (a_handover(MIRA, EVA), {}),
        (a_handover(ANA, MIRA, ended_at=MONDAY), {}),
    ],
)
def test_what_is_handed_over_has_one_person_who_answers(other, found):
    assert problems(a_draft(), other) == found


def test_two_districts_may_be_handed_to_two_colleagues():
    draft = a_draft(district_ids=(NISAVA,))

    assert problems(draft, a_handover(ANA, MIRA, NISAVA + 1)) == {}
    assert problems(draft, a_handover(ANA, MIRA, NISAVA)) == {"first_day": "handed_over_then"}
    assert problems(draft, a_handover(ANA, MIRA)) == {"first_day": "handed_over_then"}


def test_a_handover_that_is_taken_back_is_over_whatever_its_days():
    assert handover_state(a_handover(ANA, EVA, ended_at=MONDAY), TODAY) is HandoverState.TAKEN_BACK


def test_whoever_is_away_has_her_mails_written_to_her_stand_in_once():
    readers = [Reader(ANA, "ana@centre.example", "sr_Cyrl"), Reader(EVA, "eva@centre.example", "en")]
    readers += [Reader(MIRA, "mira@centre.example", "sr_Latn")]

    told = told_instead(readers, NISAVA, [a_handover(ANA, EVA, NISAVA)])

    assert told == [("eva@centre.example", "en"), ("mira@centre.example", "sr_Latn")]
    everybody = [(one.address, one.language) for one in readers]
    assert told_instead(readers, None, [a_handover(ANA, EVA, NISAVA)]) == everybody
    assert told_instead(readers, NISAVA + 1, [a_handover(ANA, EVA, NISAVA)]) == everybody


def handed(**given: int) -> dict[str, str]:
    """A handover of a week, beside another one by the same colleague."""
    return problems(a_draft(), a_handover(ANA, MIRA, **given))


def stands(begins: int, ends: int) -> HandoverState:
    return handover_state(a_handover(ANA, EVA, first=begins, last=ends), TODAY)


AROUND = (-1, 0, 1)
THEN = {"first_day": "handed_over_then"}
PAST, ORDER = {"first_day": "in_the_past"}, {"last_day": "days_not_in_order"}
BOUNDS = (
    ("handed over from today", lambda n: problems(a_draft(first_day=day(n))), AROUND,
     (PAST, {}, {})),
    ("handed over for a day", lambda n: problems(a_draft(last_day=day(n))), AROUND,
     (ORDER, {}, {})),
    ("handed over for a year", lambda n: problems(a_draft(last_day=day(n))), (364, 365, 366),
     ({}, {}, {"last_day": "too_long_away"})),
    ("another handover begins on the last day", lambda n: handed(first=n, last=20), (6, 7, 8), (THEN, THEN, {})),
    ("another handover ends on the first day", lambda n: handed(first=-9, last=n), AROUND, ({}, THEN, THEN)),
    ("a handover begins", lambda n: stands(n, 9), AROUND,
     (HandoverState.RUNNING, HandoverState.RUNNING, HandoverState.COMING)),
    ("a handover ends", lambda n: stands(-9, n), AROUND,
     (HandoverState.OVER, HandoverState.RUNNING, HandoverState.RUNNING)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer
