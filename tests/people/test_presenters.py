"""Presenters: created, changed by themselves and their centre, their week, days and telephone."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.people import queries, rules
from scheduler.people.models import AvailabilityException, Presenter, User
from scheduler.people.service.invitations import invite_user
from scheduler.people.service.presenters import (
    add_exception,
    change_skills,
    create_presenter,
    remove_exception,
    set_hours,
    set_phone,
)
from scheduler.people.terms import (
    ExceptionDraft,
    Hours,
    InvitationDraft,
    PresenterDraft,
    PresenterKind,
    SkillsDraft,
    TeachingLanguage,
    Topic,
)
from scheduler.policy import Role
from scheduler.staffing.queries.availability import presenter_page
from tests.at_once import all_at_once
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, make_presenter, make_user, presenter_actor
from tests.factories.places import make_municipality
from tests.factories.safeguarding import a_cleared_minor
from tests.refusals import rejection

TODAY = MONDAY.date()
MORNINGS = (Hours(0, dt.time(8), dt.time(13)), Hours(2, dt.time(8), dt.time(13)))


def a_presenter(**given: Any) -> PresenterDraft:
    """An educator whom every rule accepts."""
    fair: dict[str, Any] = {
        "given_name": "Jelena", "family_name": "Ristić", "email": "jelena@centre.example",
        "kind": PresenterKind.EDUCATOR, "topics": (Topic.SAFE_INTERNET, Topic.PARENTING),
        "languages": (TeachingLanguage.SERBIAN,), "hours": MORNINGS,
    }  # fmt: skip
    if "home_id" not in given:
        fair["home_id"] = make_municipality("Крагујевац").id
    return PresenterDraft(**(fair | given))


@pytest.mark.both_databases
def test_a_presenter_is_created_with_an_invited_account_and_her_week(app):
    coordinator = an_actor()
    presenter_id = create_presenter(coordinator, a_presenter(), now=MONDAY)
    page = presenter_page(presenter_id, from_day=TODAY)
    assert (page.row.full_name, page.row.home_sr_latn, page.row.topics, page.row.invited) == (
        "Jelena Ristić", "Kragujevac", (Topic.PARENTING, Topic.SAFE_INTERNET), True,
    )  # fmt: skip
    assert page.hours == MORNINGS
    assert [mail.kind for mail in db.session.scalars(select(OutboxMessage))] == ["invitation"]
    user = db.session.get(User, page.row.user_id)
    assert [row.role for row in user.roles] == [Role.EDUCATOR]


def test_days_that_decide_about_a_minor_are_stored(app):
    draft = a_presenter(kind=PresenterKind.INFLUENCER, birth_date=dt.date(2010, 2, 28))
    presenter = db.session.get(Presenter, create_presenter(an_actor(), draft, now=MONDAY))
    assert (presenter.adult_on, presenter.may_present_from) == (dt.date(2028, 2, 28), dt.date(2025, 2, 28))


def test_who_was_invited_as_educator_gets_her_profile_and_no_second_mail(app):
    coordinator = an_actor()
    user = make_user(Role.EDUCATOR, centre_id=coordinator.centre_id, email="jelena@centre.example")
    presenter_id = create_presenter(coordinator, a_presenter(), now=MONDAY)
    assert db.session.get(Presenter, presenter_id).user_id == user.id
    assert db.session.scalars(select(OutboxMessage)).all() == []


def test_an_address_in_use_and_a_home_that_is_no_place_are_refused_and_every_problem_is_told_at_once(app):
    coordinator = an_actor()
    make_user(Role.COORDINATOR, centre_id=coordinator.centre_id, email="jelena@centre.example")
    with rejection(email="has_account"):
        create_presenter(coordinator, a_presenter(), now=MONDAY)
    assert db.session.scalars(select(Presenter)).all() == []
    draft = a_presenter(given_name="", email="x", topics=(), hours=(Hours(4, dt.time(9), dt.time(9)),))
    with rejection(given_name="missing", email="not_an_email", topics="missing", day_4="hours_in_order"):
        create_presenter(an_actor(), draft, now=MONDAY)
    with rejection(home="unknown"):
        create_presenter(an_actor(), a_presenter(home_id=4711), now=MONDAY)


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.SAFEGUARDING])
def test_only_coordinators_and_administrators_create_presenters(app, role):
    with pytest.raises(NotAllowed):
        create_presenter(an_actor(role), a_presenter(), now=MONDAY)


def test_a_presenter_changes_her_own_week_and_a_coordinator_presenters_of_her_centre_only(app):
    me, other = make_presenter(), make_presenter()
    set_hours(presenter_actor(me), me.id, MORNINGS, now=MONDAY)
    set_hours(presenter_actor(me), me.id, MORNINGS[1:], now=MONDAY)
    with pytest.raises(NotFound):
        set_hours(presenter_actor(me), other.id, MORNINGS, now=MONDAY)
    assert queries.hours_of([me.id, other.id]) == {me.id: MORNINGS[1:], other.id: ()}

    coordinator = an_actor()
    ours, theirs = make_presenter(centre_id=coordinator.centre_id), make_presenter()
    draft = SkillsDraft(ours.home_id, (Topic.PRIVACY,), (TeachingLanguage.HUNGARIAN, TeachingLanguage.SERBIAN))

    change_skills(coordinator, ours.id, draft, now=MONDAY)
    with pytest.raises(NotFound):
        change_skills(coordinator, theirs.id, draft, now=MONDAY)

    row = queries.presenters_by_id([ours.id])[ours.id]
    assert row.topics == (Topic.PRIVACY,)
    assert row.languages == (TeachingLanguage.HUNGARIAN, TeachingLanguage.SERBIAN)


def test_trust_s48_a_minor_moves_by_no_word_of_her_own(app):
    """Else she would travel wherever she says that she lives, without the guardian's consent to travel."""
    minor, adult = a_cleared_minor(), make_presenter()
    elsewhere = make_municipality("Пирот").id
    draft = SkillsDraft(elsewhere, (Topic.PRIVACY,), (TeachingLanguage.SERBIAN,))

    with rejection(home="home_of_a_minor"):
        change_skills(presenter_actor(minor), minor.id, draft, now=MONDAY)
    change_skills(presenter_actor(minor), minor.id, replace(draft, home_id=minor.home_id), now=MONDAY)
    assert queries.presenters_by_id([minor.id])[minor.id].home_id == minor.home_id
    change_skills(an_actor(centre_id=minor.centre_id), minor.id, draft, now=MONDAY)
    change_skills(presenter_actor(adult), adult.id, draft, now=MONDAY)
    homes = {row.home_id for row in queries.presenters_by_id([minor.id, adult.id]).values()}
    assert homes == {elsewhere}


