"""Open calls: a hand is put up, seen by the coordinator, and promises nothing."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotAllowed, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter
from scheduler.planning import queries, service
from scheduler.planning.models import Assignment, RaisedHand
from scheduler.planning.terms import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_presenter, presenter_actor
from tests.factories.planning import make_assignment, make_presentation, make_visit
from tests.factories.safeguarding import make_vetting

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
    presenter = make_presenter(centre_id=visit.centre_id, **given)
    make_vetting(presenter.id)
    return presenter


def hands(desk, visit) -> list[int]:
    db.session.expire_all()
    return [
        one.candidate.presenter_id for one in queries.hands_of(visit.id, queries.candidates(desk, visit.id, now=MONDAY))
    ]


@pytest.mark.both_databases
def test_a_hand_is_up_once_seen_by_the_coordinator_and_takes_no_time(visit, desk):
    mira = cleared(visit)
    service.open_call(desk, visit.id, now=MONDAY)
    assert [(one.visit.id, one.raised) for one in queries.open_visits_for(presenter_actor(mira), MONDAY)] == [
        (visit.id, False)
    ]
    for _press in range(2):
        service.put_up_hand(presenter_actor(mira), visit.id, now=MONDAY)

    assert hands(desk, visit) == [mira.id]
    assert [one.raised for one in queries.open_visits_for(presenter_actor(mira), MONDAY)] == [True]
    assert db.session.scalars(select(Assignment)).all() == []
    assert db.session.scalars(select(OutboxMessage)).all() == []

    service.suggest_presenter(desk, visit.id, mira.id, now=MONDAY)
    assert hands(desk, visit) == []
    assert queries.open_visits_for(presenter_actor(mira), MONDAY) == []


def test_the_first_hand_stands_first_and_one_is_taken_down(visit, desk):
    first, second = cleared(visit, family_name="Žikić"), cleared(visit, family_name="Antić")
    service.open_call(desk, visit.id, now=MONDAY)
    service.put_up_hand(presenter_actor(first), visit.id, now=MONDAY)
    service.put_up_hand(presenter_actor(second), visit.id, now=MONDAY + dt.timedelta(hours=1))
    assert hands(desk, visit) == [first.id, second.id]

    for _press in range(2):
        service.lower_hand(presenter_actor(first), visit.id, now=MONDAY)

    assert hands(desk, visit) == [second.id]


def test_whom_the_law_or_another_visit_bars_puts_up_no_hand(visit, desk):
    unvetted, busy = make_presenter(centre_id=visit.centre_id), cleared(visit)
    other = make_presentation(make_visit(host_id=visit.host_id))
    make_assignment(other, busy.id, AssignmentState.ACCEPTED)
    service.open_call(desk, visit.id, now=MONDAY)

    for presenter, reason in ((unvetted, "unvetted"), (busy, "nobody_in_two_places")):
        with pytest.raises(Conflict) as refusal:
            service.put_up_hand(presenter_actor(presenter), visit.id, now=MONDAY)
        assert refusal.value.reason == reason
    assert db.session.scalars(select(RaisedHand)).all() == []


def test_a_visit_that_is_not_open_or_of_another_centre_is_not_there(visit, desk):
    mira, stranger = cleared(visit), make_presenter()
    with pytest.raises(NotFound):
        service.put_up_hand(presenter_actor(mira), visit.id, now=MONDAY)
    service.open_call(desk, visit.id, now=MONDAY)
    with pytest.raises(NotFound):
        service.put_up_hand(presenter_actor(stranger), visit.id, now=MONDAY)
    with pytest.raises(NotFound):
        service.open_call(an_actor(), visit.id, now=MONDAY)
    with pytest.raises(NotAllowed):
        service.put_up_hand(desk, visit.id, now=MONDAY)
    assert queries.open_visits_for(presenter_actor(stranger), MONDAY) == []

    service.close_call(desk, visit.id, now=MONDAY)

    assert queries.open_visits_for(presenter_actor(mira), MONDAY) == []
    with pytest.raises(NotFound):
        service.put_up_hand(presenter_actor(mira), visit.id, now=MONDAY)
    service.open_call(desk, visit.id, now=MONDAY)
    assert queries.call_is_open(visit.id)


def test_what_has_begun_or_is_over_is_open_for_nobody(visit, desk):
    service.open_call(desk, visit.id, now=MONDAY)
    mira = cleared(visit)
    assert queries.open_visits_for(presenter_actor(mira), AFTER) == []
    with pytest.raises(Conflict):
        service.put_up_hand(presenter_actor(mira), visit.id, now=AFTER)

    over = make_visit(VisitState.DELIVERED)
    with pytest.raises(Conflict):
        service.open_call(an_actor(centre_id=over.centre_id), over.id, now=MONDAY)
