"""Who drives to a visit is planned; what she drove in truth stands beside it, with a reason."""

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from scheduler.core.db import transaction
from scheduler.core.errors import NotFound
from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import Filters
from scheduler.reports.wording import side_figures
from scheduler.staffing.queries.drives import drives_of_visit, own_drives
from scheduler.staffing.rules.drives import cost_of
from scheduler.staffing.service.drives import correct_drive
from scheduler.staffing.terms.drives import DriveDraft
from scheduler.visits.models.drive import Drive
from scheduler.visits.rules.arrival import kilometres, who_drives
from tests.factories.people import presenter_actor
from tests.factories.visits import VISIT_DAY
from tests.refusals import database_refusal, rejection
from tests.visits.scene import Scene, audit_of, delivered, visit_of

SCHOOL, NEAR, FAR = Point(46.10, 19.67), Point(46.08, 19.66), Point(45.25, 19.84)
EVENING = dt.datetime(2026, 10, 6, 19, 0, tzinfo=dt.UTC)


def test_the_farthest_of_age_drives_and_the_car_goes_by_the_farthest_home():
    crew = [(1, NEAR, True), (2, FAR, True), (3, FAR, False)]

    assert who_drives(crew, SCHOOL) == (2, round(2 * road_minutes(FAR, SCHOOL)))
    assert kilometres([NEAR, FAR, FAR], SCHOOL) == round(2 * road_km(FAR, SCHOOL))
    assert who_drives([(1, NEAR, True), (3, FAR, False)], SCHOOL) == (1, round(2 * road_minutes(FAR, SCHOOL)))
    assert who_drives([(7, FAR, True), (2, FAR, True)], SCHOOL)[0] == 2
    assert who_drives([(3, FAR, False)], SCHOOL) is None
    assert who_drives(crew, None) is None


def test_costs_are_whole_dinars_by_the_rate_of_the_installation():
    assert (cost_of(84, 42.5), cost_of(1, 0.5), cost_of(84, 0.0)) == (3570, 1, 0)


def held(session) -> tuple[Scene, object, object]:
    """A visit held by two educators, one of whom was to drive."""
    scene = Scene()
    first, second = scene.educator(), scene.educator()
    scene.confirm(first, second)
    [driver_id] = session.scalars(sa.select(Drive.presenter_id)).all()
    delivered(scene.coordinator, scene.visit_id, now=EVENING)
    driver, other = (first, second) if first.id == driver_id else (second, first)
    return scene, presenter_actor(driver), presenter_actor(other)


@pytest.mark.both_databases
def test_a_driver_corrects_her_drive_and_the_plan_stays_beside_it(session):
    scene, driver, _other = held(session)
    number, planned = visit_of(session, scene).number, visit_of(session, scene).kilometres

    for _press in range(2):
        correct_drive(driver, number, DriveDraft(planned + 30, 95, "Пут је затворен."), now=EVENING)

    session.rollback()
    [row] = drives_of_visit(scene.visit_id)
    assert (row.planned_kilometres, row.driven_kilometres, row.driven_minutes) == (planned, planned + 30, 95)
    assert row.reason == "Пут је затворен."
    assert visit_of(session, scene).kilometres == planned + 30
    assert audit_of(session, "visit").count("drive corrected") == 1
    assert [(one.number, one.kilometres) for one in own_drives(driver, 2026, today=VISIT_DAY)] == [
        (number, planned + 30)
    ]
    assert own_drives(driver, 2025, today=VISIT_DAY) == []


def test_two_cars_are_two_drives_and_a_visit_has_the_kilometres_of_both(session):
    scene, driver, other = held(session)
    number = visit_of(session, scene).number

    correct_drive(driver, number, DriveDraft(40, 60, "Друга кола."), now=EVENING)
    correct_drive(other, number, DriveDraft(25, 40, "Друга кола."), now=EVENING)

    session.rollback()
    assert visit_of(session, scene).kilometres == 65
    [_first, second] = drives_of_visit(scene.visit_id)
    assert (second.planned_kilometres, second.kilometres) == (0, 25)


def test_nothing_is_taken_without_a_reason_or_beyond_a_day_or_from_who_was_not_there(session):
    scene, driver, _other = held(session)
    number = visit_of(session, scene).number

    with rejection(kilometres="count_out_of_range", minutes="missing", reason="missing"):
        correct_drive(driver, number, DriveDraft(2001, None, ""), now=EVENING)
    with pytest.raises(NotFound):
        correct_drive(presenter_actor(scene.educator()), number, DriveDraft(1, 1, "x"), now=EVENING)
    with database_refusal("ck_drive_driven_is_said_whole") as opened:
        opened.execute(sa.update(Drive).values(driven_kilometres=5))


def test_a_minor_of_the_crew_drives_nothing_and_is_asked_nothing(session):
    scene = Scene(influencers=1)
    educator, minor = scene.educator(), scene.minor()
    scene.confirm(educator, minor)
    delivered(scene.coordinator, scene.visit_id, now=EVENING)

    assert session.scalars(sa.select(Drive.presenter_id)).all() == [educator.id]
    with pytest.raises(NotFound):
        own_drives(presenter_actor(minor), 2026, today=VISIT_DAY)
    with pytest.raises(NotFound):
        correct_drive(presenter_actor(minor), visit_of(session, scene).number, DriveDraft(1, 1, "x"), now=EVENING)


def test_a_report_says_the_costs_where_a_rate_is_set(session):
    report = attendance_report(Filters(year_of(2026)))
    report = replace(report, totals=replace(report.totals, kilometres=84), not_held={"kilometres_called_off": 16})

    assert [one.label for one in side_figures(report, "en") if "in dinars" in one.label] == []
    assert [one.value for one in side_figures(report, "en", 42.5) if "in dinars" in one.label] == [4250]


@pytest.mark.both_databases
@pytest.mark.parametrize("way", ["changed", "added"])
def test_no_statement_makes_a_minor_drive_or_drives_to_what_was_not_held(session, way):
    scene = Scene(influencers=1)
    minor = scene.minor()
    scene.confirmed_by(scene.educator(), minor)
    drive = {"visit_id": scene.visit_id, "presenter_id": scene.educator().id}
    with transaction() as opened:
        opened.add(Drive(**drive))

    for values, law in (
        ({"presenter_id": minor.id}, "drive_is_an_adults"),
        ({"driven_kilometres": 5, "driven_minutes": 5}, "driven_when_it_was_held"),
    ):
        with database_refusal(law) as opened:
            if way == "changed":
                opened.execute(sa.update(Drive).values(**values))
            else:
                opened.execute(sa.delete(Drive))
                opened.add(Drive(**drive | values))
