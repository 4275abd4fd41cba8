"""Secret links."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.core import tokens
from scheduler.core.db import transaction
from tests.factories import MONDAY

HOUR = dt.timedelta(hours=1)


def _minted(purpose: str = "status", subject_id: int = 7) -> str:
    with transaction():
        return tokens.mint(purpose, subject_id, lasts=HOUR, now=MONDAY)


def test_a_link_opens_its_thing_until_its_hour_is_over(session: Session) -> None:
    token = _minted()

    opened = tokens.opened_by(token, "status", now=MONDAY + HOUR - dt.timedelta(seconds=1))
    assert opened is not None
    assert opened.subject_id == 7
    assert tokens.opened_by(token, "status", now=MONDAY + HOUR) is None


def test_only_the_hash_of_a_token_is_stored(session: Session) -> None:
    token = _minted()

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


def test_a_rolled_back_link_opens_nothing(session: Session) -> None:
    with pytest.raises(RuntimeError), transaction():
        token = tokens.mint("status", 7, lasts=HOUR, now=MONDAY)
        raise RuntimeError("the change it belonged to failed")

    assert tokens.opened_by(token, "status", now=MONDAY) is None
