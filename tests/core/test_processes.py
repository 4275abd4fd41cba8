"""What a process loads, leaves out and gives way to: each start and each test would pay for it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from babel.core import get_global

from scheduler.core import locales, priority
from scheduler.core.db import db
from scheduler.core.priority import NICENESS, SESSION

ROOT = Path(__file__).resolve().parents[2]
# Not here: redis and psycopg, which huey loads where they are installed, and what Flask-Login and limits take along.
NEEDED_LATER = [
    "alembic", "flask_migrate", "mako", "pygments",  # migrations
    "rich",  # taken along by others
    "reportlab", "zxingcpp", "segno", "PIL",  # papers and scans
    "openpyxl", "holidays", "icalendar", "phonenumbers",  # sheets, calendars, telephone numbers
    "webauthn", "OpenSSL", "cbor2",  # passkeys and what is stored encrypted
    "ortools", "numpy", "scheduler.planning.solver", "scheduler.proposals.solver",  # the planner: the worker draws
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

    done = ran("-c", FIRST_PAGE, env=own_instance(tmp_path, url))

    assert done.stdout.split()[-1:] == ["200"]


@pytest.mark.deep
def test_the_start_and_a_first_page_load_none_of_what_is_needed_later(tmp_path):
    env = own_instance(tmp_path)

    done = ran("-OO", "-c", ONE_PAGE, env=env)

    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["status"], told["words"]) == (200, False)
    assert {name: sorted({*NEEDED_LATER} & {*told[name]}) for name in ("start", "page")} == {"start": [], "page": []}


NO_PAGE = """
import json, sys
from scheduler.bare_app import create_bare_app
from scheduler.jobs.queue import load_jobs
app = create_bare_app()
commands = len(app.cli.list_commands(None))
print(json.dumps({"commands": commands, "jobs": len(load_jobs()), "loaded": sorted(set(sys.modules))}))
"""
OF_PAGES = ("scheduler.web", "scheduler.app", "flask_wtf", "flask_login", "flask_limiter", "wtforms", "waitress")


@pytest.mark.deep
def test_the_commands_and_the_jobs_load_no_page(tmp_path):
    env = own_instance(tmp_path)

    done = ran("-c", NO_PAGE, env=env)

    told = json.loads(done.stdout)
    assert min(told["commands"], told["jobs"]) > 20
    assert [name for name in told["loaded"] if name in OF_PAGES or name.startswith("scheduler.web.")] == []


# --- what is left out of the CLDR is missed nowhere ---


WRITTEN = """
import datetime as dt, json, sys
from babel import localedata
from babel.core import get_global
from scheduler.core import countries, language as words, locales
if sys.argv[1] == "all":
    locales._forget_what_nobody_writes = lambda name: None
day, other, zone = dt.date(2026, 11, 24), dt.date(2027, 1, 2), "America/Argentina/Buenos_Aires"
told = {
    name: [
        str(words.locale_of(name)), words.names_of(name), words.is_cyrillic(name), words.long_day(day, name),
        words.short_day(day, name), words.month_and_year(day, name), words.number(12345.678, name),
        words.percent(0.625, name), words.span_of_days(day, other, name), words.zone_city(zone, name),
        countries.countries(name), [words.locale_of(name).plural_form(count) for count in range(30)],
    ]
    for name in (*words.languages(), *sys.argv[2:])
}
tables = [localedata.load(name) for name in ("root", "en", "sr_Cyrl", "sr_Latn")]
kept = sum(len(table) for table in tables) + len(get_global("likely_subtags"))
held = sorted({name for table in tables for name in table} & {*locales.NEVER_WRITTEN})
held += [name for name in locales.NEVER_ASKED if get_global(name)]
print(json.dumps({"told": told, "kept": kept, "held": held}))
"""
ADDED = ("mk", "sr_ME", "sr_Latn_ME", "zh_TW", "uz", "kk", "hu", "en_GB", "ru_UA")


def told_by_a_process(kept: str) -> dict[str, Any]:
    done = ran("-c", WRITTEN, kept, *ADDED)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_what_nobody_writes_is_left_out_and_every_word_stays() -> None:
    lean, whole = told_by_a_process("lean"), told_by_a_process("all")

    assert lean["told"] == whole["told"]
    assert lean["held"] == []
    assert len(whole["held"]) > 15
    assert whole["kept"] > 7_000 > 1_000 > lean["kept"]


def test_threads_that_are_the_first_to_need_a_language_each_get_it() -> None:
    locales.read("en")
    likely = get_global("likely_subtags")
    kept, whole = dict(likely), {f"x{number}": "x" for number in range(8_000)}
    failures: list[Exception] = []

    def read(name: str, together: Barrier) -> None:
        together.wait()
        try:
            locales.read(name)
        except Exception as error:  # a thread's own failure is seen by nobody else
            failures.append(error)

    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _turn in range(10):
            likely.update(whole)  # type: ignore[attr-defined]  # Babel's own dict
            together = Barrier(3)
            threads = [Thread(target=read, args=(name, together)) for name in ("en", "sr_Cyrl", "sr_Latn")]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
    finally:
        sys.setswitchinterval(often)

    assert failures == []
    assert dict(likely) == kept


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
def test_where_the_session_has_no_weight_the_work_is_done_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str
) -> None:
    session = tmp_path / "autogroup"
    session.write_text(said)
    monkeypatch.setattr(os, "nice", lambda more: more)
    monkeypatch.setattr(os, "getsid", lambda _process: os.getpid())
    monkeypatch.setattr(priority, "SESSION", session)

    priority.give_way()

    assert session.read_text() == said


def test_where_nothing_is_allowed_the_work_is_done_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refused(_more: int) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "nice", refused)
    monkeypatch.setattr(os, "getsid", lambda _process: os.getpid())
    monkeypatch.setattr(priority, "SESSION", tmp_path / "none")

    priority.give_way()
