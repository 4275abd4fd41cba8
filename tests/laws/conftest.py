"""The house that laws walk through."""

from collections.abc import Iterator

import pytest
from flask import Flask

from scheduler.jobs import queue
from tests.factories import MONDAY
from tests.laws.references import template_tree
from tests.laws.sources import nodes, parsed
from tests.loaded_demo import load_demo


@pytest.fixture(scope="package", autouse=True)
def trees() -> Iterator[None]:
    """The trees of all sources are as large as a browser: they go with the last law."""
    yield
    nodes.cache_clear()
    parsed.cache_clear()
    template_tree.cache_clear()


@pytest.fixture
def house(app: Flask, monkeypatch) -> Flask:
    """The demo's rows in every state, and an application that shows its error page instead of raising."""
    for name, value in (("TESTING", False), ("RATELIMIT_ENABLED", False), ("PROPAGATE_EXCEPTIONS", False)):
        monkeypatch.setitem(app.config, name, value)
    load_demo()
    queue.write_run("messages.send_waiting", MONDAY, failed=False)  # the worker has been heard of
    return app
