"""Campaigns are made and changed on a page; visits are booked into them; their numbers are one everywhere."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.booking.service.campaigns import book_into_campaign
from scheduler.core.db import db
from scheduler.core.errors import Conflict, Rejected
from scheduler.policy import SYSTEM
from scheduler.programmes.models import Campaign, CampaignMember, Programme
from scheduler.programmes.queries import campaign_page
from scheduler.programmes.terms import Audience
from scheduler.staffing.service.move import move_visit
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.people import make_presenter
from tests.factories.places import make_municipality
from tests.factories.programmes import make_campaign, make_programme
from tests.factories.staffing import a_planned_visit
from tests.factories.visits import VISIT_DAY, make_presentation, make_visit
from tests.web.reading import rows_of


def said(programme, **more):
    return {
        "name_sr_cyrl": "Покажи поштовање", "name_en": "Show respect", "summary_sr_cyrl": "Против насиља.",
        "summary_en": "Against violence.", "about_sr_cyrl": "Дуже о томе.", "programme": str(programme.id),
        "first_day": "2026-09-01", "last_day": "2026-12-31", "teachers": "60",
    } | more  # fmt: skip


def test_a_campaign_is_made_on_a_page_with_all_its_parts(desk, programme):
    make_municipality("Ниш"), make_municipality("Чачак")
    person = make_presenter(centre_id=programme.centre_id)
    cities = {"cities-0-town": "nis", "cities-0-pupils": "300", "cities-1-town": "Чачак", "cities-1-pupils": "200"}
    own = {"certificate_title_sr_cyrl": "Захвалница", "certificate_text_sr_cyrl": "за храброст"}

    answer = desk.post(
        "/campaigns/new", data=said(programme, **cities, **own, crew=[str(person.id)], posts_at="https://x.example/a")
    )

    assert answer.status_code == 302, answer.text
    row = campaign_page("show-respect")
    assert {city.city_sr_cyrl: city.target_pupils for city in row.cities} == {"Ниш": 300, "Чачак": 200}
    assert row.targets == {Audience.PUPILS: 500, Audience.TEACHERS: 60}
    assert db.session.scalars(sa.select(CampaignMember.presenter_id)).all() == [person.id]
    page = desk.get("/campaigns/show-respect?lang=sr_Latn").text
    assert "Pokaži poštovanje" in page
    assert "Duže o tome." in page
    assert "https://x.example/a" in page
    [stored] = rows_of(Campaign)
    assert (stored.certificate_title_en, stored.certificate_text_en) == ("Zahvalnica", "za hrabrost")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"cities-0-town": "Атлантида"}, "cities-0-town"),
        ({"last_day": "2026-08-01"}, "last_day"),
        ({"cities-0-town": "Ниш", "cities-0-pupils": "300", "pupils": "310"}, "there is one target"),
        ({"cities-0-town": "Ниш", "cities-1-town": "nis"}, "twice"),
        ({"posts_at": "javascript:alert(1)"}, "begins with https://"),
        ({"certificate_title_sr_cyrl": "Само наслов"}, "or neither"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(desk, programme, more, words):
    make_municipality("Ниш")

    answer = desk.post("/campaigns/new?lang=en", data=said(programme, **more))

    assert answer.status_code == 422
    assert words in answer.text
    assert "Покажи поштовање" in answer.text
    assert rows_of(Campaign) == []


def test_more_cities_are_asked_for_without_making_anything(desk, programme):
    towns = {f"cities-{n}-town": "Ниш" for n in range(4)}

    answer = desk.post("/campaigns/new", data=said(programme, more="1", **towns))

    assert 'name="cities-7-town"' in answer.text
    assert rows_of(Campaign) == []


def test_a_change_is_told_with_old_and_new_values(desk, programme):
    campaign = make_campaign(programme=programme, summary_sr_cyrl="Старо", summary_en="Old")

    path = f"/campaigns/{campaign.slug}/change?lang=en"

    desk.post(path, data=said(programme, summary_en="New", last_day="2026-11-30", teachers=""))

    page = desk.get(path).text
    assert "Short text in English: before Old, now New" in page
    assert "Last day: before" in page


def test_a_campaign_of_another_centre_is_not_there(app, desk):
    other = make_campaign()

    assert desk.get(f"/campaigns/{other.slug}/change").status_code == 404
    assert desk.post(f"/campaigns/{other.slug}/change", data=said(make_programme())).status_code == 404


def test_a_visit_is_booked_into_a_campaign_on_its_page_and_taken_out(desk, programme):
    campaign = make_campaign(programme=programme)
    visit = make_visit(VisitState.PLANNED, programme=programme)
    make_presentation(visit)
    path = f"/visits/{visit.number}/campaign"

    for chosen, named in ((campaign.id, True), ("", False)):
        [version] = rows_of(Visit.version)
        assert desk.post(path, data={"campaign": chosen, "version": version}).status_code == 302
        assert ("Show respect" in desk.get(f"/visits/{visit.number}?lang=en").text) is named


def test_only_a_campaign_of_its_programme_and_days_takes_a_visit_and_only_one_to_come(programme):
    visit = make_visit(VisitState.PLANNED, programme=programme)
    late = make_campaign(programme=programme, first_day=VISIT_DAY + dt.timedelta(days=1))
    for wrong in (late, make_campaign()):
        with pytest.raises(Rejected) as refusal:
            book_into_campaign(SYSTEM, visit.id, wrong.id, now=MONDAY)
        assert refusal.value.problems == {"campaign": "not_of_this_visit"}
    with pytest.raises(Conflict):
        gone = make_visit(VisitState.CANCELLED, programme=programme, cancelled_by="centre", reason="weather")
        book_into_campaign(SYSTEM, gone.id, make_campaign(programme=programme).id, now=MONDAY)


def test_a_visit_that_moves_out_of_the_days_of_its_campaign_leaves_it(programme):
    campaign = make_campaign(programme=programme, last_day=VISIT_DAY)
    visit = a_planned_visit(programme=programme, campaign_id=campaign.id)
    starts = dict.fromkeys(rows_of(Presentation.id), dt.time(10))
    times = NewTimes(VISIT_DAY + dt.timedelta(days=1), starts, until=MONDAY + dt.timedelta(days=3))

    move_visit(SYSTEM, visit.id, times, now=MONDAY)

    assert rows_of(Visit.campaign_id) == [None]


def test_number_and_hours_of_the_catalogue_are_fields_of_a_programme(chief, programme):
    fields = {
        "name_sr_cyrl": "Скуп", "summary_sr_cyrl": "Кратко", "kind": "teachers_gathering",
        "topic": programme.topic.value,
        "audiences": ["teachers"], "booking": "ask_first", "minutes": "480", "group_size": "30", "educators": "1",
        "influencers": "0", "set_up_minutes": "15", "notice_days": "14", "catalogue_hours": "8",
    }  # fmt: skip
    path = f"/settings/programmes/{programme.id}?lang=en"

    assert "Enter the number too" in chief.post(path, data=fields).text
    assert chief.post(path, data=fields | {"catalogue_number": "512"}).status_code == 302
    [stored] = rows_of(Programme)
    assert (stored.catalogue_number, stored.catalogue_hours) == ("512", 8)
    assert "Number in the catalogue of trainings: before nothing, now 512" in chief.get(path).text
