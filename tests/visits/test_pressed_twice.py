"""Who presses twice reads what the first press did (TRUST R11); nobody is written to twice."""

import datetime as dt
from functools import partial

import pytest
import sqlalchemy as sa

from scheduler.core.errors import Conflict
from scheduler.messages.models import OutboxMessage
from scheduler.policy import Role
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.staffing.service.offers import answer_offer, offer_visit
from scheduler.visits.queries.pages import visit_page
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.confirm import confirm_visit, mark_ready
from scheduler.visits.terms.plans import NewTimes
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.people import make_user, presenter_actor
from tests.factories.staffing import UNTIL
from tests.factories.visits import VISIT_DAY
from tests.refusals import conflict, rejection
from tests.visits.scene import Scene, mails, states, visit_of


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

    assert visit_of(session, scene).version == after
    assert len(mails(session, "visit_offered")) == 1
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


def test_who_takes_out_second_for_another_reason_is_told_that_the_page_is_old(session):
    scene = Scene()
    ana = scene.educator()
    scene.offered_to(ana)
    out = partial(withdraw_presenter, scene.coordinator, scene.visit_id, ana.id, now=MONDAY)
    version = visit_of(session, scene).version
    out(reason="Ill")

    out(reason="Ill", version=version)
    with conflict("changed_meanwhile"):
        out(reason="Storm", version=version)


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
    number = visit_of(session, scene).number
    assert visit_page(scene.coordinator, number).crew_lost
    assert len(mails(session, "visit_confirmed")) == 1

    scene.confirm(scene.educator())
    assert not crew_for_school(scene.asked.id, MONDAY).crew_lost


def test_an_answer_is_wanted_before_the_visit_begins(session):
    scene = Scene()
    scene.suggested_to(scene.educator())
    late = dt.datetime(2026, 10, 6, 9, 0, tzinfo=dt.UTC)  # 11:00 in Belgrade; it begins at 10:00

    with rejection(until="after_the_visit"):
        offer_visit(scene.coordinator, scene.visit_id, until=late, now=MONDAY)
    with rejection(until="after_the_visit"):
        wish = NewTimes(VISIT_DAY - dt.timedelta(days=1), {}, late)
        move_visit(scene.coordinator, scene.visit_id, wish, now=MONDAY)
