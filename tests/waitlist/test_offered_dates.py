"""A date that is offered from the waiting list is taken for everybody until its school has answered or has not."""

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import select

from scheduler.booking.queries.free_dates import free_dates
from scheduler.booking.service.holds import lapse_holds
from scheduler.booking.terms.free_dates import FreeWish
from scheduler.core.db import db
from scheduler.core.errors import Conflict, Rejected
from scheduler.people.terms import TeachingLanguage
from scheduler.policy import Role, school_contact
from scheduler.programmes.terms import Audience
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.pages import proposed_dates
from scheduler.requests.service.dates import decline_dates, propose_dates
from scheduler.requests.service.desk import agree_request
from scheduler.requests.terms.dates import DateDraft
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.service.clearance import suspend_user
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.held_time import DateHold, HeldTime
from scheduler.visits.models.visits import Assignment, Visit
from scheduler.visits.terms.plans import PresenterTaken
from scheduler.visits.terms.states import AssignmentState, HoldState, VisitState
from scheduler.waitlist.models import DateOffer, OpenDate
from scheduler.waitlist.queries.dates import offered_date
from scheduler.waitlist.queries.line import waiting_list
from scheduler.waitlist.service.dates import answer_date, give_date, pass_dates_on, take_date_back
from scheduler.waitlist.terms import DateOfferState, OpenDateDraft
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, works
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.refusals import rejection
from tests.requests.acts import waitlist_request

HOUR = dt.timedelta(hours=1)
DAY = dt.date(2026, 10, 20)  # a Tuesday
TEN = dt.time(10)


class List:
    """A centre with one educator who can go, and a waiting list."""

    def __init__(self, educators: int = 1) -> None:
        self.programme = make_programme(centre_id=make_centre(email="centre@centre.example").id)
        self.people = [works(a_cleared_educator(centre_id=self.programme.centre_id)) for _one in range(educators)]
        self.desk = an_actor(centre_id=self.programme.centre_id)

    def waiting(self, days_ago: int = 0, **given) -> SchoolRequest:
        came = MONDAY - dt.timedelta(days=days_ago)
        return make_school_request(RequestState.WAITLISTED, programme=self.programme, submitted_at=came, **given)

    def give(self, **given) -> int:
        fair = {"programme_id": self.programme.id, "on_day": DAY, "starts_local": TEN, "hold_hours": 24}
        return give_date(self.desk, OpenDateDraft(**(fair | given)), now=MONDAY)

    def free(self, host_id: int, now: dt.datetime = MONDAY) -> bool:
        """Whether anybody reads that ten o'clock of that day is free."""
        wish = FreeWish(self.programme.id, TeachingLanguage.SERBIAN, Audience.PUPILS, host_id=host_id)
        days = {one.day: one.starts for one in free_dates(wish, now=now).days}
        return TEN in days[DAY]

    def answer(self, row, *, accepts: bool, now: dt.datetime = MONDAY + HOUR) -> str:
        offer = db.session.scalar(select(DateOffer.id).where(DateOffer.school_request_id == row.id))
        return answer_date(contact(row), row.id, offer, accepts=accepts, now=now)


def contact(row):
    return school_contact(row.id, row.host_id)


def holds() -> list[HoldState]:
    db.session.rollback()
    return list(db.session.scalars(select(DateHold.state).order_by(DateHold.id)))


def held_people() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(HeldTime.presenter_id).order_by(HeldTime.id)))


def offers() -> list[DateOfferState]:
    db.session.rollback()
    return list(db.session.scalars(select(DateOffer.state).order_by(DateOffer.id)))


@pytest.fixture
def line(session) -> List:
    return List()


@pytest.mark.both_databases
def test_offers_with_a_hold_that_lapse_to_the_next(line):
    """The date of the first in rank is taken for all the world until its time is over; then it is the next one's."""
    second, first = line.waiting(), line.waiting(days_ago=40)
    assert line.free(second.host_id)
    line.give()

    assert held_people() == [line.people[0].id]
    assert not line.free(second.host_id)
    assert line.free(second.host_id, MONDAY + 24 * HOUR)  # also before the job has run
    assert pass_dates_on(now=MONDAY + 24 * HOUR) == 1
    assert offers() == [DateOfferState.LAPSED, DateOfferState.HELD]
    assert (holds(), held_people()) == ([HoldState.RELEASED, HoldState.KEPT], [line.people[0].id])
    assert not line.free(first.host_id, MONDAY + 25 * HOUR)


