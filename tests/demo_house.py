"""An application of its own with the demo's rows, which many tests share: no test empties it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from scheduler import config
from scheduler.app import create_app
from scheduler.core.db import Base, db
from scheduler.demo import load as demo
from scheduler.jobs import queue
from scheduler.jobs.messages import send_waiting
from scheduler.people.service.accounts import ask_reset
from tests.clean_tables import tables_of
from tests.conftest import settings_for
from tests.factories import MONDAY
from tests.loaded_demo import load_demo


@contextmanager
def demo_house(folder: Path) -> Iterator[Flask]:
    """The demo, one mail that was sent, and a worker that has run."""
    with empty_house(folder) as app:
        with app.app_context():
            load_demo()
            app.extensions["demo_sign_ins"] = demo.sign_ins()
            ask_reset(
                app.extensions["demo_sign_ins"][0]["email"], network="192.0.2.0/24", language="sr_Latn", now=MONDAY
            )
            send_waiting.call_local()  # a mail of the demo has its page too
            queue.write_run("messages.send_waiting", MONDAY, failed=False)
            db.session.remove()
        yield app


@contextmanager
def empty_house(folder: Path) -> Iterator[Flask]:
    """The application with empty tables; its jobs run in it."""
    settings = settings_for(folder)
    app = create_app(settings)
    config.use(settings)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        app.extensions["clean_tables"] = tables_of(db.engine)
        queue.attach(app)
        db.session.remove()
    yield app
    with app.app_context():
        app.extensions["clean_tables"].close()
        db.engine.dispose()
