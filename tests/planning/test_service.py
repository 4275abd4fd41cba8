"""Planning's acts: each by the right people only, whole or not at all, with its audit row, mails and calendar."""

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from scheduler.core.audit import AuditEntry
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter
from scheduler.places.rules import road_minutes
from scheduler.places.terms import Point
from scheduler.planning import service
from scheduler.planning.models import Assignment, CalendarEntry, Presentation, Visit
from scheduler.planning.terms import (
    AssignmentState,
    CancelledBy,
    EntryStatus,
    NewTimes,
    PresentationPlan,
    PresentationState,
    Taken,
    VisitDraft,
    VisitState,
)
from scheduler.policy import SYSTEM, Actor, Role, school_contact
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms import RequestState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, make_presenter, make_user, presenter_actor
from tests.factories.places import make_host, make_municipality
from tests.factories.planning import VISIT_DAY
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor, make_vetting

A = AssignmentState
pytestmark = pytest.mark.usefixtures("app")

UNTIL = MONDAY + dt.timedelta(days=3)
THE_DAY = dt.datetime(2026, 10, 6, 12, 0, tzinfo=dt.UTC)


def a_plan(starts: dt.time = dt.time(10, 0), **given: Any) -> PresentationPlan:
    fair = {"minutes": 45, "audience": Audience.PUPILS, "level": SchoolLevel.PRIMARY, "expected_pupils": 90}
    return PresentationPlan(starts, **(fair | given))


class Scene:
    """A centre with a coordinator, an agreed school request, and the visit planned for it."""

    def __init__(self, *plans: PresentationPlan, planned: bool = True, **programme: Any) -> None:
        self.centre_id = make_centre().id
        self.coordinator = an_actor(centre_id=self.centre_id)
        self.programme = make_programme(centre_id=self.centre_id, **programme)
        self.host = make_host()
        self.asked = make_school_request(RequestState.AGREED, programme=self.programme, host_id=self.host.id)
        self.plans = plans or (a_plan(),)
        self.visit_id = self.plan() if planned else 0

    def draft(self, **given: Any) -> VisitDraft:
        fair = {
            "programme_id": self.programme.id,
            "host_id": self.host.id,
            "on_day": VISIT_DAY,
            "presentations": self.plans,
            "school_request_id": self.asked.id,
        }
        return VisitDraft(**(fair | given))

    def plan(self, **given: Any) -> int:
        return service.plan_visit(self.coordinator, self.draft(**given), now=MONDAY).id

    def educator(self, **given: Any) -> Presenter:
        return a_cleared_educator(centre_id=self.centre_id, **given)

    def minor(self, **given: Any) -> Presenter:
        return a_cleared_minor(centre_id=self.centre_id, given_name="Tara", family_name="Ilić", **given)

    def suggest(self, *people: Presenter) -> None:
        for person in people:
            service.suggest_presenter(self.coordinator, self.visit_id, person.id, now=MONDAY)

    def offer(self, *people: Presenter) -> None:
        self.suggest(*people)
        service.offer_visit(self.coordinator, self.visit_id, until=UNTIL, now=MONDAY)

    def accepted_by(self, *people: Presenter) -> None:
        self.offer(*people)
        for person in people:
            service.answer_offer(presenter_actor(person), self.visit_id, accepts=True, now=MONDAY)

    def confirmed_by(self, *people: Presenter) -> None:
        self.accepted_by(*people)
        service.confirm_visit(self.coordinator, self.visit_id, now=MONDAY)


@pytest.fixture
def scene(app: object) -> Scene:
    return Scene()


def visit_of(session, scene: Scene) -> Visit:
    session.rollback()
    return session.get_one(Visit, scene.visit_id, populate_existing=True)


def request_state(session, scene: Scene) -> RequestState:
    session.rollback()
    return session.scalar(sa.select(SchoolRequest.state).where(SchoolRequest.id == scene.asked.id))


def states(session, scene: Scene) -> dict[int, list[AssignmentState]]:
    """Each presenter's assignments in the visit, oldest first."""
    session.rollback()
    rows = session.execute(
        sa.select(Assignment.presenter_id, Assignment.state)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id == scene.visit_id)
        .order_by(Assignment.id)
    ).all()
    return {person: [state for who, state in rows if who == person] for person in {who for who, _ in rows}}


