import datetime as dt
import errno
import sqlite3

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import RequestEntityTooLarge, ServiceUnavailable, TooManyRequests, UnsupportedMediaType

from scheduler.booking.terms.reasons import BookingReason
from scheduler.core.db import db
from scheduler.core.errors import Conflict, Gone, GroundReason, NotAllowed, NotFound, Rejected, SchedulerError, TooMany
from scheduler.core.text import BadText
from scheduler.people.rules import SEEN_AT_MOST_EACH
from scheduler.policy import Role
from scheduler.requests.terms.reasons import RequestReason
from scheduler.web import errors, guards
from scheduler.work.terms import WorkReason
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.full_disk import a_full_database, raising_of
from tests.web.browser import browser_of
from tests.web.reading import text_of

AN_HOUR = dt.timedelta(hours=1)


class RoomsOwn(NotFound):
    """A room's child of a house error."""


@pytest.fixture
def raising(app: Flask, monkeypatch):
    """The front page raises what it is told to."""

    def prepare(error: BaseException):
        @guards.public
        def broken():
            raise error

        monkeypatch.setitem(app.view_functions, "public.front", broken)
        monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
        return app.test_client().get("/", headers={"Accept-Language": "en"})

    return prepare


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAllowed(), 403),
        (NotFound(), 404),
        (RoomsOwn(), 404),
        (Gone(), 410),
        (Conflict(BookingReason.DATE_TAKEN), 409),
        (Rejected({"day": RequestReason.TOO_SOON}), 422),
        (BadText(GroundReason.TOO_LONG), 422),
        (TooMany(WorkReason.TOO_MANY_FILES, wait=AN_HOUR), 429),
        (SchedulerError(), 400),
        (CSRFError("The CSRF token has expired."), 400),
        (RequestEntityTooLarge(), 413),
        (UnsupportedMediaType(), 415),
        (TooManyRequests(), 429),
        (ServiceUnavailable(), 503),
        (RuntimeError("the password is hunter2"), 500),
    ],
)
def test_every_error_has_its_status_and_a_page_with_the_helpline_and_a_way_out(raising, error, status):
    page = raising(error)

    assert page.status_code == status
    assert 'href="tel:19833"' in page.text
    assert 'href="/"' in page.text
    assert "hunter2" not in page.text


class Refused(Exception):
    """What a driver says."""

    def __init__(self, sqlstate: str, said: str = "") -> None:
        super().__init__(said)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (IntegrityError("INSERT", {}, Refused("23505")), 409),
        (IntegrityError("INSERT", {}, Refused("23503")), 409),
        (OperationalError("UPDATE", {}, Refused("40P01")), 409),
        (IntegrityError("INSERT", {}, Exception("UNIQUE constraint failed: host.id")), 409),
        (IntegrityError("DELETE", {}, Exception("FOREIGN KEY constraint failed")), 409),
        (OperationalError("UPDATE", {}, Exception("database is locked")), 409),
        (StaleDataError(), 409),
        (IntegrityError("INSERT", {}, Refused("23502")), 500),
        (IntegrityError("INSERT", {}, Exception("NOT NULL constraint failed: host.kind")), 500),
        (OperationalError("SELECT", {}, Refused("57P01")), 503),
        (OperationalError("SELECT", {}, Refused("42P01")), 500),
        (OperationalError("SELECT", {}, Exception("no such table: host")), 500),
    ],
)
def test_acts_that_crossed_are_told_so_and_a_bug_stays_a_bug(raising, caplog, error, status):
    """A race that no service has words for: the page says to look again, the log names no value of the row."""
    page = raising(error)

    assert page.status_code == status
    assert [record.levelname for record in caplog.records if record.message == "crossed"] == ["WARNING"] * (
        status == 409
    )


@pytest.mark.parametrize(
    ("error", "words", "wait"),
    [
        (Conflict(BookingReason.DATE_TAKEN), "this one has just been taken", None),
        (CSRFError("The CSRF token has expired."), "open for a long time", None),
        (TooMany(WorkReason.TOO_MANY_FILES, wait=AN_HOUR), "you have sent 30 files", "3600"),
        (TooManyRequests(), "", "60"),
        (TooManyRequests(retry_after=7), "", "7"),
        (NotFound(), "", None),
    ],
)
def test_the_reason_of_a_refusal_is_said_in_words_and_when_to_come_back(raising, error, words, wait):
    page = raising(error)

    assert words in page.text
    assert page.headers.get("Retry-After") == wait


