"""Secret links, keys of forms and running numbers."""

import datetime as dt
import threading

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.core import form_keys, tokens
from scheduler.core.db import db, transaction
from scheduler.core.numbers import next_number
from scheduler.privacy.service.retention import forget_traces
from tests.factories import MONDAY

HOUR = dt.timedelta(hours=1)


def _minted(purpose: str = "status", subject_id: int = 7) -> str:
    with transaction():
        return tokens.mint(purpose, subject_id, lasts=HOUR, now=MONDAY)


def test_a_link_opens_its_thing_until_its_hour_is_over_and_only_its_hash_is_stored(session: Session) -> None:
    token = _minted()

    opened = tokens.opened_by(token, "status", now=MONDAY + HOUR - dt.timedelta(seconds=1))
    assert opened is not None
    assert opened.subject_id == 7
    assert tokens.opened_by(token, "status", now=MONDAY + HOUR) is None

    link = session.scalars(select(tokens.SecretLink)).one()
    assert token not in str(vars(link))
    assert len(token) >= 43  # 256 bits


@pytest.mark.parametrize("purpose", ["reset", "invitation", ""])
def test_a_token_opens_nothing_of_another_purpose(session: Session, purpose: str) -> None:
    token = _minted("status")
    assert tokens.opened_by(token, purpose, now=MONDAY) is None
    assert not tokens.was_known(token, purpose)


def test_all_links_to_a_thing_end_together_and_others_stay(session: Session) -> None:
    first, second, other = _minted(), _minted(), _minted(subject_id=8)
    with transaction():
        tokens.end_links("status", 7, now=MONDAY)

    assert tokens.opened_by(first, "status", now=MONDAY) is None
    assert tokens.opened_by(second, "status", now=MONDAY) is None
    assert tokens.was_known(first, "status")
    assert tokens.opened_by(other, "status", now=MONDAY) is not None


def test_what_was_rolled_back_opens_nothing_and_its_number_is_given_out_again(session: Session, app: Flask) -> None:
    with pytest.raises(RuntimeError), transaction():
        token = tokens.mint("status", 7, lasts=HOUR, now=MONDAY)
        raise RuntimeError("the change it belonged to failed")
    assert tokens.opened_by(token, "status", now=MONDAY) is None

    with pytest.raises(RuntimeError), transaction():
        next_number("R", DAY)
        raise RuntimeError
    with transaction():
        assert next_number("R", DAY) == "R-2026-0001"


# --- a form sent twice counts once ---


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


# --- running numbers ---


DAY = dt.date(2026, 9, 14)


def test_numbers_run_by_series_and_year(app: Flask) -> None:
    with transaction():
        given = [
            next_number("R", DAY), next_number("R", DAY), next_number("P", DAY), next_number("R", dt.date(2027, 1, 1)),
        ]  # fmt: skip
    assert given == ["R-2026-0001", "R-2026-0002", "P-2026-0001", "R-2027-0001"]


@pytest.mark.both_databases
def test_twenty_threads_get_twenty_numbers_without_a_gap(app: Flask) -> None:
    given: list[str] = []

    def take() -> None:
        with app.app_context():
            with transaction():
                number = next_number("R", DAY)
            given.append(number)
            db.session.remove()

    threads = [threading.Thread(target=take) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(given) == [f"R-2026-{n:04d}" for n in range(1, 21)]
