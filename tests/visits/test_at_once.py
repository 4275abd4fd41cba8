"""Two hands on one visit, one date, one closure at the same moment: one of them counts, the others read why, nobody
sees an error, and every promise of the data holds afterwards (TRUST R5, R8). On both databases.
"""

import datetime as dt
import threading
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import func, select

from scheduler.cli.invariants import violations
from scheduler.closures.models import Disruption
from scheduler.closures.queries import affected_by
from scheduler.closures.service import close
from scheduler.closures.service.close import close_hosts, replan_stopped
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.core.refusals import crossed
from scheduler.messages.models import OutboxMessage
from scheduler.places.models import Closure
from scheduler.policy import Actor, Role, school_contact
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.school import withdraw_request
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.models.open_calls import OpenCall, RaisedHand
from scheduler.staffing.service import crew, offers
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.staffing.service.merge import join_presentations
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import offer_visit
from scheduler.staffing.service.open_calls import open_call, put_up_hand
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.service import locked_visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.terms.plans import NewTimes, PresenterTaken
from scheduler.visits.terms.states import LIVING, PROMISED, AssignmentState, VisitState
from scheduler.waitlist.models import DateOffer, OpenDate, WaitingWeights
from scheduler.waitlist.service.dates import answer_date, change_weights, give_date, pass_dates_on, take_date_back
from scheduler.waitlist.terms import DateOfferState, DateState, OpenDateDraft, Weights
from tests.at_once import all_at_once
from tests.closures.closed_days import draft_for, two_visits_of_one_crew
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, presenter_actor, works
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import a_plan
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.visits.defences import undefended
from tests.visits.scene import Scene, presentations, states

pytestmark = pytest.mark.postgres_decides

EIGHT = 8
DAY = dt.date(2026, 10, 20)
HOUR = dt.timedelta(hours=1)


def how_many(model, *where) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def stored(model, row_id):
    db.session.rollback()
    return db.session.get_one(model, row_id, populate_existing=True)


def kinds_of(raised: list[Exception | None]) -> set[type]:
    return {type(error) for error in raised if error is not None}


def violated() -> list[str]:
    """What `invariants check` would say; rows of factories have no audit."""
    db.session.rollback()
    return [sentence for sentence in violations() if "audit" not in sentence]


# --- closures ---
def close_now(scene: Scene) -> Callable[[], object]:
    draft = draft_for(scene)
    seen = affected_by(scene.coordinator, draft).visit_ids
    return lambda: close_hosts(scene.coordinator, draft, seen=seen, now=MONDAY)


def test_two_closures_at_once_stop_each_visit_once_and_tell_everybody_once(app: Flask):
    scene, second = two_visits_of_one_crew()
    act, before = close_now(scene), how_many(OutboxMessage)
    raised = all_at_once(app, [act] * EIGHT)
    assert (raised.count(None), kinds_of(raised)) == (1, {Conflict})
    assert {error.reason for error in raised if isinstance(error, Conflict)} == {"changed_meanwhile"}
    assert (how_many(Closure), how_many(Disruption)) == (1, 2)
    assert how_many(OutboxMessage) - before == 4  # the educator, the young presenter, her guardian, the school
    assert {stored(Visit, one.visit_id).state for one in (scene, second)} == {VisitState.DISRUPTED}
    assert violated() == []


def test_a_closure_and_somebody_who_leaves_never_wait_for_each_other(app: Flask, monkeypatch: pytest.MonkeyPatch):
    """Two visits of one crew: who stops both and who leaves the second one take their locks in the same order."""
    scene, second = two_visits_of_one_crew()
    ana = next(iter(sorted(states(db.session, second))))
    at_the_second, has_the_second = threading.Event(), threading.Event()
    opens, holds = close.open_visit, crew.hold_time

    def opens_the_second(session, visit_id, **given):
        if visit_id == max(scene.visit_id, second.visit_id):
            at_the_second.set()
            has_the_second.wait(timeout=2)  # on SQLite nobody else gets that far: the write lock is held
        return opens(session, visit_id, **given)

    def holds_later(session, ids):
        has_the_second.set()
        holds(session, ids)

    def leave() -> None:
        at_the_second.wait(timeout=20)
        withdraw_presenter(scene.coordinator, second.visit_id, ana, reason="ill", now=MONDAY)

    monkeypatch.setattr(close, "open_visit", opens_the_second)
    monkeypatch.setattr(crew, "hold_time", holds_later)

    raised = all_at_once(app, [close_now(scene), leave])

    assert kinds_of(raised) <= {Conflict, NotFound}
    assert raised[0] is None
    assert {stored(Visit, one.visit_id).state for one in (scene, second)} == {VisitState.DISRUPTED}
    assert not {state for seats in states(db.session, second).values() for state in seats} & set(LIVING)


