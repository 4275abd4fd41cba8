"""Acts on several requests, the end of one, duplicates that become one, what is booked again: whole, or taken back."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.messages.queries import due_ids
from scheduler.messages.service import deliver
from scheduler.messages.terms import MessageState
from scheduler.policy import ANONYMOUS, Actor, Role
from scheduler.programmes.models import Programme
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.queries.lineage import contacts_of, kept_request, places_in_line
from scheduler.requests.queries.pages import request_page
from scheduler.requests.rules.states import MAIL_WAITS, UNDO_WITHIN
from scheduler.requests.service.bulk_acts import act_together, preview_together, take_back
from scheduler.requests.service.desk import agree_request, decline_request, end_request
from scheduler.requests.service.lineage import book_again, merge_request
from scheduler.requests.service.school import withdraw_request
from scheduler.requests.service.submission import submit_request
from scheduler.requests.terms.acts import BulkAct, ChosenRequest, SomeCannot
from scheduler.requests.terms.pages import Kin, Lineage
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import a_draft, make_school_request
from tests.refusals import conflict, rejection
from tests.requests.shorthand import audit_of, coordinator_of, mails, stored

LATER = MONDAY + dt.timedelta(days=2)


@pytest.fixture
def programme(session):
    return make_programme()


@pytest.fixture
def coordinator(programme) -> Actor:
    return an_actor(centre_id=programme.centre_id)


def ticks(*rows: SchoolRequest) -> list[ChosenRequest]:
    return [ChosenRequest(row.id, row.version) for row in rows]


@pytest.mark.both_databases
def test_what_is_ticked_is_taken_and_given_back_with_its_age(session, coordinator, programme):
    new = make_school_request(programme=programme)
    old = make_school_request(RequestState.AGREED, programme=programme)

    done = act_together(coordinator, BulkAct.TAKE, ticks(new, old), now=LATER)

    assert done.requests == 2
    assert [stored(row.id).owner_id for row in (new, old)] == [coordinator.user_id] * 2
    assert (stored(new.id).state, stored(old.id).state) == (RequestState.TRIAGE, RequestState.AGREED)
    assert audit_of(new.id) == ["school request triage"]
    assert audit_of(old.id) == ["owner changed"]

    back = take_back(coordinator, done.batch, now=LATER)

    assert (back.requests, back.kept) == (2, ())
    for row, state in ((new, RequestState.NEW), (old, RequestState.AGREED)):
        found = stored(row.id)
        assert (found.state, found.owner_id, found.state_since) == (state, None, MONDAY)
    said = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert said[-2:] == ["school request back to new", "owner restored"]
    with pytest.raises(NotFound):
        take_back(coordinator, done.batch, now=LATER)


def test_nothing_is_done_with_any_when_one_has_changed_or_is_of_another_centre(session, coordinator, programme):
    rows = [make_school_request(programme=programme) for _ in range(2)]
    seen = ticks(*rows)
    act_together(coordinator, BulkAct.TAKE, seen[:1], now=LATER)
    colleague = an_actor(centre_id=programme.centre_id)
    with pytest.raises(SomeCannot) as refused:
        act_together(colleague, BulkAct.TAKE, seen, now=LATER)
    assert [(one.number, one.reason) for one in refused.value.refusals] == [(rows[0].number, "changed_meanwhile")]
    assert stored(rows[1].id).owner_id is None

    foreign = make_school_request()
    with pytest.raises(NotFound):
        act_together(coordinator, BulkAct.TAKE, ticks(foreign), now=LATER)
    assert stored(foreign.id).owner_id is None


def test_what_was_so_already_cannot_be_taken_back_nor_anything_an_hour_later(session, coordinator, programme):
    row = make_school_request(RequestState.TRIAGE, programme=programme, owner_id=coordinator.user_id)
    done = act_together(coordinator, BulkAct.TAKE, ticks(row), now=LATER)
    assert (done.requests, done.batch) == (0, "")

    row = make_school_request(programme=programme)
    done = act_together(coordinator, BulkAct.TAKE, ticks(row), now=LATER)
    assert take_back(coordinator, done.batch, now=LATER + UNDO_WITHIN + dt.timedelta(seconds=1)).requests == 0


def test_a_colleague_gets_what_is_assigned_and_a_stranger_never(session, coordinator, programme):
    row = make_school_request(programme=programme)
    colleague = make_user(centre_id=programme.centre_id)
    others = [make_user(), make_user(Role.EDUCATOR, centre_id=programme.centre_id)]

    for other in others:
        with pytest.raises(Rejected):
            act_together(coordinator, BulkAct.ASSIGN, ticks(row), now=LATER, owner_id=other.id)
    act_together(coordinator, BulkAct.ASSIGN, ticks(row), now=LATER, owner_id=colleague.id)

    assert stored(row.id).owner_id == colleague.id


def test_looking_at_what_would_be_mailed_stores_nothing(session, coordinator, programme):
    rows = [make_school_request(state, programme=programme) for state in (RequestState.TRIAGE, RequestState.NEW)]
    silent = make_school_request(RequestState.TRIAGE, programme=programme, contact_email="")

    preview = preview_together(coordinator, BulkAct.WAITLIST, ticks(*rows, silent), now=LATER)

    assert {row.number for row in preview.rows} == {rows[0].number, silent.number}
    assert [(one.number, one.reason) for one in preview.refusals] == [(rows[1].number, "wrong_state")]
    assert (preview.mails, preview.without_address) == (1, 1)
    assert preview.subject
    assert mails() == []


@pytest.mark.both_databases
def test_several_are_accepted_to_be_planned_later_and_stand_as_before_when_it_is_taken_back(
    session, coordinator, programme
):
    states = (RequestState.NEW, RequestState.TRIAGE, RequestState.WAITLISTED)
    rows = [make_school_request(state, programme=programme) for state in states]
    proposed = make_school_request(RequestState.PROPOSED, programme=programme)  # its school chooses a date
    preview = preview_together(coordinator, BulkAct.AGREE, ticks(*rows, proposed), now=LATER)
    assert (len(preview.rows), preview.mails) == (3, 3)
    assert [(one.number, one.reason) for one in preview.refusals] == [(proposed.number, "wrong_state")]
    assert mails() == []

    done = act_together(coordinator, BulkAct.AGREE, ticks(*rows), now=LATER)

    assert [stored(row.id).state for row in rows] == [RequestState.AGREED] * 3
    assert stored(rows[0].id).owner_id == coordinator.user_id
    assert [(mail.kind, mail.not_before) for mail in mails()] == [("request_agreed", LATER + MAIL_WAITS)] * 3

    assert take_back(coordinator, done.batch, now=LATER + MAIL_WAITS / 2).requests == 3

    assert [(stored(row.id).state, stored(row.id).state_since) for row in rows] == [(one, MONDAY) for one in states]
    assert stored(rows[0].id).owner_id is None
    assert {mail.state for mail in mails()} == {MessageState.STOPPED}


@pytest.mark.both_databases
def test_a_mail_waits_in_the_house_and_is_stopped_when_its_act_is_taken_back(session, coordinator, programme):
    row = make_school_request(RequestState.TRIAGE, programme=programme)
    done = act_together(coordinator, BulkAct.WAITLIST, ticks(row), now=LATER)

    assert due_ids(10, LATER + MAIL_WAITS / 2) == []
    assert take_back(coordinator, done.batch, now=LATER + MAIL_WAITS / 2).requests == 1

    assert [mail.state for mail in mails()] == [MessageState.STOPPED]
    assert (stored(row.id).state, stored(row.id).state_since) == (RequestState.TRIAGE, MONDAY)
    assert due_ids(10, LATER + MAIL_WAITS) == []


def test_nothing_is_taken_back_once_the_mail_has_left(session, coordinator, programme):
    row = make_school_request(RequestState.TRIAGE, programme=programme)
    done = act_together(coordinator, BulkAct.WAITLIST, ticks(row), now=LATER)
    left = LATER + MAIL_WAITS
    (mail,) = due_ids(10, left)
    deliver(mail, left)

    back = take_back(coordinator, done.batch, now=left)

    assert (back.requests, back.kept) == (0, (row.number,))
    assert stored(row.id).state is RequestState.WAITLISTED


def test_one_of_several_is_taken_back_alone_and_what_somebody_went_on_with_stays(session, coordinator, programme):
    rows = [make_school_request(programme=programme) for _ in range(3)]
    done = act_together(coordinator, BulkAct.TAKE, ticks(*rows), now=LATER)
    agree_request(coordinator, rows[0].id, now=LATER)

    take_back(coordinator, done.batch, now=LATER, request_id=rows[1].id)
    alone = [stored(row.id).state for row in rows]
    back = take_back(coordinator, done.batch, now=LATER)

    assert alone == [RequestState.AGREED, RequestState.NEW, RequestState.TRIAGE]
    assert (back.requests, back.kept) == (1, (rows[0].number,))
    assert [stored(row.id).state for row in rows] == [RequestState.AGREED, RequestState.NEW, RequestState.NEW]


def test_the_preview_counts_a_mail_for_each_contact_of_what_was_merged(session, coordinator, programme):
    kept = make_school_request(RequestState.TRIAGE, programme=programme, contact_email="")
    silent = make_school_request(RequestState.TRIAGE, programme=programme, contact_email="")
    for address in ("bojan@school.example", "vera@school.example"):
        make_school_request(
            RequestState.MERGED_INTO,
            programme=programme,
            merged_into_id=kept.id,
            host_id=kept.host_id,
            contact_email=address,
        )

    preview = preview_together(coordinator, BulkAct.WAITLIST, ticks(kept, silent), now=LATER)
    act_together(coordinator, BulkAct.WAITLIST, ticks(kept, silent), now=LATER)

    assert (preview.mails, preview.without_address) == (2, 1)
    assert sorted(mail.address for mail in mails()) == ["bojan@school.example", "vera@school.example"]


S = RequestState
BEFORE = MONDAY - dt.timedelta(days=3)
SOON = MONDAY + MAIL_WAITS - dt.timedelta(seconds=1)
ACTS = {
    "declined": lambda who, row: decline_request(who, row.id, "Нема превоза.", now=MONDAY),
    "for the school": lambda who, row: end_request(who, row.id, "Звали су.", by_school=True, now=MONDAY),
    "for the centre": lambda who, row: end_request(who, row.id, "Нема превоза.", by_school=False, now=MONDAY),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", [S.TRIAGE, S.NEEDS_INFO, S.WAITLISTED, S.AGREED])
def test_it_is_taken_back_whole_and_no_mail_leaves(session, act, state):
    row = make_school_request(state, state_since=BEFORE, attention=True)
    coordinator = coordinator_of(row)

    batch = ACTS[act](coordinator, row)
    assert stored(row.id).state not in (state, None)
    assert due_ids(10, SOON) == []
    assert take_back(coordinator, batch, now=SOON).requests == 1

    now = stored(row.id)
    assert (now.state, now.state_since, now.reason, now.attention) == (state, BEFORE, "", True)
    assert [mail.state for mail in mails()] == [MessageState.STOPPED]
    with pytest.raises(NotFound):
        take_back(coordinator, batch, now=SOON)


def test_once_the_school_is_told_it_stays_over(session):
    row = make_school_request(S.TRIAGE)
    coordinator = coordinator_of(row)
    batch = decline_request(coordinator, row.id, "Нема превоза.", now=MONDAY)
    [mail] = mails("request_declined")
    assert due_ids(10, MONDAY + MAIL_WAITS) == [mail.id]
    mail.state = MessageState.SENT
    session.commit()

    assert take_back(coordinator, batch, now=MONDAY + MAIL_WAITS).kept == (row.number,)
    assert stored(row.id).state is S.DECLINED


def test_dates_that_were_proposed_are_free_at_once_so_that_end_stays(session):
    row = make_school_request(S.PROPOSED)

    assert end_request(coordinator_of(row), row.id, "Звали су.", by_school=True, now=MONDAY) == ""
    assert stored(row.id).state is S.WITHDRAWN


@pytest.mark.parametrize("act", ACTS)
def test_what_was_asked_for_anew_meanwhile_does_not_come_back_beside_it(session, act):
    row = make_school_request(S.TRIAGE)
    coordinator = coordinator_of(row)
    batch = ACTS[act](coordinator, row)
    ended = stored(row.id).state
    book_again(coordinator, row.id, row.first_day, row.last_day, form_key="anew", now=MONDAY)

    assert take_back(coordinator, batch, now=SOON).kept == (row.number,)
    assert stored(row.id).state is ended


EARLY = MONDAY - dt.timedelta(days=40)
IN_TIME = dt.timedelta(minutes=9)
NEW_DAYS = (dt.date(2026, 11, 2), dt.date(2026, 11, 6))


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

    assert take_back(coordinator_of(kept), batch, now=MONDAY + IN_TIME).requests == 1

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

    assert take_back(coordinator_of(kept), batch, now=MONDAY + IN_TIME).kept == (duplicate.number,)
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


def test_only_open_requests_of_one_host_become_one_and_merging_is_no_act_for_several(twins):
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
