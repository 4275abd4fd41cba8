"""A campaign and its visits: planned into it, not lost by fewer days or by a date that books itself; its crew first."""

import datetime as dt
import re

import pytest

from scheduler import acts
from scheduler.attendance.terms import HeadCounts
from scheduler.core.db import db, transaction
from scheduler.people.models import UserDistrict
from scheduler.policy import Role
from scheduler.programmes.models import Campaign, CampaignMember
from scheduler.staffing.queries.candidates import candidates, candidates_by_need
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.plan_and_move import write_visit
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.attendance import make_attendance
from tests.factories.people import make_user, works
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_campaign, make_campaign_city, make_campaign_target
from tests.factories.visits import VISIT_DAY, make_presentation, make_visit
from tests.visits.scene import Scene
from tests.web.browser import browser_of, staff_of
from tests.web.reading import rows_of
from tests.web.visits.pages import meant

PAST = dt.date(2026, 9, 1)


@pytest.fixture
def scene(app) -> Scene:
    return Scene(planned=False)


def plan(scene, campaign, day=VISIT_DAY):
    return {
        "on_day": f"{day:%d.%m.%Y.}", "campaign": str(campaign.id), "presentations-0-starts_local": "10:00",
        "presentations-0-minutes": "45", "presentations-0-room": "Hall", "presentations-0-outside_shift": "y",
        **meant(day, "10:00"),
    }  # fmt: skip


def test_planning_chooses_the_campaign_and_refuses_one_of_other_days(app, scene):
    campaign = make_campaign(programme=scene.programme)
    over = make_campaign(programme=scene.programme, last_day=VISIT_DAY - dt.timedelta(days=1))
    browser, path = staff_of(app, scene), f"/requests/{scene.asked.number}/plan?lang=en"

    assert 'name="campaign"' in browser.get(path).text
    refused = browser.post(path, data=plan(scene, over))
    planned = browser.post(path, data=plan(scene, campaign))

    assert (refused.status_code, "or other days" in refused.text) == (422, True)
    assert planned.status_code == 302, planned.text
    assert rows_of(Visit.campaign_id) == [campaign.id]


def test_a_date_that_books_itself_outside_the_days_is_planned_and_the_visit_says_so(app, scene):
    over = make_campaign(programme=scene.programme, last_day=VISIT_DAY - dt.timedelta(days=1))

    with acts.change(scene.coordinator, MONDAY) as act:
        visit = write_visit(act, scene.draft(campaign_id=over.id))

    assert visit.campaign_id is None
    page = staff_of(app, scene).get(f"/visits/{visit.number}?lang=en").text
    assert "Its day lies outside the days of its campaign, which does not count it" in page


def a_form(campaign, **more):
    return {
        "name_sr_cyrl": campaign.name_sr_cyrl, "name_en": campaign.name_en, "summary_sr_cyrl": "Кратко.",
        "programme": str(campaign.programme_id), "first_day": f"{campaign.first_day}", "last_day": "2026-12-31",
    } | more  # fmt: skip


@pytest.fixture
def campaign(programme):
    return make_campaign(programme=programme)


def change(browser, campaign, last_day: object):
    return browser.post(f"/campaigns/{campaign.slug}/change?lang=en", data=a_form(campaign, last_day=f"{last_day}"))


def test_fewer_days_say_which_visits_would_lie_outside_and_change_nothing(desk, programme, campaign):
    visits = [make_visit(VisitState.PLANNED, programme=programme, campaign_id=campaign.id) for _ in range(2)]

    answer = change(desk, campaign, "2026-09-30")

    assert answer.status_code == 422
    for visit in visits:
        assert f"/visits/{visit.number}/campaign" in answer.text
    assert "take those named below out of it" in answer.text
    assert rows_of(Campaign.last_day) == [dt.date(2026, 12, 31)]
    assert change(desk, campaign, VISIT_DAY).status_code == 302


def test_a_visit_outside_of_another_district_is_counted_and_not_named(app, programme, campaign):
    visit = make_visit(VisitState.PLANNED, programme=programme, campaign_id=campaign.id)
    limited = make_user(Role.COORDINATOR, centre_id=programme.centre_id)
    with transaction() as session:
        session.add(UserDistrict(user_id=limited.id, district_id=make_district().id))

    answer = change(browser_of(app, limited), campaign, "2026-09-30")

    assert "lie outside these days" in answer.text
    assert visit.number not in answer.text


def test_the_crew_of_a_campaign_stands_before_who_is_as_free_and_after_who_fits_better(app):
    scene = Scene()
    campaign = make_campaign(programme=scene.programme)
    other, hers, unfit = scene.educator(), scene.educator(), scene.educator()
    works(other), works(hers)
    with transaction() as session:
        session.get_one(Visit, scene.visit_id).campaign_id = campaign.id
        session.add_all(CampaignMember(campaign_id=campaign.id, presenter_id=one.id) for one in (hers, unfit))

    every = candidates(scene.coordinator, scene.visit_id, now=MONDAY)
    shown, _judged = candidates_by_need(scene.coordinator, scene.visit_id, now=MONDAY)

    for rows in (every, shown.rows):
        found = [(one.presenter_id, one.of_campaign) for one in rows]
        assert found == [(hers.id, True), (other.id, False), (unfit.id, True)]
    number = db.session.get(Visit, scene.visit_id).number
    assert staff_of(app, scene).get(f"/visits/{number}?lang=en").text.count("in the campaign's crew") == 2


def test_done_is_one_number_on_the_public_page_the_own_list_and_the_report(desk, programme):
    over = PAST.replace(year=PAST.year - 1)  # of a year that is still counted the public page tells whole tens
    campaign = make_campaign(programme=programme, first_day=over - dt.timedelta(days=300), last_day=over)
    town = make_municipality("Ниш", city_sr_cyrl="Ниш")
    make_campaign_city(campaign, town, 3000)
    make_campaign_target(campaign, "pupils", 3000)
    of_campaign = {"programme": programme, "campaign_id": campaign.id, "host_id": make_host(municipality_id=town.id).id}
    for day in (10, 20):
        visit = make_visit(VisitState.DELIVERED, on_day=over - dt.timedelta(days=day), **of_campaign)
        make_attendance(make_presentation(visit, state=PresentationState.DELIVERED), HeadCounts(pupils=617))
    report = f"/reports/attendance?campaign={campaign.slug}&first={campaign.first_day}&last={campaign.last_day}&lang=en"

    page = desk.get(f"/campaigns/{campaign.slug}?lang=en").text
    own = desk.get("/campaigns/own?lang=en").text

    assert re.search(r"<b>1,234</b>\s+of 3,000", page)
    assert own.count("1,234") == 1
    assert own.count("3,000") == 1
    assert "1,234" in desk.get(report).text