def mails(session, kind: str) -> list[OutboxMessage]:
    session.rollback()
    return list(session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)))


def presentations(session, scene: Scene) -> list[Presentation]:
    session.rollback()
    query = sa.select(Presentation).where(Presentation.visit_id == scene.visit_id).order_by(Presentation.ordinal)
    return list(session.scalars(query, execution_options={"populate_existing": True}))


def audit_of(session, thing: str) -> list[str]:
    session.rollback()
    return list(session.scalars(sa.select(AuditEntry.action).where(AuditEntry.thing == thing).order_by(AuditEntry.id)))


# --- plan ---


def test_planning_an_agreed_request_makes_its_visit_and_moves_it_to_staffing(session, scene):
    visit = visit_of(session, scene)

    assert (visit.state, visit.host_id, visit.school_request_id) == (VisitState.PLANNED, scene.host.id, scene.asked.id)
    assert visit.number.startswith("P-2026-")
    assert request_state(session, scene) is RequestState.STAFFING
    (sitting,) = presentations(session, scene)
    assert sitting.starts_at == dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC)
    assert sitting.busy_from == sitting.starts_at - dt.timedelta(minutes=15)
    assert (sitting.sequence, sitting.state) == (0, PresentationState.PLANNED)
    assert audit_of(session, "visit") == ["visit planned"]


def test_every_presentation_has_a_uid_of_its_own_that_says_nothing(session):
    scene = Scene(a_plan(dt.time(9, 0)), a_plan(dt.time(11, 0)))

    first, second = presentations(session, scene)

    assert first.uid != second.uid
    assert all(len(row.uid.partition("@")[0]) == 32 for row in (first, second))


def test_a_free_visit_needs_no_request(session):
    scene = Scene(planned=False)

    scene.visit_id = scene.plan(school_request_id=None)

    assert visit_of(session, scene).school_request_id is None
    assert request_state(session, scene) is RequestState.AGREED


@pytest.mark.parametrize("state", [RequestState.NEW, RequestState.TRIAGE, RequestState.STAFFING, RequestState.CLOSED])
def test_only_an_agreed_request_can_be_planned(session, state):
    scene = Scene(planned=False)
    scene.asked = make_school_request(state, programme=scene.programme, host_id=scene.host.id)

    with pytest.raises(Conflict) as refusal:
        scene.plan()

    assert refusal.value.reason == "wrong_state"
    assert session.scalars(sa.select(Visit)).all() == []


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"on_day": dt.date(2026, 9, 13)}, {"on_day": "in_the_past"}),
        ({"presentations": ()}, {"presentations": "missing"}),
        ({"presentations": (a_plan(), a_plan(dt.time(10, 30)))}, {"presentations-1": "overlaps"}),
        ({"on_day": dt.date(2027, 3, 28), "presentations": (a_plan(dt.time(2, 30)),)}, {"on_day": "clocks_jump"}),
    ],
)
def test_a_wrong_draft_stores_nothing(session, given, problems):
    scene = Scene(planned=False)

    with pytest.raises(Rejected) as refusal:
        scene.plan(**given)

    assert refusal.value.problems == problems
    assert session.scalars(sa.select(Visit)).all() == []
    assert request_state(session, scene) is RequestState.AGREED


def test_other_roles_and_other_centres_plan_nothing():
    scene = Scene(planned=False)

    with pytest.raises(NotFound):
        service.plan_visit(an_actor(), scene.draft(), now=MONDAY)
    for actor in (an_actor(Role.SAFEGUARDING), presenter_actor(scene.educator()), school_contact(scene.asked.id, 1)):
        with pytest.raises(NotAllowed):
            service.plan_visit(actor, scene.draft(), now=MONDAY)


# --- suggest ---


def test_a_suggestion_takes_nobodys_time_and_tells_nobody(session, scene):
    ana = scene.educator()

    scene.suggest(ana)

    assert states(session, scene) == {ana.id: [A.SUGGESTED]}
    assert session.scalars(sa.select(OutboxMessage)).all() == []
    assert presentations(session, scene)[0].sequence == 0


