import json
import logging
import os
import re

import pytest
import sqlalchemy as sa

from scheduler.core import logs
from scheduler.core.db import db
from scheduler.people.models import User
from tests.factories import MONDAY

LOG = logging.getLogger("scheduler.test")


@pytest.fixture
def lines(capsys):
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    logs.set_up("INFO")

    def read():
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield read
    root.handlers = handlers
    root.setLevel(level)


def test_a_line_is_one_json_object_also_where_json_has_no_word_for_a_value(lines):
    with logs.fields_on_each_line(job_id="j-1"):
        LOG.info("visit planned", extra={"visit_id": 7})
    LOG.info("after it")

    line, after = lines()
    assert "job_id" not in after
    assert (line["event"], line["visit_id"], line["job_id"]) == ("visit planned", 7, "j-1")
    assert (line["level"], line["logger"]) == ("info", "scheduler.test")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["timestamp"])

    LOG.info("%s of %s", 2, 3, extra={"days": {MONDAY.date()}, "done": None})

    (line,) = lines()
    assert (line["event"], line["done"]) == ("2 of 3", None)
    assert str(MONDAY.year) in line["days"]


@pytest.mark.parametrize("key", ["email", "given_name", "token", "contact_phone", "path", "password"])
def test_trust_s32_a_field_that_could_hold_a_person_or_a_secret_is_cut(lines, key):
    LOG.info("something", extra={key: "Tara Jović"})
    assert lines()[0][key] == "[cut]"


@pytest.mark.parametrize("key", ["visit_id", "failure", "names_shown_count", "attempts", "solver_s", "message_id"])
def test_other_fields_stay(key):
    assert logs.is_secret(key) is (key == "names_shown_count")


def test_trust_s32_addresses_and_secret_paths_in_sentences_and_tracebacks_are_cut(lines):
    try:
        raise ValueError("no mail for ana@school.example at /status/AbC-123_x?lang=en")
    except ValueError:
        LOG.exception("failed for %s on /feeds/secret.ics", "ana@school.example")

    text = json.dumps(lines())
    assert "school.example" not in text
    assert "AbC-123_x" not in text
    assert "secret.ics" not in text
    assert "/status/[cut]" in text


def test_trust_s32_what_a_value_holds_forges_no_line_and_ends_with_its_part(lines):
    LOG.info("something", extra={"reason": 'x"}\n{"event": "forged"}'})
    assert [line["event"] for line in lines()] == ["something"]
    told = "x: refused\nDETAIL:  Failing row (7, Tara\n\nu ormaru, null).\n[SQL: INSERT INTO t]\n\nDuring handling"
    event = logs.cut({"exception": told})
    assert event["exception"] == "x: refused\nDETAIL: [cut]\n[SQL: INSERT INTO t]\n\nDuring handling"


def test_a_command_keeps_standard_error_for_people_and_setting_up_twice_writes_each_line_once(lines):
    logs.set_up("WARNING")
    LOG.info("user invited")
    logs.tell_answered(LOG, ANSWERED, http_id="a1b2", ms=7)
    LOG.warning("message not sent")
    assert [line["event"] for line in lines()] == ["message not sent"]


def test_trust_s32_an_error_of_the_database_tells_no_value(app, lines):
    who = "Маја Петровић"
    try:
        with db.engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO nowhere VALUES (:who)"), {"who": who})
    except sa.exc.SQLAlchemyError:
        LOG.exception("not stored")

    (line,) = lines()
    assert "nowhere" in line["exception"]
    assert who not in line["exception"]


@pytest.mark.both_databases
def test_trust_s32_a_row_that_the_database_refuses_does_not_stand_in_the_log(app, lines):
    """PostgreSQL tells the whole row, as far as names and texts go, in the detail of its refusal."""
    values = {"family_name": "Ilić-Nezaboravna", "given_name": None, "email": "t@x.example"}
    try:
        with db.engine.begin() as connection:
            connection.execute(sa.insert(User), values | {"centre_id": 1, "created_at": MONDAY})
    except sa.exc.IntegrityError:
        LOG.exception("not stored")

    text = json.dumps(lines(), ensure_ascii=False)
    assert "not stored" in text
    assert "Nezaboravna" not in text


def test_a_server_that_writes_lines_of_its_own_still_tells_its_process(lines):
    record = logging.getLogger("gunicorn.error").makeRecord("gunicorn.error", logging.INFO, "", 0, "Booting", (), None)
    assert logging.Formatter("[%(process)d] %(message)s").format(record) == f"[{os.getpid()}] Booting"


ANSWERS = logging.getLogger("scheduler.test.answers")
ANSWERED = (("method", 'G%sT"\n'), ("route", "/feeds/<token>.ics"), ("status", 304))


def only_standard_error_listens(monkeypatch):
    """Called in a test, not before it: pytest itself begins to listen with the test."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [one for one in root.handlers if isinstance(one, logs.StandardError)])


class Ear(logging.Handler):
    def __init__(self):
        super().__init__()
        self.heard = []

    def emit(self, record):
        self.heard.append(record)


def test_the_line_of_an_answer_is_the_one_that_its_record_would_give(lines, monkeypatch):
    only_standard_error_listens(monkeypatch)
    monkeypatch.setattr(logging.Logger, "makeRecord", None)  # whoever makes one fails
    logs.tell_answered(ANSWERS, ANSWERED, http_id="a1b2", ms=7)
    (quick,) = lines()
    monkeypatch.undo()
    ANSWERS.info("request answered", extra={**dict(ANSWERED), "ms": 7})
    (slow,) = lines()

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", quick.pop("timestamp"))
    assert quick.pop("http_id") == "a1b2"
    assert slow.pop("timestamp")
    slow.pop("http_id", None)  # where an application numbers records
    assert list(quick.items()) == list(slow.items())
    assert quick["route"] == "/feeds/[cut]"


def test_an_answer_has_the_fields_of_its_job_and_is_heard_by_whoever_listens_besides(lines):
    ear = Ear()
    ANSWERS.addHandler(ear)
    try:
        logs.tell_answered(ANSWERS, ANSWERED, http_id="a1b2", ms=7)
    finally:
        ANSWERS.removeHandler(ear)

    assert [(record.status, record.ms) for record in ear.heard] == [(304, 7)]
    assert [line["ms"] for line in lines()] == [7]

    with logs.fields_on_each_line(job_id="j-1"):
        logs.tell_answered(ANSWERS, ANSWERED, http_id="a1b2", ms=7)

    assert [line["job_id"] for line in lines()] == ["j-1"]


def test_a_log_that_cannot_be_written_spoils_no_answer(lines, monkeypatch):
    """The disk is full, or nobody reads the pipe any more: the library says so where it can, and goes on."""

    class Full:
        def write(self, _line):
            raise OSError(28, "No space left on device")

        flush = write

    only_standard_error_listens(monkeypatch)
    monkeypatch.setattr("sys.stderr", Full())
    monkeypatch.setattr(logging.StreamHandler, "handleError", lambda _self, record: given_up.append(record.ms))
    given_up = []
    logs.tell_answered(ANSWERS, ANSWERED, http_id="a1b2", ms=7)

    assert given_up == [7]
