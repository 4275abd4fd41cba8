"""A school says that others come than were agreed: it reaches the visit and its crew, or a coordinator decides."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scheduler.closures.service.replan import replan_visit
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotAllowed, Rejected
from scheduler.core.refusals import refused_by
from scheduler.policy import Role, school_contact
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.readiness.models import NumbersAsked
from scheduler.readiness.queries.findings import open_numbers_of
from scheduler.readiness.service.call_off import call_off, take_back_cancellation
from scheduler.readiness.service.numbers import change_numbers, decide_numbers, note_numbers
from scheduler.readiness.terms import CallOff, NumbersOutcome
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import ExpectedCounts
from scheduler.staffing.service.move import move_visit
from scheduler.turns.queries.desk import desk_of
from scheduler.turns.terms import Matter
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.merge import join_presentations
from scheduler.visits.terms.plans import NewTimes
from tests.closures.incidents import stop
from tests.factories import MONDAY
from tests.factories.people import make_user
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene, mails

BEGINS = dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC)  # ten o'clock in Belgrade


def a_scene() -> Scene:
    scene = Scene(a_plan(expected_pupils=90, expected_teachers=2), group_size=120)
    make_user(Role.COORDINATOR, centre_id=scene.centre_id, password_hash="x")
    return scene


def link(scene: Scene):
    return school_contact(scene.asked.id, scene.host.id)


def say(scene: Scene, pupils: int, *, now: dt.datetime = MONDAY) -> bool:
    return change_numbers(link(scene), scene.asked.id, [ExpectedCounts(1, pupils, 0, 2)], now=now)


def numbers(session) -> tuple[int, int, bool]:
    """Pupils of the request, of its visit, and whether the desk is asked to look."""
    session.rollback()
    asked, expected = session.scalar(sa.select(RequestedPresentation.pupils)), Presentation.expected_pupils
    return asked, session.scalar(sa.select(expected)), session.scalar(sa.select(SchoolRequest.attention))


@pytest.mark.both_databases
def test_changed_numbers_reach_the_visit_and_whoever_goes_is_told(session):
    scene = a_scene()
    scene.confirmed_by(scene.educator())

    assert say(scene, 74) is False

    assert numbers(session) == (74, 74, False)
    [letter] = mails(session, "numbers_changed")
    assert "74" in letter.text
    assert open_numbers_of(scene.visit_id) == []


@pytest.mark.both_databases
def test_more_than_a_presentation_takes_waits_for_the_coordinator_with_both_numbers(session):
    scene = a_scene()
    scene.confirmed_by(scene.educator())

    assert say(scene, 121) is True

    assert numbers(session) == (90, 90, True)
    assert mails(session, "numbers_changed") == []
    assert "121" in mails(session, "numbers_to_decide")[0].text
    [open_one] = open_numbers_of(scene.visit_id)
    assert (open_one.before, open_one.after, open_one.group_size) == (
        ExpectedCounts(1, 90, 0, 2),
        ExpectedCounts(1, 121, 0, 2),
        120,
    )
    [turn] = desk_of(scene.coordinator, MONDAY).rows
    assert (turn.matter, turn.number) == (Matter.NUMBERS_ASKED, session.get(Visit, scene.visit_id).number)

    decide_numbers(scene.coordinator, scene.visit_id, accept=True, reason="", now=MONDAY)

    assert numbers(session) == (121, 121, False)
    assert len(mails(session, "numbers_changed")) == len(mails(session, "numbers_decided")) == 1
    assert open_numbers_of(scene.visit_id) == []
    assert Matter.NUMBERS_ASKED not in {row.matter for row in desk_of(scene.coordinator, MONDAY).rows}


def test_declined_numbers_leave_the_agreed_ones_and_the_school_reads_why(session):
    scene = a_scene()
    scene.confirmed_by(scene.educator())
    say(scene, 150)

    with pytest.raises(Rejected) as refusal:
        decide_numbers(scene.coordinator, scene.visit_id, accept=False, reason="", now=MONDAY)
    decide_numbers(scene.coordinator, scene.visit_id, accept=False, reason="Сала је мала.", now=MONDAY)

    assert refusal.value.problems == {"reason": "missing"}
    assert numbers(session) == (90, 90, False)
    assert "Сала је мала." in mails(session, "numbers_decided")[0].text
    with pytest.raises(Conflict):
        decide_numbers(scene.coordinator, scene.visit_id, accept=True, reason="", now=MONDAY)


def test_the_school_says_fewer_after_all_and_nothing_waits_any_more(session):
    scene = a_scene()
    say(scene, 150)
    say(scene, 80)

    assert numbers(session) == (80, 80, False)
    assert session.scalars(sa.select(NumbersAsked.outcome)).all() == [NumbersOutcome.REPLACED]


def test_nobody_has_seen_numbers_that_wait_for_a_decision(session):
    scene = a_scene()
    say(scene, 150)

    with pytest.raises(Conflict) as refusal:
        note_numbers(scene.coordinator, scene.asked.id, now=MONDAY)

    assert refusal.value.reason == "numbers_wait"
    assert numbers(session) == (90, 90, True)
    decide_numbers(scene.coordinator, scene.visit_id, accept=False, reason="Сала је мала.", now=MONDAY)
    note_numbers(scene.coordinator, scene.asked.id, now=MONDAY)


@pytest.mark.both_databases
def test_a_visit_that_is_called_off_ends_the_question(session):
    scene = a_scene()
    say(scene, 150)

    cancel_visit(scene.coordinator, scene.visit_id, reason="Снег.", now=MONDAY)

    assert open_numbers_of(scene.visit_id) == []
    asked = session.scalars(sa.select(NumbersAsked)).one()
    assert (asked.outcome, asked.answered_at) == (NumbersOutcome.LAPSED, MONDAY)
    assert numbers(session)[2] is False


@pytest.mark.both_databases
def test_a_question_comes_back_with_a_visit_whose_cancellation_is_taken_back(session):
    scene = a_scene()
    say(scene, 150)

    call_off(scene.coordinator, scene.visit_id, CallOff("Снег."), now=MONDAY)
    assert (open_numbers_of(scene.visit_id), numbers(session)[2]) == ([], False)
    take_back_cancellation(scene.coordinator, scene.visit_id, now=MONDAY)

    assert [one.after for one in open_numbers_of(scene.visit_id)] == [ExpectedCounts(1, 150, 0, 2)]
    assert numbers(session)[2] is True


@pytest.mark.both_databases
def test_a_question_goes_on_with_the_visit_that_stands_for_a_stopped_one(session):
    scene = a_scene()
    say(scene, 150)
    stop(scene)
    a_week_on = VISIT_DAY + dt.timedelta(days=7)
    number = replan_visit(scene.coordinator, scene.visit_id, a_week_on, scene.plans, now=MONDAY)
    session.rollback()
    new_id = session.scalar(sa.select(Visit.id).where(Visit.number == number))

    assert open_numbers_of(scene.visit_id) == []
    assert [one.after for one in open_numbers_of(new_id)] == [ExpectedCounts(1, 150, 0, 2)]
    decide_numbers(scene.coordinator, new_id, accept=True, reason="", now=MONDAY)

    session.rollback()
    assert session.scalar(sa.select(Presentation.expected_pupils).where(Presentation.visit_id == new_id)) == 150


def two_in_one_hall() -> Scene:
    """Two presentations of 50 pupils each, the second merged into the first."""
    plans = [a_plan(starts, expected_pupils=50, expected_teachers=2) for starts in (dt.time(10), dt.time(12))]
    scene = Scene(*plans, planned=False, group_size=120)
    with transaction() as session:
        asked = session.get_one(SchoolRequest, scene.asked.id)
        session.execute(sa.update(RequestedPresentation).values(pupils=50))
        second = {"ordinal": 2, "audience": Audience.PUPILS, "level": SchoolLevel.PRIMARY, "classes": "7d"}
        session.add(RequestedPresentation(school_request_id=asked.id, pupils=50, teachers=2, **second))
    scene.visit_id = scene.planned()
    scene.accepted_by(scene.educator())
    join_presentations(scene.coordinator, scene.visit_id, 2, 1, now=MONDAY)
    return scene


def test_numbers_of_a_merged_presentation_are_those_of_the_hall_in_which_its_classes_sit(session):
    scene = two_in_one_hall()

    change_numbers(link(scene), scene.asked.id, [ExpectedCounts(2, 60, 0, 2)], now=MONDAY)
    in_the_hall = sa.select(Presentation.expected_pupils).where(Presentation.ordinal == 1)
    session.rollback()
    assert session.scalar(in_the_hall) == 110

    both = [ExpectedCounts(1, 55, 0, 2), ExpectedCounts(2, 65, 0, 2)]
    assert change_numbers(link(scene), scene.asked.id, both, now=MONDAY) is False
    session.rollback()
    assert session.scalar(in_the_hall) == 120
    *_, letter = mails(session, "numbers_changed")
    assert letter.text.count("120") == 1

    more = [ExpectedCounts(1, 56, 0, 2), ExpectedCounts(2, 66, 0, 2)]
    assert change_numbers(link(scene), scene.asked.id, more, now=MONDAY) is True
    assert [one.after.pupils for one in open_numbers_of(scene.visit_id)] == [56, 66]
    decide_numbers(scene.coordinator, scene.visit_id, accept=True, reason="", now=MONDAY)
    session.rollback()
    assert session.scalar(in_the_hall) == 122


def test_what_waits_for_one_presentation_still_waits_when_another_one_changes(session):
    scene = two_in_one_hall()
    change_numbers(link(scene), scene.asked.id, [ExpectedCounts(2, 90, 0, 2)], now=MONDAY)

    change_numbers(link(scene), scene.asked.id, [ExpectedCounts(1, 40, 0, 2)], now=MONDAY)

    session.rollback()
    assert session.scalar(sa.select(SchoolRequest.attention)) is True
    assert [one.after.ordinal for one in open_numbers_of(scene.visit_id)] == [2]


def test_a_school_neither_decides_nor_changes_what_was_announced_once_the_visit_has_begun(session):
    scene = a_scene()
    with pytest.raises(NotAllowed):
        decide_numbers(link(scene), scene.visit_id, accept=True, reason="", now=MONDAY)
    with pytest.raises(Conflict) as refusal:
        say(scene, 74, now=BEGINS)
    assert refusal.value.reason == "visit_has_begun"


def test_who_is_asked_again_after_a_move_reads_both_days(session):
    scene = a_scene()
    scene.confirmed_by(scene.educator())
    hours = {row.id: row.starts_local for row in session.scalars(sa.select(Presentation))}
    later = VISIT_DAY + dt.timedelta(days=3)

    move_visit(scene.coordinator, scene.visit_id, NewTimes(later, hours, UNTIL), now=MONDAY)

    for kind in ("visit_offered", "visit_moved"):
        assert {f"{VISIT_DAY.day}. ", f"{later.day}. "} <= {
            f"{day}. " for day in (VISIT_DAY.day, later.day) if f"{day}. " in mails(session, kind)[0].text
        }


@pytest.mark.both_databases
def test_no_statement_asks_about_the_numbers_of_a_visit_that_is_over(session):
    scene = a_scene()
    say(scene, 130)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Strike", now=MONDAY)

    with pytest.raises(IntegrityError) as refused, transaction() as opened:
        opened.execute(sa.update(NumbersAsked).values(answered_at=None, outcome=None))
    assert refused_by(refused.value) == "question_of_a_living_visit"
