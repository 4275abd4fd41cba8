import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from scheduler.core.audit import AuditEntry
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.people import queries, rules
from scheduler.people.service.presenters import change_skills, set_phone
from scheduler.people.terms import SkillsDraft, TeachingLanguage, Topic
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.people import make_presenter, make_user, presenter_actor


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("064 123 4567", "+381641234567"),
        ("064/123-45-67", "+381641234567"),
        ("+381 (0)64 1234567", "+381641234567"),
        ("00381 64 1234567", "+381641234567"),
        ("018 555 123", "+38118555123"),
        ("+49 151 23456789", "+4915123456789"),
        ("+382 67 123 456", "+38267123456"),
        ("+39 06 1234 5678", "+390612345678"),
        ("+36 1 234 5678", "+3612345678"),
        ("nobody", None),
        ("123", None),
        ("(064) 123-4567", "+381641234567"),
        ("", ""),
        ("  ", ""),
        ("64 1234567", None),
        ("064", None),
        ("0641234567890", None),
        ("+0641234567", None),
        ("+99912345678", None),
        ("0099912345678", None),
        ("+381 99 1234567", None),
        ("064 123 4567" + " " * 30, None),
        ("+1234567", None),
        ("+1234567890123456", None),
        ("064 CALL ME", None),
        ("٠٦٤١٢٣٤٥٦٧", None),
        ("0641234567\n0641234567", None),
    ],
)
def test_a_number_has_one_form(typed, stored):
    assert rules.phone_of(typed) == stored


@given(st.text(alphabet="0123456789+ ()/.-", max_size=30))
def test_the_form_is_stable_and_of_digits_only(typed):
    once = rules.phone_of(typed)

    if once:
        assert rules.phone_of(once) == once
        assert once[0] == "+"
        assert once[1:].isascii()
        assert once[1:].isdigit()
        assert 7 <= len(once[1:]) <= 15
        assert once[1] != "0"


@given(
    st.one_of(st.integers(60_000_0000, 65_999_9999), st.integers(11_200_0000, 11_399_9999)),
    st.sampled_from(["0", "+381", "00381", "+381 (0)", "+381/"]),
)
def test_a_number_of_serbia_is_the_same_however_its_country_is_written(rest, country):
    assert rules.phone_of(f"{country}{rest}") == f"+381{rest}"


@pytest.mark.both_databases
def test_a_presenter_gives_changes_and_takes_away_her_number_and_skills_without_a_word_of_it_leave_it(session):
    one = make_presenter()
    me = presenter_actor(one)

    for typed in ("064 123 4567", "0641234567", "+381 64 765 4321"):
        set_phone(me, one.id, typed, now=MONDAY)
    assert queries.phone_of(one.id) == "+381647654321"
    set_phone(me, one.id, "", now=MONDAY)

    assert queries.phone_of(one.id) == ""
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "phone changed")).all()
    assert len(entries) == 3  # the same number written otherwise is no change
    assert not [row for row in entries if "64" in str(row.details)]

    one = make_presenter(phone="+381641234567")
    skills = SkillsDraft(one.home_id, (Topic.PRIVACY,), (TeachingLanguage.SERBIAN,))

    change_skills(presenter_actor(one), one.id, skills, now=MONDAY)

    assert queries.phone_of(one.id) == "+381641234567"


def test_what_is_no_number_and_whose_it_is_not_are_refused(session):
    one, other = make_presenter(phone="+381641234567"), make_presenter()

    with pytest.raises(Rejected) as refusal:
        set_phone(presenter_actor(one), one.id, "12", now=MONDAY)
    assert refusal.value.problems == {"phone": "not_a_phone"}
    with pytest.raises((NotAllowed, NotFound)):
        set_phone(presenter_actor(other), one.id, "", now=MONDAY)
    with pytest.raises((NotAllowed, NotFound)):
        set_phone(make_user(Role.COORDINATOR).actor(), one.id, "", now=MONDAY)
    assert queries.phone_of(one.id) == "+381641234567"
