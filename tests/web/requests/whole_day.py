"""A school's whole day, typed page by page: a talk, an evening for parents, a gathering of teachers."""

import sqlalchemy as sa

from scheduler.core.db import db
from scheduler.requests.models import SchoolRequest
from tests.web.requests.answered import FIRST, answers


def choose(client, host, *programmes) -> None:
    client.post("/book", data={"host_id": str(host.id)})
    client.post("/book/what", data={"programme": [str(one.id) for one in programmes], "teaching_language": "sr"})


def one_day(client, talk) -> None:
    """The day and the classes of the talk."""
    day = f"{FIRST.day}.{FIRST.month}.{FIRST.year}."
    assert client.post("/book/when", data={"first_day": day, "last_day": day}).location == "/book/who"
    who = answers(talk)["who"] | {"presentations-0-starts_local": "10:00"}
    assert client.post("/book/who", data=who).location == "/book/day"


def parts(evening, gathering, **changed):
    return {
        "parts-0-programme": str(evening.id), "parts-0-audience": "parents", "parts-0-level": "primary",
        "parts-0-parents": "60", "parts-0-starts_local": "18:00",
        "parts-1-programme": str(gathering.id), "parts-1-audience": "teachers", "parts-1-level": "primary",
        "parts-1-teachers": "20", "parts-1-starts_local": "13:30",
    } | changed  # fmt: skip


def as_far_as_the_check(client, talk, evening, gathering) -> None:
    one_day(client, talk)
    assert client.post("/book/day", data=parts(evening, gathering)).location == "/book/where"
    for page in ("where", "you"):
        client.post(f"/book/{page}", data=answers(talk)[page])


def stored() -> list[SchoolRequest]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(SchoolRequest).order_by(SchoolRequest.id)))