def test_a_presenter_without_topic_or_language_is_refused_and_a_page_of_nobody_is_not_found(app):
    presenter = make_presenter()
    with rejection(topics="missing", languages="missing"):
        change_skills(presenter_actor(presenter), presenter.id, SkillsDraft(presenter.home_id, (), ()), now=MONDAY)
    with pytest.raises(NotFound):
        presenter_page(4711, from_day=TODAY)


def test_days_that_differ_are_added_shown_and_removed_and_by_nobody_else(app):
    presenter = make_presenter()
    me = presenter_actor(presenter)
    away = ExceptionDraft(TODAY, TODAY + dt.timedelta(days=4), available=False)

    add_exception(me, presenter.id, away, now=MONDAY)
    (row,) = presenter_page(presenter.id, from_day=TODAY).exceptions
    assert (row.first_day, row.last_day, row.available) == (TODAY, TODAY + dt.timedelta(days=4), False)
    assert queries.exceptions_of([presenter.id], TODAY + dt.timedelta(days=5)) == {presenter.id: ()}
    remove_exception(me, presenter.id, row.id, now=MONDAY)

    assert presenter_page(presenter.id, from_day=TODAY).exceptions == ()
    actions = [entry.action for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions == ["exception added", "exception removed"]

    me, other = make_presenter(), make_presenter()
    add_exception(presenter_actor(other), other.id, ExceptionDraft(TODAY, TODAY, False), now=MONDAY)
    (row,) = queries.exceptions_of([other.id], TODAY)[other.id]

    with pytest.raises(NotFound):
        remove_exception(presenter_actor(me), me.id, row.id, now=MONDAY)


def test_the_list_of_presenters_asks_the_database_equally_often_for_one_and_for_three(app):
    counts = []
    for size in (1, 3):
        centre_id = make_centre().id
        for _ in range(size):
            make_presenter(centre_id=centre_id)
        with statements() as asked:
            assert len(queries.presenters_of(centre_id)) == size
        counts.append(len(asked))
    assert counts[0] == counts[1]
    at_most(1, counts[0])


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("064 123 4567", "+381641234567"), ("064/123-45-67", "+381641234567"), ("+381 (0)64 1234567", "+381641234567"),
        ("00381 64 1234567", "+381641234567"), ("018 555 123", "+38118555123"), ("+49 151 23456789", "+4915123456789"),
        ("+382 67 123 456", "+38267123456"), ("+39 06 1234 5678", "+390612345678"), ("+36 1 234 5678", "+3612345678"),
        ("nobody", None), ("123", None), ("(064) 123-4567", "+381641234567"), ("", ""), ("  ", ""),
        ("64 1234567", None), ("064", None), ("0641234567890", None), ("+0641234567", None), ("+99912345678", None),
        ("0099912345678", None), ("+381 99 1234567", None), ("064 123 4567" + " " * 30, None), ("+1234567", None),
        ("+1234567890123456", None), ("064 CALL ME", None), ("٠٦٤١٢٣٤٥٦٧", None), ("0641234567\n0641234567", None),
    ],
)  # fmt: skip
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
    with rejection(phone="not_a_phone"):
        set_phone(presenter_actor(one), one.id, "12", now=MONDAY)
    with pytest.raises((NotAllowed, NotFound)):
        set_phone(presenter_actor(other), one.id, "", now=MONDAY)
    with pytest.raises((NotAllowed, NotFound)):
        set_phone(make_user(Role.COORDINATOR).actor(), one.id, "", now=MONDAY)
    assert queries.phone_of(one.id) == "+381641234567"