def test_a_presenter_is_suggested_once(scene):
    ana = scene.educator()
    scene.suggest(ana)

    with pytest.raises(Conflict) as refusal:
        scene.suggest(ana)

    assert refusal.value.reason == "already_in_the_crew"


def test_the_database_says_why_somebody_cannot_be_suggested(scene):
    unvetted = make_presenter(centre_id=scene.centre_id)
    with pytest.raises(Conflict) as refusal:
        scene.suggest(unvetted)
    assert refusal.value.reason == "presenter_is_vetted"

    with pytest.raises(Conflict) as refusal:
        scene.suggest(scene.minor())
    assert refusal.value.reason == "minor_has_an_adult"


def test_suspended_and_foreign_presenters_are_not_suggested(scene):
    with pytest.raises(Conflict) as refusal:
        scene.suggest(scene.educator(suspended_at=MONDAY))
    assert refusal.value.reason == "presenter_suspended"

    with pytest.raises(NotFound):
        scene.suggest(a_cleared_educator())


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
    with pytest.raises(Conflict) as refusal:
        scene.offer()
    assert refusal.value.reason == "nobody_suggested"

    with pytest.raises(Rejected) as wrong:
        service.offer_visit(scene.coordinator, scene.visit_id, until=MONDAY, now=MONDAY)
    assert wrong.value.problems == {"until": "in_the_past"}


def test_the_slower_coordinator_learns_who_took_the_time_and_when(session, scene):
    ana = scene.educator()
    other = Scene()
    other.centre_id, other.programme = scene.centre_id, scene.programme
    other.coordinator = make_user(centre_id=scene.centre_id, given_name="Milan", family_name="Jović").actor()
    other.asked = make_school_request(RequestState.AGREED, programme=scene.programme)
    other.visit_id = other.plan()
    other.offer(ana)

    with pytest.raises(Taken) as refusal:
        scene.offer(ana)

    assert refusal.value.reason == "presenter_taken"
    promise = refusal.value.promise
    assert (promise.promised_by, promise.promised_at) == ("Milan Jović", MONDAY)
    assert promise.visit_number == visit_of(session, other).number
    assert promise.starts_at == dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC)
    assert states(session, scene) == {ana.id: [A.SUGGESTED]}
    assert visit_of(session, scene).state is VisitState.PLANNED


def far_away_scene(scene: Scene, starts: dt.time) -> Scene:
    """A visit of the same centre in Belgrade, on the same day."""
    belgrade = make_municipality("Београд", lat=44.80, lon=20.46)
    other = Scene(a_plan(starts), planned=False)
    other.centre_id, other.programme, other.coordinator = scene.centre_id, scene.programme, scene.coordinator
    other.host = make_host("Змај", municipality_id=belgrade.id)
    other.asked = make_school_request(RequestState.AGREED, programme=scene.programme, host_id=other.host.id)
    other.visit_id = other.plan()
    return other


def test_nobody_is_offered_what_she_cannot_reach(session, scene):
    ana = scene.educator()
    scene.offer(ana)  # Niš until 10:45
    other = far_away_scene(scene, dt.time(12, 0))

    with pytest.raises(Taken) as refusal:
        other.offer(ana)

    assert refusal.value.reason == "cannot_arrive"
    problem = refusal.value.problem
    assert problem.needed_minutes == road_minutes(Point(43.3209, 21.8958), Point(44.80, 20.46))
    assert problem.available_minutes == 60


def test_enough_time_for_the_road_is_enough(session, scene):
    ana = scene.educator()
    scene.offer(ana)
    other = far_away_scene(scene, dt.time(17, 0))

    other.offer(ana)

    assert states(session, other) == {ana.id: [A.OFFERED]}


def test_an_answer_holds_for_the_whole_visit(session):
    scene = Scene(a_plan(dt.time(9, 0)), a_plan(dt.time(11, 0)))
    ana, boris = scene.educator(), scene.educator()
    scene.offer(ana, boris)

    service.answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=MONDAY)
    service.answer_offer(presenter_actor(boris), scene.visit_id, accepts=False, reason="Seminar", now=MONDAY)

    assert states(session, scene) == {ana.id: [A.ACCEPTED] * 2, boris.id: [A.DECLINED] * 2}
    assert visit_of(session, scene).state is VisitState.OFFERED
    with pytest.raises(Conflict) as refusal:
        service.answer_offer(presenter_actor(boris), scene.visit_id, accepts=True, now=MONDAY)
    assert refusal.value.reason == "offer_gone"


