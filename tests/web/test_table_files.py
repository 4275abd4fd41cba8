"""Every list as a file: for whom its page opens, with its rows and no more, as a workbook and as CSV alike."""

import csv
import datetime as dt
import io
import json
import re
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from scheduler.core.audit import MINOR_READ, AuditEntry
from scheduler.core.paging import Page
from scheduler.demo import load as demo
from scheduler.people.models import Presenter, User
from scheduler.programmes.models import Programme
from scheduler.web import tables
from tests.factories.people import make_presenter
from tests.factories.places import make_host
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.loaded_demo import load_demo
from tests.web.browser import browser_of

PERIOD = "first=2023-01-01&last=2026-12-31"
LISTS = (
    "/visits", "/requests", "/requests?show=over", "/people", "/people/users", "/certificates/issued",
    "/certificates/issued?show=waiting", "/attendance", "/cohorts", "/messages", "/posts", "/campaigns/own",
    "/helpline", "/waiting-list", "/closures", f"/reports/visits?{PERIOD}", f"/reports/youth/visits?{PERIOD}",
)  # fmt: skip
WEEK = f"/visits?from={VISIT_DAY.isoformat()}"


def with_as(path: str, kind: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}as={kind}"


def rows_in_book(answer: TestResponse) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def rows_in_csv(answer: TestResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def as_in_csv(cell: Any) -> str:
    """A cell of a workbook as CSV writes it; of a day a workbook knows that it begins at midnight."""
    if isinstance(cell, dt.datetime):
        return str(cell.date()) if cell.time() == dt.time(0) else str(cell)
    if cell is None:
        return ""
    return re.sub(r"^(?=\s*[=+\-@])", "'", cell) if isinstance(cell, str) else str(cell).replace(".", ",")


def test_every_list_is_a_file_for_whom_its_page_opens_and_for_nobody_else(app: Flask, session):
    """Of the demo, so that there are rows; each role in turn."""
    load_demo()
    full, opened = set(), dict.fromkeys(LISTS, 0)
    for sign_in in demo.sign_ins():
        browser = browser_of(app, session.query(User).filter_by(email=sign_in["email"]).one())
        for path in LISTS:
            page, book, table = (browser.get(one) for one in (path, with_as(path, "xlsx"), with_as(path, "csv")))
            assert (book.status_code, table.status_code) == (page.status_code,) * 2, (sign_in["role"], path)
            if page.status_code != 200:
                continue
            opened[path] += 1
            assert "as=xlsx" in page.text, path
            assert (book.mimetype, table.mimetype) == (tables.TABLE_FILES["xlsx"], "text/csv")
            assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.xlsx"', book.headers["Content-Disposition"])
            heads, *rows = rows_in_book(book)
            assert [heads, *[[as_in_csv(cell) for cell in row] for row in rows]] == rows_in_csv(table)
            definitions = load_workbook(io.BytesIO(book.data)).worksheets[-1]
            assert [row[0] for row in definitions.values][1:] == heads
            assert all(row[1] for row in definitions.values)
            full |= {path} if rows else set()
            assert browser.get(with_as(path, "pdfx")).status_code == 404
            assert browser.get(with_as(path, "pdf")).status_code == 404
    assert all(opened.values())
    assert len(full) > len(LISTS) - 5, "the others are empty on the day of the demo"


def test_a_file_has_the_rows_of_every_page_in_the_order_of_the_list(desk, programme: Programme):
    for number in range(3):
        make_visit(programme=programme, on_day=VISIT_DAY + dt.timedelta(days=number % 2))

    numbers = [row[0] for row in rows_in_book(desk.get(with_as(f"{WEEK}&sort=-day&page=7", "xlsx")))[1:]]
    turned = [row[0] for row in rows_in_book(desk.get(with_as(f"{WEEK}&sort=day", "xlsx")))[1:]]

    assert len(set(numbers)) == 3
    assert (turned[-1], set(turned)) == (numbers[0], set(numbers))


def test_pages_are_turned_to_the_last_one_and_not_beyond():
    turned = []

    def turn(number: int) -> Page[int]:
        turned.append(number)
        return Page(range(5)[2 * number - 2 : 2 * number], number, 5, 2)

    def counted_no_further(number: int) -> Page[int]:
        return Page([number], number, number, 1, more=number < 3)

    assert tables.every_row(turn) == [0, 1, 2, 3, 4]
    assert turned == [1, 2, 3]
    assert tables.every_row(counted_no_further) == [1, 2, 3]


def test_a_list_that_no_file_holds_is_refused_in_words(desk, programme: Programme, monkeypatch):
    for _ in range(3):
        make_presenter(centre_id=programme.centre_id)
    monkeypatch.setattr(tables, "MOST_ROWS", 2)

    answer = desk.get("/people?as=xlsx&lang=en")

    assert answer.status_code == 422
    assert "Choose fewer rows by the filters first" in answer.text


def test_a_text_that_begins_as_a_formula_stays_a_text(desk, programme: Programme):
    host = make_host("=1+1")
    make_visit(programme=programme, host_id=host.id)

    book = load_workbook(io.BytesIO(desk.get(with_as(WEEK, "xlsx")).data))
    (cell,) = [one for row in book.worksheets[0].iter_rows() for one in row if "=1+1" in str(one.value)]

    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", "=1+1", True)
    assert "'=1+1" in desk.get(with_as(WEEK, "csv")).data.decode()


def test_days_hours_and_counts_are_real(desk, programme: Programme):
    make_presentation(make_visit(programme=programme), dt.time(9, 55))
    heads, row = rows_in_book(desk.get(with_as(f"{WEEK}&lang=en", "xlsx")))
    told = dict(zip(heads, row, strict=True))
    assert (told["Day"].date(), told["Start"], told["Presentations"]) == (VISIT_DAY, dt.time(9, 55), 1)


def a_minor(programme: Programme) -> Presenter:
    return a_cleared_minor(given_name="Тара", family_name="Зорић", centre_id=programme.centre_id)


def test_a_week_that_is_passed_on_names_no_young_presenter(app: Flask, desk, programme: Programme):
    visit = make_visit(programme=programme)
    sitting = make_presentation(visit)
    adult = a_cleared_educator(centre_id=programme.centre_id, given_name="Вера", family_name="Адамовић")
    for one in (adult, a_minor(programme)):
        make_assignment(sitting, one.id)

    for kind in ("xlsx", "csv"):
        answer = desk.get(with_as(f"{WEEK}&lang=en", kind))
        text = str(rows_in_book(answer)) if kind == "xlsx" else answer.data.decode()
        assert "Vera Adamović" in text
        assert not re.search("Tara|Тара|Zorić|Зорић", text)
        assert "a young presenter" in text


def read_by(session: Session) -> list[tuple[int, str]]:
    """Who was noted as read, and on which page."""
    session.rollback()
    found = session.scalars(select(AuditEntry).where(AuditEntry.action == MINOR_READ))
    return [(one.thing_id, json.loads(one.details)["page"]) for one in found]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_trust_s34_a_file_that_names_a_minor_is_noted_as_her_page_is(desk, session, programme: Programme, kind):
    minor = a_minor(programme)

    assert desk.get("/messages?as=xlsx").status_code == 200
    assert read_by(session) == []
    assert desk.get(f"/people?as={kind}").status_code == 200
    assert read_by(session) == [(minor.id, "people.presenters")]


def test_names_are_in_the_letters_of_the_reader(desk, programme: Programme):
    a_minor(programme)
    (row,) = rows_in_book(desk.get("/people?as=xlsx&lang=sr_Latn"))[1:]
    assert row[0] == "Tara Zorić"
    assert rows_in_csv(desk.get("/people?as=csv&lang=en"))[1][0] == "Tara Zorić"
