"""Blocks that pass only when they are refused, and for that very reason."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, Rejected
from scheduler.core.refusals import refused_by


@contextmanager
def rejection(**problems: str) -> Iterator[None]:
    """What was typed is rejected with these problems, field by field, and no others."""
    with pytest.raises(Rejected) as refusal:
        yield
    assert refusal.value.problems == problems


@contextmanager
def conflict(reason: str) -> Iterator[None]:
    """What is stored stands against it, for this very reason."""
    with pytest.raises(Conflict) as refusal:
        yield
    assert refusal.value.reason == reason


@contextmanager
def database_refusal(*laws: str) -> Iterator[Session]:
    """The database takes nothing of the transaction inside, by one of these laws."""
    with pytest.raises(IntegrityError) as refusal, transaction() as session:
        yield session
    assert refused_by(refusal.value) in laws
