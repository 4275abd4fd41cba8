"""The house that laws walk through."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.laws.crawl import Crawl, crawl
from tests.laws.references import template_tree
from tests.laws.sources import nodes, parsed

__all__ = ["crawl"]


@pytest.fixture(scope="package", autouse=True)
def trees() -> Iterator[None]:
    """The trees of all sources are as large as a browser: they go with the last law."""
    yield
    nodes.cache_clear()
    parsed.cache_clear()
    template_tree.cache_clear()


@pytest.fixture
def house(app: Flask, crawl: Crawl, monkeypatch) -> Flask:
    """The rows that the crawl left, and an application that shows its error page instead of raising."""
    for name, value in (("TESTING", False), ("RATELIMIT_ENABLED", False), ("PROPAGATE_EXCEPTIONS", False)):
        monkeypatch.setitem(app.config, name, value)
    crawl.put_rows_in_place()
    return app
