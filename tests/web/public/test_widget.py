"""The widget: free dates in a frame of the centre's own site, and of no other; nothing else may be framed."""

import gzip
import re

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import db, transaction
from scheduler.people.models import Centre
from scheduler.programmes.terms import Audience
from tests.factories.places import make_municipality
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import an_educator_on_working_days

SITE = "https://centre.example"
ALL_IN_ALL = 20_000  # bytes of page and style sheets


@pytest.fixture
def programme(app):
    made = make_programme(Audience.PUPILS, slug="talk", name_en="A talk")
    an_educator_on_working_days(centre_id=made.centre_id, given_name="Наташа", family_name="Бојић")
    make_municipality("Ниш", lat=43.32, lon=21.90)
    return made


@pytest.fixture
def slug(programme):
    return named(programme.centre_id, SITE)


def named(centre_id: int, site: str) -> str:
    with transaction() as session:
        centre = session.get_one(Centre, centre_id)
        centre.site = site
        return centre.slug


@pytest.mark.both_databases
def test_trust_s15_the_centres_own_site_alone_may_frame_the_widget_and_no_page_else(client, slug):
    page = client.get(f"/widget/{slug}?lang=en")

    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert f"frame-ancestors {SITE}" in policy.split("; ")
    assert "unsafe" not in policy
    assert "X-Frame-Options" not in page.headers
    for path in ("/", "/free", "/book", "/widget/nobody", "/static/css/sheets/widget.css"):
        with client.get(path) as other:
            assert other.headers["X-Frame-Options"] == "DENY", path
            assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"], path


def test_it_knows_no_visitor_and_may_be_kept_some_minutes(client, slug):
    with client.session_transaction() as session:
        session["near"] = ["town", 1]
    client.set_cookie("language", "en")

    page = client.get(f"/widget/{slug}", headers={"Accept-Language": "en"})

    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "public, max-age=300"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers.getlist("Vary") in ([], ["Accept-Encoding"])
    assert 'lang="sr-Cyrl"' in page.text


@pytest.mark.parametrize(
    ("language", "words"),
    [("sr_Cyrl", ("Закажите посету", "Ниш")), ("sr_Latn", ("Zakažite posetu", "Niš")), ("en", ("Book a visit", "Niš"))],
)
def test_each_language_names_free_days_that_lead_to_booking_out_of_the_frame(client, slug, language, words):
    page = client.get(f"/widget/{slug}?lang={language}").text

    for word in words:
        assert word in page
    links = re.findall(r'<a[^>]* href="([^"]+)" target="_top"', page.replace("\n", " "))
    assert len(links) == page.count("<a ") == 3
    assert all(link.startswith("/book") and f"lang={language}" in link for link in links)
    assert sum("day=" in link for link in links) == 2
    assert "<script" not in page


def test_page_and_styles_weigh_twenty_kilobytes_at_most(client, slug):
    page = client.get(f"/widget/{slug}")
    sheets = re.findall(r'href="(/static/[^"]+)"', page.text)

    weight = len(gzip.decompress(page.data) if page.headers.get("Content-Encoding") else page.data)
    for sheet in sheets:
        with client.get(sheet) as answer:
            weight += len(answer.data)
    assert len(sheets) == 2
    assert weight <= ALL_IN_ALL


def test_a_centre_without_a_programme_still_leads_to_booking_and_shows_no_other_centres_dates(client, programme):
    other = make_programme(Audience.PARENTS, slug="evening")

    page = client.get(f"/widget/{named(other.centre_id, SITE)}?lang=en").text

    assert page.count("<a ") == 1
    assert "A talk" not in page


def test_without_a_site_there_is_no_widget(client, programme):
    slug = named(programme.centre_id, "")

    answer = client.get(f"/widget/{slug}?lang=en")

    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "site",
    ["http://a.example", "https://", "https://a.example/b", "https://*.a.example", "https://a.example b",
     "https://a.example;x", "https://a.example,b"],
)  # fmt: skip
def test_the_database_itself_holds_no_site_that_is_not_one_address(programme, site):
    with pytest.raises(IntegrityError, match="site_is_one_origin"):
        db.session.execute(update(Centre).values(site=site))
