"""A form sent twice counts once."""

import datetime as dt

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.core import form_keys
from scheduler.core.db import transaction
from scheduler.privacy.service.retention import forget_traces
from tests.factories import MONDAY


def test_the_answer_of_a_key_is_remembered_until_retention_forgets_it(session: Session) -> None:
    with transaction():
        form_keys.remember("key", "R-2026-0001", at=MONDAY)
    assert form_keys.answer_of("key") == "R-2026-0001"

    forget_traces(now=MONDAY + dt.timedelta(hours=23))
    assert form_keys.answer_of("key") == "R-2026-0001"
    forget_traces(now=MONDAY + dt.timedelta(hours=24))
    assert form_keys.answer_of("key") is None


@pytest.mark.postgres_decides
def test_the_database_refuses_the_same_key_twice(session: Session) -> None:
    with transaction():
        form_keys.remember("key", "first", at=MONDAY)

    with pytest.raises(IntegrityError), transaction():
        form_keys.remember("key", "second", at=MONDAY)
    assert form_keys.answer_of("key") == "first"
