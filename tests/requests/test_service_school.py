"""The school's own link, and what was typed so far."""

import datetime as dt
import json

import pytest
from sqlalchemy import func, select

from scheduler.booking.queries.holds import opened_booking
from scheduler.core.audit import AuditEntry
from scheduler.core.errors import NotFound
from scheduler.core.text import BadText
from scheduler.requests.models import BookingAnswers
from scheduler.requests.service.answers import forget_answers, forget_old_answers, keep_answers
from scheduler.requests.service.desk import note_counts
from scheduler.requests.service.school import change_counts, withdraw_request
from scheduler.requests.terms.school_request import ExpectedCounts, RequestState
from tests.factories import MONDAY
from tests.factories.people import make_centre
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.refusals import conflict, rejection
from tests.requests.shorthand import audit_of, contact_of, coordinator_of, mails, stored

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


def test_changed_counts_are_stored_with_what_they_were_and_whoever_comes_second_reads_so(session):
    row = make_school_request()
    seen = row.version
    change_counts(contact_of(row), row.id, [ExpectedCounts(1, 74, 0, 2)], now=MONDAY, version=seen)

    with conflict("changed_meanwhile"):
        change_counts(contact_of(row), row.id, [ExpectedCounts(1, 60, 0, 2)], now=MONDAY, version=seen)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "counts changed")).one()
    assert json.loads(entry.details) == {"presentations": {"1": [[90, 0, 2], [74, 0, 2]]}}
    assert stored(row.id).attention is False


def test_counts_changed_after_the_agreement_ask_for_the_coordinators_eye_and_the_same_again_do_not(session):
    row = make_school_request(RequestState.CONFIRMED)
    change_counts(contact_of(row), row.id, [ExpectedCounts(1, 90, 0, 2)], now=MONDAY)
    assert (audit_of(row.id), stored(row.id).attention) == ([], False)
    change_counts(contact_of(row), row.id, [ExpectedCounts(1, 74, 0, 2)], now=MONDAY)
    assert stored(row.id).attention is True

    note_counts(coordinator_of(row), row.id, now=MONDAY)

    assert stored(row.id).attention is False
    assert audit_of(row.id) == ["counts changed", "counts seen"]


def test_impossible_counts_are_refused(session):
    row = make_school_request()

    with rejection(**{"presentations-0-pupils": "over_group_size"}):
        change_counts(contact_of(row), row.id, [ExpectedCounts(1, 500, 0, 0)], now=MONDAY)
    with pytest.raises(NotFound):
        change_counts(contact_of(row), row.id, [ExpectedCounts(7, 10, 0, 0)], now=MONDAY)


# what was typed so far


def test_answers_are_kept_under_the_visitors_token_and_forgotten(session):
    token = keep_answers(None, {"host": {"typed": ["Ниш"]}}, now=MONDAY)
    assert keep_answers(token, {"host": {"typed": ["Niš"]}}, now=MONDAY) == token

    assert opened_booking(token, now=MONDAY)[0] == {"host": {"typed": ["Niš"]}}
    assert opened_booking("invented", now=MONDAY) == opened_booking(None, now=MONDAY) == ({}, None)
    assert opened_booking(token, now=MONDAY + dt.timedelta(hours=24)) == ({}, None)

    forget_answers(token, now=MONDAY)
    assert session.scalars(select(BookingAnswers)).all() == []


def test_old_answers_are_deleted_and_young_ones_stay(session):
    keep_answers(None, {}, now=MONDAY - dt.timedelta(hours=25))
    young = keep_answers(None, {"host": {}}, now=MONDAY)

    forget_old_answers(MONDAY)

    assert session.scalar(select(func.count(BookingAnswers.id))) == 1
    assert opened_booking(young, now=MONDAY)[0] == {"host": {}}


def test_more_than_any_booking_holds_is_refused(session):
    with pytest.raises(BadText, match="too_long"):
        keep_answers(None, {"host": {"typed": ["x" * 70_000]}}, now=MONDAY)
