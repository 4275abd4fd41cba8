"""The one function that moves things from state to state; secret links, keys of forms and running numbers."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.core import form_keys, states, tokens
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db, transaction
from scheduler.core.numbers import next_number
from scheduler.core.ways import NamedWay, opened_way
from scheduler.policy import SYSTEM
from scheduler.privacy.service.retention import forget_traces
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
    assert set(session.scalars(select(SchoolRequest.number))) == {stored.number, "R-2026-0901"}
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


# Secret links, keys of forms and running numbers.

HOUR = dt.timedelta(hours=1)


def _minted(purpose: str = "status", subject_id: int = 7) -> str:
    with transaction():
        return tokens.mint(purpose, subject_id, lasts=HOUR, now=MONDAY)


def test_a_link_opens_its_thing_until_its_hour_is_over_and_only_its_hash_is_stored(session: Session) -> None:
    token = _minted()

    opened = tokens.opened_by(token, "status", now=MONDAY + HOUR - dt.timedelta(seconds=1))
    assert opened is not None
    assert opened.subject_id == 7
    assert tokens.opened_by(token, "status", now=MONDAY + HOUR) is None

    assert token not in str(vars(session.scalars(select(tokens.SecretLink)).one()))
    assert len(token) >= 43  # 256 bits


def test_a_link_that_had_ended_does_not_open_again_after_the_clock_was_set_back(session: Session) -> None:
    token = _minted("reset")

    assert tokens.opened_by(token, "reset", now=MONDAY - dt.timedelta(minutes=5)) is not None
    assert tokens.opened_by(token, "reset", now=MONDAY - dt.timedelta(days=2)) is None


@pytest.mark.parametrize("purpose", ["reset", "invitation", ""])
def test_a_token_opens_nothing_of_another_purpose(session: Session, purpose: str) -> None:
    token = _minted("status")
    assert tokens.opened_by(token, purpose, now=MONDAY) is None
    assert not tokens.was_known(token, purpose)


def test_all_links_to_a_thing_end_together_and_others_stay(session: Session) -> None:
    first, second, other = _minted(), _minted(), _minted(subject_id=8)
    with transaction():
        tokens.end_links("status", 7, now=MONDAY)

    assert tokens.opened_by(first, "status", now=MONDAY) is None
    assert tokens.opened_by(second, "status", now=MONDAY) is None
    assert tokens.was_known(first, "status")
    assert tokens.opened_by(other, "status", now=MONDAY) is not None


def test_what_was_rolled_back_opens_nothing_and_its_number_is_given_out_again(session: Session, app: Flask) -> None:
    with pytest.raises(RuntimeError), transaction():
        token = tokens.mint("status", 7, lasts=HOUR, now=MONDAY)
        raise RuntimeError("the change it belonged to failed")
    assert tokens.opened_by(token, "status", now=MONDAY) is None

    with pytest.raises(RuntimeError), transaction():
        next_number("R", DAY)
        raise RuntimeError
    with transaction():
        assert next_number("R", DAY) == "R-2026-0001"


# --- a form sent twice counts once ---


def test_the_answer_of_a_key_is_remembered_until_retention_forgets_it(session: Session) -> None:
    with transaction():
        form_keys.remember("key", "R-2026-0001", at=MONDAY)
    assert form_keys.answer_of("key") == "R-2026-0001"

    forget_traces(now=MONDAY + dt.timedelta(hours=23))
    assert form_keys.answer_of("key") == "R-2026-0001"
    forget_traces(now=MONDAY + dt.timedelta(hours=24))
    assert form_keys.answer_of("key") is None


@pytest.mark.postgres_decides
def test_the_database_refuses_the_same_key_twice(session: Session) -> None:
    with transaction():
        form_keys.remember("key", "first", at=MONDAY)
    with pytest.raises(IntegrityError), transaction():
        form_keys.remember("key", "second", at=MONDAY)
    assert form_keys.answer_of("key") == "first"


# --- running numbers ---


DAY = dt.date(2026, 9, 14)


def test_numbers_run_by_series_and_year(app: Flask) -> None:
    with transaction():
        given = [
            next_number("R", DAY), next_number("R", DAY), next_number("P", DAY), next_number("R", dt.date(2027, 1, 1)),
        ]  # fmt: skip
    assert given == ["R-2026-0001", "R-2026-0002", "P-2026-0001", "R-2027-0001"]


@pytest.mark.both_databases
def test_twenty_threads_get_twenty_numbers_without_a_gap(app: Flask) -> None:
    given: list[str] = []

    def take() -> None:
        with app.app_context():
            with transaction():
                number = next_number("R", DAY)
            given.append(number)
            db.session.remove()

    threads = [threading.Thread(target=take) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(given) == [f"R-2026-{n:04d}" for n in range(1, 21)]
