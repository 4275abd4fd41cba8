"""The page of youth participation: filters, links to visits, the same numbers in every file, staff only."""

import datetime as dt
import json
import re

import pytest
import sqlalchemy as sa

from scheduler.core.db import db
from scheduler.policy import Role
from scheduler.visits.models.visits import Presentation
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.questions import AFTER, make_question_set, make_round
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.papers import saved, words_of
from tests.reports.youth_held import YouthHeld
from tests.web.browser import browser_of

EN = {"lang": "en"}
YEAR = {"first": "2026-01-01", "last": "2026-12-31"}


@pytest.fixture
def held(app):
    return YouthHeld()


@pytest.fixture
def desk(app, held):
    return browser_of(app, make_user(Role.COORDINATOR, centre_id=held.programme.centre_id))


def of_visit(visit):
    return sa.select(Presentation).where(Presentation.visit_id == visit.id).order_by(Presentation.id)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split('id="main"')[1]).split())


def test_its_numbers_open_to_their_visits(desk, held):
    page = desk.get("/reports/youth", query_string=EN | YEAR).text

    assert "October 2026 2 2 100% 1 h 30 min 102" in words(page)
    assert "under 16 1 1 30 min" in words(page)
    links = {one.replace("&amp;", "&") for one in re.findall(r'href="(/reports/youth/visits[^"]*)"', page)}
    assert any("band=under_16" in one for one in links)
    assert any("month=2026-10" in one for one in links)
    for one in links:
        assert held.first.number in desk.get(one).text or "month=2026-11" in one
    assert held.alone.number not in desk.get("/reports/youth/visits", query_string=YEAR).text


def test_files_say_the_same(desk, held, tmp_path):
    told = json.loads(desk.get("/reports/youth.json", query_string=YEAR).data)
    assert told["totals"] == {"presentations": 4, "with_young": 3, "minutes": 120, "listeners": 133, "people": 2}
    assert [one["people"] for one in told["bands"]] == [1, 1, 0]
    assert "Month,Presentations" in desk.get("/reports/youth.csv", query_string=EN | YEAR).text.replace(";", ",")
    paper = words_of(saved(desk.get("/reports/youth.pdf", query_string=EN | YEAR).data, tmp_path))
    assert "October 2026" in paper
    assert "young people, under 16: 1" in paper
    assert desk.get("/reports/youth.xml", query_string=YEAR).status_code == 404


def test_what_listeners_said_after_stands_beside_the_numbers_of_young_presenters_alone(app, held, the_clock):
    the_clock.stands_at(MONDAY + dt.timedelta(days=80))  # two weeks after a visit nothing is added any more
    desk = browser_of(app, make_user(Role.COORDINATOR, centre_id=held.programme.centre_id))
    set_id, questions = make_question_set(held.programme)
    with_young, alone = (db.session.scalars(of_visit(one)).first() for one in (held.first, held.alone))
    make_round(with_young, set_id, AFTER, {questions[0]: (5, 0, 0, 0, 15)})
    make_round(alone, set_id, AFTER, {questions[0]: (0, 0, 0, 0, 30)})

    page = words(desk.get("/reports/youth", query_string=EN | YEAR).text)
    later = words(desk.get("/reports/youth", query_string=EN | YEAR | {"first": "2026-11-01"}).text)

    assert "Question 1 20 75%" in page
    assert "What listeners said after" not in later


def test_bad_days_and_ages_are_refused(desk):
    assert desk.get("/reports/youth", query_string={"first": "2026-05-01", "last": "2026-01-01"}).status_code == 422
    assert desk.get("/reports/youth/visits", query_string=YEAR | {"band": "12"}).status_code == 422
    bad = {"first": "2026-05-01", "last": "2026-01-01"}
    assert desk.get("/reports/youth/visits", query_string=bad).status_code == 404


def test_only_staff_read_it_and_of_their_own_centre(app, held):
    others = browser_of(app, make_user(Role.COORDINATOR)).get("/reports/youth.json", query_string=YEAR)
    assert json.loads(others.data)["totals"]["people"] == 0
    for one in (a_cleared_educator(), a_cleared_minor(), held.tara):
        for path in ("/reports/youth", "/reports/youth.json", "/reports/youth/visits"):
            assert browser_of(app, one).get(path).status_code == 403