# --- the waiting list ---
@pytest.fixture
def programme(session):
    made = make_programme(centre_id=make_centre(email="centre@centre.example").id)
    for _educator in range(8):
        works(a_cleared_educator(centre_id=made.centre_id))
    return made


@pytest.fixture
def desk(programme):
    return an_actor(centre_id=programme.centre_id)


def in_line(programme, days: int) -> SchoolRequest:
    came = MONDAY - dt.timedelta(days=days)
    return make_school_request(RequestState.WAITLISTED, programme=programme, submitted_at=came)


def given(desk, programme) -> int:
    draft = OpenDateDraft(programme_id=programme.id, on_day=DAY, starts_local=dt.time(10), hold_hours=24)
    return give_date(desk, draft, now=MONDAY)


def held_offer() -> DateOffer:
    db.session.rollback()
    return db.session.scalars(select(DateOffer).where(DateOffer.state == DateOfferState.HELD)).one()


def answer(row: SchoolRequest, offer_id: int, *, accepts: bool = True, now: dt.datetime = MONDAY):
    actor, request_id = school_contact(row.id, row.host_id), row.id
    return lambda: answer_date(actor, request_id, offer_id, accepts=accepts, now=now)


def test_a_held_date_taken_eight_times_at_once_is_one_visit(app: Flask, desk, programme):
    row = in_line(programme, 9)
    date_id, offer_id = given(desk, programme), held_offer().id
    assert all_at_once(app, [answer(row, offer_id)] * EIGHT) == [None] * EIGHT
    assert (how_many(Visit), how_many(OutboxMessage, OutboxMessage.kind == "date_accepted")) == (1, 1)
    assert stored(OpenDate, date_id).state is DateState.TAKEN
    assert violated() == []


@pytest.mark.parametrize("meanwhile", ["lapses", "is taken back", "is left", "is withdrawn", "is taken again"])
def test_a_held_date_is_taken_or_gone_never_both(app: Flask, desk, programme, meanwhile: str):
    row, nobody_id = in_line(programme, 9), in_line(programme, 1).id
    date_id = given(desk, programme)
    offer = held_offer()
    offer_id, late, actor = offer.id, offer.until, school_contact(row.id, row.host_id)
    row_id = row.id
    acts = {
        "lapses": lambda: pass_dates_on(now=late),
        "is taken back": lambda: take_date_back(desk, date_id, now=MONDAY),
        "is left": answer(row, offer_id, accepts=False),
        "is withdrawn": lambda: withdraw_request(actor, row_id, "", now=MONDAY),
        "is taken again": answer(row, offer_id),
    }

    assert kinds_of(all_at_once(app, [answer(row, offer_id), acts[meanwhile]] * 3)) <= {Conflict}
    taken = stored(DateOffer, offer_id).state is DateOfferState.ACCEPTED
    assert how_many(Visit) == int(taken)
    assert (stored(OpenDate, date_id).state is DateState.TAKEN) == taken
    assert how_many(DateOffer, DateOffer.state == DateOfferState.HELD) <= int(not taken)
    assert (stored(SchoolRequest, row_id).state is RequestState.STAFFING) <= taken
    assert stored(SchoolRequest, nobody_id).state in (RequestState.WAITLISTED, RequestState.PROPOSED)
    assert violated() == []


def test_two_dates_given_at_once_go_to_two_schools(app: Flask, desk, programme):
    asked = [in_line(programme, 9).id, in_line(programme, 1).id]
    draft = OpenDateDraft(programme_id=programme.id, on_day=DAY, starts_local=dt.time(10), hold_hours=24)
    raised = all_at_once(app, [lambda: give_date(desk, draft, now=MONDAY)] * 4)
    refused = [error.problems for error in raised if isinstance(error, Rejected)]
    assert (raised.count(None), refused) == (2, [{"on_day": "nobody_waits"}] * 2)
    db.session.rollback()
    assert sorted(db.session.scalars(select(DateOffer.school_request_id))) == asked


