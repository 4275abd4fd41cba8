"""A visit without a request: the coordinator notes what the school promised, then it is confirmed (TRUST S51)."""

import pytest

from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotAllowed, Rejected
from scheduler.requests.models import SchoolRequest
from scheduler.visits.service.confirm import confirm_visit, record_promise
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.people import presenter_actor
from tests.visits.scene import Scene, audit_of, visit_of


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


def test_a_promise_names_a_contact_and_only_staff_notes_it(session):
    scene, ana = a_free_visit()

    with pytest.raises(Rejected):
        record_promise(scene.coordinator, scene.visit_id, safeguarding_contact="", now=MONDAY)
    with pytest.raises(NotAllowed):
        record_promise(presenter_actor(ana), scene.visit_id, safeguarding_contact="X", now=MONDAY)

    assert not visit_of(session, scene).teacher_stays


def test_a_visit_with_a_request_keeps_the_schools_own_promise(session):
    scene = Scene()

    with pytest.raises(Conflict, match="wrong_state"):
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
