"""A tour is asked for and drawn by the worker from what free dates know; a settled day stays, nothing is half."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler.booking.rules.free_dates import free_dates
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.jobs import long_work, proposals, queue
from scheduler.policy import Role
from scheduler.tours.models import CampaignStop, CampaignTour
from scheduler.tours.queries import (
    asked_tour,
    largest_not_visited,
    own_campaign,
    plan_of_day,
    stops_of,
    tour_of,
    tour_page,
    tours_of,
)
from scheduler.tours.rules import open_days
from scheduler.tours.service import begin_tour, finish_tour
from scheduler.tours.terms import CrewMode, FoundStop, FoundTour, LeftOut, TourReason
from scheduler.work import service as work_service
from scheduler.work.models import LongWork
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import always_free, make_centre, make_user
from tests.factories.places import make_host
from tests.factories.safeguarding import a_cleared_minor
from tests.factories.staffing import make_busy
from tests.factories.tours import FIRST, LAST, a_campaign_on_tour, make_snow
from tests.factories.visits import make_visit

pytestmark = pytest.mark.both_databases
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def attached(app, the_clock):
    queue.attach(app)
    the_clock.stands_at(MONDAY)


@pytest.fixture
def touring(session):
    return a_campaign_on_tour()


def drawn(touring, **given):
    """The page of a tour that the worker has drawn."""
    tour_id = begin_tour(touring.coordinator, touring.campaign.slug, touring.draft(**given), now=MONDAY)
    long_work.do_long_work.call_local()
    db.session.rollback()
    return tour_page(touring.coordinator, tour_id, now=MONDAY)


def crews(shown) -> set[str]:
    return {stop.crew for stop in stops_of(shown.line.id)}


def refused(touring, **given):
    with pytest.raises(Rejected) as refusal:
        begin_tour(touring.coordinator, touring.campaign.slug, touring.draft(**given), now=MONDAY)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(CampaignTour)) == 0
    return refusal.value.problems


def test_the_worker_finds_a_day_for_every_city_and_proves_the_order(touring):
    shown = drawn(touring)
    assert len(shown.days) == 4
    assert shown.left_out == ()
    assert shown.bound == shown.cost == shown.km + shown.nights * 100
    assert all(FIRST <= stop.on_day <= LAST and stop.on_day.weekday() < 5 for stop in shown.days)
    assert all(len(stop.crew) == 1 and stop.morning_local >= dt.time(8) for stop in shown.days)
    assert [line.cities for line in tours_of(touring.coordinator, shown.campaign)] == [4]


def test_nights_are_away_where_they_may_be_a_fixed_crew_stays_and_others_take_turns(touring):
    away, home = drawn(touring, night_km=0), drawn(touring, nights=False)
    assert away.nights > 0
    assert {stop.sleeps_away for stop in home.days} == {False}
    assert away.km < home.km
    first = touring.educators[0]
    fixed = drawn(touring, mode=CrewMode.FIXED, people=(first.id,), nights=False)
    turns = drawn(touring, nights=False)
    assert crews(fixed) == {str(first.id)}
    assert crews(turns) == {str(one.id) for one in touring.educators}


def test_a_tour_goes_around_a_closed_day_and_a_busy_crew_and_a_city_without_a_day_says_why(touring):
    make_snow(touring.towns[1], FIRST, FIRST + 3 * DAY)
    first = touring.educators[0]
    make_busy(first, FIRST + 7 * DAY, minutes=400)

    shown = drawn(touring, mode=CrewMode.FIXED, people=(first.id,), first_day=FIRST, last_day=LAST)

    of_town = {stop.municipality_id: stop.on_day for stop in shown.days}
    assert len(of_town) == 4
    assert not FIRST <= of_town[touring.towns[1].id] <= FIRST + 3 * DAY
    assert FIRST + 7 * DAY not in of_town.values()

    make_snow(touring.towns[1], FIRST, LAST)
    short = drawn(touring, first_day=FIRST, last_day=FIRST + 3 * DAY)

    assert [(stop.municipality_id, stop.left_out) for stop in short.left_out] == [
        (touring.towns[1].id, LeftOut.NO_SCHOOL_DAY)
    ]


def test_shifts_follow_each_other_and_ticked_days_stay(touring):
    stop = drawn(touring, mornings=2, afternoons=1).days[0]
    assert stop.arrives < stop.morning_local < stop.afternoon_local
    assert stop.afternoon_local >= dt.time(13, 30)
    settled = (touring.towns[0].id, LAST - DAY)
    shown = drawn(touring, stays=(settled,))
    assert settled in {(stop.municipality_id, stop.on_day) for stop in shown.days}


def test_a_visit_that_is_agreed_keeps_its_day(touring):
    town, day = touring.towns[2], FIRST + 2 * DAY
    host = make_host(municipality_id=town.id)
    make_visit(programme=touring.programme, host_id=host.id, campaign_id=touring.campaign.id, on_day=day)
    shown = drawn(touring)
    stop = next(one for one in shown.days if one.municipality_id == town.id)
    assert (stop.on_day, stop.stays, stop.crew) == (day, True, ())
    assert len(shown.days) == 4


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        ({"cities": ()}, "cities", TourReason.NO_CITY),
        ({"cities": (10**6,)}, "cities", TourReason.CITY_NOT_KNOWN),
        ({"start": 10**6}, "cities", TourReason.CITY_NOT_KNOWN),
        ({"people": (10**6,)}, "people", TourReason.CREW_NOT_WHOLE),
    ],
)
def test_what_cannot_be_a_tour_is_refused_by_its_field(touring, given, field, reason):
    assert refused(touring, **given)[field] == reason


def test_without_a_young_presenter_there_is_no_day_and_a_minor_is_in_no_tour(session):
    shown = drawn(a_campaign_on_tour(influencers=1))
    assert {stop.left_out for stop in shown.left_out} == {LeftOut.NOBODY_CAN}
    assert (shown.days, shown.km) == ((), 0)

    # She comes from home for the day: nights are of educators, whatever they are worth.
    touring = a_campaign_on_tour(influencers=1)
    always_free(minor := a_cleared_minor(centre_id=touring.campaign.centre_id, home_id=touring.towns[0].id))
    shown = drawn(touring, night_km=0)
    going = {who for crew in crews(shown) for who in crew.split(",") if who}
    assert shown.days
    assert going <= {str(one.id) for one in touring.educators}
    assert str(minor.id) not in going


def test_a_day_is_open_exactly_when_free_dates_offer_it(touring):
    """Of each city, with a closure and a busy educator: the same days, and somebody is named for each."""
    make_snow(touring.towns[1], FIRST, FIRST + 2 * DAY)
    make_busy(touring.educators[0], FIRST + DAY, FIRST + 7 * DAY, minutes=300)
    tour_id = begin_tour(touring.coordinator, touring.campaign.slug, touring.draft(), now=MONDAY)
    for town in asked_tour(tour_of(touring.coordinator, tour_id), now=MONDAY).towns:
        offered = free_dates(town.morning, clock.moment_of).free
        within = {one.day for one in offered if any(start <= dt.time(12, 30) for start in one.starts)}
        assert set(open_days(town, clock.moment_of)) == within <= town.school_days


def test_a_tour_is_finished_once_and_a_dead_worker_leaves_nothing(touring):
    tour_id = begin_tour(touring.coordinator, touring.campaign.slug, touring.draft(), now=MONDAY)
    work_id = db.session.scalars(select(LongWork.id)).one()
    work_service.take(work_id, now=MONDAY)
    left = tour_page(touring.coordinator, tour_id, now=MONDAY)
    ended = finish_tour(touring.coordinator, tour_id, _nothing(touring), now=MONDAY)
    again = finish_tour(touring.coordinator, tour_id, _nothing(touring), now=MONDAY)
    assert (left.days, left.line.finished) == ((), False)
    assert (ended, again) == (True, False)


def _nothing(touring):
    stops = tuple(FoundStop(town.id, left_out=LeftOut.NO_DAY_LEFT) for town in touring.towns)
    return FoundTour(stops, 0, 0, None)


def test_the_largest_cities_without_a_visit_this_year_come_first(touring):
    campaign = own_campaign(touring.coordinator, touring.campaign.slug)
    host = make_host(municipality_id=touring.towns[3].id)
    make_visit(programme=touring.programme, host_id=host.id, on_day=FIRST)
    found = largest_not_visited(campaign, FIRST, 2, [touring.towns[2].id])
    assert found == [touring.towns[1].id, touring.towns[0].id]
    assert largest_not_visited(campaign, FIRST, 0, []) == []


def test_a_day_of_a_tour_becomes_a_plan_of_its_district_by_its_crew(touring):
    shown = drawn(touring)
    stop = shown.days[0]
    draft = plan_of_day(touring.coordinator, shown.line.id, stop.on_day.isoformat())
    assert (draft.scope.first_day, draft.scope.last_day) == (stop.on_day, stop.on_day)
    assert draft.scope.districts == (stop.district_id,)
    assert draft.scope.programmes == (touring.campaign.programme_id,)
    assert set(draft.scope.people) <= {one.id for one in touring.educators}
    with pytest.raises(NotFound):
        plan_of_day(touring.coordinator, shown.line.id, "2026-01-01")


def test_a_tour_is_read_in_the_same_questions_however_many_cities_it_has(touring):
    few, many = drawn(touring, cities=(touring.towns[0].id,)), drawn(touring)
    counts = []
    for shown in (few, many):
        db.session.expunge_all()
        with statements() as asked:
            tour_page(touring.coordinator, shown.line.id, now=MONDAY)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    at_most(9, counts[0])


def test_others_see_no_tour(touring):
    tour_id = begin_tour(touring.coordinator, touring.campaign.slug, touring.draft(), now=MONDAY)
    stranger = make_user(Role.COORDINATOR, centre_id=make_centre().id).actor()
    educator = make_user(Role.EDUCATOR, centre_id=touring.coordinator.centre_id).actor()

    for act in (
        lambda: tour_of(stranger, tour_id),
        lambda: begin_tour(stranger, touring.campaign.slug, touring.draft(), now=MONDAY),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(NotAllowed):
        tour_of(educator, tour_id)


def test_old_tours_are_forgotten_with_old_plans(touring, the_clock):
    begin_tour(touring.coordinator, touring.campaign.slug, touring.draft(), now=MONDAY)
    the_clock.stands_at(MONDAY + 61 * DAY)
    proposals.forget_old.call_local()
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(CampaignTour)) == 0
    assert db.session.scalar(select(func.count()).select_from(CampaignStop)) == 0
