"""A request never stands still for good: by phone, back from a yes, reminded, ended, closed."""

import datetime as dt

import pytest

from scheduler.core.errors import Conflict, NotAllowed, Rejected
from scheduler.policy import Role
from scheduler.requests.service.desk import agree_request, end_request, reopen_request
from scheduler.requests.service.reminders import close_finished, remind_of_requests
from scheduler.requests.service.school import answer_question
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.people import make_centre
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.requests.shorthand import contact_of, coordinator_of, mails, stored

S = RequestState
WEEK, DAY = dt.timedelta(days=7), dt.timedelta(days=1)


def kinds() -> list[str]:
    return [mail.kind for mail in mails()]


@pytest.mark.parametrize(
    ("who", "by_phone", "told"), [(coordinator_of, True, []), (contact_of, False, ["request_answered"])]
)
def test_what_the_school_said_on_the_phone_is_noted_as_such_and_the_request_goes_on(session, who, by_phone, told):
    programme = make_programme(centre_id=make_centre(email="desk@centre.example").id)
    row = make_school_request(S.NEEDS_INFO, programme=programme, question="Када?", told_by_phone=not by_phone)
    answer_question(who(row), row.id, "Увек.", now=MONDAY)

    now = stored(row.id)
    assert (now.state, now.answer, now.told_by_phone) == (S.TRIAGE, "Увек.", by_phone)
    assert kinds() == told  # a coordinator who noted it knows it


def test_a_yes_is_taken_back_and_the_school_reads_why(session):
    row = make_school_request(S.AGREED)
    with pytest.raises(Rejected):
        reopen_request(coordinator_of(row), row.id, "", now=MONDAY)

    reopen_request(coordinator_of(row), row.id, "Екипа је болесна.", now=MONDAY)

    assert stored(row.id).state is S.TRIAGE
    assert "Екипа је болесна." in mails("request_reopened")[0].text


@pytest.mark.parametrize(
    ("state", "by_school", "ended"),
    [
        (S.AGREED, True, S.CANCELLED_BY_SCHOOL),
        (S.AGREED, False, S.CANCELLED_BY_CENTRE),
        (S.TRIAGE, True, S.WITHDRAWN),
        (S.NEEDS_INFO, False, S.CANCELLED_BY_CENTRE),
    ],
)
def test_a_coordinator_ends_a_request_for_the_school_or_for_the_centre(session, state, by_school, ended):
    row = make_school_request(state)
    end_request(coordinator_of(row), row.id, "Позвали су: излет.", by_school=by_school, now=MONDAY)

    assert (stored(row.id).state, stored(row.id).reason) == (ended, "Позвали су: излет.")
    [mail] = mails("request_ended")
    assert ("како сте нам рекли" in mail.text) is by_school


@pytest.mark.parametrize("state", [S.STAFFING, S.CONFIRMED, S.DISRUPTED, S.CLOSED])
def test_a_request_with_a_visit_or_over_is_not_ended_here(session, state):
    row = make_school_request(state)

    with pytest.raises(Conflict):
        end_request(coordinator_of(row), row.id, "Не", by_school=True, now=MONDAY)
    with pytest.raises(NotAllowed):
        end_request(coordinator_of(row, Role.EDUCATOR), row.id, "Не", by_school=True, now=MONDAY)


def test_a_school_that_owes_an_answer_is_reminded_once_then_the_centre_is_asked_to_call_once(session):
    asked = make_school_request(S.NEEDS_INFO, question="Када?", owner_id=None)
    agreed = make_school_request(S.AGREED)
    make_school_request(S.TRIAGE)

    assert remind_of_requests(now=MONDAY + WEEK - DAY, ask_after_days=21) == 0
    assert remind_of_requests(now=MONDAY + WEEK, ask_after_days=21) == 2
    assert remind_of_requests(now=MONDAY + WEEK + DAY, ask_after_days=21) == 0
    first, second = mails("request_reminder")
    assert "Када?" in first.text
    assert (first.about_id, second.about_id) == (asked.id, agreed.id)

    assert remind_of_requests(now=MONDAY + 3 * WEEK, ask_after_days=21) == 2
    assert remind_of_requests(now=MONDAY + 4 * WEEK, ask_after_days=21) == 0
    assert kinds().count("request_reminder") == 2


def test_in_its_next_state_a_request_is_reminded_anew(session):
    row = make_school_request(S.NEEDS_INFO, question="Када?")
    remind_of_requests(now=MONDAY + WEEK, ask_after_days=21)
    answer_question(contact_of(row), row.id, "Увек", now=MONDAY + WEEK)
    agree_request(coordinator_of(row), row.id, now=MONDAY + WEEK)

    assert remind_of_requests(now=MONDAY + 2 * WEEK, ask_after_days=21) == 1


@pytest.mark.parametrize("state", [S.CERTIFIED, S.REPORTED])
def test_thirty_days_after_certificates_or_the_report_a_request_is_closed(session, state):
    row = make_school_request(state)

    assert close_finished(now=MONDAY + dt.timedelta(days=29)) == 0
    assert close_finished(now=MONDAY + dt.timedelta(days=30)) == 1
    assert stored(row.id).state is S.CLOSED
    assert close_finished(now=MONDAY + dt.timedelta(days=60)) == 0