@pytest.mark.both_databases
def test_the_presenter_of_a_held_date_is_promised_nowhere_else(line):
    line.waiting()
    line.give()
    visit = make_visit(programme=line.programme, on_day=DAY)
    who = line.people[0].id
    make_assignment(make_presentation(visit, dt.time(10, 30)), who, AssignmentState.SUGGESTED, offered_until=None)

    [candidate] = [one for one in candidates(line.desk, make_visit_of(line).id, now=MONDAY) if one.presenter_id == who]
    assert [why.code for why in candidate.reasons] == ["taken"]
    with pytest.raises(PresenterTaken) as refused:
        offer_visit(line.desk, visit.id, until=MONDAY + 48 * HOUR, now=MONDAY)
    assert refused.value.promise.held_until == MONDAY + 24 * HOUR
    offer_visit(line.desk, visit.id, until=MONDAY + 72 * HOUR, now=MONDAY + 25 * HOUR)  # it has lapsed
    db.session.rollback()
    assert db.session.scalars(select(Assignment.state)).all() == [AssignmentState.OFFERED]


def make_visit_of(line: List) -> Visit:
    visit = make_visit(programme=line.programme, on_day=DAY)
    make_presentation(visit, TEN)
    return visit


@pytest.mark.both_databases
def test_who_takes_the_date_gets_the_crew_that_was_held(line):
    row = line.waiting()
    line.give()
    numbers = {line.answer(row, accepts=True) for _press in range(2)}

    db.session.rollback()
    [visit] = db.session.scalars(select(Visit))
    assert numbers == {visit.number}
    assert visit.state is VisitState.OFFERED
    [seat] = db.session.scalars(select(Assignment))
    assert (seat.presenter_id, seat.state) == (line.people[0].id, AssignmentState.OFFERED)
    assert (holds(), held_people()) == ([HoldState.TAKEN], [])


def test_who_may_not_go_any_more_leaves_the_visit_to_the_coordinator(line):
    row = line.waiting()
    line.give()
    suspend_user(an_actor(Role.ADMINISTRATOR, centre_id=line.programme.centre_id), line.people[0].user_id, now=MONDAY)
    line.answer(row, accepts=True)

    db.session.rollback()
    assert db.session.scalars(select(Visit.state)).all() == [VisitState.PLANNED]
    assert db.session.scalars(select(Assignment)).all() == []
    assert holds() == [HoldState.TAKEN]


def test_a_refused_date_frees_the_time_at_once(line):
    row = line.waiting()
    line.give()
    line.answer(row, accepts=False)

    assert (holds(), held_people()) == ([HoldState.RELEASED], [])
    assert line.free(row.host_id, MONDAY + HOUR)


def test_a_date_taken_back_frees_the_time(line):
    row = line.waiting()
    number = line.give()
    take_date_back(line.desk, number, now=MONDAY + HOUR)

    assert (holds(), held_people()) == ([HoldState.RELEASED], [])
    assert line.free(row.host_id, MONDAY + HOUR)


def test_a_date_at_which_nobody_can_go_is_not_offered(line):
    line.waiting()
    visit = make_visit(programme=line.programme, on_day=DAY)
    make_assignment(make_presentation(visit, TEN), line.people[0].id, AssignmentState.ACCEPTED)

    with rejection(on_day="nobody_can_go"):
        line.give()
    assert db.session.scalars(select(OpenDate)).all() == []
    assert holds() == []


@pytest.mark.parametrize("day", [dt.date(2026, 10, 24), dt.date(2026, 10, 25)])
def test_a_day_without_pupils_is_not_offered(line, day):
    line.waiting()

    with pytest.raises(Rejected, match="nobody_can_go"):
        line.give(on_day=day)


def test_the_notice_of_a_programme_is_for_who_asks_not_for_what_the_centre_gives(line):
    line.waiting(first_day=MONDAY.date(), last_day=DAY)

    line.give(on_day=MONDAY.date() + dt.timedelta(days=2))
    assert offers() == [DateOfferState.HELD]


