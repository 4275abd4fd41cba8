"""One application for each database, made once; each test starts on empty tables.

A test runs on SQLite. Marked `both_databases` it runs again on PostgreSQL in `make test-everything`; marked
`postgres_decides`, because locks, triggers, constraints or the dialect decide its outcome, already in `make test`.
The product's clock stands at MONDAY, for fixtures of any scope, too.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask, current_app
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session

from scheduler import config
from scheduler.app import create_app
from scheduler.bare_app import open_migrations
from scheduler.config import Settings, read_settings
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.credentials import passwords
from scheduler.demo import crowd
from scheduler.jobs import queue
from scheduler.web.limits import limiter
from tests.clean_tables import prepare_for_tests, tables_of
from tests.factories import MONDAY
from tests.shared import shared_by_processes
from tests.standing_clock import THE_CLOCK, StandingClock

pytest_plugins = ["tests.ceilings", "tests.processor_time", "tests.programs"]
os.environ["RASPORED_ENV"] = ""  # no test reads the settings of the machine it runs on
DATABASES = {"app", "house", "spoken_house", "installation"}  # the fixtures that open one: empty or the demo's
LONGEST = (  # about a minute each; of the first three one makes the crawl, for which the other two need not wait
    "test_where_a_minor_will_be", "test_a_fourth_language", "test_foreign_things", "test_nothing_makes_a_500",
    "test_nothing_grows", "test_every_page", "test_budgets", "test_nothing_stale", "test_request_to_certificate",
    "test_kept_figures", "test_main_flow_without_a_mouse", "test_backup", "test_book_now",
)  # fmt: skip
clock.now = THE_CLOCK.now
# The same examples on every machine and day; `pytest --hypothesis-profile=exploring` looks for new ones.
# `make check` tries each property on fewer of them (brief), `make test-everything` on more (thorough).
for name, alike, examples in (
    ("alike", True, 100), ("exploring", False, 100), ("brief", True, 25), ("thorough", True, 1_000)
):  # fmt: skip
    hypothesis.settings.register_profile(
        name,
        derandomize=alike,
        max_examples=examples,
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],  # a busy machine is no fault
    )
hypothesis.settings.load_profile("alike")
HASHERS_OF_THE_PRODUCT = (passwords._hasher, crowd.HASHER)  # tests/core/test_processes.py looks at their costs
passwords._hasher = crowd.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Browser(FlaskClient):
    """Each request in an application context of its own, as on a server: nothing that one remembers serves the next.

    Answers are read to their end, so that a file behind one is closed; what was sent is closed by us, as Werkzeug
    leaves a large upload to whichever test collects it.
    """

    def open(self, *args: Any, **given: Any) -> Any:
        given.setdefault("buffered", True)
        with self.application.app_context():
            answer = super().open(*args, **given)
        for each in (*answer.history, answer):
            each.request.environ["wsgi.input"].close()
        db.session.rollback()  # what the test reads next is what the request left
        return answer


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: a journey begun last would leave the other process with nothing to do (`tools/checks.py`).

    `make check` leaves out what opens a database or starts a program of the machine: the rules and the laws are what it
    has a minute for.
    """
    for item in items:
        if DATABASES.intersection(item.fixturenames):  # type: ignore[attr-defined]
            item.add_marker("database")
    long = {item.path for item in items if item.get_closest_marker("journey") or item.get_closest_marker("slow")}

    def place(item: pytest.Item) -> tuple[int, bool, bool]:
        first = LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST)
        return first, item.path not in long, item.path.parent.name not in ("laws", "languages")

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What imports have made stays: no collection walks it again, and collections are as rare as on a server."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    decides, again = (metafunc.definition.get_closest_marker(name) for name in ("postgres_decides", "both_databases"))
    if decides or again:
        marks = [pytest.mark.postgres, *([] if decides else [pytest.mark.deep])]
        metafunc.parametrize("database", ["sqlite", pytest.param("postgresql", marks=marks)], indirect=True)


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each template is compiled once in a run, whichever process and application opens it first."""
    folder = shared_by_processes(tmp_path_factory.getbasetemp()) / "templates"
    folder.mkdir(exist_ok=True)
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(folder))}


@pytest.fixture(autouse=True)
def the_clock() -> Iterator[StandingClock]:
    """The clock of pages, jobs and commands: MONDAY, until the test says `the_clock.stands_at(…)`."""
    yield THE_CLOCK
    THE_CLOCK.stands_at(MONDAY)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    kind: str = getattr(request, "param", "sqlite")
    return kind


def settings_for(folder: Path, database_url: str = "") -> Settings:
    """Settings of a test: nothing from the environment of the machine but the database."""
    settings = read_settings(instance=folder)
    given: dict[str, Any] = {
        "secret_key": "test " * 10, "mode": "demo", "base_url": "http://localhost", "redis_url": "",
    }  # fmt: skip
    return Settings(**(settings.__dict__ | given | ({"database_url": database_url} if database_url else {})))


def _postgresql_for(worker: str) -> str:
    """A database of this worker's own in the server of TEST_POSTGRES_URL."""
    server = sa.make_url(os.environ["TEST_POSTGRES_URL"])
    name = f"raspored_{worker}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Flask]]:
    made: dict[str, Flask] = {}
    yield made
    for app in made.values():
        with app.app_context():
            app.extensions["clean_tables"].close()
            db.engine.dispose()


def _make(kind: str, apps: dict[str, Flask], tmp_path_factory: pytest.TempPathFactory) -> Flask:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder = tmp_path_factory.mktemp(f"instance_{kind}")
    app = create_app(settings_for(folder, _postgresql_for(worker) if kind == "postgresql" else ""))
    open_migrations(app)  # every test may ask for every command, and stamp a database
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.test_client_class = Browser
    with app.app_context():
        prepare_for_tests(db.engine)
        db.create_all()
        db.session.remove()
        app.extensions["clean_tables"] = tables_of(db.engine)
    return apps.setdefault(kind, app)


def _empty() -> None:
    """Back to empty tables and no letter on the disk, in the application at hand."""
    db.session.remove()
    current_app.extensions["clean_tables"].empty()
    for letters in ("mail", "sms"):
        shutil.rmtree(current_app.config["SETTINGS"].instance / letters, ignore_errors=True)


@pytest.fixture
def app(database: str, apps: dict[str, Flask], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = apps.get(database) or _make(database, apps, tmp_path_factory)

    config.use(app.config["SETTINGS"])
    queue.attach(app)  # anew for each test: a test before it may have put another queue, or another file, in its place
    with app.app_context():
        _empty()
        app.extensions.pop("near", None)  # what the front page remembered of the rows that are gone
        limiter.reset()  # each test begins uncounted
        yield app
        db.session.remove()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The session that services use; reads in a test see what they committed.

    After acts of several threads (`all_at_once`) it is no longer the one that the end of the context closes: an open
    read of it would keep the journal of the next test from being emptied.
    """
    session = db.session()
    yield session
    session.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def required(app: Flask) -> Iterator[None]:
    """As in production: staff are asked for a second step."""
    config.use(replace(app.config["SETTINGS"], second_factor="required"))
    yield
    config.use(app.config["SETTINGS"])