def test_when_the_only_one_declines_the_visit_is_planned_again(session, scene):
    ana = scene.educator()
    scene.offer(ana)

    service.answer_offer(presenter_actor(ana), scene.visit_id, accepts=False, reason="Seminar", now=MONDAY)

    assert visit_of(session, scene).state is VisitState.PLANNED
    assert request_state(session, scene) is RequestState.STAFFING


def test_declining_wants_a_reason_and_an_offer_of_ones_own(scene):
    ana = scene.educator()
    scene.offer(ana)

    with pytest.raises(Rejected) as wrong:
        service.answer_offer(presenter_actor(ana), scene.visit_id, accepts=False, now=MONDAY)
    assert wrong.value.problems == {"reason": "missing"}
    with pytest.raises(NotFound):
        service.answer_offer(presenter_actor(scene.educator()), scene.visit_id, accepts=True, now=MONDAY)
    with pytest.raises(NotAllowed):
        service.answer_offer(scene.coordinator, scene.visit_id, accepts=True, now=MONDAY)


def test_an_offer_past_its_hour_cannot_be_accepted_and_lapses(session, scene):
    ana = scene.educator()
    scene.offer(ana)

    with pytest.raises(Conflict) as refusal:
        service.answer_offer(presenter_actor(ana), scene.visit_id, accepts=True, now=UNTIL)
    assert refusal.value.reason == "offer_gone"
    assert service.lapse_offers(now=UNTIL - dt.timedelta(seconds=1)) == 0
    assert service.lapse_offers(now=UNTIL) == 1
    assert service.lapse_offers(now=UNTIL) == 0
    assert states(session, scene) == {ana.id: [A.LAPSED]}
    assert visit_of(session, scene).state is VisitState.PLANNED


# --- minors (S47) ---


def test_a_declining_adult_takes_along_the_minor_who_would_stay_alone(session, scene):
    ana, tara = scene.educator(), scene.minor()
    scene.accepted_by(ana, tara)
    service.withdraw_presenter(scene.coordinator, scene.visit_id, ana.id, reason="Ill", now=MONDAY)

    assert states(session, scene) == {ana.id: [A.WITHDRAWN], tara.id: [A.WITHDRAWN]}
    assert len(mails(session, "visit_released")) == 2
    assert visit_of(session, scene).state is VisitState.PLANNED


def test_a_minor_keeps_her_place_beside_a_second_adult(session, scene):
    ana, boris, tara = scene.educator(), scene.educator(), scene.minor()
    scene.offer(ana, boris, tara)

    service.answer_offer(presenter_actor(ana), scene.visit_id, accepts=False, reason="Seminar", now=MONDAY)

    assert states(session, scene) == {ana.id: [A.DECLINED], boris.id: [A.OFFERED], tara.id: [A.OFFERED]}


def test_an_adults_lapsed_offer_releases_the_minor_too(session, scene):
    ana, tara = scene.educator(), scene.minor()
    scene.offer(ana, tara)
    service.answer_offer(presenter_actor(tara), scene.visit_id, accepts=True, now=MONDAY)

    service.lapse_offers(now=UNTIL)

    assert states(session, scene) == {ana.id: [A.LAPSED], tara.id: [A.WITHDRAWN]}


def test_a_minor_offered_before_her_adult_in_the_list_still_goes_second(session, scene):
    """The adult is suggested first (the database wants it), yet stored rows may come in any order."""
    ana, boris, tara = scene.educator(), scene.educator(), scene.minor()
    scene.suggest(ana, tara, boris)
    service.withdraw_presenter(scene.coordinator, scene.visit_id, ana.id, reason="Ill", now=MONDAY)

    service.offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=MONDAY)

    assert states(session, scene)[tara.id] == [A.OFFERED]


def test_the_school_reads_a_minors_first_name_only(session, scene):
    ana, tara = scene.educator(given_name="Jelena", family_name="Ristić"), scene.minor()

    scene.confirmed_by(ana, tara)

    (mail,) = mails(session, "visit_confirmed")
    assert "Jelena Ristić, Tara" in mail.text
    assert "Ilić" not in mail.text + mail.subject + mail.html
    assert (mail.address, mail.link_purpose, mail.link_subject_id) == ("ana@school.example", "status", scene.asked.id)


