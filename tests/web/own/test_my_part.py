"""A young person's own page: visits, hours, what they can present, their consent, who sees what; and the record."""

import datetime as dt
import re

import pytest
from werkzeug.test import TestResponse

from scheduler.people.models import Presenter
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_consent
from tests.factories.staffing import a_confirmed_visit, a_held_visit
from tests.papers import saved, unembedded_fonts, words_of
from tests.web.browser import browser_of
from tests.web.reading import EN, main_of, text_of


@pytest.fixture
def programme(app):
    return make_programme(influencers=1, name_sr_cyrl="Буди пример", name_en="Be an example")


@pytest.fixture
def ana(programme):
    return a_cleared_educator(centre_id=programme.centre_id, given_name="Ана", family_name="Марић")


@pytest.fixture
def tara(programme):
    return a_cleared_minor(centre_id=programme.centre_id, given_name="Тара", family_name="Јовићева")


@pytest.fixture
def held(programme, ana, tara):
    """Two visits of the week before."""
    days = [MONDAY.date() - dt.timedelta(days=number) for number in (3, 4)]
    return [a_held_visit(ana, tara, programme=programme, on_day=day) for day in days]


def own_page(app, person: Presenter, page: str = "/my-part", **more: str) -> TestResponse:
    return browser_of(app, person).get(page, query_string=EN | more)


def test_own_visits_hours_and_what_can_be_presented_stand_there(app, programme, ana, tara, held):
    coming = a_confirmed_visit(ana, tara, programme=programme)

    with statements() as asked:
        page = own_page(app, tara)

    at_most(15, asked)  # however many visits
    for link in (f"/day/{coming.on_day.isoformat()}", "/record.pdf"):
        assert link in page.text
    for words in ("1 h 30 min", "Be an example", "2 times", "Ana Marić"):
        assert words in text_of(page)
    assert "Јовићева" not in main_of(page)


def test_the_consent_stands_there_in_plain_words(app, tara):
    make_consent(tara.id, guardian_name="Весна Јовић", travels=False, valid_until=dt.date(2027, 6, 30))

    text = text_of(own_page(app, tara))

    for words in (
        "Vesna Jović has agreed",
        "Not agreed to, so we do not do it: that you travel to other towns for it",
        "until 30 Jun 2027",
        "Who sees what about me",
        "Anybody on the internet Nothing",
    ):
        assert words in text


def test_who_is_of_age_reads_that(app, programme):
    grown = a_cleared_minor(centre_id=programme.centre_id, birth_date=dt.date(2004, 5, 17))

    text = text_of(own_page(app, grown))

    assert "You are of age" in text
    assert "has agreed" not in text


def test_the_record_as_a_paper_tells_days_towns_and_hours_and_no_more(app, tara, held, tmp_path):
    browser = browser_of(app, tara)

    papers = {lang: browser.get("/record.pdf", query_string={"lang": lang}) for lang in ("sr_Cyrl", "sr_Latn", "en")}
    words = {lang: words_of(saved(paper.data, tmp_path)) for lang, paper in papers.items()}

    assert {paper.mimetype for paper in papers.values()} == {"application/pdf"}
    assert not unembedded_fonts(saved(papers["sr_Cyrl"].data, tmp_path))
    for text in words.values():
        for said in (f"2026-{tara.id:04d}-0090", *(one.number for one in held)):
            assert said in text
        assert not re.search("Јовићева|Jovićeva", text)
    assert "Тара" in words["sr_Cyrl"]
    for said in ("Tara", "1 h 30 min", "stamp"):
        assert said in words["en"]


def test_a_year_without_visits_is_a_paper_too(app, tara, tmp_path):
    paper = own_page(app, tara, "/record.pdf", year="2024")

    assert "You had no visit in this school year yet" in words_of(saved(paper.data, tmp_path))


# --- the record of a school year ---


def test_the_record_prints_what_was_held_under_the_first_name(app, programme, ana, tara, held):
    before = a_held_visit(ana, tara, programme=programme, on_day=MONDAY.date() - dt.timedelta(days=300))
    coming = a_confirmed_visit(ana, tara, programme=programme)
    browser = browser_of(app, tara)

    with statements() as asked:
        page = browser.get("/record", query_string=EN)

    at_most(4, asked)
    assert [one.number in page.text for one in (*held, before, coming)] == [True, True, False, False]
    assert "data-print" in page.text
    for words in ("1 h 30 min", "Tara"):
        assert words in main_of(page)
    assert "Јовићева" not in main_of(page)
    assert before.number in browser.get(f"/record?year={before.on_day.year - (before.on_day.month < 9)}").text


def test_a_year_that_is_none_shows_this_one(app):
    browser = browser_of(app, a_cleared_educator())

    assert {browser.get(f"/record?year={typed}").status_code for typed in ("x", "-1", "99999", "2019")} == {200}
