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
from scheduler.core.quick_write import QuickInsert
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
        "centre_id",
        "programme_id",
        "host_id",
        "channel",
        "language",
        "teaching_language",
        "first_day",
        "last_day",
    )
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


@pytest.mark.postgres_decides
def test_a_row_without_an_object_is_stored_as_one_with_it(session: Session) -> None:
    table, rows = SchoolRequest.__table__, QuickInsert(SchoolRequest)
    stored = make_school_request(RequestState.DRAFT)
    own = ("id", "number", "booking", "state", "state_since", "version")
    given = {column.key: getattr(stored, column.key) for column in table.c if column.key not in own}
    plain = [column.key for column in table.c if column.default is None or not column.default.is_scalar]
    said = {name: value for name, value in given.items() if name in plain} | {"state": RequestState.DRAFT}

    def begun(number: str, to: RequestState) -> int:
        named = said | {"number": number, "booking": number, "teacher_stays": True}
        return states.start_row(REQUEST_MACHINE, rows, named, to, actor=SYSTEM, at=LATER)

    with transaction() as writing:
        new_id = begun("R-2026-0901", RequestState.UNVERIFIED)
        row = SchoolRequest(**said | {"number": "R-2026-0902", "booking": "R-2026-0902", "teacher_stays": True})
        states.start(REQUEST_MACHINE, row, RequestState.UNVERIFIED, actor=SYSTEM, at=LATER)
        writing.flush()
        other_id = row.id
    with conflict("wrong_state"), transaction():
        begun("R-2026-0903", RequestState.NEW)
    with pytest.raises(IntegrityError), transaction():
        begun("R-2026-0901", RequestState.UNVERIFIED)

    wanted = [column for column in table.c if column.key not in ("id", "number", "booking")]
    one, other = (session.execute(select(*wanted).where(table.c.id == which)).one() for which in (new_id, other_id))
    assert one == other
    about = select(AuditEntry.actor, AuditEntry.action, AuditEntry.thing, AuditEntry.at, AuditEntry.details)
    first, second = session.execute(about.order_by(AuditEntry.id)).all()
    assert first == second
    assert session.scalar(select(AuditEntry.thing_id).where(AuditEntry.thing_id == new_id)) == new_id


@pytest.mark.parametrize(
    ("state", "to", "reason"),
    [
        (RequestState.NEW, RequestState.CERTIFIED, "wrong_state"),
        (RequestState.TRIAGE, RequestState.DECLINED, "reason_missing"),
    ],
)
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
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET action = 'nothing happened'",
        "UPDATE audit_entry SET actor = 'user:99'",
        """UPDATE audit_entry SET details = '{"to": "closed"}'""",
    ],
)
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
