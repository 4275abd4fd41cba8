"""A young person's own page: her visits, hours, what she can present, her consent, who sees what; nobody else's."""

import datetime as dt
import re

import pytest

from scheduler.people.models import Presenter
from scheduler.safeguarding.terms import ConsentMethod
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.panels import an_open_panel, some_youth
from tests.factories.people import an_actor, make_user
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_consent
from tests.factories.staffing import a_confirmed_visit, a_held_visit
from tests.papers import saved, unembedded_fonts, words_of
from tests.web.browser import browser_of

EN = {"lang": "en"}


@pytest.fixture
def programme(app):
    return make_programme(influencers=1, name_sr_cyrl="Буди пример", name_en="Be an example")


@pytest.fixture
def ana(programme):
    return a_cleared_educator(centre_id=programme.centre_id, given_name="Ана", family_name="Марић")


@pytest.fixture
def tara(programme):
    return a_cleared_minor(centre_id=programme.centre_id, given_name="Тара", family_name="Јовићева")


def main_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split('id="main"')[1]).split())


def held(ana: Presenter, tara: Presenter, programme, *before: int):
    return [
        a_held_visit(ana, tara, programme=programme, on_day=MONDAY.date() - dt.timedelta(days=days)) for days in before
    ]


def test_she_reads_her_visits_her_hours_and_what_she_can_present(app, programme, ana, tara):
    held(ana, tara, programme, 3, 4)
    coming = a_confirmed_visit(ana, tara, programme=programme)

    with statements() as asked:
        page = browser_of(app, tara).get("/my-part", query_string=EN).text

    text = main_of(page)
    at_most(17, asked)  # however many visits and panels
    assert f"/day/{coming.on_day.isoformat()}" in page
    assert "1 h 30 min" in text
    assert "Be an example" in text
    assert "2 times" in text
    assert "Ana Marić" in text
    assert "Јовићева" not in text
    assert "/record.pdf" in page


def test_her_consent_stands_there_in_plain_words(app, tara):
    make_consent(tara.id, guardian_name="Весна Јовић", travels=False, valid_until=dt.date(2027, 6, 30),
                 method=ConsentMethod.LINK)  # fmt: skip

    text = main_of(browser_of(app, tara).get("/my-part", query_string=EN).text)
    assert "Vesna Jović has agreed" in text
    assert "Not agreed to, so we do not do it: that you travel to other towns for it" in text
    assert "until 30 Jun 2027" in text
    assert "Who sees what about me" in text
    assert "Anybody on the internet Nothing" in text


def test_who_is_of_age_or_has_no_consent_reads_that(app, programme):
    grown = a_cleared_minor(centre_id=programme.centre_id, birth_date=dt.date(2004, 5, 17))
    withdrawn = a_cleared_minor(centre_id=programme.centre_id)
    browser_of(app, withdrawn)
    text = main_of(browser_of(app, grown).get("/my-part", query_string=EN).text)
    assert "You are of age" in text
    assert "has agreed" not in text


def test_a_draft_waits_for_her_word_until_she_has_rated(app, tara):
    some_youth(tara.centre_id, 4)
    number = an_open_panel(an_actor(centre_id=tara.centre_id))

    assert f"/panels/{number}/rate" in browser_of(app, tara).get("/my-part").text


@pytest.mark.parametrize("path", ["/my-part", "/panels/abcdefg/rate"])
def test_an_educator_staff_and_strangers_have_no_such_page(app, ana, path):
    assert browser_of(app, ana).get(path).status_code == 403
    assert browser_of(app, make_user()).get(path).status_code == 403
    assert app.test_client().get(path).status_code == 302


def test_the_record_as_a_paper_tells_days_towns_and_hours_and_no_more(app, programme, ana, tara, tmp_path):
    visits = held(ana, tara, programme, 3, 4)
    me = browser_of(app, tara)

    papers = {lang: me.get("/record.pdf", query_string={"lang": lang}) for lang in ("sr_Cyrl", "sr_Latn", "en")}
    words = {lang: words_of(saved(paper.data, tmp_path)) for lang, paper in papers.items()}

    assert {paper.mimetype for paper in papers.values()} == {"application/pdf"}
    assert not unembedded_fonts(saved(papers["sr_Cyrl"].data, tmp_path))
    for said in (f"2026-{tara.id:04d}-0090", *(one.number for one in visits)):
        assert all(said in text for text in words.values())
    assert "Tara" in words["en"]
    assert "Тара" in words["sr_Cyrl"]
    assert "1 h 30 min" in words["en"]
    assert all("Јовићева" not in text and "Jovićeva" not in text for text in words.values())
    assert "stamp" in words["en"]


def test_a_year_without_visits_is_a_paper_too(app, tara, tmp_path):
    paper = browser_of(app, tara).get("/record.pdf", query_string=EN | {"year": "2024"})
    assert "No visit was held with you" in words_of(saved(paper.data, tmp_path))
