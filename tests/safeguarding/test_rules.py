import dataclasses
import datetime as dt
from typing import Any

import pytest

from scheduler.people.terms import PresenterRow
from scheduler.safeguarding.rules import (
    clearance,
    consent_on,
    endings_of,
    problems_with_vetting,
    proof_until,
    vetting_on,
    warning_due,
)
from scheduler.safeguarding.terms import (
    ConsentMethod,
    ConsentRow,
    Proof,
    ProofKind,
    ProofStanding,
    VettingDraft,
    VettingResult,
    VettingRow,
)
from tests.factories import MONDAY

TODAY = MONDAY.date()


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


def checked(number: int, until: int, result=VettingResult.CLEARED, row_id=1) -> VettingRow:
    return VettingRow(row_id, result, day(number), day(until))


def consent(given: int, until: int, *, withdrawn=False, purposes=("takes_part",)) -> ConsentRow:
    return ConsentRow(1, "Vesna Ilić", ConsentMethod.PAPER, purposes, day(given), day(until), withdrawn)


@pytest.mark.parametrize(
    ("until", "standing", "ends_in"),
    [
        (31, ProofStanding.VALID, 31),
        (30, ProofStanding.ENDS_SOON, 30),
        (0, ProofStanding.ENDS_SOON, 0),
        (-1, ProofStanding.ENDED, None),
    ],
)
def test_a_proof_is_good_on_its_last_day_and_warned_of_for_thirty(until, standing, ends_in):
    assert proof_until(day(until), TODAY) == Proof(standing, day(until), ends_in)


@pytest.mark.parametrize(
    ("rows", "standing"),
    [
        ([], ProofStanding.MISSING),
        ([checked(1, 400)], ProofStanding.MISSING),
        ([checked(-400, -10), checked(-5, 300, row_id=2)], ProofStanding.VALID),
        ([checked(-400, 300), checked(-5, 300, VettingResult.REFUSED, 2)], ProofStanding.REFUSED),
        ([checked(-5, 300, VettingResult.REFUSED), checked(-5, 300, row_id=2)], ProofStanding.REFUSED),
        ([checked(-5, 300, VettingResult.REFUSED), checked(-6, 300, row_id=2)], ProofStanding.REFUSED),
        ([checked(-5, 300), checked(-9, 300, VettingResult.REFUSED, 2)], ProofStanding.VALID),
        ([checked(-5, -1), checked(-5, 300, row_id=2)], ProofStanding.VALID),
        ([checked(-5, 300), checked(-5, -1, row_id=2)], ProofStanding.ENDED),
        ([checked(0, 300)], ProofStanding.VALID),
        ([checked(-400, -1)], ProofStanding.ENDED),
    ],
)
def test_the_check_made_last_decides(rows, standing):
    assert vetting_on(rows, TODAY).standing == standing


@pytest.mark.parametrize(
    ("rows", "standing"),
    [
        ([], ProofStanding.MISSING),
        ([consent(-10, 300)], ProofStanding.VALID),
        ([consent(-10, 20)], ProofStanding.ENDS_SOON),
        ([consent(-10, -1)], ProofStanding.ENDED),
        ([consent(0, 300)], ProofStanding.VALID),
        ([consent(1, 300)], ProofStanding.MISSING),
        ([consent(-10, 300, withdrawn=True)], ProofStanding.WITHDRAWN),
        ([consent(-10, 300, withdrawn=True), consent(-1, 300)], ProofStanding.VALID),
        ([consent(-10, 300, purposes=("photo",))], ProofStanding.MISSING),
    ],
)
def test_a_minor_needs_a_living_consent_to_take_part(rows, standing):
    assert consent_on(rows, TODAY, minor=True).standing == standing
    assert consent_on(rows, TODAY, minor=False).standing is ProofStanding.NOT_NEEDED


