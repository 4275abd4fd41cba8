"""A date that is booked at once, page by page."""

import re

import sqlalchemy as sa

from scheduler.booking.rules.holds import HELD_FOR
from scheduler.core.db import db
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.held_time import DateHold
from scheduler.visits.terms.states import HoldState
from tests.web.requests.answered import answers

DAY_BUTTON = re.compile(r'name="day" value="([\d-]+)">')
SLOT_BUTTON = re.compile(r'name="slot" value="([\dT:-]+)">')
QUARTER = HELD_FOR


def begin(client, programme, host) -> str:
    """As far as the calendar; the first free day."""
    client.post("/book", data={"host_id": str(host.id)})
    client.post("/book/what", data=answers(programme)["what"])
    return DAY_BUTTON.findall(client.get("/book/when?lang=en").text)[0]


def times_of(client, day: str) -> list[str]:
    client.post("/book/when", data={"day": day})
    return sorted(SLOT_BUTTON.findall(client.get("/book/when?lang=en").text))


def finish(client, programme, **changed):
    for page in ("who", "where", "you"):
        response = client.post(f"/book/{page}", data=answers(programme)[page] | changed.get(page, {}))
        assert response.status_code == 302
    return response


def holds() -> list[HoldState]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(DateHold.state).order_by(DateHold.id)))


def asked() -> list[SchoolRequest]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(SchoolRequest)))