def test_weights_set_for_the_first_time_by_eight_at_once_are_one_row(app: Flask, session):
    administrator = an_actor(Role.ADMINISTRATOR)
    raised = all_at_once(
        app, [lambda n=n: change_weights(administrator, Weights(rural=n), now=MONDAY) for n in range(1, EIGHT + 1)]
    )
    assert (raised, how_many(WaitingWeights)) == ([None] * EIGHT, 1)


# --- hands, joining, cancelling ---
def test_a_call_opened_and_a_hand_put_up_eight_times_at_once_are_one_call_and_one_hand(app: Flask):
    scene = Scene()
    mira = presenter_actor(scene.educator())
    opened = all_at_once(app, [lambda: open_call(scene.coordinator, scene.visit_id, now=MONDAY)] * EIGHT)
    raised = all_at_once(app, [lambda: put_up_hand(mira, scene.visit_id, now=MONDAY)] * EIGHT)
    assert (opened, raised) == ([None] * EIGHT, [None] * EIGHT)
    assert (how_many(OpenCall), how_many(RaisedHand)) == (1, 1)


def test_joining_and_cancelling_at_once_leave_nobody_in_a_merged_presentation(app: Flask):
    scene = Scene(a_plan(expected_pupils=20), a_plan(dt.time(11, 0), expected_pupils=20))
    scene.confirmed_by(scene.educator(), scene.minor())
    join = lambda: join_presentations(scene.coordinator, scene.visit_id, 2, 1, now=MONDAY)  # noqa: E731
    cancel = lambda: cancel_visit(scene.coordinator, scene.visit_id, reason="strike", now=MONDAY)  # noqa: E731
    assert kinds_of(all_at_once(app, [join, cancel] * 3)) <= {Conflict}
    assert stored(Visit, scene.visit_id).state is VisitState.CANCELLED
    assert not {state for seats in states(db.session, scene).values() for state in seats} & {
        AssignmentState.ACCEPTED,
        AssignmentState.OFFERED,
        AssignmentState.SUGGESTED,
    }
    assert sum(row.merged_into_id is not None for row in presentations(db.session, scene)) <= 1
    assert violated() == []


def test_a_stopped_visit_planned_again_eight_times_at_once_is_planned_once(app: Flask):
    scene, _second = two_visits_of_one_crew()
    close_now(scene)()
    until = MONDAY + dt.timedelta(days=2)
    on_day = VISIT_DAY + dt.timedelta(days=14)
    raised = all_at_once(
        app, [lambda: replan_stopped(scene.coordinator, scene.visit_id, on_day, until=until, now=MONDAY)] * EIGHT
    )
    assert kinds_of(raised) <= {Conflict}
    assert raised.count(None) >= 1
    assert how_many(Visit, Visit.on_day == on_day) == 1
    assert (how_many(OutboxMessage, OutboxMessage.kind == "visit_replanned"), violated()) == (1, [])


def test_trust_r07_fifty_moves_that_cross_end_each_in_success_or_a_clear_word(app: Flask):
    scene, second = two_visits_of_one_crew()
    days = (VISIT_DAY, VISIT_DAY + dt.timedelta(days=1))
    visit_ids = (scene.visit_id, second.visit_id)
    until = MONDAY + dt.timedelta(days=2)

    def to(visit_id: int, on_day: dt.date) -> Callable[[], object]:
        return lambda: move_visit(scene.coordinator, visit_id, NewTimes(on_day, {}, until), now=MONDAY)

    raised = all_at_once(app, [to(visit_id, day) for visit_id in visit_ids for day in days] * 13)

    assert kinds_of(raised) <= {Conflict, PresenterTaken}
    assert None in raised
    assert {stored(Visit, one).on_day for one in visit_ids} <= set(days)
    assert violated() == []


THREADS = 60
IN_TWO_DAYS = MONDAY + dt.timedelta(days=2)


