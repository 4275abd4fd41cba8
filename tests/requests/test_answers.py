"""Staff and the school answer each other, a request never stands still for good, and a typed host is found again."""

import datetime as dt
import json

import pytest
from sqlalchemy import func, select

from scheduler.booking.queries.holds import opened_booking
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.core.text import BadText
from scheduler.places.models import Host
from scheduler.places.queries import find_hosts
from scheduler.places.service.hosts import confirm_host, propose_host
from scheduler.places.terms.hosts import HostDraft, HostKind
from scheduler.policy import ANONYMOUS, SYSTEM, Role
from scheduler.requests.models import BookingAnswers, SchoolRequest
from scheduler.requests.queries.typed_hosts import merged_into
from scheduler.requests.service.answers import forget_answers, forget_old_answers, keep_answers
from scheduler.requests.service.desk import (
    agree_request,
    ask_school,
    decline_request,
    end_request,
    follow_visit,
    note_counts,
    reopen_request,
)
from scheduler.requests.service.reminders import close_finished, remind_of_requests
from scheduler.requests.service.school import answer_question, change_counts, withdraw_request
from scheduler.requests.service.typed_hosts import merge_host
from scheduler.requests.terms.school_request import ExpectedCounts, RequestState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.refusals import conflict, rejection
from tests.requests.shorthand import audit_of, contact_of, coordinator_of, mails, stored, take_request, waitlist_request

# the desk


def test_asking_and_answering_and_nobody_answers_what_was_not_asked(session):
    row = make_school_request(RequestState.TRIAGE)
    ask_school(coordinator_of(row), row.id, "Имате ли пројектор?", now=MONDAY)
    assert stored(row.id).state is RequestState.NEEDS_INFO
    assert "Имате ли пројектор?" in mails("request_question")[0].text
    answer_question(contact_of(row), row.id, "Имамо.", now=MONDAY)
    assert (stored(row.id).state, stored(row.id).answer) == (RequestState.TRIAGE, "Имамо.")
    assert audit_of(row.id) == ["school request needs_info", "school request triage"]

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


def test_agreeing_tells_the_school_and_the_slower_of_two_colleagues_is_told(session):
    row = make_school_request(RequestState.TRIAGE)
    agree_request(coordinator_of(row), row.id, now=MONDAY)
    assert stored(row.id).state is RequestState.AGREED
    assert [mail.kind for mail in mails()] == ["request_agreed"]

    row = make_school_request()
    seen = row.version
    take_request(coordinator_of(row), row.id, now=MONDAY)
    with conflict("changed_meanwhile"):
        decline_request(coordinator_of(row), row.id, "No crew", now=MONDAY, version=seen)


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


def test_a_request_follows_its_visit_inside_the_callers_transaction_and_to_no_state_of_the_desk(session):
    row = make_school_request(RequestState.AGREED)
    with transaction() as inside:
        found = inside.get_one(SchoolRequest, row.id)
        follow_visit(SYSTEM, found, RequestState.STAFFING, now=MONDAY)
    assert stored(row.id).state is RequestState.STAFFING
    assert audit_of(row.id) == ["school request staffing"]

    row = make_school_request(RequestState.TRIAGE)
    with pytest.raises(Conflict), transaction() as inside:
        found = inside.get_one(SchoolRequest, row.id)
        follow_visit(SYSTEM, found, RequestState.WAITLISTED, now=MONDAY)


# the school's link


@pytest.mark.parametrize(
    ("state", "ended"),
    [
        (RequestState.TRIAGE, RequestState.WITHDRAWN),
        (RequestState.AGREED, RequestState.CANCELLED_BY_SCHOOL),  # before a visit is planned
    ],
)
def test_a_school_withdraws_and_the_centre_is_told(session, state, ended):
    centre = make_centre(email="desk@centre.example")
    row = make_school_request(state, programme=make_programme(centre_id=centre.id))
    withdraw_request(contact_of(row), row.id, "Штрајк", now=MONDAY)

    assert (stored(row.id).state, stored(row.id).reason) == (ended, "Штрајк")
    assert [(mail.kind, mail.address) for mail in mails()] == [("request_withdrawn", "desk@centre.example")]


@pytest.mark.parametrize(
    ("state", "reason"), [(RequestState.CONFIRMED, "has_a_date"), (RequestState.WITHDRAWN, "wrong_state")]
)
def test_with_a_date_or_after_the_end_nothing_is_withdrawn(session, state, reason):
    row = make_school_request(state)

    with conflict(reason):
        withdraw_request(contact_of(row), row.id, now=MONDAY)


def test_a_link_opens_its_own_request_only(session):
    row, other = make_school_request(), make_school_request()

    for act in (
        lambda: withdraw_request(contact_of(other), row.id, now=MONDAY),
        lambda: change_counts(contact_of(other), row.id, [ExpectedCounts(1, 50, 0, 2)], now=MONDAY),
    ):
        with pytest.raises(NotFound):
            act()


