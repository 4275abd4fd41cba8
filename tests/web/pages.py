"""What a page says and holds, and the links by which people without an account open theirs."""

import datetime as dt
import re
from typing import Any

from sqlalchemy import func, select

from scheduler.core import tokens
from scheduler.core.db import db, transaction
from tests.factories import MONDAY

EN = {"lang": "en"}
LATIN, CYRILLIC = {"lang": "sr_Latn"}, {"lang": "sr_Cyrl"}


def words_of(page: Any) -> str:
    """The text of an answer, or of a part of one, in one line and without markup."""
    markup = page if isinstance(page, str) else page.get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def main_of(answer: Any) -> str:
    """The markup of a page without its head and foot."""
    return answer.text.partition("<main")[2].partition("</main>")[0]


def value_of(answer: Any, name: str) -> str:
    """What the field of that name holds, as a browser would send it back."""
    field = re.search(rf'<input\b[^>]*\bname="{re.escape(name)}"[^>]*>', answer.text)
    assert field, f"no field {name}"
    return re.search(r'\bvalue="([^"]*)"', field[0])[1]


def rows_of(table: Any) -> int:
    """How many rows a table has after the last request."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table))


def status_link(request_id: int, *, now: dt.datetime = MONDAY) -> str:
    """The address of a school's page of its request."""
    return f"/status/{_secret('status', request_id, now)}"


def guardian_link(guardian_id: int) -> str:
    """The address of a guardian's page."""
    return f"/consent/{_secret('guardian', guardian_id, MONDAY)}"


def _secret(purpose: str, thing_id: int, now: dt.datetime) -> str:
    with transaction():
        return tokens.mint(purpose, thing_id, lasts=dt.timedelta(days=90), now=now)
