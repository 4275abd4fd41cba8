"""A closure is taken back: its days to come are free, and what it stopped is planned again for its own day."""

import pytest
from sqlalchemy import select

from scheduler.closures.queries import affected_by
from scheduler.closures.service.close import close_hosts
from scheduler.closures.service.take_back import take_back_closure
from scheduler.closures.terms import ClosingReason
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotAllowed, Rejected
from scheduler.places.models import Closure
from scheduler.policy import Role
from scheduler.visits.models.visits import DateWish, Visit
from scheduler.visits.terms.plans import PresenterTaken
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.closures.closed_days import A_DAY, draft_for, two_visits_of_one_crew
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.visits import VISIT_DAY, make_assignment, make_presentation, make_visit
from tests.visits.scene import Scene, mails, states, visit_of

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]


def close(scene: Scene) -> int:
    draft = draft_for(scene)
    seen = affected_by(scene.coordinator, draft).visit_ids
    return close_hosts(scene.coordinator, draft, seen=seen, now=MONDAY)


def test_each_visit_is_planned_again_for_its_own_day_and_its_crew_is_asked_anew(session):
    scene, second = two_visits_of_one_crew()
    crew = states(session, scene)
    closure_id, before = close(scene), len(mails(session, "visit_offered"))

    done = take_back_closure(scene.coordinator, closure_id, now=MONDAY)

    assert (len(done.planned), done.refused) == (2, ())
    anew = list(session.scalars(select(Visit).where(Visit.number.in_(done.planned)).order_by(Visit.on_day)))
    assert [(one.on_day, one.state) for one in anew] == [
        (VISIT_DAY, VisitState.OFFERED),
        (VISIT_DAY + A_DAY, VisitState.OFFERED),
    ]
    scene.visit_id = anew[0].id
    assert states(session, scene) == {who: [AssignmentState.OFFERED] for who in crew}
    assert len(mails(session, "visit_offered")) - before == 2 * 3  # a minor's guardian reads hers, too
    assert session.scalar(select(Closure.open_from)) == VISIT_DAY
    assert visit_of(session, second).state is VisitState.REPLANNED


def test_what_happened_since_keeps_a_visit_among_the_stopped_and_is_said(session):
    scene, second = two_visits_of_one_crew()
    (ana, *_others) = states(session, scene)
    closure_id = close(scene)
    elsewhere = make_visit(VisitState.OFFERED, on_day=VISIT_DAY + A_DAY, centre_id=scene.centre_id)
    make_assignment(make_presentation(elsewhere), ana)
    with transaction() as changed:
        named = DateWish(visit_id=scene.visit_id, first_choice=VISIT_DAY + 5 * A_DAY, reason="Излет.", asked_at=MONDAY)
        changed.add(named)

    done = take_back_closure(scene.coordinator, closure_id, now=MONDAY)

    numbers = [visit_of(session, one).number for one in (scene, second)]
    assert done.planned == ()
    assert [number for number, _why in done.refused] == numbers
    (_, first), (_, other) = done.refused
    assert isinstance(first, Conflict)
    assert first.reason is ClosingReason.DAY_WAS_NAMED
    assert isinstance(other, PresenterTaken)
    assert {visit_of(session, one).state for one in (scene, second)} == {VisitState.DISRUPTED}


def test_only_days_to_come_are_opened_once_and_by_who_may(session):
    scene, second = two_visits_of_one_crew()
    closure_id = close(scene)
    second_day = MONDAY + (VISIT_DAY + A_DAY - MONDAY.date())

    with pytest.raises(NotAllowed):
        take_back_closure(an_actor(Role.EDUCATOR, centre_id=scene.centre_id), closure_id, now=MONDAY)
    with pytest.raises(Rejected):
        take_back_closure(scene.coordinator, closure_id, now=second_day + A_DAY)
    done = take_back_closure(scene.coordinator, closure_id, now=second_day.replace(hour=1))

    assert session.scalar(select(Closure.open_from)) == VISIT_DAY + A_DAY
    assert visit_of(session, scene).state is VisitState.DISRUPTED  # its day is over
    assert len(done.planned) + len(done.refused) == 1
    with pytest.raises(Conflict, match="wrong_state"):
        take_back_closure(scene.coordinator, closure_id, now=second_day)
    assert second.visit_id
