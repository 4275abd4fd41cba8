"""Commands as somebody types them, and an installation whose database is at the newest schema."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from flask import Flask
from flask_migrate import stamp
from sqlalchemy import text

from scheduler.config import ROOT
from scheduler.core.db import db


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    return lambda *words: app.test_cli_runner().invoke(args=[*map(str, words)])


@pytest.fixture
def newest_schema(app: Flask) -> Iterator[None]:
    stamp(directory=str(ROOT / "migrations"))
    yield
    with db.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
    db.session.rollback()
