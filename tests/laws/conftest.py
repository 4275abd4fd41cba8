"""The house that laws walk through."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.laws.crawl import Crawl, crawl
from tests.laws.sources import nodes, parsed, template_tree
from tests.laws.watch import Watch

__all__ = ["crawl"]


@pytest.fixture(scope="package", autouse=True)
def trees() -> Iterator[None]:
    """The trees of all sources are as large as a browser: they go with the last law."""
    yield
    nodes.cache_clear()
    parsed.cache_clear()
    template_tree.cache_clear()


@pytest.fixture
def showing_errors(app: Flask, monkeypatch) -> Flask:
    """An application that shows its error page instead of raising."""
    for name, value in (("TESTING", False), ("RATELIMIT_ENABLED", False), ("PROPAGATE_EXCEPTIONS", False)):
        monkeypatch.setitem(app.config, name, value)
    return app


@pytest.fixture
def house(showing_errors: Flask, crawl: Crawl) -> Flask:
    """The rows that the crawl left."""
    crawl.put_rows_in_place()
    return showing_errors


@pytest.fixture
def watch(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Whether anything was stored; what a look at a minor or a refusal writes by design (TRUST S34) is silent."""
    for name in ("note_denial", "note_reads"):
        monkeypatch.setattr(f"scheduler.people.service.reads.{name}", lambda *_args, **_given: None)
    watching = Watch()
    yield watching
    watching.close()
