import pytest
from flask import Flask

from scheduler.jobs import queue


@pytest.fixture
def attached(app: Flask) -> None:
    """Jobs run inside this application: another test may have made the other database's application since."""
    queue.attach(app)