# --- confirm ---


def test_confirming_moves_visit_presentations_and_request_together(session, scene):
    ana = scene.educator(home_id=make_municipality("Београд", lat=44.80, lon=20.46).id)

    scene.confirmed_by(ana)

    visit = visit_of(session, scene)
    assert visit.state is VisitState.CONFIRMED
    assert 450 < visit.kilometres < 700
    assert [row.state for row in presentations(session, scene)] == [PresentationState.CONFIRMED]
    assert request_state(session, scene) is RequestState.CONFIRMED
    assert len(mails(session, "crew_confirmed")) == 1


def test_a_visit_without_enough_acceptances_is_not_confirmed(session):
    scene = Scene(educators=2)
    scene.accepted_by(scene.educator())

    with pytest.raises(Conflict) as refusal:
        service.confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)

    assert refusal.value.reason == "educators_missing"
    assert visit_of(session, scene).state is VisitState.OFFERED
    assert mails(session, "visit_confirmed") == []


def test_vetting_that_was_taken_back_meanwhile_stops_the_confirmation(scene):
    from scheduler.safeguarding.terms import VettingResult

    ana = scene.educator()
    scene.accepted_by(ana)
    make_vetting(ana.id, result=VettingResult.REFUSED, checked_on=MONDAY.date(), valid_until=MONDAY.date())

    with pytest.raises(Conflict) as refusal:
        service.confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)

    assert refusal.value.reason == "unvetted"


def test_consent_withdrawn_meanwhile_stops_the_confirmation(session, scene):
    from scheduler.safeguarding.models import GuardianConsent

    ana, tara = scene.educator(), scene.minor()
    scene.accepted_by(ana, tara)
    session.execute(sa.update(GuardianConsent).values(withdrawn_at=MONDAY))
    session.commit()

    with pytest.raises(Conflict) as refusal:
        service.confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)

    assert refusal.value.reason == "no_consent"


def test_a_school_without_a_safeguarding_contact_is_not_confirmed(scene):
    scene.accepted_by(scene.educator())
    from scheduler.core.db import transaction

    with transaction() as session:
        session.execute(sa.update(SchoolRequest).values(safeguarding_contact=""))

    with pytest.raises(Conflict) as refusal:
        service.confirm_visit(scene.coordinator, scene.visit_id, now=MONDAY)

    assert refusal.value.reason == "no_safeguarding_contact"


def test_losing_the_crew_of_a_confirmed_visit_takes_it_and_its_request_back(session, scene):
    ana, boris = scene.educator(), scene.educator()
    scene.confirmed_by(ana, boris)

    service.withdraw_presenter(scene.coordinator, scene.visit_id, boris.id, reason="Ill", now=MONDAY)
    assert visit_of(session, scene).state is VisitState.CONFIRMED  # one educator is all the programme wants

    service.withdraw_presenter(presenter_actor(ana), scene.visit_id, ana.id, reason="Ill too", now=MONDAY)
    assert visit_of(session, scene).state is VisitState.PLANNED
    assert request_state(session, scene) is RequestState.STAFFING
    assert [row.state for row in presentations(session, scene)] == [PresentationState.PLANNED]
    assert len(mails(session, "visit_released")) == 1  # who withdrew herself is not told what she did


def test_a_presenter_withdraws_nobody_else(scene):
    ana, boris = scene.educator(), scene.educator()
    scene.accepted_by(ana, boris)

    with pytest.raises(NotAllowed):
        service.withdraw_presenter(presenter_actor(ana), scene.visit_id, boris.id, reason="x", now=MONDAY)


# --- move ---


def new_times(**given: Any) -> NewTimes:
    fair = {"on_day": dt.date(2026, 10, 8), "starts_local": {}, "until": UNTIL}
    return NewTimes(**(fair | given))


