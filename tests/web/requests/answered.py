"""The answers of a booking, and a visitor who gives them page after page."""

import datetime as dt
import re

from tests.factories import MONDAY
from tools.bench import visitor

FIRST = MONDAY.date() + dt.timedelta(days=30)
LAST = FIRST + dt.timedelta(days=10)


def answers(programme) -> dict[str, dict[str, str]]:
    given = visitor.answers(programme.id, "o.matic@skola.example.org", FIRST, LAST)
    return given | {"you": given["you"] | {"contact_phone": ""}}


def answer_all(client, programme, host, **changed):
    client.post("/book", data={"host_id": host.id})
    for page, typed in answers(programme).items():
        response = client.post(f"/book/{page}", data=typed | changed.get(page, {}))
        assert response.status_code == 302, (page, response.text)
        assert response.location != f"/book/{page}", client.get(f"/book/{page}").text
    return response


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))
