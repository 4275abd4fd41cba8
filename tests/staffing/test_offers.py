"""Offers, made to all or nobody and answered for the whole visit; and open calls, which promise nothing."""

import datetime as dt

import pytest
from sqlalchemy import event, select

from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter, User
from scheduler.places.rules.hosts import road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.programmes.models import Programme
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.models.open_calls import RaisedHand
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.open_calls import call_is_open, hands_of, open_visits_for
from scheduler.staffing.service.crew import suggest_presenter, withdraw_presenter
from scheduler.staffing.service.offers import answer_offer, lapse_offers, offer_visit
from scheduler.staffing.service.open_calls import close_call, lower_hand, open_call, put_up_hand
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.terms.plans import PresenterTaken
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_presenter, make_user, presenter_actor, works
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.staffing import UNTIL, a_plan
from tests.factories.visits import make_assignment, make_presentation, make_visit
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


def test_an_offer_needs_somebody_and_declining_it_a_reason_and_the_visit_is_planned_again(scene, session):
    with conflict("nobody_suggested"):
        scene.offer()
    with rejection(until="in_the_past"):
        offer_visit(scene.coordinator, scene.visit_id, until=MONDAY, now=MONDAY)
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
    assert (problem.available_minutes, states(session, later)) == (60, {ana.id: [A.OFFERED]})


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


def test_an_offer_past_its_hour_cannot_be_accepted_and_lapses(session, scene):
    ana = scene.educator()
    scene.offered_to(ana)
    with conflict("offer_gone"):
        answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=UNTIL)
    assert (lapse_offers(now=UNTIL - dt.timedelta(seconds=1)), lapse_offers(now=UNTIL)) == (0, 1)
    assert (lapse_offers(now=UNTIL), states(session, scene)) == (0, {ana.id: [A.LAPSED]})
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


AFTER = dt.datetime(2026, 10, 6, 12, 0, tzinfo=dt.UTC)  # the visit of the factory is over


@pytest.fixture
def visit(session):
    made = make_visit()
    make_presentation(made)
    return made


@pytest.fixture
def desk(visit):
    return an_actor(centre_id=visit.centre_id)


def cleared(visit, **given) -> Presenter:
    return a_cleared_educator(centre_id=visit.centre_id, **given)


def hands(desk, visit) -> list[int]:
    db.session.expire_all()
    return [one.candidate.presenter_id for one in hands_of(visit.id, candidates(desk, visit.id, now=MONDAY))]


@pytest.mark.both_databases
def test_a_hand_is_up_once_seen_by_the_coordinator_and_takes_no_time(visit, desk):
    mira = cleared(visit)
    open_call(desk, visit.id, now=MONDAY)
    assert [(one.visit.id, one.raised) for one in open_visits_for(presenter_actor(mira), MONDAY)] == [(visit.id, False)]
    for _press in range(2):
        put_up_hand(presenter_actor(mira), visit.id, now=MONDAY)
    assert hands(desk, visit) == [mira.id]
    assert [one.raised for one in open_visits_for(presenter_actor(mira), MONDAY)] == [True]
    assert (db.session.scalars(select(Assignment)).all(), db.session.scalars(select(OutboxMessage)).all()) == ([], [])
    suggest_presenter(desk, visit.id, mira.id, now=MONDAY)
    assert (hands(desk, visit), open_visits_for(presenter_actor(mira), MONDAY)) == ([], [])


def test_the_first_hand_stands_first_and_one_is_taken_down(visit, desk):
    first, second = cleared(visit, family_name="Žikić"), cleared(visit, family_name="Antić")
    open_call(desk, visit.id, now=MONDAY)
    put_up_hand(presenter_actor(first), visit.id, now=MONDAY)
    put_up_hand(presenter_actor(second), visit.id, now=MONDAY + dt.timedelta(hours=1))
    assert hands(desk, visit) == [first.id, second.id]
    for _press in range(2):
        lower_hand(presenter_actor(first), visit.id, now=MONDAY)
    assert hands(desk, visit) == [second.id]


def test_a_hand_is_for_who_may_go_and_to_what_has_not_begun(visit, desk):
    unvetted, busy = make_presenter(centre_id=visit.centre_id), cleared(visit)
    make_assignment(make_presentation(make_visit(host_id=visit.host_id)), busy.id, AssignmentState.ACCEPTED)
    open_call(desk, visit.id, now=MONDAY)
    for presenter, reason in ((unvetted, "unvetted"), (busy, "taken")):
        with conflict(reason):
            put_up_hand(presenter_actor(presenter), visit.id, now=MONDAY)
    assert db.session.scalars(select(RaisedHand)).all() == []
    open_call(desk, visit.id, now=MONDAY)
    mira = cleared(visit)
    assert open_visits_for(presenter_actor(mira), AFTER) == []
    with pytest.raises(Conflict):
        put_up_hand(presenter_actor(mira), visit.id, now=AFTER)
    over = make_visit(VisitState.DELIVERED)
    with pytest.raises(Conflict):
        open_call(an_actor(centre_id=over.centre_id), over.id, now=MONDAY)


