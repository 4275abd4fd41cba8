"""A minor is given no more visits and hours in a week and in a month than the limits say."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.acts import change
from scheduler.core.errors import Conflict
from scheduler.people.models import User
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.young_load import violations
from scheduler.staffing.rules.young_load import too_much_for_a_minor
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer, offer_visit
from scheduler.staffing.service.substitutes import ask_presenters
from scheduler.staffing.terms.young_load import YoungLimits, YoungVisit
from scheduler.turns.queries.desk import desk_of
from scheduler.turns.terms import Matter
from scheduler.visits.models.visits import Assignment
from scheduler.visits.service.locked_visit import open_visit
from scheduler.visits.terms.plans import NewTimes, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import AssignmentState
from tests.bounds import at_each_bound
from tests.factories import MONDAY
from tests.factories.people import presenter_actor
from tests.factories.staffing import UNTIL, make_busy
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene, mails, states, visit_of

A_DAY = dt.timedelta(days=1)
LIMITS = YoungLimits(week_visits=3, week_hours=6, month_visits=8, month_hours=16)


def in_a_week(minutes: int) -> list[Why]:
    return too_much_for_a_minor([YoungVisit(1, VISIT_DAY, minutes)], VISIT_DAY, LIMITS)


def on_other_days(visits: int, minutes: int = 45, step: int = 1, visit_id: int | None = None) -> list[Why]:
    """So many visits from 1 October on, every so many days, or presentations of one; that week began in September."""
    days = [dt.date(2026, 10, 1) + step * number * A_DAY for number in range(visits)]
    some = [YoungVisit(visit_id or number, day, minutes) for number, day in enumerate(days)]
    return too_much_for_a_minor(some, days[0], LIMITS)


def in_month(day: int) -> list[Why]:
    """A ninth visit on a day of October, or of November, beside eight; none is in the same week as three others."""
    days = [dt.date(2026, 10, 3 * number) for number in range(1, 9)] + [dt.date(2026, 10, 30) + day * A_DAY]
    return too_much_for_a_minor([YoungVisit(n, one, 45) for n, one in enumerate(days)], days[0], LIMITS)


FULL_WEEK, FULL_MONTH = WhyNot.YOUNG_WEEK_FULL, WhyNot.YOUNG_MONTH_FULL
BOUNDS = (
    ("360 minutes a week", in_a_week, (359, 360, 361), ([], [], [Why(FULL_WEEK, 1, 3)])),
    ("960 minutes a month", lambda n: on_other_days(3, n, step=7), (319, 320, 321), ([], [], [Why(FULL_MONTH, 3, 8)])),
    ("three visits a week", on_other_days, (2, 3, 4), ([], [], [Why(FULL_WEEK, 4, 3)])),
    ("eight visits a month", lambda n: on_other_days(n, step=3), (7, 8, 9), ([], [], [Why(FULL_MONTH, 9, 8)])),
    ("the last day of a month", in_month, (0, 1, 2), ([Why(FULL_MONTH, 9, 8)], [Why(FULL_MONTH, 9, 8)], [])),
)


@at_each_bound(*BOUNDS)
def test_a_week_and_a_month_hold_so_many_visits_and_hours(rule, value, answer):
    assert rule(value) == answer


def test_several_presentations_of_one_visit_are_one_visit():
    assert on_other_days(4, visit_id=1) == []


def test_a_minor_with_a_full_week_is_neither_suggested_nor_offered_nor_may_she_accept(session):
    scene = Scene()
    adult, minor = scene.educator(), scene.minor()
    days = [VISIT_DAY + number * A_DAY for number in (-1, 1)]
    make_busy(minor, *days)
    scene.offer(adult, minor)
    make_busy(minor, VISIT_DAY + 2 * A_DAY)

    answer_offer(presenter_actor(adult), scene.visit_id, accepts=True, now=MONDAY)
    with pytest.raises(Conflict) as refused:
        answer_offer(presenter_actor(minor), scene.visit_id, accepts=True, now=MONDAY)

    assert refused.value.reason is WhyNot.YOUNG_WEEK_FULL
    assert [line.split(":")[1].split()[0] for line in violations()] == ["young_week_full"]


def test_the_list_of_candidates_bars_her_and_a_suggestion_is_refused(session):
    scene = Scene()
    adult, minor = scene.educator(), scene.minor()
    make_busy(minor, *(VISIT_DAY + number * A_DAY for number in (-1, 1, 2)))
    scene.suggested_to(adult)

    seen = next(one for one in candidates(scene.coordinator, scene.visit_id, now=MONDAY) if one.minor)

    assert (Why(WhyNot.YOUNG_WEEK_FULL, 4, 3) in seen.reasons, seen.barred) == (True, True)
    with pytest.raises(Conflict) as refused:
        scene.suggest(minor)
    assert refused.value.reason is WhyNot.YOUNG_WEEK_FULL
    assert violations() == []


def test_an_offer_to_the_whole_crew_is_refused_where_it_is_too_much_for_its_minor(session):
    scene = Scene()
    adult, minor = scene.educator(), scene.minor()
    scene.suggested_to(adult, minor)
    make_busy(minor, *(VISIT_DAY + number * A_DAY for number in (-1, 1, 2)))

    with pytest.raises(Conflict) as refused:
        offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)
    assert refused.value.reason is WhyNot.YOUNG_WEEK_FULL


def test_a_wave_that_had_chosen_her_before_her_week_was_full_asks_the_others_alone(session):
    scene = Scene(influencers=1)
    scene.accepted_by(scene.educator())
    full, free = scene.minor(), scene.minor()
    make_busy(full, *(VISIT_DAY + number * A_DAY for number in (-1, 1, 2)))

    with change(scene.coordinator, MONDAY) as act:
        asked = ask_presenters(act, open_visit(act, scene.visit_id), [full.id, free.id], until=UNTIL)

    assert asked == [free.id]
    assert full.id not in states(session, scene)
    assert states(session, scene)[free.id] == [AssignmentState.OFFERED]
    assert violations() == []


def test_a_move_into_her_full_week_asks_her_not_anew_and_her_place_is_the_coordinators_turn(session):
    scene = Scene(influencers=1)
    adult, minor = scene.educator(), scene.minor()
    scene.confirmed_by(adult, minor)
    there = VISIT_DAY + 7 * A_DAY
    make_busy(minor, *(there + number * A_DAY for number in (-1, 1, 2)))
    asked_before = len(mails(session, "visit_offered"))

    move_visit(scene.coordinator, scene.visit_id, NewTimes(there, {}, UNTIL), reason="Излет.", now=MONDAY)

    assert states(session, scene) == {adult.id: [AssignmentState.OFFERED], minor.id: [AssignmentState.WITHDRAWN]}
    left = session.scalars(select(Assignment.reason).where(Assignment.state == AssignmentState.WITHDRAWN)).all()
    assert left == [WhyNot.YOUNG_WEEK_FULL]
    address = session.get_one(User, minor.user_id).email
    assert address in {mail.address for mail in mails(session, "visit_released")}
    assert [mail.address for mail in mails(session, "visit_offered")[asked_before:]] == [
        session.get_one(User, adult.user_id).email
    ]
    [row] = desk_of(scene.coordinator, MONDAY).rows
    assert (row.matter, row.number) == (Matter.PLACE_OPEN, visit_of(session, scene).number)
    assert violations() == []


def test_a_move_within_a_week_that_has_room_asks_her_again(session):
    scene = Scene(influencers=1)
    adult, minor = scene.educator(), scene.minor()
    make_busy(minor, *(VISIT_DAY + number * A_DAY for number in (-1, 2)))
    scene.confirmed_by(adult, minor)

    move_visit(scene.coordinator, scene.visit_id, NewTimes(VISIT_DAY + A_DAY, {}, UNTIL), now=MONDAY)

    assert states(session, scene) == {who.id: [AssignmentState.OFFERED] for who in (adult, minor)}
    assert violations() == []
