"""Crew by presentation, with mails, calendars and counts that say what is so; a second press changes nothing (R11)."""

import datetime as dt
from functools import partial

import pytest
import sqlalchemy as sa

from scheduler.attendance.service.counting import submit_counts
from scheduler.attendance.terms import HeadCounts
from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Role
from scheduler.staffing.queries.own_days import year_of
from scheduler.staffing.queries.own_offers import offers_of
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.staffing.service.crew import suggest_presenter, withdraw_from, withdraw_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer, offer_visit
from scheduler.staffing.terms.crew import Seat
from scheduler.visits.models.visits import Assignment
from scheduler.visits.queries.pages import visit_page
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.confirm import confirm_visit, mark_ready
from scheduler.visits.terms.plans import NewTimes, PresenterTaken
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.counting import a_count
from tests.factories.feeds import make_feed, whole_of
from tests.factories.people import an_actor, make_user, presenter_actor
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import VISIT_DAY
from tests.refusals import conflict, rejection
from tests.visits.scene import Scene, far_away_scene, mails, presentations, states, visit_of

SEVEN, EIGHT = a_plan(classes="7b"), a_plan(dt.time(11), classes="7c")
A, W = AssignmentState.ACCEPTED, AssignmentState.WITHDRAWN
EVENING = dt.datetime(2026, 10, 6, 19, 0, tzinfo=dt.UTC)


@pytest.fixture
def scene(session) -> Scene:
    """Two presentations, two educators who go to both, confirmed."""
    made = Scene(SEVEN, EIGHT)
    made.ana, made.mara = made.educator(), made.educator()
    made.confirmed_by(made.ana, made.mara)
    return made


def leave(scene: Scene, person, place: int = 1, **given) -> None:
    row = presentations(db.session(), scene)[place]
    withdraw_from(
        given.pop("actor", scene.coordinator),
        scene.visit_id,
        Seat(person.id, row.id),
        **({"reason": "Има састанак.", "now": MONDAY} | given),
    )


@pytest.mark.postgres_decides
def test_who_leaves_one_presentation_is_told_once_and_the_visit_stays_confirmed(session, scene):
    leave(scene, scene.mara)
    assert states(session, scene) == {scene.ana.id: [A, A], scene.mara.id: [A, W]}
    assert visit_of(session, scene).state is VisitState.CONFIRMED
    for _press in range(2):
        leave(scene, scene.mara)
    [mail] = mails(session, "seat_released")
    assert "у 11:00 у посети" in mail.text
    assert "И даље излажете у 10:00." in mail.text
    assert mails(session, "visit_released") == []


def test_the_only_presenter_of_a_presentation_takes_the_confirmation_along(session, scene):
    leave(scene, scene.mara)
    leave(scene, scene.ana)
    assert visit_of(session, scene).state is VisitState.OFFERED


def test_out_of_both_one_after_the_other_she_is_out_of_the_visit(session, scene):
    leave(scene, scene.mara)
    leave(scene, scene.mara, place=0)
    assert (len(mails(session, "seat_released")), len(mails(session, "visit_released"))) == (1, 1)
    assert states(session, scene)[scene.mara.id] == [W, W]


@pytest.mark.parametrize("wrong", ["reason", "stranger", "herself", "nobody", "stale"])
def test_who_may_not_or_says_nothing_takes_nobody_out(session, scene, wrong):
    errors = {"reason": Rejected, "stranger": NotFound, "herself": NotAllowed, "nobody": NotFound, "stale": Conflict}
    given = {
        "reason": {"reason": ""}, "stranger": {"actor": an_actor(centre_id=Scene(planned=False).centre_id)},
        "herself": {"actor": presenter_actor(scene.mara)}, "nobody": {}, "stale": {"version": 1},
    }[wrong]  # fmt: skip
    person = scene.educator() if wrong == "nobody" else scene.mara
    with pytest.raises(errors[wrong]):
        leave(scene, person, **given)
    assert set(db.session.scalars(sa.select(Assignment.state))) == {A}


def test_her_feed_shows_the_presentation_she_lost_as_cancelled_and_the_other_as_hers(session, scene):
    token = make_feed(scene.mara)
    leave(scene, scene.mara)
    first, second = presentations(session, scene)
    whole = whole_of(token, now=MONDAY).body.decode().replace("\r\n ", "")
    told = {part.split("UID:")[1].split("\r\n")[0]: part for part in whole.split("BEGIN:VEVENT")[1:]}
    assert "STATUS:CONFIRMED" in told[first.uid]
    assert "STATUS:CANCELLED" in told[second.uid]
    assert second.sequence > first.sequence


def test_who_goes_to_one_presentation_is_asked_for_its_hour_and_a_minor_leaves_with_her_adult(session):
    scene = Scene(SEVEN, EIGHT)
    ana, mara = scene.educator(), scene.educator()
    _first, second = presentations(session, scene)
    suggest_presenter(scene.coordinator, scene.visit_id, ana.id, now=MONDAY)
    suggest_presenter(scene.coordinator, scene.visit_id, mara.id, now=MONDAY, presentation_ids=[second.id])
    offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)
    to_ana, to_mara = mails(session, "visit_offered")
    assert "10:00, 11:00" in to_ana.text
    assert "10:00" not in to_mara.text
    assert "11:00" in to_mara.text
    [offer] = offers_of(mara.id, MONDAY)
    assert [row.starts_local for row in offer.presentations] == [dt.time(11)]

    scene = Scene(a_plan(dt.time(8)), a_plan(dt.time(17)))
    ana, mara = scene.educator(), scene.educator()
    far_away_scene(scene, dt.time(9)).accepted_by(mara)
    scene.suggest(ana, mara)
    with pytest.raises(PresenterTaken):
        offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)
    leave(scene, mara, place=0)
    offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)
    answer_offer(presenter_actor(mara), scene.visit_id, accepts=True, now=MONDAY)
    assert states(session, scene)[mara.id] == [W, A]

    scene = Scene(SEVEN, EIGHT)
    ana, tara = scene.educator(), scene.minor()
    scene.confirmed_by(ana, tara)
    leave(scene, ana)
    assert states(session, scene) == {ana.id: [A, W], tara.id: [A, W]}


