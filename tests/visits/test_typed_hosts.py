"""A visit that was planned at a school which somebody typed follows it to the listed one."""

import pytest
import sqlalchemy as sa

from scheduler.core.db import db, transaction
from scheduler.places.models import Host
from scheduler.places.service.hosts import propose_host
from scheduler.places.terms.hosts import HostDraft, HostKind
from scheduler.policy import ANONYMOUS
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import CalendarEntry, Presentation, Visit
from scheduler.visits.service.typed_hosts import merge_host
from scheduler.visits.terms.states import PresentationState, VisitState
from tests.factories import MONDAY
from tests.factories.counting import a_counted_visit
from tests.factories.places import make_host
from tests.factories.visits import make_presentation, make_visit
from tests.visits.scene import Scene, visit_of

TYPED = HostDraft(HostKind.LIBRARY, "Читаоница Липа", "Суботица")


def a_typed_host() -> int:
    return propose_host(ANONYMOUS, TYPED, now=MONDAY).id


def host_of(visit_id: int) -> int:
    return db.session.scalars(sa.select(Visit.host_id).where(Visit.id == visit_id)).one()


@pytest.mark.both_databases
def test_a_planned_visit_its_request_and_its_calendar_follow_the_typed_school(session):
    scene = Scene(planned=False)
    typed = a_typed_host()
    with transaction() as inside:
        inside.get_one(SchoolRequest, scene.asked.id).host_id = typed
    scene.visit_id = scene.plan(host_id=typed)
    assert [one for one in session.scalars(sa.select(CalendarEntry.text)) if "Lipa" in one or "Липа" in one]
    sequence = session.scalars(sa.select(Presentation.sequence)).one()
    listed = scene.host.id

    assert merge_host(scene.coordinator, typed, listed, now=MONDAY) == 1

    session.expire_all()
    assert visit_of(session, scene).host_id == session.get_one(SchoolRequest, scene.asked.id).host_id == listed
    texts = session.scalars(sa.select(CalendarEntry.text)).all()
    assert texts
    assert not [one for one in texts if "Lipa" in one or "Липа" in one]
    assert session.scalars(sa.select(Presentation.sequence)).one() > sequence
    assert merge_host(scene.coordinator, typed, listed, now=MONDAY) == 0, "twice is once"


@pytest.mark.parametrize("state", [VisitState.OFFERED, VisitState.CONFIRMED, VisitState.READY, VisitState.DISRUPTED])
def test_whatever_is_still_to_come_follows(session, state):
    scene, typed, listed = Scene(planned=False), a_typed_host(), make_host().id
    visit = make_visit(state, programme=scene.programme, host_id=typed)
    make_presentation(visit)

    merge_host(scene.coordinator, typed, listed, now=MONDAY)

    assert host_of(visit.id) == listed


def test_what_was_held_or_called_off_stays_where_it_was(session):
    scene, typed, listed = Scene(planned=False), a_typed_host(), make_host().id
    counted = a_counted_visit(host_id=typed).visit
    off = make_visit(VisitState.CANCELLED, programme=scene.programme, host_id=typed, cancelled_by="school")
    begun = make_visit(VisitState.CONFIRMED, programme=scene.programme, host_id=typed)
    make_presentation(begun, state=PresentationState.DELIVERED)

    merge_host(scene.coordinator, typed, listed, now=MONDAY)

    assert [host_of(one.id) for one in (counted, off, begun)] == [typed] * 3
    assert db.session.get_one(Host, typed).listed is False
