"""Duplicates become one request, and what could not be held is booked again: the earliest place in line counts."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.messages.terms import MessageState
from scheduler.policy import ANONYMOUS
from scheduler.programmes.models import Programme
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.queries.lineage import contacts_of, kept_request, places_in_line
from scheduler.requests.queries.pages import request_page
from scheduler.requests.service.bulk_acts import act_together, take_back
from scheduler.requests.service.desk import agree_request
from scheduler.requests.service.lineage import book_again, merge_request
from scheduler.requests.service.school import withdraw_request
from scheduler.requests.service.submission import submit_request
from scheduler.requests.terms.acts import BulkAct, ChosenRequest
from scheduler.requests.terms.pages import Kin, Lineage
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import make_host
from tests.factories.requests import a_draft, make_school_request
from tests.refusals import conflict, rejection
from tests.requests.shorthand import audit_of, coordinator_of, mails, stored

EARLY = MONDAY - dt.timedelta(days=40)
SOON = dt.timedelta(minutes=9)
NEW_DAYS = (dt.date(2026, 11, 2), dt.date(2026, 11, 6))
S = RequestState


@pytest.fixture
def twins(session):
    """The kept one came later, from another teacher of the same school."""
    duplicate = make_school_request(S.TRIAGE, submitted_at=EARLY, state_since=EARLY)
    kept = make_school_request(
        S.WAITLISTED, programme=_programme(duplicate), host_id=duplicate.host_id, contact_email="bojan@school.example"
    )
    return duplicate, kept


def merge(duplicate, kept, **given) -> str:
    return merge_request(coordinator_of(kept), duplicate.id, kept.id, now=MONDAY, **given).batch


@pytest.mark.both_databases
def test_duplicate_by_phone_and_form(twins):
    """Edge case: merge suggested on host + 30 days; both contacts kept."""
    duplicate, kept = twins
    actor = coordinator_of(kept)
    assert [one.id for one in request_page(actor, duplicate.number, now=MONDAY).twins] == [kept.id]

    merge(duplicate, kept)

    assert (stored(duplicate.id).state, stored(duplicate.id).merged_into_id) == (S.MERGED_INTO, kept.id)
    assert places_in_line([stored(kept.id)]) == {kept.id: EARLY}
    assert kept_request(duplicate.id) == (kept.id, kept.host_id)
    assert request_page(actor, kept.number, now=MONDAY).lineage == (Lineage(Kin.MERGED_HERE, duplicate.number),)
    assert [(one.address, one.not_before) for one in mails("request_merged")] == [
        ("ana@school.example", MONDAY + dt.timedelta(minutes=10))
    ]
    agree_request(actor, kept.id, now=MONDAY)
    assert [one.address for one in mails("request_agreed")] == ["bojan@school.example", "ana@school.example"]
    assert audit_of(kept.id)[0] == "another merged into it"


@pytest.mark.both_databases
def test_a_merge_is_taken_back_until_its_mail_leaves(twins):
    duplicate, kept = twins
    batch = merge(duplicate, kept)

    assert take_back(coordinator_of(kept), batch, now=MONDAY + SOON).requests == 1

    row = stored(duplicate.id)
    assert (row.state, row.state_since, row.merged_into_id) == (S.TRIAGE, EARLY, None)
    assert places_in_line([stored(kept.id)]) == {kept.id: MONDAY}
    assert mails("request_merged")[0].state is MessageState.STOPPED
    assert audit_of(kept.id) == ["another merged into it", "another taken apart"]


def test_once_the_mail_has_left_a_merge_stays(twins):
    duplicate, kept = twins
    batch = merge(duplicate, kept)
    with transaction():
        mails("request_merged")[0].state = MessageState.SENT

    assert take_back(coordinator_of(kept), batch, now=MONDAY + SOON).kept == (duplicate.number,)
    assert stored(duplicate.id).state is S.MERGED_INTO


def test_what_was_merged_into_a_merged_one_goes_along(twins):
    first, second = twins
    last = make_school_request(
        S.NEW, programme=_programme(second), host_id=second.host_id, contact_email="c@school.example"
    )
    merge(first, second)
    merge(second, last)

    assert kept_request(first.id)[0] == last.id
    assert places_in_line([stored(last.id)]) == {last.id: EARLY}
    assert [one.address for one in contacts_of(stored(last.id))] == [
        "c@school.example",
        "ana@school.example",
        "bojan@school.example",
    ]


def _programme(row):
    return db.session.get_one(Programme, row.programme_id)


def test_only_open_requests_of_one_host_become_one(twins):
    duplicate, kept = twins
    programme = _programme(kept)
    elsewhere = make_school_request(S.TRIAGE, programme=programme)
    over = make_school_request(S.DECLINED, programme=programme, host_id=kept.host_id)
    dated = make_school_request(S.CONFIRMED, programme=programme, host_id=kept.host_id)
    for merged, into, reason in (
        (duplicate, elsewhere, "another_host"),
        (duplicate, over, "wrong_state"),
        (dated, kept, "wrong_state"),
        (kept, kept, "same_request"),
    ):
        with conflict(reason):
            merge(merged, into)
    with conflict("changed_meanwhile"):
        merge(duplicate, kept, version=99)
    with pytest.raises(NotFound):
        merge_request(an_actor(), duplicate.id, kept.id, now=MONDAY)
    assert (stored(duplicate.id).state, mails()) == (S.TRIAGE, [])


def test_merging_is_no_act_for_several(twins):
    duplicate, _kept = twins
    with pytest.raises(Rejected):
        act_together(coordinator_of(duplicate), BulkAct.MERGE, [ChosenRequest(duplicate.id)], now=MONDAY)


def again(row, key="key", days=NEW_DAYS) -> str:
    return book_again(coordinator_of(row), row.id, *days, form_key=key, now=MONDAY)


def child_of(row) -> SchoolRequest:
    db.session.expire_all()
    return db.session.scalars(select(SchoolRequest).where(SchoolRequest.parent_id == row.id)).one()


@pytest.mark.both_databases
def test_re_booking_keeps_lineage_and_place_and_happens_once(session):
    row = make_school_request(S.CANCELLED_BY_CENTRE, submitted_at=EARLY, special_needs=True)

    assert again(row) == again(row)

    child = child_of(row)
    assert (child.state, child.first_day, child.special_needs, child.in_line_since) == (S.NEW, NEW_DAYS[0], True, EARLY)
    asked = db.session.scalars(
        select(RequestedPresentation).where(RequestedPresentation.school_request_id == child.id)
    ).one()
    assert (asked.classes, asked.pupils) == ("7b, 7c", 90)
    assert places_in_line([child]) == {child.id: EARLY}
    assert len(mails("request_received")) == 1
    page = request_page(coordinator_of(row), child.number, now=MONDAY)
    assert page.lineage == (Lineage(Kin.BOOKED_AGAIN_FROM, row.number),)


def test_the_place_is_kept_over_two_bookings_and_from_what_was_merged(session):
    row = make_school_request(S.WITHDRAWN)
    make_school_request(S.MERGED_INTO, host_id=row.host_id, merged_into_id=row.id, submitted_at=EARLY)
    again(row)
    child = child_of(row)
    withdraw_request(coordinator_of(row), child.id, now=MONDAY)
    again(child, key="other")

    assert child_of(child).in_line_since == EARLY


def test_after_a_visit_was_held_the_place_is_a_new_one(session):
    row = make_school_request(S.CLOSED, submitted_at=EARLY)
    again(row)

    assert child_of(row).in_line_since is None


@pytest.mark.parametrize("state", [S.TRIAGE, S.CONFIRMED, S.DISRUPTED, S.EXPIRED])
def test_only_what_is_over_is_booked_again(session, state):
    row = make_school_request(state)
    with pytest.raises(Conflict):
        again(row)


def by_the_school(row, key="key", **given) -> SchoolRequest:
    """What a school sends from its page: the old answers, new days, and what it books again."""
    fair = {"parent_id": row.id, "host_id": row.host_id, "programme_id": row.programme_id}
    draft = a_draft(**(fair | given))
    return db.session.get_one(SchoolRequest, submit_request(ANONYMOUS, draft, form_key=key, now=MONDAY))


@pytest.mark.parametrize(
    ("state", "lineage", "place"),
    [
        (S.CANCELLED_BY_CENTRE, True, EARLY),
        (S.DELIVERED, True, None),
        (S.CLOSED, True, None),
        (S.NEW, False, None),
        (S.CONFIRMED, False, None),
        (S.EXPIRED, False, None),
    ],
)
def test_what_is_over_is_booked_again_with_its_lineage_and_unless_it_was_held_its_place(session, state, lineage, place):
    row = make_school_request(state, submitted_at=EARLY)

    child = by_the_school(row)

    parent_id = row.id if lineage else None
    assert (child.parent_id, child.in_line_since, child.state) == (parent_id, place, S.UNVERIFIED)


def test_of_two_bookings_from_one_page_the_first_living_one_has_the_place(session):
    row = make_school_request(S.WITHDRAWN, submitted_at=EARLY)
    first, second = by_the_school(row), by_the_school(row, key="second")
    with transaction() as open_session:
        open_session.execute(update(SchoolRequest).where(SchoolRequest.parent_id == row.id).values(state=S.EXPIRED))
    third = by_the_school(row, key="third")

    assert [one.parent_id for one in (first, second, third)] == [row.id] * 3
    assert [one.in_line_since for one in (first, second, third)] == [EARLY, None, EARLY]


def test_another_school_or_a_request_that_is_gone_leaves_no_lineage(session):
    row = make_school_request(S.CANCELLED_BY_SCHOOL, submitted_at=EARLY)

    elsewhere = by_the_school(row, host_id=make_host().id)
    gone = by_the_school(row, key="gone", parent_id=row.id + 999)

    assert [(one.parent_id, one.in_line_since) for one in (elsewhere, gone)] == [(None, None)] * 2


def test_days_that_cannot_be_are_refused_and_nothing_is_stored(session):
    row = make_school_request(S.CANCELLED_BY_SCHOOL)
    with rejection(first_day="in_the_past"):
        again(row, days=(MONDAY.date() - dt.timedelta(days=1), MONDAY.date()))
    assert len(db.session.scalars(select(SchoolRequest)).all()) == 1
