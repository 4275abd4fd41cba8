"""A booking of two programmes on one day, answered to its end."""

import datetime as dt

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import ProgrammeKind
from scheduler.requests.service.answers import keep_answers
from tests.factories import MONDAY


def a_booking(app: Flask) -> FlaskClient:
    """The browser of a visitor who answered every question of the booking."""
    programme = db.session.scalars(select(Programme).order_by(Programme.id)).first()
    assert programme
    first, last = (MONDAY.date() + dt.timedelta(days=days) for days in (30, 44))
    typed = {
        "host": {"host_id": "1"},
        "what": {"programme": str(programme.id), "teaching_language": "sr"},
        "when": {"first_day": f"{first:%d.%m.%Y.}", "last_day": f"{last:%d.%m.%Y.}", "day_part": "morning"},
        "who": {
            "presentations-0-audience": "pupils", "presentations-0-level": "primary",
            "presentations-0-classes": "VII-1, VII-2", "presentations-0-pupils": "51", "presentations-0-teachers": "2",
        },
        "where": {"room": "Свечана сала", "safeguarding_contact": "Весна Илић, психолог", "teacher_stays": "y"},
        "you": {"contact_name": "Оливера Матић", "contact_email": "o.matic@skola.example.org"},
    }  # fmt: skip
    answers = {page: {name: [value] for name, value in fields.items()} for page, fields in typed.items()}
    evening = db.session.scalars(select(Programme).where(Programme.kind == ProgrammeKind.PARENTS_EVENING)).first()
    assert evening  # a second programme on that day
    answers["what"]["programme"].append(str(evening.id))
    part = {"programme": str(evening.id), "audience": "parents", "parents": "60", "starts_local": "18:00"}
    answers["day"] = {f"parts-0-{name}": [value] for name, value in part.items()}
    client = app.test_client()
    with client.session_transaction() as cookies:
        cookies["booking"] = keep_answers(None, answers, now=MONDAY)
        cookies["booked"] = typed["you"]["contact_email"]
        cookies["asked"] = 1  # opens the page that corrects the address
    return client