def test_changed_counts_are_stored_with_what_they_were_and_impossible_or_second_ones_refused(session):
    row = make_school_request()
    seen = row.version
    change_counts(contact_of(row), row.id, [ExpectedCounts(1, 74, 0, 2)], now=MONDAY, version=seen)
    with conflict("changed_meanwhile"):
        change_counts(contact_of(row), row.id, [ExpectedCounts(1, 60, 0, 2)], now=MONDAY, version=seen)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "counts changed")).one()
    assert json.loads(entry.details) == {"presentations": {"1": [[90, 0, 2], [74, 0, 2]]}}
    assert stored(row.id).attention is False

    with rejection(**{"presentations-0-pupils": "over_group_size"}):
        change_counts(contact_of(row), row.id, [ExpectedCounts(1, 500, 0, 0)], now=MONDAY)
    with pytest.raises(NotFound):
        change_counts(contact_of(row), row.id, [ExpectedCounts(7, 10, 0, 0)], now=MONDAY)


def test_counts_changed_after_the_agreement_ask_for_the_coordinators_eye_and_the_same_again_do_not(session):
    row = make_school_request(RequestState.CONFIRMED)
    change_counts(contact_of(row), row.id, [ExpectedCounts(1, 90, 0, 2)], now=MONDAY)
    assert (audit_of(row.id), stored(row.id).attention) == ([], False)
    change_counts(contact_of(row), row.id, [ExpectedCounts(1, 74, 0, 2)], now=MONDAY)
    assert stored(row.id).attention is True

    note_counts(coordinator_of(row), row.id, now=MONDAY)

    assert stored(row.id).attention is False
    assert audit_of(row.id) == ["counts changed", "counts seen"]


# what was typed so far


def test_answers_are_kept_under_the_visitors_token_until_they_are_forgotten_or_old(session):
    token = keep_answers(None, {"host": {"typed": ["Ниш"]}}, now=MONDAY)
    assert keep_answers(token, {"host": {"typed": ["Niš"]}}, now=MONDAY) == token
    assert opened_booking(token, now=MONDAY)[0] == {"host": {"typed": ["Niš"]}}
    assert opened_booking("invented", now=MONDAY) == opened_booking(None, now=MONDAY) == ({}, None)
    assert opened_booking(token, now=MONDAY + dt.timedelta(hours=24)) == ({}, None)
    forget_answers(token, now=MONDAY)
    assert session.scalars(select(BookingAnswers)).all() == []

    keep_answers(None, {}, now=MONDAY - dt.timedelta(hours=25))
    young = keep_answers(None, {"host": {}}, now=MONDAY)
    forget_old_answers(MONDAY)
    assert session.scalar(select(func.count(BookingAnswers.id))) == 1
    assert opened_booking(young, now=MONDAY)[0] == {"host": {}}

    with pytest.raises(BadText, match="too_long"):
        keep_answers(None, {"host": {"typed": ["x" * 70_000]}}, now=MONDAY)


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


TYPED = HostDraft(HostKind.LIBRARY, "Читаоница Липа", "Суботица")


@pytest.fixture
def coordinator(session):
    return an_actor()


def ids(typed: str) -> list[int]:
    return [row.id for row in find_hosts(typed)]


def a_typed_host() -> int:
    return propose_host(ANONYMOUS, TYPED, now=MONDAY).id


def test_what_a_school_typed_is_found_once_it_is_confirmed_and_typed_again_it_is_the_same_host(session, coordinator):
    typed = a_typed_host()
    assert ids("lipa") == []
    for _press in range(2):
        confirm_host(coordinator, typed, now=MONDAY)
    assert ids("lipa") == [typed]

    typed = a_typed_host()
    assert a_typed_host() == typed
    assert propose_host(coordinator, TYPED, now=MONDAY).id == typed
    assert db.session.get_one(Host, typed).listed, "a coordinator on the phone has confirmed it"


def test_merged_its_requests_move_and_its_name_finds_the_listed_one(session, coordinator):
    typed, listed = a_typed_host(), make_host().id
    asked = make_school_request(RequestState.TRIAGE, host_id=typed)
    visited = make_school_request(RequestState.CONFIRMED, host_id=typed)

    assert merge_host(coordinator, typed, listed, now=MONDAY) == 1
    assert (stored(asked.id).host_id, stored(visited.id).host_id) == (listed, typed)
    assert audit_of(asked.id) == ["host merged"]
    assert ids("citaonica lipa") == [listed]
    assert merged_into(typed).id == listed
    assert a_typed_host() == listed, "typed once more, it is asked for at the listed one"
    assert merge_host(coordinator, typed, listed, now=MONDAY) == 0, "twice is once"


def test_only_a_typed_host_is_merged_and_only_with_a_listed_one(session, coordinator):
    typed, listed, other = a_typed_host(), make_host().id, make_host().id

    for one, into, error in ((listed, other, Conflict), (typed, typed, Rejected), (typed, 999_999, NotFound)):
        with pytest.raises(error):
            merge_host(coordinator, one, into, now=MONDAY)
    merge_host(coordinator, typed, listed, now=MONDAY)
    with pytest.raises(Conflict):
        merge_host(coordinator, typed, other, now=MONDAY)
    with pytest.raises(Conflict):
        confirm_host(coordinator, typed, now=MONDAY)


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.SAFEGUARDING])
def test_who_may_not_is_refused(session, role):
    typed, listed = a_typed_host(), make_host().id
    actor = an_actor(role)

    with pytest.raises(NotAllowed):
        confirm_host(actor, typed, now=MONDAY)
    with pytest.raises(NotAllowed):
        merge_host(actor, typed, listed, now=MONDAY)
