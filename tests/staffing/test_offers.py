"""Offers: made to all or nobody, answered for the whole visit; a minor is never without her adult."""

import datetime as dt

import pytest

from scheduler.core.errors import NotAllowed, NotFound
from scheduler.places.rules.hosts import road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.crew import withdraw_presenter
from scheduler.staffing.service.offers import answer_offer, lapse_offers, offer_visit
from scheduler.visits.terms.plans import PresenterTaken
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.people import make_user, presenter_actor
from tests.factories.staffing import UNTIL, a_plan
from tests.refusals import conflict, rejection
from tests.visits.scene import (
    Scene,
    another_visit,
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


# --- offer and answer ---


def test_an_offer_takes_the_time_and_writes_to_each_presenter_once(session):
    scene = Scene(a_plan(dt.time(9, 0)), a_plan(dt.time(11, 0)))
    ana, boris = scene.educator(), scene.educator()

    scene.offer(ana, boris)

    assert states(session, scene) == {ana.id: [A.OFFERED] * 2, boris.id: [A.OFFERED] * 2}
    assert visit_of(session, scene).state is VisitState.OFFERED
    assert len(mails(session, "visit_offered")) == 2
    assert [row.sequence for row in presentations(session, scene)] == [1, 1]


def test_an_offer_needs_somebody_and_a_future(scene):
    with conflict("nobody_suggested"):
        scene.offer()
    with rejection(until="in_the_past"):
        offer_visit(scene.coordinator, scene.visit_id, until=MONDAY, now=MONDAY)


def test_the_slower_coordinator_learns_who_took_the_time_and_when(session, scene):
    ana = scene.educator()
    other = another_visit(scene)
    other.coordinator = make_user(centre_id=scene.centre_id, given_name="Milan", family_name="Jović").actor()
    other.offered_to(ana)

    with pytest.raises(PresenterTaken) as refusal:
        scene.offer(ana)

    promise = refusal.value.promise
    assert (refusal.value.reason, promise.promised_by, promise.promised_at) == ("taken", "Milan Jović", MONDAY)
    assert promise.visit_number == visit_of(session, other).number
    assert promise.starts_at == dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC)
    assert states(session, scene) == {ana.id: [A.SUGGESTED]}
    assert visit_of(session, scene).state is VisitState.PLANNED


def test_nobody_is_offered_what_she_cannot_reach_and_enough_time_for_the_road_is_enough(session, scene):
    ana = scene.educator()
    scene.offered_to(ana)  # Niš until 10:45
    too_soon, later = far_away_scene(scene, dt.time(12, 0)), far_away_scene(scene, dt.time(17, 0))

    with pytest.raises(PresenterTaken) as refusal:
        too_soon.offer(ana)
    later.offer(ana)

    assert refusal.value.reason == "cannot_arrive"
    problem = refusal.value.problem
    assert problem.needed_minutes == road_minutes(Point(43.3209, 21.8958), Point(44.80, 20.46))
    assert problem.available_minutes == 60
    assert states(session, later) == {ana.id: [A.OFFERED]}


@pytest.mark.both_databases
@pytest.mark.parametrize("break_minutes", [0, 5, 14, 15, 40])
def test_one_crew_gives_lesson_after_lesson_however_short_the_break(session, break_minutes):
    second = (dt.datetime.combine(dt.date.min, dt.time(10, 45)) + dt.timedelta(minutes=break_minutes)).time()
    scene = Scene(a_plan(), a_plan(second))
    person = scene.educator()

    scene.confirm(person)

    assert states(session, scene) == {person.id: [A.ACCEPTED, A.ACCEPTED]}


def test_an_answer_holds_for_the_whole_visit(session):
    scene = Scene(a_plan(dt.time(9, 0)), a_plan(dt.time(11, 0)))
    ana, boris = scene.educator(), scene.educator()
    scene.offered_to(ana, boris)

    answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=MONDAY)
    answer_offer(presenter_actor(boris), scene.visit_id, accepts=False, reason="Seminar", now=MONDAY)

    assert states(session, scene) == {ana.id: [A.ACCEPTED] * 2, boris.id: [A.DECLINED] * 2}
    assert visit_of(session, scene).state is VisitState.OFFERED
    with conflict("offer_gone"):
        answer_offer(presenter_actor(boris), scene.visit_id, accepts=True, now=MONDAY)