def test_a_school_to_which_nobody_can_go_is_passed_over_and_keeps_its_place(line):
    second = line.waiting()
    first = line.waiting(days_ago=40, teaching_language=TeachingLanguage.HUNGARIAN)
    line.give()

    db.session.rollback()
    assert db.session.scalars(select(DateOffer.school_request_id)).all() == [second.id]
    assert [one.row.id for one in waiting_list(line.desk, now=MONDAY).rows] == [first.id, second.id]


@pytest.mark.parametrize("swept", [False, True])
def test_back_in_triage_with_proposed_dates_only_these_are_shown(line, swept):
    row = line.waiting()
    line.give()
    decline_dates(contact(row), row.id, "није тада", now=MONDAY + HOUR)
    assert offered_date(row.id, MONDAY + HOUR) is None
    if swept:
        pass_dates_on(now=MONDAY + HOUR)
    propose_dates(line.desk, row.id, [DateDraft(DAY, dt.time(12))], held_until=MONDAY + 48 * HOUR, now=MONDAY + HOUR)

    assert offered_date(row.id, MONDAY + HOUR) is None
    shown = proposed_dates(row.id, now=MONDAY + HOUR)
    assert [(one.on_day, one.starts_local) for one in shown] == [(DAY, dt.time(12))]
    pass_dates_on(now=MONDAY + HOUR)
    assert (offers(), held_people()) == ([DateOfferState.WITHDRAWN], [])
    with pytest.raises(Conflict, match="date_gone"):
        line.answer(row, accepts=True)


@pytest.mark.parametrize("answered", [agree_request, waitlist_request])
def test_what_the_desk_decides_ends_the_held_date(line, answered):
    row = line.waiting()
    line.give()
    answered(line.desk, row.id, now=MONDAY + HOUR)

    assert offered_date(row.id, MONDAY + HOUR) is None
    with pytest.raises(Conflict, match="date_gone"):
        line.answer(row, accepts=True)
    pass_dates_on(now=MONDAY + HOUR)
    assert DateOfferState.HELD not in offers()[:1]
    assert offers()[0] is DateOfferState.WITHDRAWN


def test_an_offer_that_is_void_does_not_come_back_with_other_dates(line):
    """The school said no to all, the desk proposes other days before the job has looked: the old date stays gone."""
    row = line.waiting()
    line.give()
    decline_dates(contact(row), row.id, "Сви наставници су тада на семинару.", now=MONDAY + HOUR)
    later = MONDAY + 2 * HOUR
    propose_dates(line.desk, row.id, [DateDraft(DAY, TEN)], held_until=MONDAY + 48 * HOUR, now=later)

    assert offered_date(row.id, later) is None
    assert pass_dates_on(now=later) == 1
    db.session.rollback()
    assert (offers(), db.session.get_one(SchoolRequest, row.id).state) == (
        [DateOfferState.WITHDRAWN],
        RequestState.PROPOSED,
    )


def test_a_request_that_waits_again_is_offered_the_next_date_at_once(line):
    """One date at a time is held for a request, also when the job has not looked since it was put back on the list."""
    row = line.waiting()
    line.give()
    waitlist_request(line.desk, row.id, now=MONDAY + HOUR)
    line.give(on_day=DAY + dt.timedelta(days=1))

    assert offers() == [DateOfferState.WITHDRAWN, DateOfferState.HELD]
    assert offered_date(row.id, MONDAY + HOUR).on_day == DAY + dt.timedelta(days=1)


def test_the_job_that_ends_holds_leaves_those_of_the_waiting_list(line):
    line.waiting()
    line.give()

    assert lapse_holds(now=MONDAY + HOUR) == 0
    assert holds() == [HoldState.KEPT]
    assert lapse_holds(now=MONDAY + 24 * HOUR) == 1
    assert pass_dates_on(now=MONDAY + 24 * HOUR) == 1


@pytest.mark.both_databases
def test_one_presenter_is_held_for_one_of_many_dates_given_at_once(app):
    line = List()
    for _school in range(6):
        line.waiting()
    draft = OpenDateDraft(programme_id=line.programme.id, on_day=DAY, starts_local=TEN, hold_hours=24)
    said = all_at_once(app, [partial(give_date, line.desk, draft, now=MONDAY) for _one in range(6)])

    assert sorted(str(one) for one in said) == ["None", *["on_day: nobody_can_go"] * 5]
    assert (len(held_people()), offers()) == (1, [DateOfferState.HELD])
