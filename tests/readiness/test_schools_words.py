"""What a school does between the plan and the visit, by its secret link: another date, its checklist, other numbers."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.booking.queries.school_days import days_of_visit
from scheduler.booking.terms.free_dates import Lack
from scheduler.closures.service.replan import replan_visit
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.policy import ANONYMOUS, Role, school_contact
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.readiness.models import NumbersAsked
from scheduler.readiness.queries.findings import checklist_of, open_numbers_of, open_wish_of
from scheduler.readiness.service.call_off import call_off, take_back_cancellation
from scheduler.readiness.service.numbers import change_numbers, decide_numbers, note_numbers
from scheduler.readiness.service.wishes import ask_for_date, keep_date, take_back_wish, tick_checklist
from scheduler.readiness.terms import READY_ITEMS, CallOff, NumbersOutcome, ReadinessReason, ReadyItem, WishDraft
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import ExpectedCounts, RequestState
from scheduler.staffing.service.merge import join_presentations
from scheduler.staffing.service.move import move_visit
from scheduler.turns.queries.desk import desk_of
from scheduler.turns.terms import Matter
from scheduler.visits.models.visits import DateWish, Presentation, Visit
from scheduler.visits.rules.timetable import wall_end
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import VisitState, WishOutcome
from tests.closures.incidents import stop
from tests.factories import MONDAY
from tests.factories.people import make_user, presenter_actor
from tests.factories.safeguarding import an_educator_on_working_days
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import VISIT_DAY, make_presentation, make_visit
from tests.refusals import conflict, database_refusal, rejection
from tests.visits.scene import Scene, mails, request_state, visit_of

OTHER = VISIT_DAY + dt.timedelta(days=3)
A_WEEK_BEFORE = dt.datetime.combine(VISIT_DAY - dt.timedelta(days=7), dt.time(9), tzinfo=dt.UTC)
BEGINS = dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC)  # ten o'clock in Belgrade


def link(scene: Scene):
    return school_contact(scene.asked.id, scene.host.id)


def wish(**given) -> WishDraft:
    return WishDraft(**({"first_choice": OTHER, "reason": "Тога дана је такмичење."} | given))


def outcomes(session) -> list[WishOutcome | None]:
    session.rollback()
    return list(session.scalars(sa.select(DateWish.outcome).order_by(DateWish.id)))


@pytest.mark.both_databases
def test_a_school_asks_for_another_date_and_the_agreed_one_stays_until_the_move(session):
    scene = Scene()
    make_user(Role.COORDINATOR, centre_id=scene.centre_id, password_hash="x")
    scene.confirmed_by(scene.educator())
    ask_for_date(link(scene), scene.visit_id, wish(), now=MONDAY)

    assert (visit_of(session, scene).on_day, visit_of(session, scene).state) == (VISIT_DAY, VisitState.CONFIRMED)
    assert "Тога дана је такмичење." in mails(session, "school_asks_date")[0].text
    hours = {row.id: row.starts_local for row in session.scalars(sa.select(Presentation))}
    move_visit(scene.coordinator, scene.visit_id, NewTimes(OTHER, hours, UNTIL), now=MONDAY)
    assert outcomes(session) == [WishOutcome.MOVED]
    assert open_wish_of(scene.visit_id) is None


def test_no_hour_is_offered_or_taken_at_which_a_class_of_the_visit_has_another_presentation(session):
    scene = Scene(a_plan(classes="VII-1, VII-2"))
    scene.confirmed_by(an_educator_on_working_days(centre_id=scene.centre_id))
    own = session.scalars(sa.select(Presentation)).one()
    starts, minutes = own.starts_local, own.minutes
    other = make_visit(VisitState.PLANNED, host_id=scene.host.id, on_day=OTHER)
    make_presentation(other, starts_local=starts, minutes=minutes, classes="VII-2")

    days = days_of_visit(scene.visit_id, now=MONDAY)
    lacks = {one.day: one.lack for one in days.found.days}
    assert lacks[OTHER] is Lack.CLASS_HELD
    with rejection(first_choice=ReadinessReason.CLASS_HELD):
        ask_for_date(link(scene), scene.visit_id, wish(starts_local=starts), now=MONDAY)
    later = wall_end(starts, minutes)
    ask_for_date(link(scene), scene.visit_id, wish(starts_local=later), now=MONDAY)
    assert open_wish_of(scene.visit_id).starts_local == later


def test_a_newer_wish_stands_instead_and_can_be_taken_back(session):
    scene = Scene()
    ask_for_date(link(scene), scene.visit_id, wish(), now=MONDAY)
    later = OTHER + dt.timedelta(days=1)
    ask_for_date(link(scene), scene.visit_id, wish(first_choice=later), now=MONDAY)
    assert open_wish_of(scene.visit_id).first_choice == later

    take_back_wish(link(scene), scene.visit_id, now=MONDAY)
    take_back_wish(link(scene), scene.visit_id, now=MONDAY)
    assert outcomes(session) == [WishOutcome.TAKEN_BACK, WishOutcome.TAKEN_BACK]


@pytest.mark.parametrize(("given", "problems"), [
    ({"first_choice": VISIT_DAY}, {"first_choice": "the_agreed_day"}),
    ({"second_choice": OTHER}, {"second_choice": "the_same_day"}), ({"reason": ""}, {"reason": "missing"}),
])  # fmt: skip
def test_a_wish_that_makes_no_sense_is_refused_and_stores_nothing(session, given, problems):
    scene = Scene()
    with rejection(**problems):
        ask_for_date(link(scene), scene.visit_id, wish(**given), now=MONDAY)
    assert outcomes(session) == []


@pytest.mark.parametrize(("minutes", "refused"), [(0, False), (1, True)])
def test_another_date_is_asked_for_until_48_hours_before(session, minutes, refused):
    scene = Scene()
    now = BEGINS - dt.timedelta(hours=48) + dt.timedelta(minutes=minutes)
    if refused:
        with pytest.raises(Conflict, match="too_late_to_move"):
            ask_for_date(link(scene), scene.visit_id, wish(), now=now)
    else:
        ask_for_date(link(scene), scene.visit_id, wish(), now=now)

    assert len(outcomes(session)) == (0 if refused else 1)


def test_the_centre_keeps_the_date_and_says_why(session):
    scene = Scene()
    ask_for_date(link(scene), scene.visit_id, wish(), now=MONDAY)
    with pytest.raises(Rejected):
        keep_date(scene.coordinator, scene.visit_id, reason="", now=MONDAY)
    keep_date(scene.coordinator, scene.visit_id, reason="Сви су на путу.", now=MONDAY)

    assert outcomes(session) == [WishOutcome.KEPT]
    assert "Сви су на путу." in mails(session, "date_kept")[0].text
    with pytest.raises(Conflict):
        keep_date(scene.coordinator, scene.visit_id, reason="Опет.", now=MONDAY)


@pytest.mark.both_databases
def test_a_full_checklist_makes_the_visit_ready_a_part_is_kept(session):
    scene = Scene()
    scene.confirmed_by(scene.educator())
    some = [ReadyItem.ROOM, ReadyItem.DOOR]
    assert not tick_checklist(link(scene), scene.visit_id, some, now=A_WEEK_BEFORE)
    kept = checklist_of(scene.visit_id, VisitState.CONFIRMED, VISIT_DAY, A_WEEK_BEFORE.date())
    assert (kept.ticked, kept.open_now) == (frozenset(some), True)

    for _press in range(2):
        assert tick_checklist(link(scene), scene.visit_id, READY_ITEMS, now=A_WEEK_BEFORE)
    assert visit_of(session, scene).state is VisitState.READY
    assert request_state(session, scene) is RequestState.READY


def test_the_checklist_opens_two_weeks_before_a_confirmed_visit(session):
    scene = Scene()
    with pytest.raises(Conflict, match="wrong_state"):
        tick_checklist(link(scene), scene.visit_id, READY_ITEMS, now=A_WEEK_BEFORE)
    scene.confirmed_by(scene.educator())
    with pytest.raises(Conflict, match="checklist_later"):
        tick_checklist(link(scene), scene.visit_id, READY_ITEMS, now=A_WEEK_BEFORE - dt.timedelta(days=8))
    assert not tick_checklist(link(scene), scene.visit_id, [ReadyItem.ROOM], now=A_WEEK_BEFORE - dt.timedelta(days=7))


def test_nobody_else_asks_or_ticks_for_a_school(session):
    scene = Scene()
    person = scene.educator()
    scene.confirmed_by(person)
    foreign = school_contact(scene.asked.id + 1, scene.host.id)
    for actor, refused in ((foreign, NotFound), (ANONYMOUS, NotAllowed), (presenter_actor(person), NotAllowed)):
        with pytest.raises(refused):
            ask_for_date(actor, scene.visit_id, wish(), now=MONDAY)
        with pytest.raises(refused):
            tick_checklist(actor, scene.visit_id, READY_ITEMS, now=A_WEEK_BEFORE)


def wishes(scene: Scene) -> list[dt.date | None]:
    """The other days that the centre's first page shows."""
    return [row.wished_day for row in desk_of(scene.coordinator, MONDAY).rows if row.matter is Matter.DATE_WISH]


