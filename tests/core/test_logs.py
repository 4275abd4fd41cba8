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


def test_a_line_is_one_json_object_with_its_fields_and_the_jobs_id(lines):
    with logs.fields_on_each_line(job_id="j-1"):
        logging.getLogger("scheduler.test").info("visit planned", extra={"visit_id": 7})
    logging.getLogger("scheduler.test").info("after it")

    line, after = lines()
    assert "job_id" not in after
    assert {key: line[key] for key in ("event", "visit_id", "job_id", "level", "logger")} == {
        "event": "visit planned",
        "visit_id": 7,
        "job_id": "j-1",
        "level": "info",
        "logger": "scheduler.test",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["timestamp"])


def test_what_json_cannot_say_is_written_all_the_same(lines):
    logging.getLogger("scheduler.test").info("%s of %s", 2, 3, extra={"days": {MONDAY.date()}, "done": None})

    (line,) = lines()
    assert (line["event"], line["done"]) == ("2 of 3", None)
    assert str(MONDAY.year) in line["days"]


def test_setting_up_twice_writes_each_line_once(lines):
    logs.set_up("INFO")
    logging.getLogger("scheduler.test").info("once")

    assert len(lines()) == 1


@pytest.mark.parametrize("key", ["email", "given_name", "token", "contact_phone", "path", "password"])
def test_trust_s32_a_field_that_could_hold_a_person_or_a_secret_is_cut(lines, key):
    logging.getLogger("scheduler.test").info("something", extra={key: "Tara Jović"})

    assert lines()[0][key] == "[cut]"


@pytest.mark.parametrize("key", ["visit_id", "failure", "names_shown_count", "attempts", "solver_s", "message_id"])
def test_other_fields_stay(key):
    assert logs.is_secret(key) is (key == "names_shown_count")


def test_trust_s32_addresses_and_secret_paths_in_sentences_and_tracebacks_are_cut(lines):
    log = logging.getLogger("scheduler.test")
    try:
        raise ValueError("no mail for ana@school.example at /status/AbC-123_x?lang=en")
    except ValueError:
        log.exception("failed for %s on /feeds/secret.ics", "ana@school.example")

    text = json.dumps(lines())
    assert "school.example" not in text
    assert "AbC-123_x" not in text
    assert "secret.ics" not in text
    assert "/status/[cut]" in text


def test_trust_s32_a_line_end_in_a_value_forges_no_line(lines):
    logging.getLogger("scheduler.test").info("something", extra={"reason": 'x"}\n{"event": "forged"}'})

    assert [line["event"] for line in lines()] == ["something"]


def test_a_command_keeps_standard_error_for_people(lines):
    logs.set_up("WARNING")
    logging.getLogger("scheduler.test").info("user invited")
    logging.getLogger("scheduler.test").warning("message not sent")

    assert [line["event"] for line in lines()] == ["message not sent"]


def test_trust_s32_an_error_of_the_database_tells_no_value(app, lines):
    who = "Маја Петровић"
    try:
        with db.engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO nowhere VALUES (:who)"), {"who": who})
    except sa.exc.SQLAlchemyError:
        logging.getLogger("scheduler.test").exception("not stored")

    (line,) = lines()
    assert "nowhere" in line["exception"]
    assert who not in line["exception"]


@pytest.mark.both_databases
def test_trust_s32_a_row_that_the_database_refuses_does_not_stand_in_the_log(app, lines):
    """PostgreSQL tells the whole row, as far as names and texts go, in the detail of its refusal."""
    log = logging.getLogger("scheduler.test")
    values = {"family_name": "Ilić-Nezaboravna", "given_name": None, "email": "t@x.example"}
    try:
        with db.engine.begin() as connection:
            connection.execute(sa.insert(User), values | {"centre_id": 1, "created_at": MONDAY})
    except sa.exc.IntegrityError:
        log.exception("not stored")

    text = json.dumps(lines(), ensure_ascii=False)
    assert "not stored" in text
    assert "Nezaboravna" not in text


def test_trust_s32_a_detail_ends_where_the_next_part_begins():
    told = "x: refused\nDETAIL:  Failing row (7, Tara\n\nu ormaru, null).\n[SQL: INSERT INTO t]\n\nDuring handling"

    event = logs.cut({"exception": told})

    assert event["exception"] == "x: refused\nDETAIL: [cut]\n[SQL: INSERT INTO t]\n\nDuring handling"


def test_a_server_that_writes_lines_of_its_own_still_tells_its_process(lines):
    record = logging.getLogger("gunicorn.error").makeRecord("gunicorn.error", logging.INFO, "", 0, "Booting", (), None)

    assert logging.Formatter("[%(process)d] %(message)s").format(record) == f"[{os.getpid()}] Booting"
