"""Random walks on a real database: no path outside the machine, one audit row for each move."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from scheduler.core import states
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict
from scheduler.policy import SYSTEM
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState
from tests.factories import MONDAY
from tests.factories.requests import make_school_request

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
