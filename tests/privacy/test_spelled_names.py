"""Of a name that is stored in two scripts, and shown in a third way, nothing is left once its owner is erased."""

import datetime as dt
import io
import json
import zipfile

import pytest
from sqlalchemy import select

from scheduler.core.db import Base, db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.policy import SYSTEM
from scheduler.privacy.service.erasure import erase_subject
from scheduler.privacy.service.subject_export import export_subject
from tests.factories.messages import make_message
from tests.factories.people import make_centre
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import a_held_visit, with_entries

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]

LATER = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


def found(*words: str) -> list[str]:
    """Which of these stand anywhere in the tables."""
    db.session.rollback()
    rows = (row for table in Base.metadata.sorted_tables for row in db.session.execute(select(table)))
    whole = "\n".join(value for row in rows for value in row if isinstance(value, str))
    return [word for word in words if word in whole]


def exported(email: str) -> dict:
    stream = io.BytesIO()
    export_subject(SYSTEM, email, stream, centre_id=None, now=LATER)
    with zipfile.ZipFile(stream) as archive:
        return json.loads(archive.read("data.json"))


def test_trust_s42_no_spelling_of_an_erased_name_is_left():
    centre = make_centre()
    person = a_cleared_educator(
        centre_id=centre.id,
        given_name="Каталин",
        family_name="Сабо",
        other_given_name="Katalin",
        other_family_name="Szabó",
        email="katalin@centre.example",
    )
    visit = a_held_visit(person, centre_id=centre.id)
    with_entries(visit.id)
    for name in ("Каталин Сабо", "Katalin Szabó", "Katalin Sabo"):
        row = make_message("someone@school.example", about=("visit", visit.id))
        with transaction() as session:
            session.get(OutboxMessage, row.id).text = f"Coming: {name}"
    hers = ("Каталин", "Сабо", "Katalin", "Szabó", "Sabo")
    assert found(*hers) == list(hers)
    assert exported("katalin@centre.example")["user_account"][0]["other_family_name"] == "Szabó"

    erase_subject(SYSTEM, "katalin@centre.example", centre_id=None, now=LATER)

    assert found(*hers) == []
