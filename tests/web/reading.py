"""Reading what a page shows and what it left in the database; links as schools get them by mail."""

import datetime as dt
import re
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from scheduler.core import tokens
from scheduler.core.db import db, transaction
from tests.counting import statements
from tests.standing_clock import THE_CLOCK

EN = {"lang": "en"}


def text_of(answer: TestResponse) -> str:
    """The words of a page without its markup, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def main_of(answer: TestResponse) -> str:
    """The markup of a page between its head and its foot."""
    return answer.text.partition("<main")[2].partition("</main>")[0]


def value_of(answer: TestResponse, field: str) -> str:
    """What a form of the page sends for this field if nobody changes it."""
    found = re.search(rf'name="{field}"[^>]*? value="([^"]*)"', answer.text)
    assert found, f"no field {field}"
    return found[1]


def rows_of(what: Any) -> list[Any]:
    """All rows of a model, or the values of one of its columns, in the order in which they were stored."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(what).order_by(*sa.inspect(getattr(what, "class_", what)).primary_key)))


def a_link(subject_id: int, purpose: str = "status", *, days: int = 90) -> str:
    """The secret of a link that lasts so many days; of a school's page unless another purpose is named."""
    with transaction():
        return tokens.mint(purpose, subject_id, lasts=dt.timedelta(days=days), now=THE_CLOCK.now())


def selects_of(browser: FlaskClient, path: str) -> int:
    """How many SELECTs a page takes."""
    with statements() as made:
        assert browser.get(path).status_code == 200
    return len(made)
