"""The control room of a campaign: its numbers are those of the reports, and each part asks once."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.people.models import User, UserDistrict
from scheduler.places.models import Municipality
from scheduler.policy import Role
from scheduler.posts import service as posts
from scheduler.posts.terms import PostState, ReachDraft
from scheduler.programmes.models import CampaignMember
from scheduler.programmes.terms import Audience, CampaignVerdict, CityRisk
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.control_room import coming_visits, control_room, filters_of
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Presentation
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.ceilings import at_most
from tests.counting import selects_of
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_user
from tests.factories.places import make_host, make_municipality
from tests.factories.posts import planned
from tests.factories.programmes import make_campaign, make_campaign_city, make_campaign_target, make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, an_educator_on_working_days
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.reports.held_visits import a_held_visit

TODAY = MONDAY.date()
PAST, AHEAD = dt.date(2026, 9, 8), dt.date(2026, 10, 6)


@pytest.fixture
def programme(session):
    return make_programme()


@pytest.fixture
def campaign(programme):
    return make_campaign(programme=programme)


@pytest.fixture
def desk(programme):
    return an_actor(centre_id=programme.centre_id)


def in_town(town):
    return make_host(municipality_id=town.id).id


def agreed(campaign, programme, town, *, on_day=AHEAD, state=VisitState.CONFIRMED, **given):
    visit = make_visit(state, programme=programme, campaign_id=campaign.id, host_id=in_town(town), on_day=on_day)
    return make_presentation(visit, **given)


def held(campaign, programme, town, pupils=60, *, on_day=PAST, **given):
    counts = HeadCounts(pupils=pupils, teachers=2)
    return a_held_visit(
        counts, programme=programme, campaign_id=campaign.id, host_id=in_town(town), on_day=on_day, **given
    )


@pytest.mark.both_databases
def test_done_is_what_the_report_counts_and_what_is_announced_stands_apart(desk, campaign, programme):
    nis, another = make_municipality("Ниш"), make_campaign(programme=programme)
    off = {"on_day": AHEAD, "cancelled_by": "centre", "reason": "weather"}
    make_presentation(make_visit(VisitState.CANCELLED, programme=programme, campaign_id=campaign.id, **off))
    agreed(another, programme, nis)
    agreed(campaign, programme, nis, on_day=PAST, state=VisitState.OFFERED)  # its day went by, and nobody went
    room = control_room(desk, campaign.slug, MONDAY)
    assert (room.waiting, room.agreed, room.audiences) == (0, 0, ())
    assert coming_visits(desk, campaign.slug, MONDAY) == []
    make_campaign_city(campaign, nis, 500)
    make_campaign_target(campaign, Audience.PUPILS, 500)
    held(campaign, programme, nis, kilometres=120)
    held(campaign, programme, nis, 44, state=AttendanceState.SUBMITTED)  # held, its counts not locked
    agreed(campaign, programme, nis, expected_pupils=90)

    room = control_room(desk, campaign.slug, MONDAY)

    report = attendance_report(filters_of(room.campaign)).totals
    assert (room.presentations, room.visits, room.kilometres) == (report.presentations, report.visits, 120)
    [pupils, teachers] = room.audiences
    assert (pupils.audience, pupils.target, pupils.forecast.done) == (Audience.PUPILS, 500, report.pupils)
    assert (pupils.forecast.waiting, pupils.forecast.agreed) == (90, 90)  # as announced
    assert (teachers.audience, teachers.target, teachers.forecast.done) == (Audience.TEACHERS, None, 2)
    assert pupils.verdict in (CampaignVerdict.OPEN, CampaignVerdict.LIKELY)
    [city] = room.cities
    assert (city.city_sr_cyrl, city.held, city.pupils, city.agreed, city.risk) == ("Ниш", 1, 60, 2, None)
    assert (room.waiting, room.agreed) == (1, 1)
    for over, day in ((True, PAST), (False, AHEAD)):
        assert [one.on_day for one in coming_visits(desk, campaign.slug, MONDAY, over=over)] == [day]


@pytest.mark.both_databases
def test_a_city_at_risk_says_why_and_how_many_schools_wait(desk, campaign, programme):
    towns = {name: make_municipality(name) for name in ("Ниш", "Бор", "Пирот")}
    for town in towns.values():
        make_campaign_city(campaign, town, 100)
    [*nobody_can] = control_room(desk, campaign.slug, MONDAY).at_risk
    assert {(city.risk, city.first_free) for city in nobody_can} == {(CityRisk.NOBODY_CAN, None)}
    an_educator_on_working_days(centre_id=programme.centre_id, home_id=towns["Ниш"].id)
    agreed(campaign, programme, towns["Ниш"])
    make_school_request(RequestState.TRIAGE, programme=programme, host_id=in_town(towns["Бор"]))

    room = control_room(desk, campaign.slug, MONDAY)

    risks = {city.city_sr_cyrl: (city.risk, city.requests) for city in room.cities}
    assert risks == {"Бор": (CityRisk.REQUESTS_WAIT, 1), "Ниш": (None, 0), "Пирот": (CityRisk.NOBODY_ASKED, 0)}
    assert all(city.first_free and city.first_free > TODAY for city in room.at_risk)


def test_a_campaign_that_ends_before_the_notice_has_no_school_day_and_one_that_is_over_no_city_at_risk(desk, programme):
    short = make_campaign(programme=programme, last_day=TODAY + dt.timedelta(days=5))
    over = make_campaign(programme=programme, last_day=dt.date(2026, 9, 10))
    bor = make_municipality("Бор")
    for campaign in (short, over):
        make_campaign_city(campaign, bor, 100)
    make_campaign_target(over, Audience.PUPILS, 100)
    held(over, programme, make_municipality("Ниш"), 40)

    [city] = control_room(desk, short.slug, MONDAY).at_risk
    room = control_room(desk, over.slug, MONDAY)

    assert city.risk is CityRisk.NO_SCHOOL_DAY
    assert (room.days_left, room.at_risk) == (0, ())
    points = {line.audience: line.forecast.point for line in room.audiences}
    assert points == {Audience.PUPILS: 40, Audience.TEACHERS: 2}
    cities = [(city.city_sr_cyrl, city.municipality_id is None) for city in room.cities]
    assert cities == [("Бор", False), ("Ниш", True)]


def test_of_a_minor_the_first_name_alone_and_of_nobody_a_day_or_a_place(desk, campaign, programme):
    centre_id, nis = programme.centre_id, make_municipality("Ниш")
    grown = a_cleared_educator(centre_id=centre_id, given_name="Јелена", family_name="Ристић")
    young = a_cleared_minor(centre_id=centre_id, given_name="Тара", family_name="Симић")
    meant = a_cleared_educator(centre_id=centre_id, given_name="Ана", family_name="Илић")
    with transaction() as session:
        session.add(CampaignMember(campaign_id=campaign.id, presenter_id=meant.id))
    visit = held(campaign, programme, nis)
    sitting = agreed(campaign, programme, nis)
    for person in (grown, young):
        make_assignment(sitting, person.id)
    [done] = visit_sittings(visit)
    make_assignment(done, grown.id, AssignmentState.PRESENT)

    crew = control_room(desk, campaign.slug, MONDAY).crew

    assert [(one.name, one.minor, one.meant, one.done, one.coming) for one in crew] == [
        ("Ана Илић", False, True, 0, 0),
        ("Јелена Ристић", False, False, 1, 1),
        ("Тара", True, False, 0, 1),
    ]
    rows = coming_visits(desk, campaign.slug, MONDAY, presenter=young.id)
    assert [(one.on_day, one.presentations, one.pupils) for one in rows] == [(AHEAD, 1, 90)]


def visit_sittings(visit):
    return db.session.scalars(sa.select(Presentation).where(Presentation.visit_id == visit.id)).all()


def test_limited_staff_read_the_same_numbers_and_list_the_visits_of_their_districts(campaign, programme):
    near, far = make_municipality("Ниш"), make_municipality("Бор")
    limited = make_user(Role.COORDINATOR, centre_id=programme.centre_id)
    with transaction() as session:
        here = session.scalars(sa.select(Municipality.district_id).where(Municipality.id == near.id)).one()
        session.add(UserDistrict(user_id=limited.id, district_id=here))
    agreed(campaign, programme, near)
    elsewhere = agreed(campaign, programme, far)
    for person in (a_cleared_educator, a_cleared_minor):
        make_assignment(elsewhere, person(centre_id=programme.centre_id).id)
    db.session.expire_all()
    reader = db.session.get_one(User, limited.id).actor()

    room = control_room(reader, campaign.slug, MONDAY)

    assert room.agreed == 2
    assert [one.city_sr_cyrl for one in coming_visits(reader, campaign.slug, MONDAY)] == ["Ниш"]
    assert coming_visits(reader, campaign.slug, MONDAY, city="Бор") == []
    assert room.crew == ()  # whom she meets nowhere in her districts


def test_another_centre_and_another_role_find_nothing(campaign, programme):
    with pytest.raises(NotFound):
        control_room(an_actor(), campaign.slug, MONDAY)
    with pytest.raises(NotAllowed):
        control_room(an_actor(Role.SAFEGUARDING, centre_id=programme.centre_id), campaign.slug, MONDAY)


def test_posts_of_the_campaign_stand_with_their_reach(desk, campaign):
    number = planned(desk, campaign_id=campaign.id)
    planned(desk)
    for state in (PostState.READY, PostState.POSTED):
        posts.move_post(desk, number, state, now=MONDAY)
    posts.say_reach(desk, number, ReachDraft(1200, 80), now=MONDAY)
    room = control_room(desk, campaign.slug, MONDAY)
    assert [one.number for one in room.posts] == [number]
    assert (room.post_sums.posted, room.post_sums.reached) == (1, 1200)


def test_the_room_asks_as_often_for_one_row_as_for_three(desk, campaign, programme):
    an_educator_on_working_days(centre_id=programme.centre_id)
    asked = []
    for name, empty in (("Ниш", "Бор"), ("Пирот", "Чачак"), ("Врање", "Сомбор")):
        town = make_municipality(name)
        make_campaign_city(campaign, town, 100)
        make_campaign_city(campaign, make_municipality(empty), 100)
        [done] = visit_sittings(held(campaign, programme, town))
        person = a_cleared_educator(centre_id=programme.centre_id)
        make_assignment(done, person.id, AssignmentState.PRESENT)
        make_assignment(agreed(campaign, programme, town), person.id)
        planned(desk, campaign_id=campaign.id)
        asked.append(selects_of(lambda: control_room(desk, campaign.slug, MONDAY)))

    assert len(set(asked)) == 1
    at_most(15, asked[0])
