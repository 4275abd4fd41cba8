"""The pages of a presenter's drives, and the box on the coordinator's page of a visit."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from scheduler import config
from scheduler.core.db import db
from scheduler.people.models import User
from scheduler.staffing.service.offers import answer_offer
from tests.factories import MONDAY
from tests.factories.people import presenter_actor
from tests.factories.places import make_municipality
from tests.papers import saved, words_of
from tests.visits.scene import VISIT_DAY, Scene, delivered, mails, visit_of
from tests.web.browser import browser_of, staff_of
from tests.web.reading import main_of, text_of

EVENING = dt.datetime(2026, 10, 6, 19, 0, tzinfo=dt.UTC)


@pytest.fixture
def rate(app):
    """Forty dinars for a kilometre."""
    before = config.settings()
    config.use(replace(before, kilometre_rate=40.0))
    yield
    config.use(before)


@pytest.fixture
def scene(app, the_clock) -> Scene:
    """The evening after a visit that one educator has driven to."""
    scene = Scene()
    scene.driver = scene.educator()
    scene.confirm(scene.driver)
    delivered(scene.coordinator, scene.visit_id, now=EVENING)
    the_clock.stands_at(EVENING)
    return scene


@pytest.mark.usefixtures("rate")
def test_a_driver_writes_what_was_driven_and_the_coordinator_reads_both(app, session, scene):
    browser, number = browser_of(app, scene.driver), visit_of(session, scene).number

    assert f"/drives/{number}" in browser.get("/drives?lang=en").text
    refused = browser.post(f"/drives/{number}?lang=en", data={"kilometres": "120", "minutes": "", "reason": ""})
    assert refused.status_code == 422
    assert 'value="120"' in refused.text
    answer = browser.post(f"/drives/{number}", data={"kilometres": "120", "minutes": "150", "reason": "Обилазак"})

    assert answer.location.startswith("/drives")
    listed = text_of(browser.get("/drives?lang=en"))
    assert "120 km · 150 min" in listed
    assert "4,800" in listed
    page = text_of(staff_of(app, scene).get(f"/visits/{number}?lang=en"))
    for words in ("Driven: 120 km · 150 min.", "Обилазак", "Costs: 4,800 dinars."):
        assert words in page


def test_without_a_rate_nobody_reads_costs(app, scene):
    browser = browser_of(app, scene.driver)

    assert "inars" not in browser.get("/drives?lang=en").text
    assert browser.get("/drives/P-2026-9999").status_code == 404


@pytest.mark.parametrize(
    ("minor", "status", "shown"), [(True, 404, []), (False, 200, ["/drives", "kilometres", "Nights"])]
)
def test_a_minor_is_shown_no_kilometres_costs_or_nights(app, scene, minor, status, shown):
    person = scene.minor() if minor else scene.driver
    browser = browser_of(app, person)
    pages = [main_of(browser.get(f"{page}?lang=en")) for page in ("/account", f"/people/{person.id}")]

    assert browser.get("/drives").status_code == status
    assert [word for word in ("/drives", "kilometres", "Nights") if word in "".join(pages)] == shown
    assert browser.get(f"/drives/{visit_of(db.session, scene).number}").status_code == status


@pytest.mark.parametrize("minor", [True, False])
def test_a_minor_reads_no_kilometres_of_a_visit(app, tmp_path, minor):
    scene = Scene()
    town = make_municipality("Прокупље", lat=43.23, lon=21.59).id
    ana, tara = scene.educator(home_id=town), scene.minor(home_id=town)
    me = tara if minor else ana
    browser, number = browser_of(app, me), visit_of(db.session, scene).number
    scene.offer(ana, tara)

    pages = [browser.get(f"{page}?lang=en").text for page in ("/offers", "/desk", f"/offers/{number}/decline")]
    for person in (ana, tara):
        answer_offer(presenter_actor(person), scene.visit_id, accepts=True, now=MONDAY)
    pages += [browser.get(f"{page}?lang=en").text for page in (f"/day/{VISIT_DAY}", f"/people/{me.id}")]
    paper = saved(browser.get(f"/day/{VISIT_DAY}.pdf?lang=en").data, tmp_path)
    address = db.session.get_one(User, me.user_id).email
    letters = [row.text for row in mails(db.session, "visit_offered") if row.address == address]

    texts = [*pages, words_of(paper), *letters]
    assert len(texts) == 7
    assert [bool(re.search(r"\d (km|км)\b", text)) for text in texts] == [not minor] * 7
