"""Somebody who books a presentation, page after page: over HTTP, or through anything else that sends a request."""

import datetime as dt
import http.client
import re
from collections.abc import Callable
from http.cookies import SimpleCookie
from urllib.parse import urlencode

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')
DAY_BUTTON = re.compile(r'name="day" value="([\d-]+)">')
SLOT_BUTTON = re.compile(r'name="slot" value="([\dT:-]+)">')
A_HAND = dt.timedelta(seconds=3)  # between two pages: a program is quicker, and is told so
Send = Callable[[str, str, dict[str, str] | None], tuple[int, str]]


def day(value: dt.date) -> str:
    return f"{value.day}.{value.month}.{value.year}."


def answers(programme_id: int, email: str, first: dt.date, last: dt.date) -> dict[str, dict[str, str]]:
    """What a school answers that asks first, page by page: for one of the days from `first` to `last`."""
    return {
        "what": {"programme": str(programme_id), "teaching_language": "sr"},
        "when": {"first_day": day(first), "last_day": day(last), "day_part": "morning"},
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
        "you": {"contact_name": "Оливера Матић", "contact_email": email},
    }


def hidden_fields(page: str) -> dict[str, str]:
    """What a browser sends along: the token against forgery, the key of the form."""
    found: dict[str, str] = {}
    for field in HIDDEN.findall(page):
        said = dict(ATTRIBUTE.findall(field))
        if "name" in said:
            found.setdefault(said["name"], said.get("value", ""))
    return found


class Booking:
    """The pages of one booking in their order; `send` is given method, path and what was typed."""

    def __init__(self, send: Send, tag: str) -> None:
        self.send_request, self.tag = send, tag

    def get(self, path: str) -> str:
        status, page = self.send_request("GET", path, None)
        if status != 200:
            raise AssertionError(f"GET {path}: {status}")
        return page

    def post(self, path: str, page: str, typed: dict[str, str]) -> int:
        status, _ = self.send_request("POST", path, hidden_fields(page) | typed)
        if status != 302:
            raise AssertionError(f"POST {path}: {status}")
        return status

    def answer_all(self, programme_id: int, host_id: int, today: dt.date) -> None:
        """Twelve requests: as far as the page that asks whether everything is right."""
        self.post("/book", self.get("/book"), {"host_id": str(host_id)})
        first = today + dt.timedelta(days=40)  # weeks ahead, as the programme's notice wants it
        email = f"o.matic-{self.tag}@skola.example.org"
        for name, typed in answers(programme_id, email, first, first + dt.timedelta(days=14)).items():
            self.post(f"/book/{name}", self.get(f"/book/{name}"), typed)

    def last_form(self) -> dict[str, str]:
        return hidden_fields(self.get("/book/check"))

    def send(self, typed: dict[str, str]) -> int:
        """The one press that stores something."""
        status, page = self.send_request("POST", "/book/check", typed)
        if status != 302:
            raise AssertionError(f"POST /book/check: {status} {page[:200]}")
        return status


class Visitor(Booking):
    """The same over HTTP, with cookies, from a network of its own: the floods of one network are kept out."""

    def __init__(self, port: int, *, address: str, tag: str) -> None:
        super().__init__(self._request, tag)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"X-Forwarded-For": address}
        self.cookies: dict[str, str] = {}

    def _request(self, method: str, path: str, typed: dict[str, str] | None) -> tuple[int, str]:
        headers = dict(self.headers)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if typed is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(typed) if typed is not None else None
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer.status, page