@pytest.mark.parametrize(
    ("checked_on", "valid_until", "problems"),
    [
        (0, 365, {}),
        (0, 0, {}),
        (0, 5 * 366, {}),
        (1, 365, {"checked_on": "in_the_future"}),
        (0, -1, {"valid_until": "days_not_in_order"}),
        (0, 5 * 366 + 1, {"valid_until": "too_long"}),
    ],
)
def test_a_check_was_made_and_covers_days_that_follow(checked_on, valid_until, problems):
    draft = VettingDraft(VettingResult.CLEARED, day(checked_on), day(valid_until))

    assert problems_with_vetting(draft, today=TODAY) == problems


BORN_YOUNG = dt.date(2030, 1, 1)  # adult on this day: a minor in all of these tests


def a_presenter(adult_on: dt.date | None = None) -> PresenterRow:
    fair: dict[str, Any] = dict.fromkeys(field.name for field in dataclasses.fields(PresenterRow))
    return PresenterRow(**(fair | {"presenter_id": 5, "adult_on": adult_on}))


def test_a_clearance_is_both_proofs_and_whether_she_is_a_minor():
    adult = clearance(a_presenter(), [checked(-5, 300)], [], TODAY)
    minor = clearance(a_presenter(BORN_YOUNG), [checked(-5, 300)], [consent(-5, 300)], TODAY)

    assert (adult.vetting.standing, adult.consent.standing, adult.minor) == (
        ProofStanding.VALID,
        ProofStanding.NOT_NEEDED,
        False,
    )
    assert (minor.vetting.standing, minor.consent.standing, minor.minor) == (
        ProofStanding.VALID,
        ProofStanding.VALID,
        True,
    )


@pytest.mark.parametrize(
    ("left", "warned", "due"),
    [(31, None, None), (30, None, 30), (8, 30, None), (7, 30, 7), (7, None, 7), (3, 7, None), (-1, None, None)],
)
def test_two_warnings_go_before_a_proof_ends_and_none_twice(left, warned, due):
    assert warning_due(day(left), TODAY, warned) == due


@pytest.mark.parametrize(
    ("vettings", "warned"),
    [
        ([], []),
        ([checked(-300, 20)], [30]),
        ([checked(-300, 60)], []),
        ([dataclasses.replace(checked(-300, 20), warned_days=30)], []),
        ([checked(-300, 20, VettingResult.REFUSED)], []),
        ([checked(-5, 400, row_id=2), checked(-300, 20)], []),  # a later check carries on
    ],
)
def test_a_check_that_ends_soon_is_told_once(vettings, warned):
    endings = endings_of(a_presenter(), {ProofKind.VETTING: vettings}, [], TODAY)

    assert [(ending.kind, ending.days) for ending in endings] == [(ProofKind.VETTING, days) for days in warned]


@pytest.mark.parametrize(
    ("adult_on", "consents", "warned"),
    [
        (BORN_YOUNG, [consent(-300, 20)], [30]),
        (BORN_YOUNG, [consent(-300, 60)], []),
        (BORN_YOUNG, [dataclasses.replace(consent(-300, 20), warned_days=30)], []),
        (BORN_YOUNG, [consent(-300, 20, withdrawn=True)], []),
        (BORN_YOUNG, [consent(-300, 20, purposes=("photo",)), consent(-300, 20)], [30]),
        (BORN_YOUNG, [consent(-300, 20), consent(-5, 400)], []),  # a later consent carries on
        (day(22), [consent(-300, 20)], [30]),  # a minor for one more day
        (day(21), [consent(-300, 20)], []),  # an adult the day after: nothing is needed any more
    ],
)
def test_a_consent_that_ends_soon_is_told_while_it_is_needed(adult_on, consents, warned):
    endings = endings_of(a_presenter(adult_on), {}, consents, TODAY)

    assert [(ending.kind, ending.days) for ending in endings] == [(ProofKind.CONSENT, days) for days in warned]


@pytest.mark.parametrize("other", [consent(-300, 20, purposes=("photo",)), consent(-300, 20, withdrawn=True)])
def test_the_consent_to_take_part_that_stands_is_the_one_that_ends(other):
    stands = dataclasses.replace(consent(-300, 20), id=2)

    endings = endings_of(a_presenter(BORN_YOUNG), {}, [other, stands], TODAY)

    assert [ending.proof_id for ending in endings] == [2]
