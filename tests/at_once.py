"""Many people who act at the same moment."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.core.db import db


def all_at_once(app: Flask, acts: list[Callable[[], object]]) -> list[Exception | None]:
    """What each act raised, or None; all start together, each in a thread with a session of its own."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> Exception | None:
        with app.app_context():
            try:
                start.wait(timeout=30)
                act()
            except Exception as error:  # the test looks at every one of them
                return error
            finally:
                db.session.remove()
        return None

    db.session.remove()
    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def until_somebody_waits_for(session: Session) -> None:
    """Return once PostgreSQL has stopped another transaction at a row that this one locked.

    On SQLite at once: there a transaction that writes begins after this one, and has read nothing before.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    waits = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
    deadline = time.monotonic() + 60  # only tells a hang
    while not session.scalar(waits):
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.01)