def test_a_wish_waits_for_its_own_centre_until_it_is_answered_or_the_visit_called_off(session):
    scene, other = Scene(), Scene()
    ask_for_date(link(scene), scene.visit_id, wish(), now=MONDAY)

    assert (wishes(scene), wishes(other)) == ([OTHER], [])
    keep_date(scene.coordinator, scene.visit_id, reason="Нема ко.", now=MONDAY)
    assert wishes(scene) == []

    scene = Scene()
    ask_for_date(link(scene), scene.visit_id, wish(), now=MONDAY)
    cancel_visit(scene.coordinator, scene.visit_id, reason="квар", now=MONDAY)

    assert wishes(scene) == []


# A school says that others come than were agreed: it reaches the visit and its crew, or a coordinator decides.


def a_scene() -> Scene:
    scene = Scene(a_plan(expected_pupils=90, expected_teachers=2), group_size=120)
    make_user(Role.COORDINATOR, centre_id=scene.centre_id, password_hash="x")
    return scene


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

    assert (numbers(session), mails(session, "numbers_changed")) == ((90, 90, True), [])
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

    with conflict("numbers_wait"):  # nobody has seen numbers that wait for a decision
        note_numbers(scene.coordinator, scene.asked.id, now=MONDAY)
    assert numbers(session) == (90, 90, True)
    with rejection(reason="missing"):
        decide_numbers(scene.coordinator, scene.visit_id, accept=False, reason="", now=MONDAY)
    decide_numbers(scene.coordinator, scene.visit_id, accept=False, reason="Сала је мала.", now=MONDAY)

    assert numbers(session) == (90, 90, False)
    assert "Сала је мала." in mails(session, "numbers_decided")[0].text
    with pytest.raises(Conflict):
        decide_numbers(scene.coordinator, scene.visit_id, accept=True, reason="", now=MONDAY)
    note_numbers(scene.coordinator, scene.asked.id, now=MONDAY)


def test_the_school_says_fewer_after_all_and_nothing_waits_any_more(session):
    scene = a_scene()
    say(scene, 150)
    say(scene, 80)
    assert numbers(session) == (80, 80, False)
    assert session.scalars(sa.select(NumbersAsked.outcome)).all() == [NumbersOutcome.REPLACED]


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
    with conflict("visit_has_begun"):
        say(scene, 74, now=BEGINS)


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
    with database_refusal("question_of_a_living_visit") as opened:
        opened.execute(sa.update(NumbersAsked).values(answered_at=None, outcome=None))
