"""Whatever a school and its coordinators do with a request, in any order: the inbox and the trail agree with it."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from scheduler.core import states
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, SchedulerError
from scheduler.policy import SYSTEM
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries import inbox as requests_inbox
from scheduler.requests.rules.states import OVER, PROMISED_DAYS, WITH_DATE, age_days, turn_of
from scheduler.requests.service.desk import agree_request, ask_school, decline_request, note_counts
from scheduler.requests.service.school import answer_question, change_counts, withdraw_request
from scheduler.requests.terms.pages import InboxFilters, Show, Turn
from scheduler.requests.terms.school_request import REQUEST_MACHINE, ExpectedCounts, RequestState
from tests.factories import MONDAY
from tests.factories.requests import make_school_request
from tests.requests.shorthand import audit_of, contact_of, coordinator_of, mails, stored, take_request, waitlist_request

ACTS = ("take", "ask", "answer", "decline", "waitlist", "agree", "withdraw", "change_counts", "note")
WITH_A_MAIL = {
    "waitlist": "request_waitlisted",
    "ask": "request_question",
    "decline": "request_declined",
    "agree": "request_agreed",
}
ANSWERED = ["take", "ask", "change_counts", "answer", "agree", "change_counts", "note", "withdraw", "take"]


def act(row: SchoolRequest, name: str, number: int, now: dt.datetime) -> bool:
    """Do it; whether it was allowed."""
    staff, school = coordinator_of(row), contact_of(row)
    doings = {
        "take": lambda: take_request(staff, row.id, now=now),
        "ask": lambda: ask_school(staff, row.id, "Which hall?", now=now),
        "answer": lambda: answer_question(school, row.id, "The large one", now=now),
        "decline": lambda: decline_request(staff, row.id, "No crew", now=now),
        "waitlist": lambda: waitlist_request(staff, row.id, now=now),
        "agree": lambda: agree_request(staff, row.id, now=now),
        "withdraw": lambda: withdraw_request(school, row.id, now=now),
        "change_counts": lambda: change_counts(school, row.id, [ExpectedCounts(1, number, 0, 2)], now=now),
        "note": lambda: note_counts(staff, row.id, now=now),
    }
    try:
        doings[name]()
    except SchedulerError:
        return False
    return True


def check_inbox(row: SchoolRequest, now: dt.datetime) -> None:
    """The request stands once where it belongs, and the numbers above the rows are those of the rows."""
    actor = coordinator_of(row)
    over = row.state in OVER
    for show, expected in ((Show.OPEN, not over), (Show.OVER, over), (Show.WAITING, row.state == "waitlisted")):
        inbox = requests_inbox.inbox(actor, InboxFilters(show), now=now)
        assert [one.id for one in inbox.page.rows] == [row.id] * expected
        assert dict(inbox.pills)[show] == inbox.page.total == expected
        turn, _ = turn_of(row.state, attention=row.attention)
        assert dict(inbox.groups) == ({turn: 1} if expected else {})
        assert inbox.late == (turn is Turn.YOURS and age_days(row.state_since, now) > PROMISED_DAYS)


@pytest.mark.deep
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(walk=[(name, 40) for name in ANSWERED], hours=30)
@given(walk=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 120)), max_size=9), hours=st.integers(1, 80))
def test_whatever_is_done_inbox_trail_and_mails_agree(session, walk, hours):
    row = make_school_request(RequestState.NEW)
    earlier, now, wanted = len(mails()), MONDAY, []
    for name, number in walk:
        now += dt.timedelta(hours=hours)
        before = (stored(row.id).state, stored(row.id).version)
        went = act(row, name, number, now)
        after = stored(row.id)
        if not went:
            assert (after.state, after.version) == before
        elif after.state is not before[0]:
            assert REQUEST_MACHINE.may(before[0], after.state)
            assert audit_of(row.id)[-1] == f"school request {after.state}"
            assert after.state_since == now
        wanted += [WITH_A_MAIL[name]] if went and name in WITH_A_MAIL else []
        assert after.version >= before[1]
        assert not (after.attention and after.state not in WITH_DATE)
        check_inbox(after, now)

    to_the_school = [mail.kind for mail in mails()[earlier:] if mail.address == row.contact_email]
    assert to_the_school == wanted


WITHOUT_MERGING = [state for state in RequestState if state is not RequestState.MERGED_INTO]  # it needs a second row


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=st.lists(st.tuples(st.sampled_from(WITHOUT_MERGING), st.booleans()), max_size=25))
def test_a_request_goes_only_where_the_machine_leads_and_leaves_one_row_for_each_step(session, wishes):
    row_id = make_school_request(RequestState.DRAFT).id
    walked = [RequestState.DRAFT]
    for to, with_reason in wishes:
        allowed = to in REQUEST_MACHINE.moves[walked[-1]] and (with_reason or to not in REQUEST_MACHINE.needs_reason)
        try:
            with transaction() as inside:
                row = inside.get_one(SchoolRequest, row_id)
                states.move(REQUEST_MACHINE, row, to, actor=SYSTEM, at=MONDAY, reason="why" if with_reason else "")
            went = True
        except Conflict:
            went = False
        assert went == allowed
        walked += [to] if went else []

    db.session.expire_all()
    assert db.session.get_one(SchoolRequest, row_id).state is walked[-1]
    entries = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.thing_id == row_id).order_by(AuditEntry.id)
    ).all()
    assert entries == [f"school request {state.value}" for state in walked[1:]]


@pytest.mark.parametrize("state", RequestState)
def test_from_every_state_each_other_state_is_reached_or_refused_as_the_machine_says(session, state):
    if state is RequestState.MERGED_INTO:
        return
    for to in WITHOUT_MERGING:
        row = make_school_request(state)
        may = to in REQUEST_MACHINE.moves[state]
        try:
            with transaction() as inside:
                found = inside.get_one(SchoolRequest, row.id)
                states.move(REQUEST_MACHINE, found, to, actor=SYSTEM, at=MONDAY, reason="why")
        except Conflict:
            assert not may
        else:
            assert may