def overlapping_visits(count: int) -> tuple[Actor, list[int]]:
    """So many visits on one day, each a minute later than the last, with one presenter suggested for all of them."""
    with transaction():
        centre = make_centre()
        programme = make_programme(centre_id=centre.id)
        host = make_host()
        ana = a_cleared_educator(centre_id=centre.id)
        visit_ids = []
        for minute in range(count):
            visit = make_visit(programme=programme, host_id=host.id)
            make_assignment(
                make_presentation(visit, dt.time(10, minute)), ana.id, AssignmentState.SUGGESTED, offered_until=None
            )
            visit_ids.append(visit.id)
    return an_actor(centre_id=centre.id), visit_ids


def promised_overlaps() -> int:
    """Pairs of promised assignments of one person that overlap: the invariant."""
    a, b = sa.orm.aliased(Assignment), sa.orm.aliased(Assignment)
    db.session.rollback()
    return db.session.scalar(
        sa.select(sa.func.count())
        .select_from(a)
        .join(b, sa.and_(a.presenter_id == b.presenter_id, a.id < b.id))
        .where(a.state.in_(PROMISED), b.state.in_(PROMISED), a.busy_from < b.busy_until, b.busy_from < a.busy_until)
    )


def offer_all(app: Flask, coordinator: Actor, visit_ids: list[int]) -> list[Exception | None]:
    def offer(visit_id: int) -> Callable[[], None]:
        return lambda: offer_visit(coordinator, visit_id, until=IN_TWO_DAYS, now=MONDAY)

    return all_at_once(app, [offer(visit_id) for visit_id in visit_ids])


def test_sixty_at_once_one_succeeds_and_the_others_learn_who_and_when(app: Flask):
    coordinator, visit_ids = overlapping_visits(THREADS)
    answers = offer_all(app, coordinator, visit_ids)
    refused = [answer for answer in answers if isinstance(answer, PresenterTaken)]
    assert [answer for answer in answers if answer is not None and not isinstance(answer, PresenterTaken)] == []
    assert (answers.count(None), len(refused)) == (1, THREADS - 1)
    assert {(answer.reason, answer.promise.promised_by, answer.promise.promised_at) for answer in refused} == {
        ("taken", "Marija Kostić", MONDAY)
    }
    assert promised_overlaps() == 0


def test_without_the_locks_the_database_alone_still_gives_the_hour_once(app: Flask, monkeypatch: pytest.MonkeyPatch):
    """Whatever a code path forgets: the trigger or the exclusion constraint refuses, and the words are a Conflict.

    Two whose rows exclude each other may both wait for the other: PostgreSQL breaks one off, of which the door makes
    the same sentence (`web/errors.py`).
    """
    coordinator, visit_ids = overlapping_visits(8)
    monkeypatch.setattr(locked_visit, "advisory_lock", lambda *_: None)
    monkeypatch.setattr(offers, "refuse_clashes", lambda *_: None)
    answers = offer_all(app, coordinator, visit_ids)
    assert answers.count(None) == 1
    assert {answer.reason for answer in answers if isinstance(answer, Conflict)} == {"nobody_in_two_places"}
    others = [answer for answer in answers if answer is not None and not isinstance(answer, Conflict)]
    assert ([answer for answer in others if not crossed(answer)], promised_overlaps()) == ([], 0)


@pytest.fixture
def no_defences(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take away the triggers, the exclusion constraint, the presenters' locks and SQLite's write lock."""
    monkeypatch.setattr(locked_visit, "advisory_lock", lambda *_: None)
    with undefended(Assignment.__table__, "nobody_in_two_places", "assignment_is_allowed", "minor_keeps_an_adult"):
        yield


def test_without_locks_and_defences_the_same_presenter_is_in_two_places(
    app: Flask, no_defences: None, monkeypatch: pytest.MonkeyPatch
):
    coordinator, visit_ids = overlapping_visits(2)
    both_have_looked = threading.Barrier(2)
    look = offers.refuse_clashes

    def look_and_wait(*args: object) -> None:
        look(*args)
        both_have_looked.wait(timeout=30)

    monkeypatch.setattr(offers, "refuse_clashes", look_and_wait)
    assert (offer_all(app, coordinator, visit_ids), promised_overlaps()) == ([None, None], 1)
