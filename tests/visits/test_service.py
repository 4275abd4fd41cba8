"""Planning visits and crews, and the traces that every act leaves: audit rows, calendar texts."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.places.models import Host
from scheduler.policy import Actor, Role, school_contact
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.visits import CalendarEntry, Visit
from scheduler.visits.service.confirm import confirm_visit
from scheduler.visits.service.plan_and_move import plan_visit
from scheduler.visits.terms.plans import PresentationPlan
from scheduler.visits.terms.states import AssignmentState, EntryStatus, PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_presenter, presenter_actor
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import UNTIL, a_plan
from tests.refusals import conflict, rejection
from tests.visits.scene import Scene, audit_of, presentations, request_state, states, visit_of

A = AssignmentState
pytestmark = pytest.mark.usefixtures("app")


def planned_by_the_service(*plans: PresentationPlan) -> Scene:
    scene = Scene(*plans, planned=False)
    scene.visit_id = scene.plan()
    return scene


@pytest.fixture
def scene(app: object) -> Scene:
    return planned_by_the_service()


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
    scene = planned_by_the_service(a_plan(dt.time(9, 0)), a_plan(dt.time(11, 0)))

    first, second = presentations(session, scene)

    assert first.uid != second.uid
    assert all(len(row.uid.partition("@")[0]) == 16 for row in (first, second))


def test_a_free_visit_needs_no_request(session):
    scene = Scene(planned=False)

    scene.visit_id = scene.plan(school_request_id=None)

    assert visit_of(session, scene).school_request_id is None
    assert request_state(session, scene) is RequestState.AGREED


@pytest.mark.parametrize("state", [RequestState.NEW, RequestState.TRIAGE, RequestState.STAFFING, RequestState.CLOSED])
def test_only_an_agreed_request_can_be_planned(session, state):
    scene = Scene(planned=False)
    scene.asked = make_school_request(state, programme=scene.programme, host_id=scene.host.id)

    with conflict("wrong_state"):
        scene.plan()
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

    with rejection(**problems):
        scene.plan(**given)
    assert session.scalars(sa.select(Visit)).all() == []
    assert request_state(session, scene) is RequestState.AGREED


def test_other_roles_and_other_centres_plan_nothing():
    scene = Scene(planned=False)

    with pytest.raises(NotFound):
        plan_visit(an_actor(), scene.draft(), now=MONDAY)
    for actor in (an_actor(Role.SAFEGUARDING), presenter_actor(scene.educator()), school_contact(scene.asked.id, 1)):
        with pytest.raises(NotAllowed):
            plan_visit(actor, scene.draft(), now=MONDAY)


# --- suggest ---


def test_a_suggestion_is_made_once_takes_nobodys_time_and_tells_nobody(session, scene):
    ana = scene.educator()

    suggested = [suggest_presenter(scene.coordinator, scene.visit_id, ana.id, now=MONDAY) for _press in range(2)]

    assert suggested == [True, False]
    assert states(session, scene) == {ana.id: [A.SUGGESTED]}
    assert session.scalars(sa.select(OutboxMessage)).all() == []
    assert presentations(session, scene)[0].sequence == 0


def test_who_may_not_go_is_not_suggested_and_the_reason_is_named(scene):
    for person, reason in (
        (make_presenter(centre_id=scene.centre_id), "presenter_is_vetted"),
        (scene.minor(), "minor_has_an_adult"),
        (scene.educator(suspended_at=MONDAY), "suspended"),
    ):
        with conflict(reason):
            scene.suggest(person)
    with pytest.raises(NotFound):
        scene.suggest(a_cleared_educator())  # of another centre


# --- traces ---


def test_every_change_of_state_has_one_audit_row(session, scene):
    ana = scene.educator()
    scene.confirm(ana)

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

    scene.confirm(scene.educator(given_name="Jelena", family_name="Ristić"), scene.minor())

    confirmed = texts()
    assert "Jelena Ristić" in confirmed[EntryStatus.CONFIRMED, "en"].replace("\r\n ", "")
    assert "Ilić" not in "".join(confirmed.values()).replace("\r\n ", "")
    assert "SEQUENCE:0" in planned[EntryStatus.CONFIRMED, "en"]
    assert "SEQUENCE:4" in confirmed[EntryStatus.CONFIRMED, "en"]


@pytest.mark.both_databases
def test_no_calendar_gets_two_texts_under_one_sequence_when_the_host_has_moved(session):
    scene = planned_by_the_service(a_plan(), a_plan(dt.time(11)))
    first, second = presentations(session, scene)
    suggest_presenter(scene.coordinator, scene.visit_id, scene.educator().id, now=MONDAY, presentation_ids=[first.id])
    with transaction() as inside:
        inside.get_one(Host, scene.host.id).address_sr_cyrl = "Нова 5"
    later = MONDAY + dt.timedelta(hours=5)

    offer_visit(scene.coordinator, scene.visit_id, until=UNTIL, now=later)

    rows = presentations(session, scene)
    assert [(row.sequence, row.edited_at) for row in rows] == [(1, later), (1, later)]  # the second is not offered
    texts = session.scalars(sa.select(CalendarEntry.text).where(CalendarEntry.presentation_id == second.id)).all()
    assert len(texts) == 9
    assert all("SEQUENCE:1\r\n" in text for text in texts)
    assert sum("Нова 5" in text.replace("\r\n ", "") for text in texts) > 0


def test_an_unknown_visit_is_not_found(scene):
    with pytest.raises(NotFound):
        confirm_visit(Actor(frozenset({Role.COORDINATOR}), centre_id=scene.centre_id), 999, now=MONDAY)