def test_her_year_counts_only_what_she_did(session, scene):
    leave(scene, scene.mara)
    for row in presentations(session, scene):
        draft = a_count(HeadCounts(pupils=20, teachers=1), minutes_given=row.minutes)
        submit_counts(presenter_actor(scene.ana), row.id, draft, now=EVENING)
    assert {row.state for row in presentations(session, scene)} == {PresentationState.DELIVERED}
    year = VISIT_DAY.year
    assert (year_of(scene.ana.id, year).presentations, year_of(scene.mara.id, year).presentations) == (2, 1)


def letters(session) -> list[str]:
    session.rollback()
    return list(session.scalars(sa.select(OutboxMessage.kind).order_by(OutboxMessage.id)))


def test_trust_r11_a_second_decline_changes_nothing(session):
    scene = Scene()
    ana = scene.educator()
    scene.offered_to(ana)
    for _press in range(2):
        answer_offer(presenter_actor(ana), scene.visit_id, accepts=False, reason="School", now=MONDAY)
    assert states(session, scene) == {ana.id: [AssignmentState.DECLINED]}
    with pytest.raises(Conflict):
        answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=MONDAY)


@pytest.mark.parametrize("press", ["offer", "confirm", "ready"])
def test_trust_r11_a_coordinators_second_press_is_no_conflict(session, press):
    scene = Scene()
    ana = scene.educator()
    scene.suggest(ana)
    if press != "offer":
        offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)
        answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=MONDAY)
    if press == "ready":
        confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)
    version = visit_of(session, scene).version
    acts = {
        "offer": lambda: offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY, version=version),
        "confirm": lambda: confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY, version=version),
        "ready": lambda: mark_ready(scene.coordinator, scene.visit_id, now=MONDAY, version=version),
    }

    acts[press]()
    after = visit_of(session, scene).version
    acts[press]()

    assert (visit_of(session, scene).version, len(mails(session, "visit_offered"))) == (after, 1)
    assert len(mails(session, "visit_confirmed")) == (press != "offer")


@pytest.mark.parametrize("press", ["take_out", "cancel", "move"])
def test_trust_r11_the_second_press_of_a_form_with_a_reason_is_done_and_writes_to_nobody(session, press):
    scene = Scene()
    ana = scene.educator()
    scene.offered_to(ana)
    version = visit_of(session, scene).version
    wish = NewTimes(VISIT_DAY + dt.timedelta(days=1), {}, UNTIL)
    given = {"reason": "Storm", "now": MONDAY, "version": version}
    acts = {
        "take_out": lambda: withdraw_presenter(scene.coordinator, scene.visit_id, ana.id, **given),
        "cancel": lambda: cancel_visit(scene.coordinator, scene.visit_id, **given),
        "move": lambda: move_visit(scene.coordinator, scene.visit_id, wish, **given),
    }
    acts[press]()
    after, told = visit_of(session, scene).version, letters(session)
    acts[press]()
    assert after > version
    assert (visit_of(session, scene).version, letters(session)) == (after, told)


def test_an_answer_comes_before_the_visit_and_another_reason_finds_the_page_old(session):
    scene = Scene()
    ana = scene.educator()
    scene.offered_to(ana)
    out = partial(withdraw_presenter, scene.coordinator, scene.visit_id, ana.id, now=MONDAY)
    version = visit_of(session, scene).version
    out(reason="Ill")
    out(reason="Ill", version=version)
    with conflict("changed_meanwhile"):
        out(reason="Storm", version=version)

    scene = Scene()
    scene.suggested_to(scene.educator())
    late = dt.datetime(2026, 10, 6, 9, 0, tzinfo=dt.UTC)  # 11:00 in Belgrade; it begins at 10:00
    with rejection(until="after_the_visit"):
        offer_visit(scene.coordinator, scene.visit_id, until=late, now=MONDAY)
    with rejection(until="after_the_visit"):
        wish = NewTimes(VISIT_DAY - dt.timedelta(days=1), {}, late)
        move_visit(scene.coordinator, scene.visit_id, wish, now=MONDAY)


@pytest.mark.parametrize("how", ["taken_out", "falls_ill"])
def test_a_confirmed_visit_that_falls_short_tells_the_coordinators_once_and_the_school_by_its_page(session, how):
    scene = Scene()
    make_user(Role.COORDINATOR, email="desk@ncc.example", centre_id=scene.centre_id, password_hash="set")
    ana = scene.educator()
    scene.confirm(ana)
    if how == "falls_ill":
        withdraw_presenter(presenter_actor(ana), scene.visit_id, ana.id, reason="Ill", now=MONDAY)
    else:
        withdraw_presenter(scene.coordinator, scene.visit_id, ana.id, reason="Ill", now=MONDAY)
    assert visit_of(session, scene).state is VisitState.PLANNED
    assert [mail.address for mail in mails(session, "crew_short")] == ["desk@ncc.example"] * (how == "falls_ill")
    assert crew_for_school(scene.asked.id, MONDAY).crew_lost
    assert visit_page(scene.coordinator, visit_of(session, scene).number).crew_lost
    assert len(mails(session, "visit_confirmed")) == 1
    scene.confirm(scene.educator())
    assert not crew_for_school(scene.asked.id, MONDAY).crew_lost