def test_declining_wants_a_reason_and_an_own_offer_and_the_visit_is_planned_again(session, scene):
    ana = scene.educator()
    scene.offered_to(ana)

    with rejection(reason="missing"):
        answer_offer(presenter_actor(ana), scene.visit_id, accepts=False, now=MONDAY)
    with pytest.raises(NotFound):
        answer_offer(presenter_actor(scene.educator()), scene.visit_id, accepts=True, now=MONDAY)
    with pytest.raises(NotAllowed):
        answer_offer(scene.coordinator, scene.visit_id, accepts=True, now=MONDAY)
    answer_offer(presenter_actor(ana), scene.visit_id, accepts=False, reason="Seminar", now=MONDAY)

    assert visit_of(session, scene).state is VisitState.PLANNED
    assert request_state(session, scene) is RequestState.STAFFING


def test_an_offer_past_its_hour_cannot_be_accepted_and_lapses(session, scene):
    ana = scene.educator()
    scene.offered_to(ana)

    with conflict("offer_gone"):
        answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=UNTIL)
    assert lapse_offers(now=UNTIL - dt.timedelta(seconds=1)) == 0
    assert lapse_offers(now=UNTIL) == 1
    assert lapse_offers(now=UNTIL) == 0
    assert states(session, scene) == {ana.id: [A.LAPSED]}
    assert visit_of(session, scene).state is VisitState.PLANNED
    (mail,) = mails(session, "visit_released")
    assert mail.subject.startswith("Одговор више није потребан")  # she never went, so she does not "no longer" go
    assert "у екипи" not in mail.text


# --- minors (TRUST S47) ---


def test_a_declining_adult_takes_along_the_minor_who_would_stay_alone(session, scene):
    ana, tara = scene.educator(), scene.minor()
    scene.accepted_by(ana, tara)
    withdraw_presenter(scene.coordinator, scene.visit_id, ana.id, reason="Ill", now=MONDAY)

    assert states(session, scene) == {ana.id: [A.WITHDRAWN], tara.id: [A.WITHDRAWN]}
    assert len(mails(session, "visit_released")) == 3  # the third is the guardian's copy
    assert visit_of(session, scene).state is VisitState.PLANNED


def test_a_minor_keeps_her_place_beside_a_second_adult(session, scene):
    ana, boris, tara = scene.educator(), scene.educator(), scene.minor()
    scene.offered_to(ana, boris, tara)

    answer_offer(presenter_actor(ana), scene.visit_id, accepts=False, reason="Seminar", now=MONDAY)

    assert states(session, scene) == {ana.id: [A.DECLINED], boris.id: [A.OFFERED], tara.id: [A.OFFERED]}


def test_an_adults_lapsed_offer_releases_the_minor_too(session, scene):
    ana, tara = scene.educator(), scene.minor()
    scene.offered_to(ana, tara)
    answer_offer(presenter_actor(tara), scene.visit_id, accepts=True, now=MONDAY)

    lapse_offers(now=UNTIL)

    assert states(session, scene) == {ana.id: [A.LAPSED], tara.id: [A.WITHDRAWN]}


def test_a_minor_offered_before_her_adult_in_the_list_still_goes_second(session, scene):
    """The adult is suggested first (the database wants it), yet stored rows may come in any order."""
    ana, boris, tara = scene.educator(), scene.educator(), scene.minor()
    scene.suggested_to(ana, tara, boris)
    withdraw_presenter(scene.coordinator, scene.visit_id, ana.id, reason="Ill", now=MONDAY)

    offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)

    assert states(session, scene)[tara.id] == [A.OFFERED]


def test_the_school_reads_a_minors_first_name_only(session, scene):
    ana, tara = scene.educator(given_name="Jelena", family_name="Ristić"), scene.minor()

    scene.confirm(ana, tara)

    (mail,) = mails(session, "visit_confirmed")
    assert "Jelena Ristić, Tara" in mail.text
    assert "teacher stays" in mail.text or "Наставник остаје" in mail.text
    assert "Ilić" not in mail.text + mail.subject + mail.html
    assert (mail.address, mail.link_purpose, mail.link_subject_id) == ("ana@school.example", "status", scene.asked.id)
