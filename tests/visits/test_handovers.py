"""What of visits a handover is about: the visits of its days, and the letters about them."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.acts import change
from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed
from scheduler.places.models import Municipality
from scheduler.policy import SYSTEM, Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.handovers import HandoverDraft
from scheduler.staffing.queries.handovers import covered_visits
from scheduler.visits.service.locked_visit import open_visit
from scheduler.visits.service.notify import tell_coordinators
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.handovers import make_handover
from tests.factories.people import an_actor, make_user
from tests.factories.places import make_district
from tests.factories.visits import VISIT_DAY, make_visit
from tests.visits.scene import Scene, mails, visit_of

A_DAY = dt.timedelta(days=1)


@pytest.fixture
def scene(session) -> Scene:
    """A planned visit on VISIT_DAY whose request Ana owns."""
    scene = Scene()
    scene.ana, scene.bojan = (
        make_user(centre_id=scene.centre_id, email=f"{name}@centre.example", password_hash="x")
        for name in ("ana", "bojan")
    )
    with transaction() as writing:
        writing.get_one(SchoolRequest, scene.asked.id).owner_id = scene.ana.id
    return scene


def covered(scene: Scene, **given) -> list[str]:
    fair = {
        "away_id": scene.ana.id,
        "stand_in_id": scene.bojan.id,
        "first_day": VISIT_DAY,
        "last_day": VISIT_DAY,
    }
    rows = covered_visits(scene.bojan.actor(), HandoverDraft(**(fair | given)))
    return [row.number for row in rows]


def test_a_handover_is_about_the_visits_of_its_days(session, scene):
    mine = visit_of(session, scene).number

    assert covered(scene) == [mine]
    assert covered(scene, first_day=VISIT_DAY - A_DAY, last_day=VISIT_DAY - A_DAY) == []
    assert covered(scene, first_day=VISIT_DAY + A_DAY, last_day=VISIT_DAY + A_DAY) == []
    assert covered(scene, away_id=scene.bojan.id) == []


def test_in_a_region_also_the_visits_that_nobody_owns(session, scene):
    mine = visit_of(session, scene).number
    district = session.scalar(select(Municipality.district_id).where(Municipality.id == scene.host.municipality_id))
    free = make_visit(programme=scene.programme, host_id=scene.host.id)
    make_visit(programme=scene.programme)  # elsewhere
    make_visit(VisitState.DELIVERED, programme=scene.programme, host_id=scene.host.id)

    assert sorted(covered(scene, district_ids=(district,))) == sorted([mine, free.number])
    assert covered(scene, district_ids=(make_district().id,)) == []


def test_letters_about_a_visit_of_the_region_go_to_the_stand_in(session, scene):
    district = session.scalar(select(Municipality.district_id).where(Municipality.id == scene.host.municipality_id))
    make_handover(scene.ana, scene.bojan, district_ids=(district,))
    with change(SYSTEM, MONDAY) as act:
        tell_coordinators("school_cancelled", open_visit(act, scene.visit_id), now=MONDAY, reason="x", late=False)

    assert [one.address for one in mails(session, "school_cancelled")] == ["bojan@centre.example"]


def test_nobody_else_reads_them(scene):
    draft = HandoverDraft(scene.ana.id, scene.bojan.id, VISIT_DAY, VISIT_DAY)

    assert covered_visits(an_actor(), draft) == []
    with pytest.raises(NotAllowed):
        covered_visits(an_actor(Role.INFLUENCER), draft)