def test_a_moved_visit_keeps_its_uids_and_asks_its_crew_again(session):
    scene = Scene(a_plan(dt.time(9, 0)), a_plan(dt.time(10, 0)))
    ana, tara = scene.educator(), scene.minor()
    scene.confirmed_by(ana, tara)
    before = {row.uid: row.sequence for row in presentations(session, scene)}

    service.move_visit(scene.coordinator, scene.visit_id, new_times(), reason="Snow", now=MONDAY)

    after = presentations(session, scene)
    assert {row.uid: row.sequence for row in after} == {uid: sequence + 1 for uid, sequence in before.items()}
    assert {row.on_day for row in after} == {dt.date(2026, 10, 8)}
    assert {row.state for row in after} == {PresentationState.PLANNED}
    assert states(session, scene) == {ana.id: [A.OFFERED] * 2, tara.id: [A.OFFERED] * 2}
    assert visit_of(session, scene).state is VisitState.OFFERED
    assert request_state(session, scene) is RequestState.STAFFING
    assert len(mails(session, "visit_moved")) == 1
    assert len(mails(session, "visit_offered")) == 4


@pytest.mark.parametrize("shift", [-30, 30])
def test_back_to_back_presentations_of_one_crew_move_by_half_an_hour(session, shift):
    scene = Scene(a_plan(dt.time(9, 0)), a_plan(dt.time(10, 0)))
    scene.accepted_by(scene.educator())
    starts = {
        row.id: (dt.datetime.combine(VISIT_DAY, row.starts_local) + dt.timedelta(minutes=shift)).time()
        for row in presentations(session, scene)
    }

    service.move_visit(scene.coordinator, scene.visit_id, new_times(on_day=VISIT_DAY, starts_local=starts), now=MONDAY)

    assert [row.starts_local for row in presentations(session, scene)] == list(starts.values())


def test_a_move_onto_another_promise_changes_nothing(session, scene):
    ana = scene.educator()
    scene.confirmed_by(ana)
    other = far_away_scene(scene, dt.time(17, 0))
    other.offer(ana)
    (sitting,) = presentations(session, scene)

    wish = new_times(on_day=VISIT_DAY, starts_local={sitting.id: dt.time(17, 15)})
    with pytest.raises(Taken):
        service.move_visit(scene.coordinator, scene.visit_id, wish, now=MONDAY)

    assert presentations(session, scene)[0].starts_local == dt.time(10, 0)
    assert visit_of(session, scene).state is VisitState.CONFIRMED


def test_a_move_past_somebodys_vetting_is_refused_by_the_database(session, scene):
    ana = make_presenter(centre_id=scene.centre_id)
    make_vetting(ana.id, valid_until=VISIT_DAY)
    scene.accepted_by(ana)

    with pytest.raises(Conflict) as refusal:
        service.move_visit(scene.coordinator, scene.visit_id, new_times(), now=MONDAY)

    assert refusal.value.reason == "presenter_is_vetted"
    assert visit_of(session, scene).on_day == VISIT_DAY


# --- cancel ---


def test_a_school_cancels_by_its_link_and_everybody_is_told(session, scene):
    ana, tara = scene.educator(), scene.minor()
    scene.confirmed_by(ana, tara)
    contact = school_contact(scene.asked.id, scene.host.id)

    service.cancel_visit(contact, scene.visit_id, reason="Exam day", now=MONDAY)

    visit = visit_of(session, scene)
    assert (visit.state, visit.cancelled_by, visit.reason) == (VisitState.CANCELLED, CancelledBy.SCHOOL, "Exam day")
    assert request_state(session, scene) is RequestState.CANCELLED_BY_SCHOOL
    assert states(session, scene) == {ana.id: [A.WITHDRAWN], tara.id: [A.WITHDRAWN]}
    assert [row.state for row in presentations(session, scene)] == [PresentationState.CANCELLED]
    assert len(mails(session, "crew_visit_cancelled")) == 2
    assert len(mails(session, "visit_cancelled")) == 1


def test_a_cancellation_under_48_hours_is_flagged(session, scene):
    scene.confirmed_by(scene.educator())
    hours_before = dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC) - dt.timedelta(hours=47, minutes=30)

    service.cancel_visit(scene.coordinator, scene.visit_id, reason="Ill", now=hours_before)

    assert presentations(session, scene)[0].reason == "late: 47 h"
    assert visit_of(session, scene).cancelled_by is CancelledBy.CENTRE