def test_a_visit_that_is_not_open_or_of_another_centre_is_not_there(visit, desk):
    mira, stranger = cleared(visit), make_presenter()
    with pytest.raises(NotFound):
        put_up_hand(presenter_actor(mira), visit.id, now=MONDAY)
    open_call(desk, visit.id, now=MONDAY)
    with pytest.raises(NotFound):
        put_up_hand(presenter_actor(stranger), visit.id, now=MONDAY)
    with pytest.raises(NotFound):
        open_call(an_actor(), visit.id, now=MONDAY)
    with pytest.raises(NotAllowed):
        put_up_hand(desk, visit.id, now=MONDAY)
    assert open_visits_for(presenter_actor(stranger), MONDAY) == []

    close_call(desk, visit.id, now=MONDAY)

    assert open_visits_for(presenter_actor(mira), MONDAY) == []
    with pytest.raises(NotFound):
        put_up_hand(presenter_actor(mira), visit.id, now=MONDAY)
    open_call(desk, visit.id, now=MONDAY)
    assert call_is_open(visit.id)


def told() -> list[str]:
    db.session.rollback()
    wanted = select(OutboxMessage.address).where(OutboxMessage.kind == "visit_open").order_by(OutboxMessage.id)
    return list(db.session.scalars(wanted))


def address_of(presenter: Presenter) -> str:
    return db.session.scalar(select(User.email).where(User.id == presenter.user_id))


def test_who_could_go_is_asked_by_one_mail_and_nobody_else(visit, desk):
    mira = works(cleared(visit))
    cleared(visit)  # has told no hours
    works(make_presenter(centre_id=visit.centre_id))  # no proof
    works(a_cleared_educator())  # of another centre
    busy = works(cleared(visit))
    make_assignment(make_presentation(make_visit(on_day=visit.on_day)), busy.id, AssignmentState.ACCEPTED)
    assert (open_call(desk, visit.id, now=MONDAY), open_call(desk, visit.id, now=MONDAY)) == (1, 0)
    assert told() == [address_of(mira)]


def test_opened_again_only_who_was_not_asked_is(visit, desk):
    mira = works(cleared(visit))
    open_call(desk, visit.id, now=MONDAY)
    close_call(desk, visit.id, now=MONDAY)
    vera = works(cleared(visit))
    assert open_call(desk, visit.id, now=MONDAY + dt.timedelta(days=2)) == 1
    assert told() == [address_of(mira), address_of(vera)]


def test_three_calls_a_day_are_mailed_the_others_stand_on_the_page(visit, desk):
    works(cleared(visit))
    with transaction() as session:
        programme = session.get(Programme, visit.programme_id)
    visits = [make_visit(programme=programme, on_day=visit.on_day) for _one in range(4)]
    for one in visits:
        make_presentation(one)
    asked = [open_call(desk, one.id, now=MONDAY) for one in visits]
    assert (asked, open_call(desk, visit.id, now=MONDAY + dt.timedelta(days=1))) == ([1, 1, 1, 0], 1)


def test_a_guardian_gets_a_copy(visit, desk):
    works(a_cleared_minor(centre_id=visit.centre_id))
    presentation = db.session.scalar(select(Presentation).where(Presentation.visit_id == visit.id))
    make_assignment(presentation, works(cleared(visit)).id, AssignmentState.ACCEPTED)
    assert open_call(desk, visit.id, now=MONDAY) == 1
    assert sorted(address.startswith("user") for address in told()) == [False, True]


def test_the_few_calls_are_read_once_and_not_asked_for_each_visit_of_the_centre(visit, desk):
    mira, asked = cleared(visit), []
    open_call(desk, visit.id, now=MONDAY)

    def note(_connection, _cursor, statement, given, *_rest) -> None:
        asked.append((statement, given))

    event.listen(db.engine, "before_cursor_execute", note)
    assert len(open_visits_for(presenter_actor(mira), MONDAY)) == 1
    event.remove(db.engine, "before_cursor_execute", note)
    statement, given = next(one for one in asked if "open_call" in one[0])
    steps = [row[-1] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    assert "SCAN open_call" in steps
    assert not any(step.startswith("CORRELATED") for step in steps)
