"""Confirming, moving, calling off and holding a visit: visit, request, crew and mails together."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.policy import SYSTEM, Role, school_contact
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.safeguarding.models import GuardianConsent
from scheduler.safeguarding.terms import VettingResult
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.visits.service.cancel import cancel_visit
from scheduler.visits.service.confirm import confirm_visit, mark_ready, record_promise
from scheduler.visits.terms.plans import NewTimes, PresenterTaken
from scheduler.visits.terms.states import AssignmentState, CancelledBy, PresentationState, VisitState
from tests.counting import asked_and_written
from tests.factories import MONDAY
from tests.factories.people import make_presenter, make_user, presenter_actor
from tests.factories.places import make_municipality
from tests.factories.safeguarding import make_vetting
from tests.factories.staffing import THE_DAY, UNTIL, a_plan, with_entries
from tests.factories.visits import VISIT_DAY
from tests.refusals import conflict
from tests.visits.defences import ended_past_the_law
from tests.visits.scene import (
    Scene,
    audit_of,
    delivered,
    far_away_scene,
    mails,
    presentations,
    request_state,
    states,
    visit_of,
)

A = AssignmentState
pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def scene(app: object) -> Scene:
    return Scene()


# --- confirm ---
def test_confirming_moves_visit_presentations_and_request_together(session, scene):
    scene.confirm(scene.educator(home_id=make_municipality("Београд", lat=44.80, lon=20.46).id))
    visit = visit_of(session, scene)
    assert visit.state is VisitState.CONFIRMED
    assert 450 < visit.kilometres < 700
    assert [row.state for row in presentations(session, scene)] == [PresentationState.CONFIRMED]
    assert request_state(session, scene) is RequestState.CONFIRMED
    assert len(mails(session, "crew_confirmed")) == 1


def test_a_visit_without_enough_acceptances_is_not_confirmed(session):
    scene = Scene(educators=2)
    scene.accepted_by(scene.educator())
    with conflict("educators_missing"):
        confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)
    assert visit_of(session, scene).state is VisitState.OFFERED
    assert mails(session, "visit_confirmed") == []


@pytest.mark.parametrize(("proof", "reason"), [("vetting", "unvetted"), ("consent", "no_consent")])
def test_a_proof_that_was_taken_back_meanwhile_stops_the_confirmation(scene, proof, reason):
    ana, tara = scene.educator(), scene.minor()
    scene.accepted_by(ana, tara)
    with ended_past_the_law() as inside:
        if proof == "vetting":
            today = MONDAY.date()
            make_vetting(ana.id, result=VettingResult.REFUSED, checked_on=today, valid_until=today)
        else:
            inside.execute(sa.update(GuardianConsent).values(withdrawn_at=MONDAY))
    with conflict(reason):
        confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)


def test_a_school_without_a_safeguarding_contact_is_not_confirmed(scene):
    scene.accepted_by(scene.educator())
    with transaction() as session:
        session.execute(sa.update(SchoolRequest).values(safeguarding_contact=""))
    with conflict("no_safeguarding_contact"):
        confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)


def test_a_presenter_withdraws_herself_alone_and_a_lost_crew_takes_the_visit_back(scene, session):
    ana, boris = scene.educator(), scene.educator()
    scene.accepted_by(ana, boris)
    with pytest.raises(NotAllowed):
        withdraw_presenter(presenter_actor(ana), scene.visit_id, boris.id, reason="x", now=MONDAY)
    scene.confirmed_by(ana, boris)
    withdraw_presenter(scene.coordinator, scene.visit_id, boris.id, reason="Ill", now=MONDAY)
    assert visit_of(session, scene).state is VisitState.CONFIRMED  # one educator is all the programme wants
    withdraw_presenter(presenter_actor(ana), scene.visit_id, ana.id, reason="Ill too", now=MONDAY)
    assert visit_of(session, scene).state is VisitState.PLANNED
    assert request_state(session, scene) is RequestState.STAFFING
    assert [row.state for row in presentations(session, scene)] == [PresentationState.PLANNED]
    assert len(mails(session, "visit_released")) == 1  # who withdrew herself is not told what she did


# --- move ---
def new_times(**given: Any) -> NewTimes:
    return NewTimes(**({"on_day": dt.date(2026, 10, 8), "starts_local": {}, "until": UNTIL} | given))


def test_a_moved_visit_keeps_its_uids_and_asks_its_crew_again(session):
    scene = Scene(a_plan(dt.time(9, 0)), a_plan(dt.time(10, 0)))
    ana, tara = scene.educator(), scene.minor()
    scene.confirm(ana, tara)
    before = {row.uid: row.sequence for row in presentations(session, scene)}
    move_visit(scene.coordinator, scene.visit_id, new_times(), reason="Snow", now=MONDAY)
    after = presentations(session, scene)
    assert {row.uid: row.sequence for row in after} == {uid: sequence + 1 for uid, sequence in before.items()}
    assert {row.on_day for row in after} == {dt.date(2026, 10, 8)}
    assert {row.state for row in after} == {PresentationState.PLANNED}
    assert states(session, scene) == {ana.id: [A.OFFERED] * 2, tara.id: [A.OFFERED] * 2}
    assert visit_of(session, scene).state is VisitState.OFFERED
    assert request_state(session, scene) is RequestState.STAFFING
    assert len(mails(session, "visit_moved")) == 1
    assert len(mails(session, "visit_offered")) == 6  # twice to each, and a copy to the guardian


@pytest.mark.parametrize("shift", [-30, 30])
def test_back_to_back_presentations_of_one_crew_move_by_half_an_hour(session, shift):
    scene = Scene(a_plan(dt.time(9, 0)), a_plan(dt.time(10, 0)))
    scene.accepted_by(scene.educator())
    starts = {
        row.id: (dt.datetime.combine(VISIT_DAY, row.starts_local) + dt.timedelta(minutes=shift)).time()
        for row in presentations(session, scene)
    }
    move_visit(scene.coordinator, scene.visit_id, new_times(on_day=VISIT_DAY, starts_local=starts), now=MONDAY)
    assert [row.starts_local for row in presentations(session, scene)] == list(starts.values())


def test_a_move_onto_another_promise_changes_nothing(session, scene):
    ana = scene.educator()
    scene.confirmed_by(ana)
    far_away_scene(scene, dt.time(17, 0)).offered_to(ana)
    (sitting,) = presentations(session, scene)
    wish = new_times(on_day=VISIT_DAY, starts_local={sitting.id: dt.time(17, 15)})
    with pytest.raises(PresenterTaken):
        move_visit(scene.coordinator, scene.visit_id, wish, now=MONDAY)
    assert presentations(session, scene)[0].starts_local == dt.time(10, 0)
    assert visit_of(session, scene).state is VisitState.CONFIRMED


def test_a_move_past_somebodys_vetting_is_refused_by_the_database(session, scene):
    ana = make_presenter(centre_id=scene.centre_id)
    make_vetting(ana.id, valid_until=VISIT_DAY)
    scene.accepted_by(ana)
    with conflict("presenter_is_vetted"):
        move_visit(scene.coordinator, scene.visit_id, new_times(), now=MONDAY)
    assert visit_of(session, scene).on_day == VISIT_DAY


# --- cancel ---
def test_a_school_cancels_by_its_link_and_everybody_is_told(session, scene):
    make_user(Role.COORDINATOR, email="desk@ncc.example", centre_id=scene.centre_id, password_hash="set")
    ana, tara = scene.educator(), scene.minor()
    scene.confirmed_by(ana, tara)
    cancel_visit(school_contact(scene.asked.id, scene.host.id), scene.visit_id, reason="Exam day", now=MONDAY)
    visit = visit_of(session, scene)
    assert (visit.state, visit.cancelled_by, visit.reason) == (VisitState.CANCELLED, CancelledBy.SCHOOL, "Exam day")
    assert request_state(session, scene) is RequestState.CANCELLED_BY_SCHOOL
    assert states(session, scene) == {ana.id: [A.WITHDRAWN], tara.id: [A.WITHDRAWN]}
    assert [row.state for row in presentations(session, scene)] == [PresentationState.CANCELLED]
    assert len(mails(session, "crew_visit_cancelled")) == 3  # the third is the guardian's copy
    assert len(mails(session, "visit_cancelled")) == 1
    [told] = mails(session, "school_cancelled")
    assert told.address == "desk@ncc.example"
    assert "Exam day" in told.text


def test_the_coordinators_learn_that_a_school_called_off_and_not_what_they_noted_themselves(session, scene):
    make_user(
        Role.COORDINATOR, centre_id=scene.centre_id, email="vera@centre.example", password_hash="x", language="sr_Latn"
    )
    cancel_visit(school_contact(scene.asked.id, scene.host.id), scene.visit_id, reason="Exam day", now=MONDAY)
    other = Scene()
    cancel_visit(other.coordinator, other.visit_id, reason="They rang", by=CancelledBy.SCHOOL, now=MONDAY)
    assert visit_of(session, other).cancelled_by is CancelledBy.SCHOOL
    assert request_state(session, other) is RequestState.CANCELLED_BY_SCHOOL
    told = {mail.address: mail for mail in mails(session, "school_cancelled")}
    assert "Exam day" in told["vera@centre.example"].text
    assert visit_of(session, scene).number in told["vera@centre.example"].text
    assert {(mail.about, mail.about_id) for mail in told.values()} == {("visit", scene.visit_id)}


@pytest.mark.parametrize(("minutes", "refused"), [(-1, False), (0, True), (600, True)])
def test_a_school_calls_nothing_off_that_has_begun_but_staff_may(session, scene, minutes, refused):
    scene.confirmed_by(scene.educator())
    [presentation] = presentations(session, scene)
    school, now = school_contact(scene.asked.id, scene.host.id), presentation.starts_at + dt.timedelta(minutes=minutes)
    assert crew_for_school(scene.asked.id, now).may_cancel(now) is not refused
    if refused:
        with pytest.raises(Conflict, match="has_begun"):
            cancel_visit(school, scene.visit_id, reason="Exam", now=now)
        assert (visit_of(session, scene).state, mails(session, "visit_cancelled")) == (VisitState.CONFIRMED, [])
        cancel_visit(scene.coordinator, scene.visit_id, reason="Nobody opened", now=now)
    else:
        cancel_visit(school, scene.visit_id, reason="Exam", now=now)
    assert visit_of(session, scene).state is VisitState.CANCELLED


def test_a_move_to_where_it_stands_and_a_second_press_tell_nobody(session, scene):
    scene.confirm(scene.educator())
    edited = [(row.sequence, row.edited_at) for row in presentations(session, scene)]
    assert move_visit(scene.coordinator, scene.visit_id, NewTimes(VISIT_DAY, {}, UNTIL), now=MONDAY) is False
    assert visit_of(session, scene).state is VisitState.CONFIRMED
    assert [(row.sequence, row.edited_at) for row in presentations(session, scene)] == edited
    assert mails(session, "visit_moved") == []
    moved = [move_visit(scene.coordinator, scene.visit_id, new_times(), now=MONDAY) for _ in range(2)]
    assert (moved, len(mails(session, "visit_moved"))) == ([True, False], 1)
    assert len(mails(session, "visit_offered")) == 2  # the first offer, and the one after the move
    assert audit_of(session, "visit").count("visit moved") == 1


@pytest.mark.parametrize("days_ahead", [0, 30, 200, 500])
def test_the_schools_link_outlives_the_visit_however_far_ahead_it_lies(session, scene, days_ahead):
    scene.visit_id = Scene(planned=False).plan(on_day=MONDAY.date() + dt.timedelta(days=days_ahead))
    cancel_visit(SYSTEM, scene.visit_id, reason="Storm", now=MONDAY)
    [mail] = mails(session, "visit_cancelled")
    dies_on = (MONDAY + dt.timedelta(hours=mail.link_hours)).date()
    assert dies_on == MONDAY.date() + dt.timedelta(days=days_ahead + 120)


def test_a_cancellation_under_48_hours_is_flagged(session, scene):
    scene.confirmed_by(scene.educator())
    hours_before = dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC) - dt.timedelta(hours=47, minutes=30)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Ill", now=hours_before)
    assert presentations(session, scene)[0].notice_hours == 47
    assert visit_of(session, scene).cancelled_by is CancelledBy.CENTRE


def test_cancelling_wants_a_reason_the_right_link_and_an_open_visit(scene):
    with pytest.raises(Rejected):
        cancel_visit(scene.coordinator, scene.visit_id, reason="", now=MONDAY)
    with pytest.raises(NotFound):
        cancel_visit(school_contact(scene.asked.id + 1, 1), scene.visit_id, reason="x", now=MONDAY)
    with pytest.raises(NotAllowed):
        cancel_visit(presenter_actor(scene.educator()), scene.visit_id, reason="x", now=MONDAY)
    cancel_visit(scene.coordinator, scene.visit_id, reason="x", now=MONDAY)
    with conflict("wrong_state"):
        cancel_visit(scene.coordinator, scene.visit_id, reason="y", now=MONDAY)


# --- ready and delivered ---
def test_a_delivered_visit_closes_its_crew(session, scene):
    ana, boris = scene.educator(), scene.educator()
    scene.confirmed_by(ana, boris)
    mark_ready(scene.coordinator, scene.visit_id, now=MONDAY)
    delivered(presenter_actor(ana), scene.visit_id, now=THE_DAY, absent=[boris.id])
    assert states(session, scene) == {ana.id: [A.PRESENT], boris.id: [A.ABSENT]}
    assert visit_of(session, scene).state is VisitState.DELIVERED
    assert request_state(session, scene) is RequestState.DELIVERED
    assert [row.state for row in presentations(session, scene)] == [PresentationState.DELIVERED]


def test_a_step_that_no_calendar_shows_writes_no_calendar_text(scene):
    scene.confirmed_by(scene.educator())
    with_entries(scene.visit_id)
    with asked_and_written() as made:
        mark_ready(scene.coordinator, scene.visit_id, now=MONDAY)
    assert [text for text in made.selects if "FROM calendar_entry" in text]  # they were looked at
    assert [text for text in made.writes if "calendar_entry" in text] == []


def test_a_visit_nobody_ticked_ready_passes_through_it_and_is_not_delivered_before_it_begins(session, scene):
    scene.confirmed_by(scene.educator())
    with conflict("not_yet"):
        delivered(scene.coordinator, scene.visit_id, now=MONDAY)
    delivered(SYSTEM, scene.visit_id, now=THE_DAY)
    assert audit_of(session, "visit")[-2:] == ["visit ready", "visit delivered"]


# --- without a request: what the school promised is noted (TRUST S51) ---
def a_free_visit() -> tuple[Scene, object]:
    scene = Scene(planned=False)
    scene.visit_id = scene.plan(school_request_id=None)
    ana = scene.educator()
    scene.accepted_by(ana)
    return scene, ana


@pytest.mark.both_databases
def test_a_free_visit_is_confirmed_once_the_schools_promise_is_noted(session):
    scene, _ana = a_free_visit()
    with pytest.raises(Conflict, match="teacher_not_promised"):
        confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)
    record_promise(scene.coordinator, scene.visit_id, safeguarding_contact="Школски психолог", now=MONDAY)
    confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)
    visit = visit_of(session, scene)
    assert (visit.state, visit.teacher_stays, visit.safeguarding_contact) == (
        VisitState.CONFIRMED,
        True,
        "Школски психолог",
    )
    assert "visit promise recorded" in audit_of(session, "visit")


def test_a_promise_is_noted_by_staff_with_a_contact_and_only_without_a_request(session):
    scene, ana = a_free_visit()
    with pytest.raises(Rejected):
        record_promise(scene.coordinator, scene.visit_id, safeguarding_contact="", now=MONDAY)
    with pytest.raises(NotAllowed):
        record_promise(presenter_actor(ana), scene.visit_id, safeguarding_contact="X", now=MONDAY)
    assert not visit_of(session, scene).teacher_stays
    scene = Scene()
    with conflict("wrong_state"):
        record_promise(scene.coordinator, scene.visit_id, safeguarding_contact="X", now=MONDAY)


def test_a_request_that_lost_whom_to_tell_gets_it_noted_by_a_coordinator(session):
    scene = Scene()
    scene.accepted_by(scene.educator())
    with transaction() as writing:
        writing.merge(scene.asked).safeguarding_contact = ""
    with pytest.raises(Conflict, match="no_safeguarding_contact"):
        confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)
    for _pressed in ("once", "twice"):
        record_promise(scene.coordinator, scene.visit_id, safeguarding_contact="Педагог", now=MONDAY)
    confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)
    assert session.get_one(SchoolRequest, scene.asked.id).safeguarding_contact == "Педагог"
    assert visit_of(session, scene).state is VisitState.CONFIRMED
