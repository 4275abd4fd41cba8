"""Warned 30 and 7 days before a check or a consent ends (TRUST S50), each once, and never with a secret."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.audit import AuditEntry
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import User
from scheduler.safeguarding import rules, service
from scheduler.safeguarding.models import DrivingCheck
from scheduler.safeguarding.terms import VettingResult
from tests.factories import MONDAY
from tests.factories.people import a_minor, make_presenter, make_user
from tests.factories.safeguarding import make_consent, make_driving_check, make_guardian, make_vetting

TODAY = MONDAY.date()
DAY = dt.timedelta(days=1)


def sent(session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.execute(select(OutboxMessage.kind, OutboxMessage.address).order_by(OutboxMessage.id))
    return [(kind, address) for kind, address in rows]


@pytest.mark.parametrize(
    ("left", "warned", "due"),
    [(31, None, None), (30, None, 30), (29, 30, None), (8, 30, None), (7, 30, 7), (7, None, 7), (7, 7, None),
     (3, 7, None), (0, 30, 7), (-1, None, None), (20, 7, None)],
)  # fmt: skip
def test_a_warning_is_due_30_and_7_days_before_the_end_and_each_once(left, warned, due):
    assert rules.warning_due(TODAY + left * DAY, TODAY, warned) == due


@pytest.mark.postgres_decides
def test_a_check_that_ends_is_told_30_and_7_days_before_each_once(session):
    presenter = make_presenter()
    make_vetting(presenter.id, valid_until=TODAY + 30 * DAY)
    address = session.get_one(User, presenter.user_id).email
    told = [service.warn_of_endings(now=MONDAY + days * DAY) for days in (-1, 0, 0, 5, 23, 23, 30, 31)]
    assert told == [0, 1, 0, 0, 1, 0, 0, 0]
    assert sent(session) == [("vetting_ends", address)] * 2
    assert [entry.action for entry in session.scalars(select(AuditEntry))] == ["vetting ends soon"] * 2


@pytest.mark.postgres_decides
def test_a_driver_is_told_of_the_end_of_that_check_apart_from_the_other(session):
    driver = make_presenter()
    make_vetting(driver.id, valid_until=TODAY + 300 * DAY)
    make_driving_check(driver.id, checked_on=TODAY - 300 * DAY, valid_until=TODAY + 30 * DAY)
    refused = make_presenter()
    make_driving_check(refused.id, valid_until=TODAY + 7 * DAY)
    make_driving_check(refused.id, checked_on=TODAY - DAY, valid_until=TODAY + 7 * DAY, result=VettingResult.REFUSED)
    address = session.get_one(User, driver.user_id).email

    told = [service.warn_of_endings(now=MONDAY + days * DAY) for days in (-1, 0, 0, 23, 23, 31)]

    assert told == [0, 1, 0, 1, 0, 0]
    assert sent(session) == [("driving_ends", address)] * 2
    assert [entry.action for entry in session.scalars(select(AuditEntry))] == ["driving_check ends soon"] * 2
    assert [row.warned_days for row in session.scalars(select(DrivingCheck).order_by(DrivingCheck.id))] == [
        7,
        None,
        None,
    ]


@pytest.mark.postgres_decides
def test_a_consent_that_ends_is_told_the_guardian_and_the_minor(session):
    minor = a_minor()
    make_vetting(minor.id)
    make_consent(minor.id, valid_until=TODAY + 7 * DAY)
    address = session.get_one(User, minor.user_id).email
    assert service.warn_of_endings(now=MONDAY) == 1
    assert sent(session) == [("consent_ends", "vesna@family.example"), ("own_consent_ends", address)]
    to_guardian = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "consent_ends")).one()
    assert (to_guardian.link_purpose, "{link}" in to_guardian.text) == ("guardian", True), "her own page"


def test_trust_s48_a_new_text_asks_each_guardian_anew_once(session):
    older, today_s = a_minor(), a_minor()
    make_guardian(older.id, asked_text="2019-09")
    make_consent(older.id, text_version="2019-09")
    make_guardian(today_s.id, email="other@family.example", asked_text="")
    make_consent(today_s.id)
    assert [service.ask_anew(now=MONDAY) for _night in range(2)] == [1, 0]
    assert sent(session) == [("consent_asked", "vesna@family.example")]


def test_a_minors_ending_check_or_consent_gives_no_link_to_a_copy_or_an_account(session):
    minor = a_minor(given_name="Tara", family_name="Ilić")
    make_vetting(minor.id, valid_until=TODAY + 7 * DAY)
    make_consent(minor.id)

    service.warn_of_endings(now=MONDAY)

    own, copy = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert copy.address == "vesna@family.example"
    assert "{link}" in own.text
    assert "{link}" not in copy.text + copy.html
    assert "Tara" in copy.text
    assert "Ilić" not in copy.text + copy.subject

    minor = a_minor()
    make_guardian(minor.id, email=make_user(email="parent@centre.example").email)
    make_consent(minor.id, valid_until=TODAY + 7 * DAY)
    service.warn_of_endings(now=MONDAY)
    told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "consent_ends")).one()
    assert (told.address, told.link_purpose, "{link}" in told.text) == ("parent@centre.example", None, False)


def test_nobody_is_warned_of_what_a_later_proof_carries_on_or_nobody_needs_then(session):
    minor = a_minor()
    make_vetting(minor.id, valid_until=TODAY + 7 * DAY)
    make_vetting(minor.id, checked_on=TODAY)
    make_consent(minor.id, valid_until=TODAY + 7 * DAY)
    make_consent(minor.id)
    soon_grown_up = a_minor(birth_date=dt.date(2008, TODAY.month, TODAY.day) + 8 * DAY)
    make_vetting(soon_grown_up.id)
    make_consent(soon_grown_up.id, valid_until=TODAY + 7 * DAY)
    assert service.warn_of_endings(now=MONDAY) == 0
