"""The answers of a booking, and a visitor who gives them page after page."""

import datetime as dt
import re

from tests.factories import MONDAY

FIRST = MONDAY.date() + dt.timedelta(days=30)
LAST = FIRST + dt.timedelta(days=10)


def day(value: dt.date) -> str:
    return f"{value.day}.{value.month}.{value.year}."


def answers(programme) -> dict[str, dict[str, str]]:
    return {
        "what": {"programme": str(programme.id), "teaching_language": "sr"},
        "when": {"first_day": day(FIRST), "last_day": day(LAST), "day_part": "morning"},
        "who": {
            "presentations-0-audience": "pupils",
            "presentations-0-level": "primary",
            "presentations-0-classes": "VII-1, VII-2",
            "presentations-0-pupils": "51",
            "presentations-0-parents": "0",
            "presentations-0-teachers": "2",
        },
        "where": {
            "room": "Свечана сала",
            "has_projector": "y",
            "safeguarding_contact": "Весна Илић, психолог",
            "teacher_stays": "y",
        },
        "you": {"contact_name": "Оливера Матић", "contact_email": "o.matic@skola.example.org", "contact_phone": ""},
    }


def answer_all(client, programme, host, **changed):
    client.post("/book", data={"host_id": host.id})
    for page, typed in answers(programme).items():
        response = client.post(f"/book/{page}", data=typed | changed.get(page, {}))
        assert response.status_code == 302, (page, response.text)
        assert response.location != f"/book/{page}", client.get(f"/book/{page}").text
    return response


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))
