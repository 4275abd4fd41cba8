"""The page of youth participation: filters, links to visits, the same numbers in every file, staff only."""

import datetime as dt
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from scheduler.core.db import db
from scheduler.policy import Role
from scheduler.visits.models.visits import Presentation
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.questions import AFTER, make_question_set, make_round
from tests.papers import saved, words_of
from tests.reports.youth_held import YouthHeld
from tests.web.browser import browser_of, staff_of
from tests.web.reading import EN, text_of

YEAR = {"first": "2026-01-01", "last": "2026-12-31"}


@pytest.fixture
def held(app):
    return YouthHeld()


@pytest.fixture
def programme(held):
    return held.programme


def first_of(visit):
    return db.session.scalars(sa.select(Presentation).where(Presentation.visit_id == visit.id)).first()


def test_its_numbers_open_to_their_visits(desk, held):
    page = desk.get("/reports/youth", query_string=EN | YEAR)

    assert "October 2026 2 2 100% 1 h 30 min 102" in text_of(page)
    assert "under 16 1 1 30 min" in text_of(page)
    links = set(map(unescape, re.findall(r'href="(/reports/youth/visits[^"]*)"', page.text)))
    assert any("band=under_16" in one for one in links)
    assert any("month=2026-10" in one for one in links)
    for one in links:
        assert held.first.number in desk.get(one).text or "month=2026-11" in one
    assert held.alone.number not in desk.get("/reports/youth/visits", query_string=YEAR).text


def test_days_and_filters_stay_from_tab_to_tab(desk, held):
    asked = {"first": "2026-01-01", "last": "2026-12-31", "programme": held.programme.slug, "by": "city"}
    address = desk.get("/reports/attendance", query_string=EN | asked).request.full_path
    tabs = ("Youth participation", "Web Detectives", "Signed-off periods", "Yearly profile", "Attendance")

    for tab in tabs:
        row = re.search(r'<nav class="place-tabs".*?</nav>', desk.get(address).text, re.DOTALL)[0]
        address = unescape(re.search(rf'<a href="([^"]*)"[^>]*>{tab}</a>', row)[1])

    assert urlsplit(address).path == "/reports/attendance"
    assert parse_qs(urlsplit(address).query) == {name: [value] for name, value in asked.items()}


def test_files_say_the_same(desk, held, tmp_path):
    heads, *rows = desk.get("/reports/youth.csv", query_string=EN | YEAR).text.replace(";", ",").splitlines()
    assert "Month,Presentations" in heads
    assert [sum(map(int, column)) for column in list(zip(*(row.split(",") for row in rows), strict=True))[1:]] == [
        4, 3, 120, 133,
    ]  # fmt: skip
    paper = words_of(saved(desk.get("/reports/youth.pdf", query_string=EN | YEAR).data, tmp_path))
    assert "October 2026" in paper
    assert "3 133 2 With young presenters Listeners Young people active" in paper
    for age, people in {"under 16": 1, "16 and 17": 1, "18 and older": 0}.items():
        assert f"young people, {age}: {people}" in paper
    assert desk.get("/reports/youth.xml", query_string=YEAR).status_code == 404


@pytest.mark.parametrize("report", ["attendance", "youth", "cohorts"])
def test_the_address_of_a_file_for_programs_leads_to_the_one_for_people(desk, report):
    answer = desk.get(f"/reports/{report}.json", query_string=YEAR)
    assert (answer.status_code, answer.location) == (
        301, f"/reports/{report}.csv?first=2026-01-01&last=2026-12-31",
    )  # fmt: skip


def test_what_listeners_said_after_stands_beside_the_numbers_of_young_presenters_alone(app, held, the_clock):
    the_clock.stands_at(MONDAY + dt.timedelta(days=80))  # two weeks after a visit nothing is added any more
    desk = staff_of(app, held.programme)
    set_id, questions = make_question_set(held.programme)
    with_young, alone = (first_of(one) for one in (held.first, held.alone))
    make_round(with_young, set_id, AFTER, {questions[0]: (5, 0, 0, 0, 15)})
    make_round(alone, set_id, AFTER, {questions[0]: (0, 0, 0, 0, 30)})

    page, later = (
        text_of(desk.get("/reports/youth", query_string=EN | YEAR | more)) for more in ({}, {"first": "2026-11-01"})
    )

    assert "Question 1 20 75%" in page
    assert "What listeners said after" not in later


@pytest.mark.parametrize(
    ("path", "wrong", "status"),
    [
        ("/reports/youth", {"first": "2026-05-01", "last": "2026-01-01"}, 422),
        ("/reports/youth/visits", {"band": "12"}, 422),
        ("/reports/youth/visits", {"first": "2026-05-01", "last": "2026-01-01"}, 404),
    ],
)
def test_bad_days_and_ages_are_refused(desk, path, wrong, status):
    assert desk.get(path, query_string=YEAR | wrong).status_code == status


def test_another_centre_reads_nothing_of_it(app, held):
    others = browser_of(app, make_user(Role.COORDINATOR)).get("/reports/youth.csv", query_string=YEAR)

    assert (others.status_code, len(others.text.splitlines())) == (200, 1)
    for kind in ("csv", "json", "pdf"):
        assert browser_of(app, held.tara).get(f"/reports/youth.{kind}").status_code == 403
