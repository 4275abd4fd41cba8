"""The house that laws walk through."""

import pytest
from flask import Flask

from scheduler.jobs import queue
from tests.factories import MONDAY
from tests.loaded_demo import load_demo


@pytest.fixture
def house(app: Flask, monkeypatch) -> Flask:
    """The demo's rows in every state, and an application that shows its error page instead of raising."""
    for name, value in (("TESTING", False), ("RATELIMIT_ENABLED", False), ("PROPAGATE_EXCEPTIONS", False)):
        monkeypatch.setitem(app.config, name, value)
    load_demo()
    queue.write_run("messages.send_waiting", MONDAY, failed=False)  # the worker has been heard of
    return app
