"""The demo, served to a real browser by the server that `make run` starts."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from waitress.server import create_server

from scheduler import config
from scheduler.app import create_app
from scheduler.core.db import Base, db
from scheduler.demo import load as demo
from scheduler.jobs import queue
from scheduler.jobs.messages import send_waiting
from scheduler.people.service.accounts import ask_reset
from tests.a11y.atlas import Sheet, Traveller, sheets, travellers
from tests.calendar_readers import CHROMIUM, QUIET
from tests.clean_tables import tables_of
from tests.conftest import settings_for
from tests.factories import MONDAY
from tests.fonts import WIDE, environment_with
from tests.loaded_demo import load_demo


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with demo_house(tmp_path_factory.mktemp("instance")) as app:
        yield app


@contextmanager
def demo_house(folder: Path) -> Iterator[Flask]:
    """The application with the demo's rows."""
    settings = settings_for(folder)
    app = create_app(settings)
    config.use(settings)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        app.extensions["clean_tables"] = tables_of(db.engine)
        load_demo()
        app.extensions["demo_sign_ins"] = demo.sign_ins()
        queue.attach(app)
        first = app.extensions["demo_sign_ins"][0]["email"]
        ask_reset(first, network="192.0.2.0/24", language="sr_Latn", now=MONDAY)
        send_waiting.call_local()  # a mail of the demo has its page too
        queue.write_run("messages.send_waiting", MONDAY, failed=False)  # the worker has been heard of
        db.session.remove()
    yield app
    with app.app_context():
        app.extensions["clean_tables"].close()
        db.engine.dispose()


@pytest.fixture(scope="session")
def everybody(house: Flask) -> dict[str, Traveller]:
    """Role to traveller."""
    with house.app_context():
        found = {one.role: one for one in travellers(house)}
        db.session.remove()
    return found


@pytest.fixture(scope="session")
def every_sheet(house: Flask, everybody: dict[str, Traveller]) -> dict[str, list[Sheet]]:
    """Role to the pages it opens."""
    return {role: list(sheets(house, traveller)) for role, traveller in everybody.items()}


@pytest.fixture(scope="session")
def address(house: Flask) -> Iterator[str]:
    with served(house) as at:
        yield at


@contextmanager
def served(house: Flask) -> Iterator[str]:
    """The address at which a browser finds the house."""
    server = create_server(house, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()


@pytest.fixture(scope="module")
def fonts(request: pytest.FixtureRequest) -> str:
    """Wide ones, and narrow ones too where a test is marked IN_BOTH_FONTS."""
    which: str = getattr(request, "param", WIDE)
    return which


@pytest.fixture(scope="module")  # not the session's: a journey in the same process starts a browser of its own
def chromium(fonts: str) -> Iterator[Browser]:
    asked = [flag for flag in QUIET if flag != "--no-sandbox" or os.geteuid() == 0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=asked, env=environment_with(fonts))
        yield browser
        browser.close()
