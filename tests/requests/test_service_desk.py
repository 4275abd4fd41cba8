"""Staff answer, and a request follows its visit."""

import pytest
from sqlalchemy import select

from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.policy import SYSTEM, Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.desk import agree_request, ask_school, decline_request, follow_visit
from scheduler.requests.service.school import answer_question
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre
from tests.factories.requests import make_school_request
from tests.refusals import conflict
from tests.requests.acts import take_request, waitlist_request
from tests.requests.shorthand import audit_of, contact_of, coordinator_of, mails, stored

# the desk


def test_the_slower_of_two_colleagues_is_told(session):
    row = make_school_request()
    seen = row.version
    take_request(coordinator_of(row), row.id, now=MONDAY)

    with conflict("changed_meanwhile"):
        decline_request(coordinator_of(row), row.id, "No crew", now=MONDAY, version=seen)


def test_asking_and_answering(session):
    row = make_school_request(RequestState.TRIAGE)
    ask_school(coordinator_of(row), row.id, "Имате ли пројектор?", now=MONDAY)

    assert stored(row.id).state is RequestState.NEEDS_INFO
    assert "Имате ли пројектор?" in mails("request_question")[0].text

    answer_question(contact_of(row), row.id, "Имамо.", now=MONDAY)

    assert (stored(row.id).state, stored(row.id).answer) == (RequestState.TRIAGE, "Имамо.")
    assert audit_of(row.id) == ["school request needs_info", "school request triage"]


def test_nobody_answers_what_was_not_asked(session):
    row = make_school_request(RequestState.WAITLISTED)

    with pytest.raises(Conflict):
        answer_question(contact_of(row), row.id, "Да.", now=MONDAY)
    assert stored(row.id).answer == ""


def test_declining_needs_a_reason_that_the_school_reads_and_the_audit_does_not_hold(session):
    row = make_school_request(RequestState.TRIAGE)
    with pytest.raises(Rejected):
        decline_request(coordinator_of(row), row.id, "", now=MONDAY)

    decline_request(coordinator_of(row), row.id, "Програм је попуњен.", now=MONDAY)

    assert (stored(row.id).state, stored(row.id).reason) == (RequestState.DECLINED, "Програм је попуњен.")
    assert "Програм је попуњен." in mails("request_declined")[0].text
    assert "попуњен" not in session.scalars(select(AuditEntry.details).where(AuditEntry.thing_id == row.id)).one()


def test_agreeing_tells_the_school_and_leaves_the_date_to_the_plan(session):
    row = make_school_request(RequestState.TRIAGE)
    agree_request(coordinator_of(row), row.id, now=MONDAY)

    assert stored(row.id).state is RequestState.AGREED
    assert [mail.kind for mail in mails()] == ["request_agreed"]


STAFF_ACTS = [
    lambda actor, row: ask_school(actor, row.id, "?", now=MONDAY),
    lambda actor, row: decline_request(actor, row.id, "no", now=MONDAY),
    lambda actor, row: waitlist_request(actor, row.id, now=MONDAY),
    lambda actor, row: agree_request(actor, row.id, now=MONDAY),
]


@pytest.mark.parametrize("act", STAFF_ACTS)
@pytest.mark.parametrize(
    ("who", "state", "error"),
    [
        (lambda _row: an_actor(centre_id=make_centre().id), RequestState.TRIAGE, NotFound),
        (lambda row: coordinator_of(row, Role.EDUCATOR), RequestState.TRIAGE, NotAllowed),
        (lambda row: coordinator_of(row, Role.INFLUENCER), RequestState.TRIAGE, NotAllowed),
        (lambda row: coordinator_of(row, Role.SAFEGUARDING), RequestState.TRIAGE, NotAllowed),
        (coordinator_of, RequestState.UNVERIFIED, NotFound),
    ],
    ids=["another centre", "educator", "influencer", "safeguarding", "before the address is proven"],
)
def test_who_may_not_answer_changes_nothing(session, act, who, state, error):
    row = make_school_request(state)

    with pytest.raises(error):
        act(who(row), row)
    assert stored(row.id).state is state


# following a visit


def test_a_request_follows_its_visit_inside_the_callers_transaction(session):
    row = make_school_request(RequestState.AGREED)
    with transaction() as inside:
        found = inside.get_one(SchoolRequest, row.id)
        follow_visit(SYSTEM, found, RequestState.STAFFING, now=MONDAY)

    assert stored(row.id).state is RequestState.STAFFING
    assert audit_of(row.id) == ["school request staffing"]


def test_a_visit_leads_to_no_state_of_the_desk(session):
    row = make_school_request(RequestState.TRIAGE)

    with pytest.raises(Conflict), transaction() as inside:
        found = inside.get_one(SchoolRequest, row.id)
        follow_visit(SYSTEM, found, RequestState.WAITLISTED, now=MONDAY)