def test_staff_may_note_that_the_school_cancelled(session, scene):
    service.cancel_visit(scene.coordinator, scene.visit_id, reason="Rang: exam day", now=MONDAY, by=CancelledBy.SCHOOL)

    assert visit_of(session, scene).cancelled_by is CancelledBy.SCHOOL
    assert request_state(session, scene) is RequestState.CANCELLED_BY_SCHOOL


def test_cancelling_wants_a_reason_the_right_link_and_an_open_visit(scene):
    with pytest.raises(Rejected):
        service.cancel_visit(scene.coordinator, scene.visit_id, reason="", now=MONDAY)
    with pytest.raises(NotFound):
        service.cancel_visit(school_contact(scene.asked.id + 1, 1), scene.visit_id, reason="x", now=MONDAY)
    with pytest.raises(NotAllowed):
        service.cancel_visit(presenter_actor(scene.educator()), scene.visit_id, reason="x", now=MONDAY)
    service.cancel_visit(scene.coordinator, scene.visit_id, reason="x", now=MONDAY)
    with pytest.raises(Conflict) as refusal:
        service.cancel_visit(scene.coordinator, scene.visit_id, reason="x", now=MONDAY)
    assert refusal.value.reason == "wrong_state"


# --- ready and delivered ---


def test_a_delivered_visit_closes_its_crew(session, scene):
    ana, boris = scene.educator(), scene.educator()
    scene.confirmed_by(ana, boris)
    service.mark_ready(scene.coordinator, scene.visit_id, now=MONDAY)

    service.mark_delivered(presenter_actor(ana), scene.visit_id, THE_DAY, absent=[boris.id])

    assert states(session, scene) == {ana.id: [A.PRESENT], boris.id: [A.ABSENT]}
    assert visit_of(session, scene).state is VisitState.DELIVERED
    assert request_state(session, scene) is RequestState.DELIVERED
    assert [row.state for row in presentations(session, scene)] == [PresentationState.DELIVERED]


def test_a_visit_nobody_ticked_ready_passes_through_it(session, scene):
    scene.confirmed_by(scene.educator())

    service.mark_delivered(SYSTEM, scene.visit_id, THE_DAY)

    assert audit_of(session, "visit")[-2:] == ["visit ready", "visit delivered"]


def test_a_visit_is_not_delivered_before_it_begins(scene):
    scene.confirmed_by(scene.educator())

    with pytest.raises(Conflict) as refusal:
        service.mark_delivered(scene.coordinator, scene.visit_id, MONDAY)

    assert refusal.value.reason == "not_yet"


# --- traces ---


def test_every_change_of_state_has_one_audit_row(session, scene):
    ana = scene.educator()
    scene.confirmed_by(ana)

    assert audit_of(session, "visit") == ["visit planned", "visit offered", "visit confirmed"]
    assert audit_of(session, "presentation") == ["presentation planned", "presentation confirmed"]
    assert audit_of(session, "assignment") == ["assignment suggested", "assignment offered", "assignment accepted"]


def test_calendar_texts_exist_for_each_status_and_language_and_change_with_the_edit(session, scene):
    def texts() -> dict[tuple[EntryStatus, str], str]:
        session.rollback()
        return {(row.status, row.language): row.text for row in session.scalars(sa.select(CalendarEntry))}

    planned = texts()
    assert len(planned) == 9
    assert all(f"STATUS:{status.value}" in text for (status, _), text in planned.items())

    scene.confirmed_by(scene.educator(given_name="Jelena", family_name="Ristić"), scene.minor())

    confirmed = texts()
    assert "Jelena Ristić" in confirmed[EntryStatus.CONFIRMED, "en"].replace("\r\n ", "")
    assert "Ilić" not in "".join(confirmed.values()).replace("\r\n ", "")
    assert "SEQUENCE:0" in planned[EntryStatus.CONFIRMED, "en"]
    assert "SEQUENCE:4" in confirmed[EntryStatus.CONFIRMED, "en"]


def test_an_unknown_visit_is_not_found(scene):
    with pytest.raises(NotFound):
        service.confirm_visit(Actor(frozenset({Role.COORDINATOR}), centre_id=scene.centre_id), 999, now=MONDAY)
