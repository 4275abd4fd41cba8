"""Open calls: a hand is put up, seen by the coordinator, and promises nothing."""

import datetime as dt

import pytest
from sqlalchemy import event, select

from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.people.models import Presenter, User
from scheduler.programmes.models import Programme
from scheduler.staffing.models.open_calls import RaisedHand
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.queries.open_calls import call_is_open, hands_of, open_visits_for
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.open_calls import close_call, lower_hand, open_call, put_up_hand
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.terms.states import AssignmentState, VisitState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_presenter, presenter_actor, works
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.refusals import conflict

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
    assert db.session.scalars(select(Assignment)).all() == []
    assert db.session.scalars(select(OutboxMessage)).all() == []

    suggest_presenter(desk, visit.id, mira.id, now=MONDAY)
    assert hands(desk, visit) == []
    assert open_visits_for(presenter_actor(mira), MONDAY) == []


def test_the_first_hand_stands_first_and_one_is_taken_down(visit, desk):
    first, second = cleared(visit, family_name="Žikić"), cleared(visit, family_name="Antić")
    open_call(desk, visit.id, now=MONDAY)
    put_up_hand(presenter_actor(first), visit.id, now=MONDAY)
    put_up_hand(presenter_actor(second), visit.id, now=MONDAY + dt.timedelta(hours=1))
    assert hands(desk, visit) == [first.id, second.id]

    for _press in range(2):
        lower_hand(presenter_actor(first), visit.id, now=MONDAY)

    assert hands(desk, visit) == [second.id]


def test_whom_the_law_or_another_visit_bars_puts_up_no_hand(visit, desk):
    unvetted, busy = make_presenter(centre_id=visit.centre_id), cleared(visit)
    other = make_presentation(make_visit(host_id=visit.host_id))
    make_assignment(other, busy.id, AssignmentState.ACCEPTED)
    open_call(desk, visit.id, now=MONDAY)

    for presenter, reason in ((unvetted, "unvetted"), (busy, "taken")):
        with conflict(reason):
            put_up_hand(presenter_actor(presenter), visit.id, now=MONDAY)
    assert db.session.scalars(select(RaisedHand)).all() == []


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


def test_what_has_begun_or_is_over_is_open_for_nobody(visit, desk):
    open_call(desk, visit.id, now=MONDAY)
    mira = cleared(visit)
    assert open_visits_for(presenter_actor(mira), AFTER) == []
    with pytest.raises(Conflict):
        put_up_hand(presenter_actor(mira), visit.id, now=AFTER)

    over = make_visit(VisitState.DELIVERED)
    with pytest.raises(Conflict):
        open_call(an_actor(centre_id=over.centre_id), over.id, now=MONDAY)


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
    other = make_visit(on_day=visit.on_day)
    make_assignment(make_presentation(other), busy.id, AssignmentState.ACCEPTED)

    assert open_call(desk, visit.id, now=MONDAY) == 1
    assert open_call(desk, visit.id, now=MONDAY) == 0
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
    later = open_call(desk, visit.id, now=MONDAY + dt.timedelta(days=1))

    assert (asked, later) == ([1, 1, 1, 0], 1)


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
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
    steps = [row[-1] for row in plan]
    assert "SCAN open_call" in steps
    assert not any(step.startswith("CORRELATED") for step in steps)