NO_ROOM = OSError(errno.ENOSPC, "No space left on device")


def a_database_that_cannot_be_opened() -> sqlite3.OperationalError:
    """What SQLite says when the disk is full before the first reader opens it."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    return error


@pytest.mark.parametrize(
    "error",
    [
        NO_ROOM,
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        OperationalError("INSERT", {}, a_full_database()),
        OperationalError("SELECT", {}, a_database_that_cannot_be_opened()),
        OperationalError("INSERT", {}, Refused("53100")),
    ],
    ids=["file", "quota", "sqlite", "sqlite's first reader", "postgresql"],
)
def test_trust_r20_a_full_disk_is_told_and_is_no_fault_of_the_product(raising, error):
    page = raising(error)

    assert (page.status_code, page.headers["Retry-After"]) == (503, "600")
    assert "Our disk is full. What you sent just now is not saved" in text_of(page)
    assert "The fault is ours" not in page.text


def test_trust_r20_a_full_disk_behind_another_error_is_told_too(raising):
    wrapped = RuntimeError("paper not written")
    wrapped.__cause__ = NO_ROOM

    assert raising(wrapped).status_code == 503


def test_trust_r20_who_is_signed_in_goes_on_reading_though_her_last_use_cannot_be_written(app, the_clock, monkeypatch):
    browser = browser_of(app, make_user(Role.EDUCATOR))
    monkeypatch.setattr("scheduler.web.login.note_seen", raising_of(OperationalError("UPDATE", {}, a_full_database())))
    the_clock.stands_at(MONDAY + SEEN_AT_MOST_EACH)

    assert browser.get("/desk").status_code == 200


def test_another_failure_to_write_her_last_use_is_no_full_disk(app, the_clock, monkeypatch):
    browser = browser_of(app, make_user(Role.EDUCATOR))
    monkeypatch.setattr("scheduler.web.login.note_seen", raising_of(OperationalError("UPDATE", {}, Refused("57P01"))))
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    the_clock.stands_at(MONDAY + SEEN_AT_MOST_EACH)

    assert browser.get("/desk").status_code == 503


def test_who_is_signed_in_reads_that_the_database_restarts_and_when_to_come_back(app, monkeypatch):
    browser = browser_of(app, make_user(Role.EDUCATOR))
    monkeypatch.setattr(
        "scheduler.people.queries.signed_in_user", raising_of(OperationalError("SELECT", {}, Refused("57P01")))
    )
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    page = browser.get("/desk?lang=en")

    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert page.headers["X-Request-Id"] in page.text
    assert "Our database restarts. What you sent just now may not be saved" in page.text
    assert 'href="tel:19833"' in page.text


@pytest.mark.postgres
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_page_after_the_database_cut_its_connections_says_so_and_the_next_one_comes(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    assert client.get("/programmes").status_code == 200
    db.session.remove()
    engine = sa.create_engine(db.engine.url)
    with engine.connect() as other:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        other.execute(sa.text(others + "pg_backend_pid()"))
    engine.dispose()

    answers = [client.get("/programmes").status_code for _ in range(3)]

    assert (answers[0] in (200, 503), answers[1:]) == (True, [200, 200])


def test_our_own_failure_shows_the_number_that_is_in_the_log(raising):
    page = raising(RuntimeError())

    assert page.headers["X-Request-Id"] in page.text


def test_a_failure_asks_nobody_who_looks_because_the_database_may_be_what_failed(raising, monkeypatch):
    def ask(*_args):
        raise RuntimeError("no database")

    monkeypatch.setattr("scheduler.web.login.load_viewer", ask)

    assert raising(RuntimeError()).status_code == 500


def test_what_is_allowed_instead_is_told(client):
    answer = client.post("/privacy")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_program_gets_json(client):
    answer = client.get("/api/nothing")

    assert (answer.status_code, answer.json) == (404, {"error": 404, "reasons": []})


def test_each_page_of_the_table_exists():
    assert set(errors.STATUS.values()) <= set(errors.PAGES)
