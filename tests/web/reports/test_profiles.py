"""Pages of the profile: numbers that open, typed texts, files in each form, signing, and what the public reads."""

import datetime as dt
import re
from html import unescape

import pytest

from scheduler.attendance.terms import HeadCounts
from scheduler.helpline.service.figures import enter_month, publish, sign_month
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.helpline import helpline_draft
from tests.factories.people import make_user
from tests.papers import saved, words_of
from tests.reports.held_visits import a_held_visit, recount
from tests.web.browser import browser_of, staff_of
from tests.web.reading import text_of
from tests.web.reports.pages import hidden_of, signs_off

PROFILE = "/reports/profile"
DAYS = {"first": "2025-01-01", "last": "2025-12-31"}
YEAR = DAYS | {"lang": "en"}
TEXTS = {"about_sr_cyrl": "Ко смо.", "about_en": "Who we are.\nWhere.", "plans_sr_cyrl": "Даље.", "plans_en": "Next."}


@pytest.fixture
def visit(programme):
    return a_held_visit(HeadCounts(pupils=50, teachers=6), programme=programme, on_day=dt.date(2025, 5, 5))


@pytest.fixture
def mira(programme):
    return make_user(Role.ADMINISTRATOR, centre_id=programme.centre_id, given_name="Mira", family_name="Mirić")


@pytest.fixture
def chief(app, mira):
    return browser_of(app, mira)


@pytest.fixture
def helpline(mira):
    """January 2025, signed and published: 100 communications, and 6 cases that the police took over."""
    draft = helpline_draft(dt.date(2025, 1, 1), dt.date(2025, 1, 31))
    period_id = enter_month(mira.actor(), draft, now=MONDAY)
    sign_month(mira.actor(), period_id, 1, now=MONDAY)
    publish(mira.actor(), draft.first_day, draft.last_day, now=MONDAY)


def posts(chief, path, **typed):
    page = chief.get(path, query_string=YEAR)
    assert page.status_code == 200
    return chief.post(path, query_string=YEAR, data=hidden_of(page) | typed)


def test_each_number_opens_to_its_rows(chief, visit, helpline):
    page = chief.get(PROFILE, query_string=YEAR)

    assert page.status_code == 200
    assert "It was attended by 50 pupils and 6 teachers" in text_of(page)
    found = {words: unescape(href) for href, words in re.findall(r'<a href="([^"]*)">([^<]*)</a>', page.text)}
    behind = chief.get(found["50 pupils"])
    assert visit.number in behind.text
    heads = dict(re.findall(r'<dt><a href="([^"]*)">([^<]*)</a>', page.text.replace("\n", "")))
    assert visit.number in chief.get(unescape(next(iter(heads)))).text
    assert "first=2025-01-01" in found["100"]
    for words in ("1", "1 city", "50 pupils", "6 teachers", "100", "80 calls", "24 advisory", "6 forwarded"):
        assert chief.get(found[words]).status_code == 200, words


def test_without_days_it_is_the_last_year_that_is_over(chief, visit):
    assert "Yearly profile for 2025" in text_of(chief.get(PROFILE, query_string={"lang": "en"}))


@pytest.mark.parametrize("days", [{"first": "2025-12-31", "last": "2025-01-01"}, {"first": "x", "last": "2025-01-01"}])
def test_days_that_are_none_are_told_beside_the_fields(chief, days):
    page = chief.get(PROFILE, query_string=days | {"lang": "en"})

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert chief.get(f"{PROFILE}.pdf", query_string=days).status_code == 404


def test_typed_texts_stand_on_the_page_and_in_each_file(chief, visit, tmp_path):
    assert posts(chief, f"{PROFILE}/texts", **TEXTS).status_code == 302

    page = text_of(chief.get(PROFILE, query_string=YEAR))
    text = chief.get(f"{PROFILE}.txt", query_string=DAYS | {"lang": "sr_Latn"})
    paper = chief.get(f"{PROFILE}.pdf", query_string=YEAR)
    document = chief.get(f"{PROFILE}.html", query_string=YEAR)

    assert "About us Who we are. Where." in page
    assert "Ko smo." in text.text
    assert "Održana je 1 prezentacija" in text.text
    printed = words_of(saved(paper.data, tmp_path))
    assert [one for one in ("Who we are.", "50 pupils", "Plans", "Next.") if one not in printed] == []
    assert "50 pupils and 6 teachers" in text_of(document)
    assert ("attachment" in document.headers["Content-Disposition"], "<script" in document.text) == (True, False)
    assert not re.findall(r'(?:src|href)="', document.text)


