"""The product starts and serves its public pages with the packages of requirements.txt alone, as in a fresh clone.

Drivers of PostgreSQL and Redis are only in requirements-scale.txt, what tests need only in requirements-dev.txt.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.least_packages import hidden_names, hide_other_packages
from tools import another_day

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
EVERYTHING = """
import importlib, json, pkgutil
import scheduler
from wsgi import app
from scheduler.jobs.queue import load_jobs

modules = [one.name for one in pkgutil.walk_packages(scheduler.__path__, "scheduler.")]
for name in modules:
    importlib.import_module(name)
load_jobs()
client = app.test_client()
told = {}
for rule in app.url_map.iter_rules():
    if not rule.arguments and "GET" in rule.methods:
        told[rule.rule] = client.get(rule.rule, headers={"Host": "localhost"}).status_code
print(json.dumps({"modules": len(modules), "pages": told}))
"""


@pytest.fixture
def run(tmp_path: Path):
    env = another_day.kept() | {"PATH": os.environ["PATH"], "INSTANCE": str(tmp_path / "instance"), "RASPORED_ENV": ""}
    env |= hide_other_packages(tmp_path / "hook")

    def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, *arguments]
        return subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    return run_python


def test_what_is_hidden_cannot_be_imported(run):
    assert {"psycopg", "redis", "gunicorn", "pytest", "playwright"} <= hidden_names()
    assert hidden_names().isdisjoint({"flask", "pyrage", "waitress", "scheduler"})

    for name in ("psycopg", "redis", "pytest"):
        done = run("-c", f"import {name}")
        assert (done.returncode, done.stderr.splitlines()[-1]) == (1, f"ModuleNotFoundError: No module named '{name}'")


def test_a_setting_that_needs_a_hidden_package_is_told(run):
    done = run("-c", "import os; os.environ['REDIS_URL'] = 'redis://localhost'; import wsgi")

    assert done.returncode == 2
    assert "REDIS_URL needs the package redis: install requirements-scale.txt" in done.stderr


@pytest.mark.deep
def test_it_starts_and_serves_its_public_pages(run):
    for step in (("db", "upgrade"), ("backup", "create", "--help"), ("demo", "load", "--help")):
        done = run("-m", "scheduler.command", *step)
        assert done.returncode == 0, done.stderr

    done = run("-c", EVERYTHING)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["modules"] > 500
    assert {page: status for page, status in told["pages"].items() if status >= 500} == {"/readyz": 503}  # no worker
    assert {told["pages"][page] for page in ("/", "/book", "/programmes", "/healthz", "/sign-in")} == {200}
    assert list(told["pages"].values()).count(200) > 10


def test_tools_of_make_run_need_no_more(run):
    done = run("-c", "import tools.serve, tools.supervisor, waitress.__main__")

    assert done.returncode == 0, done.stderr
