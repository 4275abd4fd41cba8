"""A name in the other letters: its owner gives it, the database keeps it whole, a search finds both spellings."""

import json

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.core.text import fold
from scheduler.people.models import User
from scheduler.people.service.accounts import spell_name
from scheduler.people.service.presenter_names import PresenterNames
from scheduler.policy import SYSTEM
from scheduler.staffing.queries.found_people import presenters_found
from tests.factories import MONDAY
from tests.factories.people import make_presenter, make_user

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]


def given(user_id: int) -> tuple[str | None, str | None]:
    user = db.session.get_one(User, user_id, populate_existing=True)
    return user.other_given_name, user.other_family_name


def test_she_gives_it_and_takes_it_away_and_the_audit_holds_no_name():
    user = make_user(given_name="Каталин", family_name="Сабо")
    for _press in range(2):
        spell_name(user.actor(), "Katalin", "Szabó", now=MONDAY)
    assert given(user.id) == ("Katalin", "Szabó")
    assert db.session.scalars(select(User.full_name).where(User.id == user.id)).one().other == "Katalin Szabó"

    spell_name(user.actor(), "", "", now=MONDAY)

    assert given(user.id) == (None, None)
    told = db.session.scalars(select(AuditEntry.details).where(AuditEntry.action == "name spelled")).all()
    assert [json.loads(one) for one in told] == [{}, {}]


@pytest.mark.parametrize(
    ("typed", "problems"),
    [
        (("Katalin", ""), {"other_family_name": GroundReason.MISSING}),
        (("", "Szabó"), {"other_given_name": GroundReason.MISSING}),
        (("Каталин", "Szabó"), {"other_given_name": GroundReason.SAME_LETTERS}),
        (("Kaталин", "Szabó"), {"other_given_name": GroundReason.MIXED_SCRIPTS}),
        (("Katalin", "7"), {"other_family_name": GroundReason.NO_LETTER}),
    ],
)  # fmt: skip
def test_what_is_no_whole_name_in_the_other_letters_is_refused(typed, problems):
    user = make_user(given_name="Каталин", family_name="Сабо")

    with pytest.raises(Rejected) as refused:
        spell_name(user.actor(), *typed, now=MONDAY)

    assert refused.value.problems == problems
    assert given(user.id) == (None, None)


def test_nobody_without_an_account_spells_a_name():
    with pytest.raises(NotFound):
        spell_name(SYSTEM, "Katalin", "Szabó", now=MONDAY)


@pytest.mark.parametrize(
    ("other", "law"),
    [
        (("Katalin", None), "other_name_is_whole"),
        (("", "Szabó"), "other_name_is_not_empty"),
        (("K" * 81, "Szabó"), "other_name_is_no_longer"),
    ],
)
def test_the_database_itself_refuses_half_a_name_an_empty_and_an_endless_one(other, law):
    user = make_user()
    change = text("UPDATE user_account SET other_given_name = :given, other_family_name = :family WHERE id = :id")

    with pytest.raises(IntegrityError, match=law), transaction() as session:
        session.execute(change, {"given": other[0], "family": other[1], "id": user.id})


@pytest.mark.parametrize("typed", ["szabo", "сабо", "sabo", "katalin sza"])
def test_a_search_finds_both_spellings(typed):
    person = make_presenter(
        given_name="Каталин", family_name="Сабо", other_given_name="Katalin", other_family_name="Szabó"
    )
    found = presenters_found(person.centre_id, fold(typed).split(), today=MONDAY.date())

    assert [one.presenter_id for one in found] == [person.id]
    assert found[0].full_name.other == "Katalin Szabó"  # type: ignore[attr-defined]


@pytest.mark.parametrize("typed", ["Каталин Сабо", "Szabó Katalin", "K. Szabo", "Sabo"])
def test_a_file_names_her_by_either(typed):
    person = make_presenter(
        given_name="Каталин", family_name="Сабо", other_given_name="Katalin", other_family_name="Szabó"
    )

    found = PresenterNames(db.session(), person.centre_id).named(typed)

    assert getattr(found, "presenter_id", found) == person.id
