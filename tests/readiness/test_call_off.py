"""A visit is called off by whoever it was, and taken back while nobody was told."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.errors import Conflict, NotAllowed, NotFound
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.policy import school_contact
from scheduler.readiness.models import Cancellation
from scheduler.readiness.queries.cancelling import told_of_cancelling
from scheduler.readiness.service.call_off import call_off, take_back_cancellation
from scheduler.readiness.terms import CallOff, CancelCause
from scheduler.requests.models import SchoolRequest
from scheduler.requests.service.lineage import book_again
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.young_load import violations
from scheduler.staffing.service.crew import suggest_presenter
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.terms.states import AssignmentState, CancelledBy, VisitState
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, presenter_actor
from tests.factories.staffing import make_busy
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import UNTIL, Scene

RANG = CallOff("Rang: exam day", CancelledBy.SCHOOL, CancelCause.BUSY)
MINUTE = dt.timedelta(minutes=1)
LATE = dt.datetime(2026, 10, 5, 8, 0, tzinfo=dt.UTC)


@pytest.fixture
def scene(session):
    return Scene()


def letters(session):
    kinds = ("visit_cancelled", "crew_visit_cancelled")
    return session.scalars(select(OutboxMessage).where(OutboxMessage.kind.in_(kinds)).order_by(OutboxMessage.id)).all()


def states(session, scene):
    session.expire_all()
    visit = session.get_one(Visit, scene.visit_id)
    sittings = session.scalars(select(Presentation.state).where(Presentation.visit_id == visit.id)).all()
    seats = session.scalars(select(Assignment.state).order_by(Assignment.id)).all()
    asked = session.get_one(SchoolRequest, scene.asked.id).state
    return visit.state, asked, list(sittings), list(seats)


def test_a_school_that_rang_has_cancelled_once_in_mail_report_and_waiting_list(session, scene):
    scene.confirmed_by(scene.educator())
    for _pressed in ("once", "twice"):
        call_off(scene.coordinator, scene.visit_id, RANG, now=MONDAY)

    session.expire_all()
    assert session.get_one(Visit, scene.visit_id).cancelled_by is CancelledBy.SCHOOL
    assert session.get_one(SchoolRequest, scene.asked.id).state is RequestState.CANCELLED_BY_SCHOOL
    assert session.get_one(Cancellation, scene.visit_id).cause is CancelCause.BUSY
    to_crew, mail = letters(session)
    assert (to_crew.kind, mail.kind) == ("crew_visit_cancelled", "visit_cancelled")
    assert "отказана је, како сте тражили" in mail.text
    take_back_cancellation(scene.coordinator, scene.visit_id, now=MONDAY + MINUTE)  # pressed twice, it is done once


def test_its_mails_wait_ten_minutes_and_in_these_all_is_as_if_nothing_had_happened(session, scene):
    scene.confirmed_by(scene.educator())
    before = states(session, scene)

    assert call_off(scene.coordinator, scene.visit_id, RANG, now=MONDAY)
    assert states(session, scene)[0] is VisitState.CANCELLED
    assert {one.not_before for one in letters(session)} == {MONDAY + 10 * MINUTE}
    take_back_cancellation(scene.coordinator, scene.visit_id, now=MONDAY + 9 * MINUTE)

    assert states(session, scene) == before
    assert {one.state for one in letters(session)} == {MessageState.STOPPED}
    visit = session.get_one(Visit, scene.visit_id)
    assert (visit.cancelled_by, visit.reason) == (None, "")
    assert session.get(Cancellation, scene.visit_id) is None
    [row] = session.scalars(select(Presentation).where(Presentation.visit_id == scene.visit_id)).all()
    assert (row.state, row.notice_hours, row.reason) == (before[2][0], None, "")


def test_a_crew_with_a_minor_comes_back_whole(session):
    scene = Scene(influencers=1)
    scene.confirmed_by(scene.educator(), scene.minor())
    before = states(session, scene)
    call_off(scene.coordinator, scene.visit_id, RANG, now=MONDAY)
    take_back_cancellation(scene.coordinator, scene.visit_id, now=MONDAY + MINUTE)

    assert states(session, scene) == before
    assert before[3] == [AssignmentState.ACCEPTED] * 2


def test_a_mail_that_has_left_is_not_called_back(session, scene):
    scene.confirmed_by(scene.educator())
    call_off(scene.coordinator, scene.visit_id, RANG, now=MONDAY)
    letters(session)[0].attempts = 1
    session.commit()

    with pytest.raises(Conflict, match="too_late_to_take_back"):
        take_back_cancellation(scene.coordinator, scene.visit_id, now=MONDAY + MINUTE)
    assert states(session, scene)[0] is VisitState.CANCELLED
    assert MessageState.STOPPED not in {one.state for one in letters(session)}


def test_whose_time_was_given_away_meanwhile_is_not_taken_back(session, scene):
    person = scene.educator()
    scene.confirmed_by(person)
    call_off(scene.coordinator, scene.visit_id, RANG, now=MONDAY)
    other = Scene(planned=False)
    other.centre_id, other.coordinator, other.programme = scene.centre_id, scene.coordinator, scene.programme
    other.visit_id = other.plan(school_request_id=None, host_id=other.host.id)
    suggest_presenter(scene.coordinator, other.visit_id, person.id, now=MONDAY)
    offer_visit(scene.coordinator, other.visit_id, until=UNTIL, now=MONDAY)

    with pytest.raises(Conflict):
        take_back_cancellation(scene.coordinator, scene.visit_id, now=MONDAY + MINUTE)
    assert states(session, scene)[0] is VisitState.CANCELLED


def test_a_minor_who_has_promised_a_full_week_meanwhile_is_not_taken_back_beyond_it(session):
    scene = Scene(influencers=1)
    minor = scene.minor()
    scene.confirmed_by(scene.educator(), minor)
    call_off(scene.coordinator, scene.visit_id, RANG, now=MONDAY)
    make_busy(minor, *(VISIT_DAY + dt.timedelta(days=number) for number in (-1, 1, 2)))

    with pytest.raises(Conflict, match="young_week_full"):
        take_back_cancellation(scene.coordinator, scene.visit_id, now=MONDAY + MINUTE)
    assert states(session, scene)[0] is VisitState.CANCELLED
    assert violations() == []


def test_what_was_asked_for_anew_meanwhile_does_not_come_back_beside_it(session, scene):
    call_off(scene.coordinator, scene.visit_id, RANG, now=MONDAY)
    later = VISIT_DAY + dt.timedelta(days=14)
    book_again(scene.coordinator, scene.asked.id, later, later, form_key="anew", now=MONDAY)
    with pytest.raises(Conflict, match="too_late_to_take_back"):
        take_back_cancellation(scene.coordinator, scene.visit_id, now=MONDAY + MINUTE)


@pytest.mark.parametrize("by_link", [True, False])
def test_the_schools_own_press_and_a_late_one_are_told_at_once_for_good(session, scene, by_link):
    now = MONDAY if by_link else LATE
    actor = school_contact(scene.asked.id, scene.host.id) if by_link else scene.coordinator
    scene.confirmed_by(scene.educator())

    assert not call_off(actor, scene.visit_id, RANG, now=now)
    assert {one.not_before for one in letters(session)} == {now}
    with pytest.raises(Conflict, match="too_late_to_take_back"):
        take_back_cancellation(scene.coordinator, scene.visit_id, now=now + MINUTE)


def test_only_who_may_cancel_takes_back_and_not_after_ten_minutes(session, scene):
    call_off(scene.coordinator, scene.visit_id, RANG, now=MONDAY)

    with pytest.raises(NotAllowed):
        take_back_cancellation(presenter_actor(scene.educator()), scene.visit_id, now=MONDAY)
    with pytest.raises(NotFound):
        take_back_cancellation(an_actor(centre_id=make_centre().id), scene.visit_id, now=MONDAY)

    with pytest.raises(Conflict, match="too_late_to_take_back"):
        take_back_cancellation(scene.coordinator, scene.visit_id, now=MONDAY + 10 * MINUTE)


def test_who_is_told_is_known_before_it_is_pressed(session):
    scene = Scene(influencers=1)
    person, minor = scene.educator(), scene.minor()
    scene.confirmed_by(person, minor)
    visit = visit_for(scene.coordinator, session.get_one(Visit, scene.visit_id).number)
    told = told_of_cancelling(visit, MONDAY)
    call_off(scene.coordinator, scene.visit_id, RANG, now=MONDAY)

    assert told.school == ("ana@school.example",)
    assert [guarded for _name, guarded in told.crew] == [False, True]
    assert not told.late
    assert len(letters(session)) == len(told.school) + len(told.crew) + 1  # and the guardian
