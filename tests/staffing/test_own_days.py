"""A presenter's own days: the way, the school, the crew, and who may read what of them."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed
from scheduler.places.models import Municipality
from scheduler.places.rules.hosts import road_km
from scheduler.places.rules.trips import comes_home, sets_out
from scheduler.places.terms.hosts import Point
from scheduler.policy import Role
from scheduler.staffing.queries.own_days import days_of, year_of
from scheduler.staffing.rules.own_days import contact_is_shown, kit_of
from scheduler.staffing.terms.own_days import Kit, School
from scheduler.visits.models.visits import Assignment
from scheduler.visits.rules.arrival import kilometres
from scheduler.visits.terms.rows import PresentationRow
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.counting import statements
from tests.factories.people import an_actor, presenter_actor
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.visits.defences import take_defences_away

EVE = VISIT_DAY - dt.timedelta(days=1)


def _visit(*crew, day=VISIT_DAY, starts=dt.time(10, 0), lat=None, lon=None, **given):
    host = make_host(phone="011 555 0100", lat=lat, lon=lon)
    visit = make_visit(
        VisitState.CONFIRMED,
        programme=make_programme(centre_id=crew[0].centre_id),
        on_day=day,
        host_id=host.id,
        **given,
    )
    presentation = make_presentation(visit, starts, state=PresentationState.CONFIRMED)
    for one in crew:
        make_assignment(presentation, one.id, AssignmentState.ACCEPTED)
    return visit


def _day(presenter, today=EVE):
    [day] = days_of(presenter_actor(presenter), VISIT_DAY, VISIT_DAY, today=today)
    return day


def test_the_day_says_when_to_leave_and_when_she_is_home_again_to_who_presents_alone(app, session):
    educator = a_cleared_educator()
    _visit(educator)
    day = _day(educator)
    [one] = day.visits
    assert one.arrives_local == dt.time(9, 45)  # a quarter of an hour of set-up
    assert one.way is not None
    arrival = dt.datetime.combine(VISIT_DAY, one.arrives_local)
    leaves = dt.datetime.combine(VISIT_DAY, one.way.leaves_local)
    assert 0 <= ((arrival - leaves) - dt.timedelta(minutes=one.way.minutes)).total_seconds() < 300
    assert day.home_at is not None
    assert day.home_at >= dt.time(10, 45)
    with pytest.raises(NotAllowed):
        days_of(an_actor(Role.COORDINATOR), VISIT_DAY, VISIT_DAY, today=EVE)


def test_a_day_has_its_kilometres_its_order_and_whom_to_call_for_a_week(app, session):
    educator = a_cleared_educator()
    town = session.get_one(Municipality, educator.home_id)
    home = Point(town.lat, town.lon)
    ways = (Point(home.latitude + step / 1000, home.longitude) for step in range(100, 200))
    there = next(one for one in ways if kilometres([home], one) != 2 * round(road_km(home, one)))
    _visit(educator, lat=there.latitude, lon=there.longitude)
    assert _day(educator).km == kilometres([home], there)

    educator = a_cleared_educator()
    afternoon, morning = _visit(educator, starts=dt.time(15)), _visit(educator, starts=dt.time(8))
    early = make_presentation(afternoon, dt.time(12), state=PresentationState.CONFIRMED)
    make_assignment(early, educator.id, AssignmentState.ACCEPTED)
    first, second = _day(educator).visits
    assert (first.visit.number, second.visit.number) == (morning.number, afternoon.number)
    assert [row.starts_local for row in second.presentations] == [dt.time(12), dt.time(15)]
    assert second.over_at.hour > second.begins_at.hour

    educator = a_cleared_educator()
    asked = make_school_request(contact_phone="064 555 0000", contact_name="Dragana Simić")
    _visit(educator, school_request_id=asked.id)
    [before] = _day(educator).visits
    [after] = _day(educator, today=VISIT_DAY + dt.timedelta(days=8)).visits
    assert (before.school.contact_phone, before.school.phone) == ("064 555 0000", "011 555 0100")
    assert (after.school.contact_phone, after.school.contact_name, after.school.phone) == ("", "", "")


def test_an_influencer_reads_no_phone_of_a_school_and_an_adult_no_surname_of_hers(app, session):
    educator = a_cleared_educator(given_name="Jelena", family_name="Ristić")
    minor = a_cleared_minor(centre_id=educator.centre_id, given_name="Tara", family_name="Prezimić")
    other = a_cleared_minor(centre_id=educator.centre_id, given_name="Vanja", family_name="Drugić")
    _visit(educator, minor, other, school_request_id=make_school_request(contact_phone="064 555 0000").id)
    [hers], [adults] = _day(minor).visits, _day(educator).visits
    assert (hers.school.contact_phone, hers.school.contact_name, hers.school.phone) == ("", "", "")
    assert {member.name for member in hers.crew if not member.me} == {"Jelena Ristić", "Vanja"}
    assert ({member.name for member in adults.crew}, _day(minor).name) == ({"Jelena Ristić", "Tara", "Vanja"}, "Tara")


def test_the_number_of_queries_does_not_grow_with_the_days(app, session):
    educator = a_cleared_educator()
    actor, end = presenter_actor(educator), VISIT_DAY + dt.timedelta(days=9)
    asked = []
    for ahead in (0, 1, 2):
        _visit(educator, day=VISIT_DAY + dt.timedelta(days=ahead))
        with statements() as seen:
            days = days_of(actor, VISIT_DAY, end, today=EVE)
        asked.append((len(days), len(seen)))
    assert ([days for days, _seen in asked], len({seen for _days, seen in asked})) == ([1, 2, 3], 1)


def test_the_year_counts_held_visits_their_presentations_and_kilometres(app, session):
    educator = a_cleared_educator()
    visit = _visit(educator, kilometres=62)
    with transaction() as opened:
        take_defences_away(opened, "visit")
        opened.get_one(type(visit), visit.id).state = VisitState.DELIVERED
        for row in opened.scalars(select(Assignment)):
            row.state, row.state_since = AssignmentState.PRESENT, row.busy_until
    year = year_of(educator.id, VISIT_DAY.year)
    assert (year.visits, year.presentations, year.kilometres) == (1, 1, 62)
    assert year_of(educator.id, VISIT_DAY.year - 1).visits == 0


@pytest.mark.parametrize(("school", "kit"), [
    (School(has_projector=True, has_sound=True, has_internet=True), [Kit.COMPUTER, Kit.ADAPTERS, Kit.PLAN_B]),
    (
        School(has_projector=False, has_sound=False, has_internet=False),
        [Kit.COMPUTER, Kit.PROJECTOR, Kit.LOUDSPEAKER, Kit.OFFLINE, Kit.PLAN_B],
    ),
    (School(), [Kit.COMPUTER, Kit.ADAPTERS, Kit.OFFLINE, Kit.PLAN_B]),
])  # fmt: skip
def test_the_bag_holds_what_the_school_lacks(school, kit):
    assert kit_of(school, []) == tuple((one, 0) for one in kit)


def a_sitting(pupils: int, parents: int, teachers: int) -> PresentationRow:
    fair: dict[str, Any] = dict.fromkeys(field.name for field in dataclasses.fields(PresentationRow))
    return PresentationRow(
        **(fair | {"expected_pupils": pupils, "expected_parents": parents, "expected_teachers": teachers})
    )


@pytest.mark.parametrize(("sittings", "leaflets", "sheet"), [
    ([a_sitting(0, 0, 0)], None, None), ([a_sitting(1, 0, 0)], 1, None), ([a_sitting(25, 0, 1)], 26, 0),
    ([a_sitting(25, 0, 0), a_sitting(0, 30, 2)], 57, 0), ([a_sitting(0, 1, 1), a_sitting(25, 0, 0)], 27, 0),
])  # fmt: skip
def test_the_bag_holds_a_leaflet_for_each_head_and_a_sheet_where_adults_sign(sittings, leaflets, sheet):
    kit = dict(kit_of(School(), sittings))
    assert (kit.get(Kit.LEAFLETS), kit.get(Kit.SHEET)) == (leaflets, sheet)


def test_a_contact_is_shown_for_a_week_and_nobody_leaves_at_an_odd_minute():
    shown = [contact_is_shown(VISIT_DAY, VISIT_DAY + dt.timedelta(days=days)) for days in (-30, 0, 7, 8)]
    assert shown == [True, True, True, False]
    nine = dt.datetime(2026, 10, 6, 9, 20, tzinfo=dt.UTC)
    assert sets_out(nine, 43) == dt.time(8, 35)
    assert [comes_home(nine, minutes) for minutes in (43, 40)] == [dt.time(10, 5), dt.time(10, 0)]
