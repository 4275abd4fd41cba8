"""What machines read: the manifest, robots.txt, the sitemap, the mark; and that open pages are not sent twice."""

import datetime as dt
import io
import json
import re
from dataclasses import replace
from fnmatch import fnmatch
from xml.etree import ElementTree

import pytest
from flask import Flask
from PIL import Image

from scheduler import config
from scheduler.web.guards import OPEN
from scheduler.web.public.machines import NEEDED, PUBLIC_BY_NAME, PUBLIC_PAGES, closed_paths
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.programmes import make_campaign, make_programme
from tests.laws.routes import pages
from tests.web.browser import sign_in_as

SITE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.mark.parametrize(("query", "start"), [({}, "/"), ({"at_work": "1"}, "/desk")])
def test_the_manifest_names_a_start_and_icons_that_are_there(client, query, start):
    answer = client.get("/manifest.webmanifest", query_string={"lang": "sr_Latn", **query})

    manifest = json.loads(answer.text)
    assert answer.mimetype == "application/manifest+json"
    assert (manifest["name"], manifest["lang"], manifest["start_url"]) == ("Raspored", "sr-Latn", start)
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        with client.get(icon["src"]) as picture:
            assert picture.status_code == 200
            if icon["type"] == "image/png":
                assert "x".join(map(str, Image.open(io.BytesIO(picture.data)).size)) == icon["sizes"]
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}


def test_every_page_names_the_manifest_and_an_icon_for_old_and_new_browsers(client):
    page = client.get("/?lang=en").text

    for link in ('rel="manifest"', "/favicon.ico", "favicon.svg", 'rel="apple-touch-icon"', 'name="theme-color"'):
        assert link in page, link
    assert "at_work" not in page
    assert "at_work=1" in sign_in_as(client, make_user().id).get("/").text


def test_an_old_browser_finds_the_mark_in_three_sizes(client):
    mark = client.get("/favicon.ico")

    assert Image.open(io.BytesIO(mark.data)).info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_robots_may_open_what_is_shown_and_nothing_that_lies_behind_a_secret_or_a_sign_in(app: Flask, client):
    text = client.get("/robots.txt").text
    closed = [line.removeprefix("Disallow: ") for line in text.splitlines() if line.startswith("Disallow")]

    assert "Sitemap: http://localhost/sitemap.xml" in text
    open_to_all = {*PUBLIC_PAGES, *PUBLIC_BY_NAME, *NEEDED}
    for endpoint, _method, path in pages(app, "GET"):
        assert any(fnmatch(path, f"{one}*") for one in closed) == (endpoint not in open_to_all), path
    for path in ("/status/", "/desk", "/requests", "/certificates/", "/book/", "/feeds", "/styleguide"):
        assert any(fnmatch(path, f"{one}*") for one in closed), path


def test_only_pages_for_everyone_are_shown(app: Flask):
    assert all(getattr(app.view_functions[name], "may", None) == OPEN for name in (*PUBLIC_PAGES, *PUBLIC_BY_NAME))
    assert "/status/" in closed_paths(app.url_map.iter_rules())


def test_the_sitemap_lists_every_public_page_in_three_languages_and_each_opens(client):
    make_programme(slug="talk")
    make_programme(slug="closed", open=False)
    make_campaign(slug="respect")

    answer = client.get("/sitemap.xml")

    found = [entry.findtext(f"{SITE}loc") for entry in ElementTree.fromstring(answer.text)]
    assert {"http://localhost/", "http://localhost/programmes/talk", "http://localhost/campaigns/respect"} <= set(found)
    assert not any("closed" in address for address in found)
    assert answer.text.count("hreflang=") == 3 * len(found)
    assert {client.get(address).status_code for address in found} == {200}


@pytest.mark.parametrize("path", ["/", "/map", "/figures", "/programmes", "/campaigns", "/about"])
def test_a_page_that_the_browser_holds_already_is_not_sent_again(client, path):
    first = client.get(path, query_string={"lang": "en"})

    again = client.get(path, query_string={"lang": "en"}, headers={"If-None-Match": first.headers["ETag"]})
    other = client.get(path, query_string={"lang": "sr_Latn"}, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert other.status_code == 200
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_who_is_signed_in_leaves_nothing_to_the_browser(client):
    answer = sign_in_as(client, make_user().id).get("/")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


@pytest.fixture
def contact(app: Flask):
    addresses = ("mailto:safe@centre.example", "https://centre.example/weakness")
    config.use(replace(app.config["SETTINGS"], security_contact=addresses))
    yield
    config.use(app.config["SETTINGS"])


def test_the_security_contact_stands_at_its_well_known_address(client, contact, the_clock):
    answer = client.get("/.well-known/security.txt?lang=en")

    assert answer.content_type == "text/plain; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    assert answer.text.splitlines() == [
        "Contact: mailto:safe@centre.example",
        "Contact: https://centre.example/weakness",
        f"Expires: {MONDAY + dt.timedelta(days=180):%Y-%m-%d}T00:00:00Z",
        "Preferred-Languages: sr, en",
        "Canonical: http://localhost/.well-known/security.txt",
    ]
    the_clock.moves_on(dt.timedelta(days=400))
    expires = re.search("Expires: (.*)", client.get("/.well-known/security.txt").text)[1]
    assert MONDAY < dt.datetime.fromisoformat(expires) - dt.timedelta(days=400) < MONDAY + dt.timedelta(days=365)


def test_without_a_contact_there_is_no_such_page(client):
    assert client.get("/.well-known/security.txt").status_code == 404
