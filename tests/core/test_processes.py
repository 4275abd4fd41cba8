"""What a process loads, leaves out and gives way to: each start and each test would pay for it."""

import json
import logging
import os
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import Type

from scheduler import layout
from scheduler.config import ROOT, usual_instance
from scheduler.core import logs, priority
from scheduler.core.db import db
from scheduler.core.priority import NICENESS, SESSION
from scheduler.credentials import passwords
from scheduler.people.models import User
from scheduler.settings_file import BadSettings
from tests.conftest import HASHERS_OF_THE_PRODUCT
from tests.factories import MONDAY

# Not here: redis and psycopg, which huey loads where they are installed, and what Flask-Login and limits take along.
NEEDED_LATER = [
    "alembic", "flask_migrate", "mako", "pygments",  # migrations
    "rich",  # taken along by others
    "reportlab", "zxingcpp", "segno", "PIL",  # papers and scans
    "openpyxl", "holidays", "icalendar", "phonenumbers",  # sheets, calendars, telephone numbers
    "webauthn", "OpenSSL", "cbor2",  # passkeys and what is stored encrypted
    "ortools", "highspy", "numpy", "pandas", # the planner: the worker draws
    "scheduler.planning.solver", "scheduler.proposals.solver",
    "email_validator", "argon2", "smtplib",  # addresses and passwords that somebody types, mail that leaves
    "babel.messages", "babel.messages.pofile",  # what translators use
    "sqlalchemy.dialects.postgresql", "asyncpg",  # of another database
    "email.policy", "email._header_value_parser",  # letters that a demo's people read
    "scheduler.cli.doctor", "scheduler.demo", "pyrage",  # commands, and what only they need
]  # fmt: skip
ONE_PAGE = """
import json, sys
import werkzeug.test
import wsgi
at_start = sorted(set(sys.modules))
with wsgi.app.app_context():
    from scheduler.core.db import db
    db.create_all()
answer = werkzeug.test.Client(wsgi.app).get("/", headers={"Host": "localhost"})  # Flask's own loads a debugger
page = sorted(set(sys.modules))
print(json.dumps({"status": answer.status_code, "start": at_start, "page": page,
                  "words": bool(wsgi.app.__class__.__doc__)}))
"""


FIRST_PAGE = """
import werkzeug.test, wsgi
print(werkzeug.test.Client(wsgi.app).get("/", headers={"Host": "localhost"}).status_code)
"""


def ran(*arguments: str, **given: Any) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, **given)
    assert done.returncode == 0, done.stderr
    return done


def own_instance(folder: Path, database_url: str = "") -> dict[str, str]:
    own = {"INSTANCE": str(folder / "instance"), "MODE": "demo", "DATABASE_URL": database_url, "REDIS_URL": ""}
    return os.environ | own


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_web_process_starts_on_postgresql_and_answers(tmp_path, session):
    url = db.engine.url.render_as_string(hide_password=False)
    assert ran("-c", FIRST_PAGE, env=own_instance(tmp_path, url)).stdout.split()[-1:] == ["200"]


@pytest.mark.deep
def test_neither_a_first_page_nor_commands_and_jobs_load_what_is_needed_later(tmp_path):
    env = own_instance(tmp_path)
    done = ran("-OO", "-c", ONE_PAGE, env=env)
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["status"], told["words"]) == (200, False)
    assert {name: sorted({*NEEDED_LATER} & {*told[name]}) for name in ("start", "page")} == {"start": [], "page": []}

    done = ran("-c", NO_PAGE, env=env)
    told = json.loads(done.stdout)
    assert min(told["commands"], told["jobs"]) > 20
    assert [name for name in told["loaded"] if name in OF_PAGES or name.startswith("scheduler.web.")] == []


NO_PAGE = """
import json, sys
from scheduler.bare_app import create_bare_app
from scheduler.jobs.queue import load_jobs
app = create_bare_app()
commands = len(app.cli.list_commands(None))
print(json.dumps({"commands": commands, "jobs": len(load_jobs()), "loaded": sorted(set(sys.modules))}))
"""
OF_PAGES = ("scheduler.web", "scheduler.app", "flask_wtf", "flask_login", "flask_limiter", "wtforms", "waitress")


# --- work that gives way does so beside other sessions too, and is done where the kernel allows nothing ---


