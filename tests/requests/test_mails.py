"""Who learns what by mail: the school that it waits, the centre what the school did by its link."""

import pytest

from scheduler.core.db import db, transaction
from scheduler.people.models import Centre
from scheduler.policy import Role
from scheduler.requests.service.school import answer_question, change_counts
from scheduler.requests.terms.school_request import ExpectedCounts, RequestState
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.requests import make_school_request
from tests.requests.acts import waitlist_request
from tests.requests.shorthand import contact_of, coordinator_of, mails

DESK = "desk@centre.example"


def asked(state: RequestState, *, desk: str = DESK, **given):
    row = make_school_request(state, **given)
    with transaction() as session:
        session.get_one(Centre, row.centre_id).email = desk
    return row


def sent() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(mail.kind, mail.address) for mail in mails()]


@pytest.mark.both_databases
@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_a_school_on_the_waiting_list_is_told_in_its_script(session, language):
    row = asked(RequestState.TRIAGE, language=language)
    waitlist_request(coordinator_of(row), row.id, now=MONDAY)

    [mail] = mails("request_waitlisted")
    assert (mail.address, mail.link_purpose) == (row.contact_email, "status")
    assert row.number in mail.subject


def test_an_answer_of_the_school_reaches_the_centre(session):
    row = asked(RequestState.NEEDS_INFO, question="Имате ли пројектор?")
    answer_question(contact_of(row), row.id, "Имамо два.", now=MONDAY)

    [mail] = mails("request_answered")
    assert (mail.address, mail.link_purpose, mail.link_path) == (DESK, None, f"/requests/{row.number}")
    assert "Имате ли пројектор?" in mail.text
    assert "Имамо два." in mail.text


def test_a_centre_without_a_common_address_has_its_coordinators_told(session):
    row = asked(RequestState.NEEDS_INFO, desk="", question="Када?")
    make_user(Role.COORDINATOR, email="one@centre.example", centre_id=row.centre_id, password_hash="set")
    make_user(Role.SAFEGUARDING, email="other@centre.example", centre_id=row.centre_id, password_hash="set")

    answer_question(contact_of(row), row.id, "Увек", now=MONDAY)

    assert sent() == [("request_answered", "one@centre.example")]


def test_numbers_that_the_school_changes_reach_the_centre_and_those_of_the_centre_nobody(session):
    row = asked(RequestState.AGREED)
    change_counts(contact_of(row), row.id, [ExpectedCounts(1, 41, 0, 0)], now=MONDAY)
    change_counts(contact_of(row), row.id, [ExpectedCounts(1, 41, 0, 0)], now=MONDAY)
    change_counts(coordinator_of(row), row.id, [ExpectedCounts(1, 42, 0, 0)], now=MONDAY)

    assert sent() == [("request_counts_changed", DESK)]
    assert "41" in mails()[0].text
