"""The page of a campaign for its staff: every number opens to its rows, each city at risk to what helps."""

import datetime as dt
import re
from html import unescape

import pytest

from scheduler.attendance.terms import HeadCounts
from scheduler.policy import Role
from scheduler.programmes.terms import Audience
from scheduler.visits.terms.states import VisitState
from tests.factories.people import make_user
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_campaign, make_campaign_city, make_campaign_target
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.papers import pages_of, saved, unembedded_fonts, words_of
from tests.reports.held_visits import a_held_visit
from tests.web.browser import browser_of
from tests.web.reading import EN


@pytest.fixture
def campaign(programme):
    campaign = make_campaign(programme=programme, slug="respect")
    nis, bor = make_municipality("Ниш"), make_municipality("Бор")
    for town in (nis, bor):
        make_campaign_city(campaign, town, 200)
    make_campaign_target(campaign, Audience.PUPILS, 400)
    given = {"programme": programme, "campaign_id": campaign.id, "host_id": make_host(municipality_id=nis.id).id}
    a_held_visit(HeadCounts(pupils=60, teachers=3), on_day=dt.date(2026, 9, 8), kilometres=140, **given)
    sitting = make_presentation(make_visit(VisitState.CONFIRMED, **given))
    for person, name in ((a_cleared_educator, "Јелена"), (a_cleared_minor, "Тара")):
        make_assignment(sitting, person(centre_id=programme.centre_id, given_name=name).id)
    return campaign


def test_every_number_opens_to_the_rows_behind_it(desk, campaign):
    page = desk.get("/campaigns/respect/room", query_string=EN).text

    behind = set(map(unescape, re.findall(r'class="number"[^>]*>\s*<a href="([^"]+)"', page)))
    assert behind
    for href in behind:
        rows = desk.get(href)
        assert rows.status_code == 200, href
        assert re.search(r'<a href="/visits/P-2026-\d+"', rows.text), href


def test_a_city_at_risk_leads_to_what_helps(desk, campaign):
    page = desk.get("/campaigns/respect/room", query_string=EN).text

    assert "On no day before the end can an educator come." in page
    href = re.search(r'<a href="(/free\?[^"]+)">', page)[1]
    assert desk.get(unescape(href)).status_code == 200


def test_a_minor_is_named_by_her_first_name_and_the_page_is_noted_as_read(desk, campaign):
    page = desk.get("/campaigns/respect/room").text

    assert "Тара" in page
    assert "Јелена Костић" in page or "Јелена Kostić" in page
    assert "Тара Kostić" not in page


@pytest.mark.parametrize("language", ["sr_Cyrl", "sr_Latn", "en"])
def test_the_brief_is_two_pages_in_each_script_and_names_nobody(desk, campaign, tmp_path, language):
    answer = desk.get(f"/campaigns/respect/brief-{language}.pdf")

    path = saved(answer.data, tmp_path)
    assert (answer.mimetype, pages_of(path), unembedded_fonts(path)) == ("application/pdf", 2, [])
    assert not re.search("Тара|Tara|Јелена|Jelena", words_of(path))


def test_only_who_reads_reports_of_the_centre_opens_it(app, desk, officer, campaign):
    paths = ["/campaigns/respect/room", "/campaigns/respect/room/coming", "/campaigns/respect/brief-en.pdf"]
    elsewhere = browser_of(app, make_user(Role.COORDINATOR))
    for path in paths:
        assert elsewhere.get(path).status_code == 404
        assert officer.get(path).status_code == 403
    assert desk.get("/campaigns/respect/brief-xx.pdf").status_code == 404
    assert desk.get("/campaigns/none/room").status_code == 404
    assert desk.get("/campaigns/respect/room/coming?city=Atlantida&presenter=x").status_code == 200
