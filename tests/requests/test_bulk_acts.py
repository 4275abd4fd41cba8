"""Several requests at once, or the end of one: all or none, taken back until the school was told."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.audit import AuditEntry
from scheduler.core.errors import NotFound, Rejected
from scheduler.messages.queries import due_ids
from scheduler.messages.service import deliver
from scheduler.messages.terms import MessageState
from scheduler.policy import Actor, Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import MAIL_WAITS, UNDO_WITHIN
from scheduler.requests.service.bulk_acts import act_together, preview_together, take_back
from scheduler.requests.service.desk import agree_request, decline_request, end_request
from scheduler.requests.service.lineage import book_again
from scheduler.requests.terms.acts import BulkAct, ChosenRequest, SomeCannot
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
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


def test_nothing_is_done_with_any_when_one_has_changed(session, coordinator, programme):
    rows = [make_school_request(programme=programme) for _ in range(2)]
    seen = ticks(*rows)
    act_together(coordinator, BulkAct.TAKE, seen[:1], now=LATER)
    colleague = an_actor(centre_id=programme.centre_id)

    with pytest.raises(SomeCannot) as refused:
        act_together(colleague, BulkAct.TAKE, seen, now=LATER)

    assert [(one.number, one.reason) for one in refused.value.refusals] == [(rows[0].number, "changed_meanwhile")]
    assert stored(rows[1].id).owner_id is None


def test_what_was_so_already_cannot_be_taken_back(session, coordinator, programme):
    row = make_school_request(RequestState.TRIAGE, programme=programme, owner_id=coordinator.user_id)

    done = act_together(coordinator, BulkAct.TAKE, ticks(row), now=LATER)

    assert (done.requests, done.batch) == (0, "")


def test_a_colleague_gets_what_is_assigned_and_a_stranger_never(session, coordinator, programme):
    row = make_school_request(programme=programme)
    colleague = make_user(centre_id=programme.centre_id)
    others = [make_user(), make_user(Role.EDUCATOR, centre_id=programme.centre_id)]

    for other in others:
        with pytest.raises(Rejected):
            act_together(coordinator, BulkAct.ASSIGN, ticks(row), now=LATER, owner_id=other.id)
    act_together(coordinator, BulkAct.ASSIGN, ticks(row), now=LATER, owner_id=colleague.id)

    assert stored(row.id).owner_id == colleague.id


def test_a_request_of_another_centre_is_as_if_it_were_not_there(session, coordinator):
    foreign = make_school_request()

    with pytest.raises(NotFound):
        act_together(coordinator, BulkAct.TAKE, ticks(foreign), now=LATER)
    assert stored(foreign.id).owner_id is None


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


def test_an_hour_later_it_is_too_late(session, coordinator, programme):
    row = make_school_request(programme=programme)
    done = act_together(coordinator, BulkAct.TAKE, ticks(row), now=LATER)

    assert take_back(coordinator, done.batch, now=LATER + UNDO_WITHIN + dt.timedelta(seconds=1)).requests == 0


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