def test_a_text_that_somebody_else_changed_meanwhile_is_not_lost(chief, visit):
    older = hidden_of(chief.get(f"{PROFILE}/texts", query_string=YEAR))
    posts(chief, f"{PROFILE}/texts", **TEXTS)

    answer = chief.post(f"{PROFILE}/texts", query_string=YEAR, data=older | {"about_en": "Other words"})

    assert answer.status_code == 422
    assert "Other words" in answer.text
    assert "Who we are." in chief.get(PROFILE, query_string=YEAR).text


def signed(chief):
    assert signs_off(chief, YEAR).status_code == 302
    assert posts(chief, f"{PROFILE}/sign").status_code == 302


def test_a_signed_profile_stays_and_the_difference_stands_beside_it(chief, visit, helpline):
    assert "can be signed once the counts" in text_of(chief.get(PROFILE, query_string=YEAR))
    assert posts(chief, f"{PROFILE}/sign").status_code == 422
    signed(chief)
    recount(visit, 61)

    page = text_of(chief.get(PROFILE, query_string=YEAR))

    assert "The profile was signed by Mira Mirić: " in page
    assert "50 pupils" in page
    assert "61 pupils" not in page
    assert "Difference 0 0 +11" in page
    assert f"{PROFILE}/texts" not in chief.get(PROFILE, query_string=YEAR).text
    assert "50 pupils" in chief.get(f"{PROFILE}.txt", query_string=YEAR).text


def test_the_public_reads_a_signed_year_without_small_numbers_until_it_is_taken_back(
    chief, client, programme, helpline
):
    a_held_visit(HeadCounts(pupils=50, parents=30, teachers=3), programme=programme, on_day=dt.date(2025, 5, 5))
    assert "No profile is signed yet" in text_of(client.get("/profiles", query_string={"lang": "en"}))
    signed(chief)

    (address,) = set(re.findall(r"/profiles/\d+", client.get("/profiles").text))
    page = client.get(address, query_string={"lang": "en"})

    assert "teachers (number not shown)" in text_of(page)
    assert "100 communications reached the helpline" in text_of(page)
    assert not re.findall(r'href="/(?:reports|helpline|cohorts)', page.text)
    assert client.get(f"{address}.pdf").data.startswith(b"%PDF-")
    assert "number not shown" in client.get(f"{address}.txt", query_string={"lang": "en"}).text
    assert client.get(f"{address}.doc").status_code == 404
    back = re.search(rf"{PROFILE}/\d+/take-back", chief.get(PROFILE, query_string=YEAR).text)[0]
    page = chief.get(back)
    assert chief.post(back, data=hidden_of(page) | {"why": "A slip"}).status_code == 302
    assert client.get(address).status_code == 404
    assert chief.get(back).status_code == 404


def test_a_coordinator_takes_nothing_back_and_another_centre_reads_nothing(app, chief, visit, programme):
    signed(chief)
    coordinator, stranger = staff_of(app, programme), browser_of(app, make_user(Role.ADMINISTRATOR))
    page = coordinator.get(PROFILE, query_string=YEAR)
    back = re.search(rf"{PROFILE}/\d+/take-back", chief.get(PROFILE, query_string=YEAR).text)[0]

    assert page.status_code == 200
    assert back not in page.text
    assert coordinator.get(back).status_code == 403
    assert stranger.get(back).status_code == 404
    assert "50 pupils" not in stranger.get(PROFILE, query_string=YEAR).text


def test_helpline_periods_that_are_not_signed_are_said_to_be_left_out(chief, mira):
    enter_month(mira.actor(), helpline_draft(dt.date(2025, 1, 1), dt.date(2025, 1, 31)), now=MONDAY)

    page = text_of(chief.get(PROFILE, query_string=YEAR))

    assert "1 period of the helpline is left out" in page
    assert "100 communications" not in page


def test_a_document_for_word_draws_its_picture_with_cells_as_wide_as_their_numbers(chief, programme):
    for month, sittings in ((1, 1), (2, 4)):
        a_held_visit(*[HeadCounts(pupils=30)] * sittings, programme=programme, on_day=dt.date(2025, month, 7))

    document = chief.get(f"{PROFILE}.html", query_string=YEAR).text

    assert re.findall(r'<table width="(\d+)%"><tr><td bgcolor', document) == ["25", "100"]
