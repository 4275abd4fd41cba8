"""Where will a named minor be? Asked by who is no staff, no page, calendar or mail tells (TRUST S51, S54).

Each page, table and file that names a minor to staff leaves its line in the audit (TRUST S34).
What named a planted surname to somebody of the staff, wherever she walked, must be noted, page by page.
"""

import json

import pytest
import sqlalchemy as sa
from flask import Flask

from scheduler.core.audit import MINOR_READ, AuditEntry
from scheduler.core.db import db
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter, User
from scheduler.visits.models.visits import CalendarEntry
from tests.factories import MONDAY
from tests.laws.crawl import PLANTED, Crawl
from tests.web.browser import sign_in_as

NO_STAFF = ("", "school", "educator", "influencer")


def record_of_a_minor(app: Flask) -> str:
    """The sheet that a minor hands in at her own school: of her whole name only the first."""
    who = sa.select(sa.func.min(User.id)).join(Presenter).where(Presenter.adult_on > MONDAY.date())
    sheet = sign_in_as(app.test_client(), db.session.scalar(who)).get("/record")
    assert sheet.status_code == 200
    return sheet.text


def pages_that_name(crawl: Crawl, *readers: str) -> list[tuple[str, str]]:
    return [(page.reader, page.address) for page in crawl.pages_of(*readers) if PLANTED.encode() in page.body]


def test_only_staff_reads_a_minors_surname(house: Flask, crawl: Crawl):
    assert pages_that_name(crawl, "coordinator"), "else this test sees nothing"
    assert pages_that_name(crawl, *NO_STAFF) == []
    assert PLANTED not in record_of_a_minor(house)
    texts = [*db.session.scalars(sa.select(CalendarEntry.text)), *db.session.scalars(sa.select(OutboxMessage.text))]
    assert len(texts) > 10
    assert [text for text in texts if PLANTED in text] == []


@pytest.mark.parametrize(
    ("role", "by_given_names"),
    [
        ("coordinator", {"board.board", "board.place"}),
        ("administrator", {"board.board", "board.place"}),
        ("safeguarding", {"board.board"}),
    ],
)
def test_trust_s34_every_page_that_names_a_minor_to_staff_is_noted(
    house: Flask, crawl: Crawl, role: str, by_given_names: set[str]
):
    reader = db.session.scalars(sa.select(User.id).where(User.email == crawl.travellers[role].email)).one()
    of_reader = (AuditEntry.action == MINOR_READ, AuditEntry.actor == f"user:{reader}")

    named = {page.endpoint for page in crawl.pages_of(role) if PLANTED.encode() in page.body}
    details = db.session.scalars(sa.select(AuditEntry.details).where(*of_reader)).all()
    noted = {json.loads(line)["page"] for line in details}

    assert named - noted == set()
    assert by_given_names <= noted - named, "they name minors by their given names alone"
    assert len(named) >= 4, named  # the first page names no minor any more
