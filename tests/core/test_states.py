"""The one function that moves things from state to state."""

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.core import states
from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.ways import NamedWay, opened_way
from scheduler.policy import SYSTEM
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import REQUEST_MACHINE, RequestState
from tests.factories import MONDAY
from tests.factories.requests import make_school_request
from tests.refusals import conflict

LATER = MONDAY + dt.timedelta(hours=1)


def test_a_move_changes_the_state_and_writes_one_audit_row(session: Session) -> None:
    school_request = make_school_request(RequestState.NEW)
    with transaction():
        states.move(REQUEST_MACHINE, school_request, RequestState.TRIAGE, actor=SYSTEM, at=LATER)

    stored = session.scalars(select(SchoolRequest)).one()
    entry = session.scalars(select(AuditEntry)).one()
    assert (stored.state, stored.state_since) == (RequestState.TRIAGE, LATER)
    assert (entry.actor, entry.action, entry.at) == ("system", "school request triage", LATER)
    assert (entry.thing, entry.thing_id) == ("school_request", stored.id)
    assert json.loads(entry.details) == {"from": "new", "to": "triage"}


def test_a_new_thing_begins_where_its_machine_lets_it_begin_alone(session: Session) -> None:
    stored = make_school_request(RequestState.DRAFT)
    copied = (
        "centre_id", "programme_id", "host_id", "channel", "language", "teaching_language", "first_day", "last_day",
    )  # fmt: skip
    given = {name: getattr(stored, name) for name in (*copied, "contact_name", "contact_email", "contact_phone")}

    def a_new_one(number: str) -> SchoolRequest:
        row = SchoolRequest(number=number, state=RequestState.DRAFT, submitted_at=MONDAY, teacher_stays=True, **given)
        row.state_since = MONDAY
        return row

    with transaction():
        new = a_new_one("R-2026-0901")
        states.start(REQUEST_MACHINE, new, RequestState.UNVERIFIED, actor=SYSTEM, at=LATER)
    with conflict("wrong_state"), transaction():
        states.start(REQUEST_MACHINE, a_new_one("R-2026-0902"), RequestState.NEW, actor=SYSTEM, at=LATER)

    session.expire_all()
    numbers = set(session.scalars(select(SchoolRequest.number)))
    assert numbers == {stored.number, "R-2026-0901"}
    assert (new.state, new.state_since, new.version) == (RequestState.UNVERIFIED, LATER, 1)
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.thing_id) == ("school request unverified", new.id)
    assert json.loads(entry.details) == {"from": "draft", "to": "unverified"}


@pytest.mark.parametrize(("state", "to", "reason"), [
    (RequestState.NEW, RequestState.CERTIFIED, "wrong_state"),
    (RequestState.TRIAGE, RequestState.DECLINED, "reason_missing"),
])  # fmt: skip
def test_a_forbidden_move_and_a_refusal_without_a_reason_change_nothing(session: Session, state, to, reason) -> None:
    school_request = make_school_request(state)
    with conflict(reason), transaction():
        states.move(REQUEST_MACHINE, school_request, to, actor=SYSTEM, at=LATER)
    assert session.scalars(select(SchoolRequest)).one().state is state
    assert session.scalars(select(AuditEntry)).all() == []


@pytest.fixture
def moved(session: Session) -> None:
    """One move, and so one record of the audit."""
    school_request = make_school_request(RequestState.NEW)
    with transaction():
        states.move(REQUEST_MACHINE, school_request, RequestState.TRIAGE, actor=SYSTEM, at=LATER)


@contextmanager
def refused() -> Iterator[Session]:
    with pytest.raises(IntegrityError, match="audit_entry"), transaction() as writing:
        yield writing


@pytest.mark.postgres_decides
@pytest.mark.parametrize("statement", [
    "DELETE FROM audit_entry", "UPDATE audit_entry SET action = 'nothing happened'",
    "UPDATE audit_entry SET actor = 'user:99'", """UPDATE audit_entry SET details = '{"to": "closed"}'""",
])  # fmt: skip
def test_the_database_keeps_the_audit_as_it_was_written(moved: None, statement: str) -> None:
    with refused() as writing:
        writing.connection().exec_driver_sql(statement)


@pytest.mark.postgres_decides
def test_the_audit_can_be_sealed_once_and_blanked(moved: None, session: Session) -> None:
    with transaction() as writing:
        writing.connection().exec_driver_sql("UPDATE audit_entry SET seal = 'abc'")
    erase = "UPDATE audit_entry SET actor = 'erased:1', details = '{}'"
    with refused() as writing:
        writing.connection().exec_driver_sql(erase)
    with transaction() as writing, opened_way(writing, NamedWay.ERASURE):
        writing.connection().exec_driver_sql(erase)
    with refused() as writing:
        writing.connection().exec_driver_sql("UPDATE audit_entry SET seal = 'def'")

    first, way = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    assert (first.seal, way.action) == ("abc", "way opened")
