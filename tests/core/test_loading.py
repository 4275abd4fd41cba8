"""What a process of the web does not load before somebody needs it: each start and each test would pay for it."""

import gc
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.core.db import db
from scheduler.core.loading import left_out, stood_in, uncollected

ROOT = Path(__file__).resolve().parents[2]
NEEDED_LATER = [
    "alembic", "flask_migrate", "mako", "pygments",  # migrations
    "redis", "psycopg", "rich",  # taken along by others
    "reportlab", "zxingcpp", "segno", "PIL",  # papers and scans
    "openpyxl", "holidays", "icalendar", "phonenumbers",  # sheets, calendars, telephone numbers
    "webauthn", "OpenSSL", "cbor2", "cryptography",  # passkeys and what is stored encrypted
    "ortools", "numpy", "scheduler.planning.solver", "scheduler.proposals.solver",  # the planner: the worker draws
    "email_validator", "argon2", "smtplib",  # addresses and passwords that somebody types, mail that leaves
    "flask.testing", "click.testing", "pdb", "readline", "limits.aio",  # of no page at all
    "babel.messages", "babel.messages.pofile",  # what translators use
    "sqlalchemy.dialects.postgresql", "asyncpg",  # of another database
    "email.policy", "email._header_value_parser",  # letters that a demo's people read
    "scheduler.cli.doctor", "scheduler.demo", "pyrage",  # commands, and what only they need
]  # fmt: skip
ONE_PAGE = """
import gc, json, sys
import werkzeug.test
import wsgi
at_start = sorted(set(sys.modules))
with wsgi.app.app_context():
    from scheduler.core.db import db
    db.create_all()
answer = werkzeug.test.Client(wsgi.app).get("/", headers={"Host": "localhost"})  # Flask's own loads a debugger
page = sorted(set(sys.modules))
from flask_login.test_client import FlaskLoginClient
from limits.aio.storage import MemoryStorage
later = FlaskLoginClient.__base__.__module__, MemoryStorage.__module__
print(json.dumps({"said": [bool(one.__annotations__) for one in (wsgi._made, wsgi.app.wsgi_app.__call__)],
                  "status": answer.status_code, "start": at_start, "page": page, "later": later,
                  "words": bool(wsgi.app.__class__.__doc__), "searched_after": gc.get_threshold()}))
"""


FIRST_PAGE = """
import werkzeug.test, wsgi
print(werkzeug.test.Client(wsgi.app).get("/", headers={"Host": "localhost"}).status_code)
"""


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_web_process_starts_on_postgresql_and_answers(tmp_path, session):
    url = db.engine.url.render_as_string(hide_password=False)
    own = {"INSTANCE": str(tmp_path / "instance"), "MODE": "demo", "DATABASE_URL": url, "REDIS_URL": ""}

    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAGE], cwd=ROOT, env=os.environ | own, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout.split()[-1:]) == (0, ["200"]), done.stderr


@pytest.mark.deep
def test_the_start_and_a_first_page_load_none_of_what_is_needed_later(tmp_path):
    env = os.environ | {"INSTANCE": str(tmp_path / "instance"), "MODE": "demo", "DATABASE_URL": "", "REDIS_URL": ""}

    done = subprocess.run(
        [sys.executable, "-OO", "-c", ONE_PAGE], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["status"], told["words"]) == (200, False)
    assert told["later"] == ["flask.testing", "limits.aio.storage.memory"]  # no empty module that stood in for them
    assert told["said"] == [False, False]  # what functions say of their values
    assert told["searched_after"] == [2_000, 5, 3]  # what pages leave behind, every few pages
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
    env = os.environ | {"INSTANCE": str(tmp_path / "instance"), "MODE": "demo", "DATABASE_URL": "", "REDIS_URL": ""}

    done = subprocess.run(
        [sys.executable, "-c", NO_PAGE], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )

    told = json.loads(done.stdout)
    assert min(told["commands"], told["jobs"]) > 20
    assert [name for name in told["loaded"] if name in OF_PAGES or name.startswith("scheduler.web.")] == []


def test_what_is_loaded_for_good_is_never_searched_for_garbage():
    before = gc.get_freeze_count()
    try:
        with uncollected():
            inside = gc.isenabled()
            kept = [[] for _ in range(1000)]
        assert not inside
        assert gc.isenabled()
        assert gc.get_freeze_count() - before >= len(kept)
    finally:
        gc.unfreeze()


def test_what_is_left_out_looks_not_installed_and_is_there_again_afterwards():
    for name in ("this", "antigravity"):
        sys.modules.pop(name, None)
    with left_out("antigravity", "json"):
        try:
            import antigravity
        except ImportError:
            antigravity = None
        import json as still_loaded

    assert antigravity is None
    assert still_loaded is json
    assert "antigravity" not in sys.modules


def test_what_is_stood_in_gives_every_name_and_is_itself_afterwards():
    import json.tool as loaded

    sys.modules.pop("this", None)
    with stood_in("this", "json.tool"):
        import json.tool as still_loaded
        from this import Zen, no_dunder_is_made_up

    assert still_loaded is loaded
    assert isinstance(Zen, type)
    assert isinstance(no_dunder_is_made_up, type)
    assert "this" not in sys.modules
    assert importlib.util.find_spec("this") is not None


def test_functions_forget_what_they_say_of_their_values_and_classes_keep_it():
    script = """
from scheduler.core.loading import forget_annotations
from dataclasses import dataclass
class One:
    number: int
    def doubled(self, times: int = 2) -> int: return self.number * times
forget_annotations()
print(One.doubled.__annotations__, One.__annotations__, dataclass(One)(3).doubled())
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split("\n")[0] == "{} {'number': <class 'int'>} 6"
