"""What a school does between the plan and the visit, by its secret link."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.policy import ANONYMOUS, Role, school_contact
from scheduler.readiness.queries.findings import checklist_of, open_wish_of
from scheduler.readiness.service.wishes import ask_for_date, keep_date, take_back_wish, tick_checklist
from scheduler.readiness.terms import READY_ITEMS, ReadyItem, WishDraft
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.move import move_visit
from scheduler.turns.queries.desk import desk_of
from scheduler.turns.terms import Matter
from scheduler.visits.models.visits import DateWish, Presentation
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import VisitState, WishOutcome
from tests.factories import MONDAY
from tests.factories.people import make_user, presenter_actor
from tests.factories.staffing import UNTIL
from tests.factories.visits import VISIT_DAY
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


def test_a_newer_wish_stands_instead_and_can_be_taken_back(session):
    scene = Scene()
    ask_for_date(link(scene), scene.visit_id, wish(), now=MONDAY)
    later = OTHER + dt.timedelta(days=1)
    ask_for_date(link(scene), scene.visit_id, wish(first_choice=later), now=MONDAY)
    assert open_wish_of(scene.visit_id).first_choice == later

    take_back_wish(link(scene), scene.visit_id, now=MONDAY)
    take_back_wish(link(scene), scene.visit_id, now=MONDAY)
    assert outcomes(session) == [WishOutcome.TAKEN_BACK, WishOutcome.TAKEN_BACK]


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"first_choice": VISIT_DAY}, {"first_choice": "the_agreed_day"}),
        ({"second_choice": OTHER}, {"second_choice": "the_same_day"}),
        ({"reason": ""}, {"reason": "missing"}),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_and_stores_nothing(session, given, problems):
    scene = Scene()
    with pytest.raises(Rejected) as refused:
        ask_for_date(link(scene), scene.visit_id, wish(**given), now=MONDAY)

    assert refused.value.problems == problems
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


def test_the_checklist_opens_seven_days_before_a_confirmed_visit(session):
    scene = Scene()
    with pytest.raises(Conflict, match="wrong_state"):
        tick_checklist(link(scene), scene.visit_id, READY_ITEMS, now=A_WEEK_BEFORE)
    scene.confirmed_by(scene.educator())
    with pytest.raises(Conflict, match="checklist_later"):
        tick_checklist(link(scene), scene.visit_id, READY_ITEMS, now=A_WEEK_BEFORE - dt.timedelta(days=1))


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


def test_a_wish_waits_for_its_centre_until_it_is_answered_and_no_other_centre_reads_it(session):
    scene, other = Scene(), Scene()
    ask_for_date(link(scene), scene.visit_id, wish(), now=MONDAY)

    assert wishes(scene) == [OTHER]
    assert wishes(other) == []
    keep_date(scene.coordinator, scene.visit_id, reason="Нема ко.", now=MONDAY)
    assert wishes(scene) == []


def test_the_wish_of_a_visit_that_was_called_off_waits_for_nobody(session):
    scene = Scene()
    ask_for_date(link(scene), scene.visit_id, wish(), now=MONDAY)
    cancel_visit(scene.coordinator, scene.visit_id, reason="квар", now=MONDAY)

    assert wishes(scene) == []