EIGHT = 8


def how_many(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.postgres_decides
def test_one_address_invited_eight_times_at_once_is_one_account_and_one_mail(app):
    administrator = an_actor(Role.ADMINISTRATOR)
    draft = InvitationDraft("jelena@centre.example", (Role.COORDINATOR,))
    raised = all_at_once(app, [lambda: invite_user(administrator, draft, now=MONDAY)] * EIGHT)
    assert raised == [None] * EIGHT
    assert (how_many(User), how_many(OutboxMessage)) == (2, 1)


@pytest.mark.postgres_decides
def test_one_presenter_made_eight_times_at_once_is_one_and_the_others_are_told(app):
    coordinator = an_actor()
    draft = PresenterDraft(
        "Јелена", "Ђурић", "jelena@centre.example", PresenterKind.EDUCATOR, make_municipality().id,
        (Topic.PRIVACY,), (TeachingLanguage.SERBIAN,),
    )  # fmt: skip
    raised = all_at_once(app, [lambda: create_presenter(coordinator, draft, now=MONDAY)] * EIGHT)
    refused = [error.problems for error in raised if isinstance(error, Rejected)]
    assert (raised.count(None), refused) == (1, [{"email": "has_account"}] * (EIGHT - 1))
    assert (how_many(Presenter), how_many(OutboxMessage)) == (1, 1)


@pytest.mark.postgres_decides
def test_a_week_saved_eight_times_at_once_is_that_week(app):
    centre = make_centre()
    jelena, coordinator = make_presenter(centre_id=centre.id).id, an_actor(centre_id=centre.id)
    week = [Hours(day, dt.time(8), dt.time(15)) for day in range(5)]
    raised = all_at_once(app, [lambda: set_hours(coordinator, jelena, week, now=MONDAY)] * EIGHT)
    assert raised == [None] * EIGHT
    assert queries.hours_of([jelena])[jelena] == tuple(week)


@pytest.mark.postgres_decides
def test_skills_saved_eight_times_at_once_are_those_skills(app):
    centre, home = make_centre(), make_municipality().id
    jelena, coordinator = make_presenter(centre_id=centre.id).id, an_actor(centre_id=centre.id)
    draft = SkillsDraft(home, (Topic.PRIVACY,), (TeachingLanguage.SLOVAK, TeachingLanguage.HUNGARIAN))
    raised = all_at_once(app, [lambda: change_skills(coordinator, jelena, draft, now=MONDAY)] * EIGHT)
    assert raised == [None] * EIGHT
    row = queries.presenters_by_id([jelena])[jelena]
    assert (row.topics, set(row.languages)) == (draft.topics, set(draft.languages))


@pytest.mark.postgres_decides
def test_days_away_said_eight_times_at_once_are_said_once(app):
    centre = make_centre()
    jelena, coordinator = make_presenter(centre_id=centre.id).id, an_actor(centre_id=centre.id)
    draft = ExceptionDraft(MONDAY.date(), MONDAY.date() + dt.timedelta(days=4), available=False)
    raised = all_at_once(app, [lambda: add_exception(coordinator, jelena, draft, now=MONDAY)] * EIGHT)
    assert (raised, how_many(AvailabilityException)) == ([None] * EIGHT, 1)
