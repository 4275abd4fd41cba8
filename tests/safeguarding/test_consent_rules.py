"""Where a proof stands on a day; who may consent, by which way, on which paper (TRUST S48). No database."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from scheduler.core.mailboxes import mailbox_key
from scheduler.people.terms import PresenterRow
from scheduler.safeguarding.rules import (
    clearance,
    consent_on,
    endings_of,
    last_day_of_consent,
    link_problem,
    problem_with_correction,
    problems_with_guardian,
    problems_with_paper,
    problems_with_ticks,
    problems_with_vetting,
    proof_until,
    vetting_on,
    who_may_see,
)
from scheduler.safeguarding.terms import (
    CONSENT_TEXT,
    ConsentDraft,
    ConsentMethod,
    ConsentRow,
    GuardianDraft,
    GuardianRow,
    PaperDraft,
    Proof,
    ProofKind,
    ProofStanding,
    VettingDraft,
    VettingResult,
    VettingRow,
    WithdrawnBy,
)
from tests.factories import MONDAY

TODAY = MONDAY.date()
ACCOUNTS = {mailbox_key("officer@centre.example"): False, mailbox_key("jana@home.example"): True}
VESNA = GuardianRow(1, "Vesna Ilić", "vesna@family.example", "", MONDAY)
TICKED = ConsentDraft(CONSENT_TEXT, takes_part=True)


def day(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


@pytest.mark.parametrize(
    "address", ["an.a.ilic@gmail.com", "anailic@googlemail.com", "A.N.A.ILIC+mama@gmail.com", "ana.ilic@GoogleMail.com"]
)
def test_trust_s48_dots_of_gmail_make_no_other_address(address: str):
    assert mailbox_key(address) == mailbox_key("ana.ilic@gmail.com")
    assert mailbox_key("an.ailic@home.example") != mailbox_key("ana.ilic@home.example")


def guardian_problems(email: str, *, works_here: bool = False, name: str = "Vesna Ilić", minor: bool = True):
    draft = GuardianDraft(name, email, works_here=works_here)
    return problems_with_guardian(draft, minor=minor, minor_email="tara@home.example", accounts=ACCOUNTS)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("vesna@family.example", None), ("tara@home.example", "address_of_the_minor"),
        ("Tara@Home.Example", "address_of_the_minor"), ("tara+mama@home.example", "address_of_the_minor"),
        ("tаra@home.example", "address_mixes_scripts"),  # a Cyrillic а
        ("tára@home.example", "address_of_the_minor"), ("tara@hοme.example", "address_mixes_scripts"),  # a Greek ο
        ("tara@h0me.example", "address_of_the_minor"), ("officer@centre.example", "address_of_an_account"),
        ("Officer+mama@centre.example", "address_of_an_account"),
        ("оfficer@centre.example", "address_mixes_scripts"),  # a Cyrillic о
        ("officer@xn--entre-0ye.example", "address_mixes_scripts"),  # сentre, with a Cyrillic с
        ("jana@home.example", "address_of_a_minor"), ("vesna", "not_an_email"),
    ],
)  # fmt: skip
def test_trust_s48_the_guardians_address_is_nobody_elses_however_it_is_written(address, reason):
    assert guardian_problems(address) == ({"email": reason} if reason else {})


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("officer@centre.example", None),
        ("tara@home.example", "address_of_the_minor"),
        ("jana@home.example", "address_of_a_minor"),
    ],
)
def test_who_works_here_may_be_a_guardian_and_a_young_person_never(address, reason):
    assert guardian_problems(address, works_here=True) == ({"email": reason} if reason else {})


def test_a_guardian_is_named_for_a_minor_alone_whose_other_purposes_rest_on_taking_part():
    draft = GuardianDraft("Vesna Ilić", "vesna@family.example", "call me")
    assert problems_with_guardian(draft, minor=True, minor_email="", accounts={}) == {"phone": "not_a_phone"}
    assert guardian_problems("vesna@family.example", name="") == {"name": "missing"}
    assert guardian_problems("vesna@family.example", minor=False) == {"name": "is_an_adult"}
    assert problems_with_ticks(TICKED) == {}
    assert problems_with_ticks(ConsentDraft("2019-09", photo=True)) == {
        "takes_part": "missing",
        "text_version": "new_text",
    }
    assert ConsentDraft(CONSENT_TEXT) == ConsentDraft(CONSENT_TEXT, False, False, False)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a@b.example", "a@c.example"), ("ana@b.example", "anna@b.example"), ("a.b@c.example", "ab@c.example")],
)
def test_other_addresses_stay_other_addresses(one, other):
    assert mailbox_key(one) != mailbox_key(other)


def a_consent(guardian_id: int, **given) -> ConsentRow:
    fair = ConsentRow(1, "Vesna", ConsentMethod.LINK, ("takes_part",), TODAY, day(9), False, guardian_id=guardian_id)
    return dataclasses.replace(fair, **given)


CASES = [(consents, confirmed) for consents in (0, 1) for confirmed in (False, True)]
TAKEN_BACK = {"withdrawn": True, "withdrawn_at": MONDAY, "withdrawn_by": WithdrawnBy.STAFF}


@pytest.mark.parametrize(
    ("consents", "reason"),
    [
        ([], None),
        ([a_consent(2)], None),  # another guardian's stands: she may say her own
        ([a_consent(1, **TAKEN_BACK)], None),  # her own again
        ([a_consent(2, **TAKEN_BACK)], "paper_only"),  # named after a withdrawal
        ([a_consent(2, withdrawn=True, withdrawn_by=WithdrawnBy.REPLACED)], None),  # not withdrawn
        ([a_consent(2, **TAKEN_BACK), a_consent(1)], None),  # her paper was seen by two meanwhile
    ],
)
def test_after_a_withdrawal_a_link_is_for_who_had_consented_before(consents, reason):
    assert link_problem(VESNA, consents, has_account=False, confirmed=True) == reason
    assert link_problem(VESNA, consents, has_account=True, confirmed=True) == "address_of_an_account"


def test_a_first_consent_by_link_waits_until_a_second_person_has_confirmed_a_guardian():
    said = {(n, by): link_problem(VESNA, [a_consent(1)] * n, has_account=False, confirmed=by) for n, by in CASES}
    assert said == {(0, False): "guardian_unconfirmed", (0, True): None, (1, False): None, (1, True): None}


PAPER = PaperDraft(TICKED, day(-1), day(300), b"a scan", seen=True)


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, {}), ({"given_on": day(1)}, {"given_on": "in_the_future"}), ({"given_on": day(-5)}, {}),
        ({"given_on": day(-6)}, {"given_on": "before_the_withdrawal"}), ({"valid_until": day(-1)}, {}),
        ({"valid_until": day(-2)}, {"valid_until": "days_not_in_order"}), ({"valid_until": day(2 * 366 - 1)}, {}),
        ({"valid_until": day(2 * 366)}, {"valid_until": "too_long"}), ({"seen": False}, {"seen": "paper_not_seen"}),
        ({"ticked": ConsentDraft(CONSENT_TEXT, travels=True)}, {"takes_part": "missing"}),
    ],
)  # fmt: skip
def test_each_thing_that_a_paper_lacks_is_named(given, problems):
    draft = dataclasses.replace(PAPER, **given)
    assert problems_with_paper(draft, today=TODAY, minor=True, withdrawn_on=day(-5)) == problems


def test_a_consent_by_link_ends_with_childhood_after_two_years_at_most_and_an_adult_needs_no_paper():
    assert problems_with_paper(PAPER, today=TODAY, minor=False, withdrawn_on=None) == {"given_on": "is_an_adult"}
    assert last_day_of_consent(day(100), TODAY) == day(99)
    assert last_day_of_consent(day(3000), TODAY) == day(2 * 366)


@pytest.mark.parametrize(
    ("viewer", "email", "first", "reason"),
    [
        (2, "officer@centre.example", None, None),
        (2, "officer@centre.example", 3, None),
        (2, "officer@centre.example", 2, "seen_by_you"),
        (2, "Vesna+x@family.example", None, "seen_by_the_guardian"),
        (2, "vesna@family.example", 3, "seen_by_the_guardian"),
    ],
)
def test_two_different_people_see_a_paper_and_never_the_guardian(viewer, email, first, reason):
    assert who_may_see(viewer, email, first_seen_by_id=first, guardian_email=VESNA.email) == reason


@pytest.mark.parametrize(
    ("born", "educator", "reason"),
    [
        (dt.date(2009, 1, 1), False, None), (dt.date(2004, 5, 17), False, "same_birth_date"), (day(-1), False, None),
        (TODAY, False, "not_a_birth_date"), (dt.date(TODAY.year - 100, 1, 1), False, None),
        (dt.date(TODAY.year - 101, 12, 31), False, "not_a_birth_date"), (dt.date(2009, 1, 1), True, "not_of_educators"),
    ],
)  # fmt: skip
def test_a_birth_date_is_corrected_to_another_that_can_be_one(born, educator, reason):
    assert problem_with_correction(born, dt.date(2004, 5, 17), educator=educator, today=TODAY) == reason


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
        ([checked(-5, 300), checked(-5, -1, row_id=2)], ProofStanding.VALID),
        ([checked(-400, 300), checked(-5, -1, row_id=2)], ProofStanding.VALID),
        ([checked(-400, -2), checked(-5, -1, row_id=2)], ProofStanding.ENDED),
        ([checked(0, 300)], ProofStanding.VALID),
        ([checked(-400, -1)], ProofStanding.ENDED),
    ],
)
def test_a_refusal_undoes_the_clear_checks_before_it_and_of_others_the_furthest_is_shown(rows, standing):
    assert vetting_on(rows, TODAY).standing == standing


@pytest.mark.parametrize(
    ("rows", "standing"),
    [
        ([], ProofStanding.MISSING), ([consent(-10, 300)], ProofStanding.VALID),
        ([consent(-10, 20)], ProofStanding.ENDS_SOON), ([consent(-10, -1)], ProofStanding.ENDED),
        ([consent(0, 300)], ProofStanding.VALID), ([consent(1, 300)], ProofStanding.MISSING),
        ([consent(-10, 300, withdrawn=True)], ProofStanding.WITHDRAWN),
        ([consent(-10, 300, withdrawn=True), consent(-1, 300)], ProofStanding.VALID),
        ([consent(-10, 300, purposes=("photo",))], ProofStanding.MISSING),
    ],
)  # fmt: skip
def test_a_minor_needs_a_living_consent_to_take_part(rows, standing):
    assert consent_on(rows, TODAY, minor=True).standing == standing
    assert consent_on(rows, TODAY, minor=False).standing is ProofStanding.NOT_NEEDED


@pytest.mark.parametrize(
    ("checked_on", "valid_until", "problems"),
    [
        (0, 365, {}), (0, 0, {}), (0, 5 * 366, {}), (1, 365, {"checked_on": "in_the_future"}),
        (0, -1, {"valid_until": "days_not_in_order"}), (0, 5 * 366 + 1, {"valid_until": "too_long"}),
    ],
)  # fmt: skip
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
    ("vettings", "warned"),
    [
        ([], []),
        ([checked(-300, 20)], [30]),
        ([checked(-300, 60)], []),
        ([dataclasses.replace(checked(-300, 20), warned_days=30)], []),
        ([checked(-300, 20, VettingResult.REFUSED)], []),
        ([checked(-5, 400, row_id=2), checked(-300, 20)], []),  # a later check carries on
        ([checked(-5, 20, row_id=2), checked(-300, 60)], []),  # the earlier one does
        ([checked(-5, 3, row_id=2), checked(-300, 20)], [30]),  # of the one that lasts
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
