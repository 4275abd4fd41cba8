import datetime as dt

import pytest

from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.programmes import queries as programme_queries
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.reports.queries.public import campaign_outcome, public_names, public_year
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories.attendance import make_attendance
from tests.factories.people import make_presenter
from tests.factories.places import make_district, make_host, make_municipality
from tests.factories.programmes import make_campaign, make_campaign_city, make_programme
from tests.factories.safeguarding import a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit

TODAY = dt.date(2026, 11, 24)


def a_town(name, iso):
    district = make_district(iso=iso, name_en=f"District of {name}")
    return make_municipality(name, city_sr_cyrl=name, district_id=district.id)


def year_of_2026():
    return public_year(2026, public_names(TODAY, "en"))


def held(
    town, counts, *, on_day=dt.date(2026, 10, 6), level=SchoolLevel.SECONDARY, state=AttendanceState.LOCKED, **given
):
    host = make_host(municipality_id=town.id if town else None)
    visit = make_visit(VisitState.DELIVERED, on_day=on_day, host_id=host.id, **given)
    presentation = make_presentation(visit, state=PresentationState.DELIVERED, level=level)
    make_attendance(presentation, counts, state)
    return presentation


@pytest.mark.both_databases
def test_a_year_is_told_by_district_and_by_centre_from_locked_rows_only(session):
    empty = year_of_2026()
    assert (empty.presentations, empty.people, empty.centres, public_names(TODAY, "en").years) == (0, 0, (), ())
    nis, pirot = a_town("Ниш", "RS-20"), a_town("Пирот", "RS-22")
    programme = make_programme()
    held(nis, HeadCounts(pupils=60, parents=5, teachers=6, others=9), programme=programme)
    held(pirot, HeadCounts(pupils=40), programme=programme)
    held(pirot, HeadCounts(pupils=500), programme=programme, state=AttendanceState.OPEN)
    held(nis, HeadCounts(pupils=90), programme=programme, on_day=dt.date(2025, 3, 3))

    year = year_of_2026()

    districts = {line.iso: (line.presentations, line.people) for line in year.districts}
    assert districts == {"RS-20": (1, 71), "RS-22": (1, 40)}
    assert (year.presentations, year.people) == (2, 111)
    [centre] = [(one.presentations, one.pupils, one.parents, one.teachers, one.cities) for one in year.centres]
    assert centre == (2, 100, 5, 6, 2)
    assert public_names(TODAY, "en").years == (2026, 2025)


def test_a_campaign_is_told_against_its_targets_with_a_crew_of_numbers(session):
    town = a_town("Ниш", "RS-20")
    programme = make_programme()
    campaign = make_campaign(programme=programme, first_day=dt.date(2026, 9, 1), last_day=dt.date(2026, 12, 31))
    make_campaign_city(campaign, town, 120)
    presentation = held(town, HeadCounts(pupils=90, teachers=7), programme=programme, campaign_id=campaign.id)
    held(town, HeadCounts(pupils=33), programme=programme)
    make_assignment(presentation, make_presenter().id, AssignmentState.PRESENT)
    make_assignment(presentation, a_cleared_minor().id, AssignmentState.PRESENT)

    row = programme_queries.campaign_page(campaign.slug)
    outcome = campaign_outcome(row, TODAY)

    assert [(city.city_sr_cyrl, city.target, city.presentations, city.pupils) for city in outcome.cities] == [
        ("Ниш", 120, 1, 90)
    ]
    assert outcome.reached == {Audience.PUPILS: 90, Audience.PARENTS: 0, Audience.TEACHERS: 7}
    assert (outcome.educators, outcome.influencers) == (1, None)


def test_a_year_and_a_campaign_ask_as_often_for_one_row_as_for_three(session):
    programme = make_programme()
    campaign = make_campaign(programme=programme)
    asked = []
    for name, iso in (("Ниш", "RS-20"), ("Пирот", "RS-22"), ("Бор", "RS-14")):
        town = a_town(name, iso)
        make_campaign_city(campaign, town, 100)
        held(town, HeadCounts(pupils=90), programme=programme, campaign_id=campaign.id)
        with statements() as made:
            year_of_2026()
            campaign_outcome(programme_queries.campaign_page(campaign.slug), TODAY)
            programme_queries.campaigns()
        asked.append(len(made))

    assert asked[0] == asked[2]
    at_most(10, asked[0])


@pytest.mark.parametrize("path", ["/", "/map", "/figures", "/map?year=2025", "/campaigns", "/campaigns/show-respect"])
def test_a_page_for_everybody_asks_four_questions_at_most_however_much_was_held(client, path):
    programme = make_programme()
    campaign = make_campaign(programme=programme, slug="show-respect")
    asked = []
    for name, iso in (("Ниш", "RS-20"), ("Пирот", "RS-22"), ("Бор", "RS-14")):
        town = a_town(name, iso)
        make_campaign_city(campaign, town, 100)
        for year in (2025, 2026):
            day = dt.date(year, 9, 8)
            held(town, HeadCounts(pupils=90), programme=programme, campaign_id=campaign.id, on_day=day)
        client.get(path)  # free dates are kept for some minutes
        with statements() as made:
            assert client.get(path).status_code == 200
        asked.append(len(made))

    at_most(4, max(asked))
