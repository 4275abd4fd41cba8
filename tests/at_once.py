"""Many people who act at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask

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
