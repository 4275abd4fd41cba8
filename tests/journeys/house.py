"""An installation of a journey's own, in which nobody is yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from scheduler import config
from scheduler.app import create_app
from scheduler.core.db import Base, db
from tests.conftest import settings_for


@contextmanager
def an_empty_house(folder: Path) -> Iterator[Flask]:
    """Its application, with tables and no rows: the numbers of what is made are free."""
    settings = settings_for(folder)
    app = create_app(settings)
    config.use(settings)
    with app.app_context():
        Base.metadata.create_all(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()
