"""Each page, table and file that names a minor to staff leaves its line in the audit (TRUST S34).

What named a planted surname to somebody of the staff, wherever she walked, must be noted, page by page.
"""

import json

import pytest
import sqlalchemy as sa
from flask import Flask

from scheduler.core.audit import MINOR_READ, AuditEntry
from scheduler.core.db import db
from scheduler.people.models import User
from tests.laws.crawl import PLANTED, Crawl


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