TELLS = """
import os
from scheduler.core.priority import SESSION, give_way
give_way(); give_way()
print(os.nice(0), SESSION.read_text().rpartition(" ")[2] if SESSION.exists() else "")
"""
SAYS_NOTHING = "a kernel that weighs no sessions, or weighs our control group instead"


def niceness(*, leads: bool) -> list[str]:
    done = ran("-c", TELLS, start_new_session=leads)
    return done.stdout.split()


@pytest.mark.skipif(not (SESSION.exists() and SESSION.read_text()), reason=SAYS_NOTHING)
def test_who_leads_a_session_makes_it_lighter_and_nobody_a_strangers() -> None:
    before = SESSION.read_text().split()[-1]
    assert niceness(leads=True) == [str(max(os.nice(0), NICENESS)), str(NICENESS)]
    assert niceness(leads=False) == [str(max(os.nice(0), NICENESS)), before]


@pytest.mark.parametrize("said", ["", "\n", "/autogroup-7 nice\n"])
def test_where_the_session_has_no_weight_the_work_is_done_all_the_same(monkeypatch, tmp_path, said):
    session = tmp_path / "autogroup"
    session.write_text(said)
    monkeypatch.setattr(os, "nice", lambda more: more)
    monkeypatch.setattr(os, "getsid", lambda _process: os.getpid())
    monkeypatch.setattr(priority, "SESSION", session)

    priority.give_way()

    assert session.read_text() == said


def test_where_nothing_is_allowed_the_work_is_done_all_the_same(monkeypatch, tmp_path):
    def refused(_more: int) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "nice", refused)
    monkeypatch.setattr(os, "getsid", lambda _process: os.getpid())
    monkeypatch.setattr(priority, "SESSION", tmp_path / "none")

    priority.give_way()


# Where templates, styles and migrations are found, in a checkout and in an installed wheel.


def test_files_lie_at_the_top_of_a_checkout_and_inside_a_wheel_that_keeps_nothing_beside_its_code(
    tmp_path, monkeypatch
):
    assert not layout.is_installed()
    assert layout.place_of("templates") == ROOT / "templates"
    assert usual_instance() == ROOT / "instance"

    (tmp_path / "_installed").mkdir()

    assert layout.is_installed(tmp_path)
    assert layout.place_of("templates", tmp_path) == tmp_path / "_installed" / "templates"

    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadSettings, match="INSTANCE is missing"):
        usual_instance(tmp_path)

    (tmp_path / "instance").mkdir()
    assert usual_instance(tmp_path) == tmp_path / "instance"


# What a stored password costs whoever guesses it. Other tests hash cheaply (`tests/conftest.py`).


def test_a_hash_costs_what_owasp_asks_in_the_product_and_in_its_demo(app, monkeypatch):
    for hasher in HASHERS_OF_THE_PRODUCT:
        assert hasher.type is Type.ID
        assert hasher.hash("a long pass phrase").startswith("$argon2id$v=19$m=19456,t=2,p=1$")

    monkeypatch.setattr(passwords, "_hasher", HASHERS_OF_THE_PRODUCT[0])
    stored = passwords.hash_password("a long pass phrase")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.fits(stored, "a long pass phrase")
    assert not passwords.fits(stored, "another pass phrase")


class Counting:
    """A hasher that notes how many threads were in it at once, and lets the others run meanwhile."""

    def __init__(self) -> None:
        self.inside = self.most = self.calls = 0

    def hash(self, _password: str) -> str:
        self.inside += 1
        self.most = max(self.most, self.inside)
        for _ in range(100):
            time.sleep(0)
        self.inside -= 1
        self.calls += 1
        return "made"

    def verify(self, _stored: str, password: str) -> bool:
        return bool(self.hash(password))


def test_one_hash_at_a_time_in_a_process_however_many_threads_ask(app, monkeypatch):
    counting = Counting()
    monkeypatch.setattr(passwords, "_hasher", counting)
    together = threading.Barrier(8)

    def sign_in(number: int) -> bool:
        together.wait()
        with app.app_context():
            return passwords.fits("stored", "typed") if number % 2 else passwords.hash_password("typed") == "made"

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(sign_in, range(8)))

    assert (counting.calls, counting.most) == (8, 1)


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
