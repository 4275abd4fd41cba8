"""Dates of the waiting list: held for the first in rank, taken for everybody until answered, passed on to the next."""

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import select, update

from scheduler.booking.queries.free_dates import free_dates
from scheduler.booking.service.holds import lapse_holds
from scheduler.booking.terms.free_dates import FreeWish
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.people.terms import TeachingLanguage
from scheduler.places.models import Host, Municipality
from scheduler.policy import Role, school_contact
from scheduler.programmes.terms import Audience
from scheduler.requests.models import BlackoutDays, RequestedPresentation, SchoolRequest
from scheduler.requests.queries.pages import proposed_dates
from scheduler.requests.service.dates import decline_dates, propose_dates
from scheduler.requests.service.desk import agree_request
from scheduler.requests.service.school import withdraw_request
from scheduler.requests.terms.dates import DateDraft
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.candidates import candidates
from scheduler.staffing.service.clearance import suspend_user
from scheduler.staffing.service.offers import offer_visit
from scheduler.visits.models.held_time import DateHold, HeldTime
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.plans import PresenterTaken
from scheduler.visits.terms.states import AssignmentState, CancelledBy, HoldState, VisitState
from scheduler.waitlist.models import DateOffer, OpenDate
from scheduler.waitlist.queries.dates import offered_date
from scheduler.waitlist.queries.line import waiting_list
from scheduler.waitlist.queries.ranks import weights_of
from scheduler.waitlist.service.dates import answer_date, change_weights, give_date, pass_dates_on, take_date_back
from scheduler.waitlist.terms import DateOfferState, DateState, OpenDateDraft, Part, Weights
from tests.at_once import all_at_once
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, works
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.refusals import conflict, rejection
from tests.requests.shorthand import waitlist_request

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
    after, who = MONDAY + 24 * HOUR, [line.people[0].id]
    assert held_people() == who
    assert not line.free(second.host_id)
    assert line.free(second.host_id, after)  # also before the job has run
    assert pass_dates_on(now=after - HOUR) == 0

    assert [pass_dates_on(now=after), pass_dates_on(now=after)] == [1, 0]

    assert offers() == [DateOfferState.LAPSED, DateOfferState.HELD]
    assert (held().school_request_id, held().until) == (second.id, after + 24 * HOUR)
    assert (holds(), held_people()) == ([HoldState.RELEASED, HoldState.KEPT], who)
    assert not line.free(first.host_id, after + HOUR)
    assert (stored(first).state, stored(second).state) == (W, RequestState.PROPOSED)
    assert mails() == ["date_offered", "date_lapsed", "date_offered"]
    with conflict("date_gone"):
        line.answer(first, accepts=True, now=after)

    pass_dates_on(now=after + 24 * HOUR)
    assert held() is None
    assert db.session.scalar(select(OpenDate.state)) is DateState.ENDED
    assert pass_dates_on(now=after + 48 * HOUR) == 0


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
def test_taking_the_date_plans_the_visit_once_with_the_crew_that_was_held(line):
    row = line.waiting()
    line.give()
    numbers = {line.answer(row, accepts=True) for _press in range(2)}

    db.session.rollback()
    [visit] = db.session.scalars(select(Visit))
    assert numbers == {visit.number}
    assert (visit.state, visit.on_day, visit.school_request_id) == (VisitState.OFFERED, DAY, row.id)
    [seat] = db.session.scalars(select(Assignment))
    assert (seat.presenter_id, seat.state) == (line.people[0].id, AssignmentState.OFFERED)
    assert (holds(), held_people()) == ([HoldState.TAKEN], [])
    assert stored(row).state is RequestState.STAFFING
    assert db.session.scalar(select(OpenDate.state)) is DateState.TAKEN
    assert mails() == ["date_offered", "date_accepted", "visit_offered"]
    assert pass_dates_on(now=MONDAY + 48 * HOUR) == 0


def test_who_may_not_go_any_more_leaves_the_visit_to_the_coordinator(line):
    row = line.waiting()
    line.give()
    suspend_user(an_actor(Role.ADMINISTRATOR, centre_id=line.programme.centre_id), line.people[0].user_id, now=MONDAY)
    line.answer(row, accepts=True)

    db.session.rollback()
    assert db.session.scalars(select(Visit.state)).all() == [VisitState.PLANNED]
    assert db.session.scalars(select(Assignment)).all() == []
    assert holds() == [HoldState.TAKEN]


def test_a_refused_date_goes_to_the_next_at_once_and_the_school_keeps_its_place(line):
    second, first = line.waiting(), line.waiting(days_ago=40)
    line.give()

    for _press in range(2):
        assert line.answer(first, accepts=False) == ""

    assert held().school_request_id == second.id
    assert (holds(), held_people()) == ([HoldState.RELEASED, HoldState.KEPT], [line.people[0].id])
    assert [one.row.id for one in waiting_list(line.desk, now=MONDAY).rows] == [first.id, second.id]
    assert mails() == ["date_offered", "date_offered"]
    line.answer(second, accepts=False)
    assert (holds(), held_people()) == ([HoldState.RELEASED] * 2, [])
    assert line.free(first.host_id, MONDAY + HOUR)


def test_a_date_is_taken_back_its_time_is_free_and_the_school_stands_where_it_stood(line):
    row, date_id = line.waiting(), line.give()
    with pytest.raises(NotFound):
        take_date_back(an_actor(), date_id, now=MONDAY)

    for _press in range(2):
        take_date_back(line.desk, date_id, now=MONDAY + HOUR)

    assert (holds(), held_people(), stored(row).state) == ([HoldState.RELEASED], [], W)
    assert line.free(row.host_id, MONDAY + HOUR)
    assert mails() == ["date_offered", "date_taken_back"]


def test_a_date_for_nobody_at_which_nobody_can_go_or_gone_by_is_refused(line):
    line.waiting()
    visit = make_visit(programme=line.programme, on_day=DAY)
    make_assignment(make_presentation(visit, TEN), line.people[0].id, AssignmentState.ACCEPTED)
    for given, problems in (
        ({}, {"on_day": "nobody_can_go"}),  # the one educator is promised then
        ({"on_day": dt.date(2026, 10, 24)}, {"on_day": "nobody_can_go"}),  # a Saturday
        ({"on_day": dt.date(2026, 10, 25)}, {"on_day": "nobody_can_go"}),
        ({"on_day": MONDAY.date()}, {"on_day": "in_the_past"}),
        ({"on_day": dt.date(2026, 9, 20)}, {"on_day": "nobody_waits"}),
        ({"starts_local": dt.time(6, 59)}, {"starts_local": "not_in_the_day"}),
        ({"starts_local": dt.time(20, 30)}, {"on_day": "nobody_waits"}),  # its presentation would end after 21:00
        ({"hold_hours": 0}, {"hold_hours": "too_few"}),
        ({"hold_hours": 337}, {"hold_hours": "too_many"}),
    ):
        with rejection(**problems):
            line.give(**given)
    assert (db.session.scalars(select(OpenDate)).all(), holds(), mails()) == ([], [], [])


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


@pytest.mark.parametrize("answered", [agree_request, waitlist_request])
def test_what_the_desk_decides_ends_the_held_date_and_who_waits_again_is_offered_the_next_at_once(line, answered):
    """One date at a time is held for a request, also when the job has not looked since it was put back on the list."""
    row, later = line.waiting(), MONDAY + HOUR
    line.give()
    answered(line.desk, row.id, now=later)

    assert offered_date(row.id, later) is None
    with pytest.raises(Conflict, match="date_gone"):
        line.answer(row, accepts=True)
    if answered is waitlist_request:
        line.give(on_day=DAY + dt.timedelta(days=1))
        assert offers() == [DateOfferState.WITHDRAWN, DateOfferState.HELD]
        assert offered_date(row.id, later).on_day == DAY + dt.timedelta(days=1)
    else:
        pass_dates_on(now=later)
        assert offers() == [DateOfferState.WITHDRAWN]


@pytest.mark.parametrize(("swept", "at"), [(False, dt.time(12)), (True, dt.time(12)), (False, TEN)])
def test_back_in_triage_with_proposed_dates_only_these_are_shown(line, swept, at):
    """Also the same hour that was declined, before the job has looked: the old offer stays gone."""
    row = line.waiting()
    line.give()
    decline_dates(contact(row), row.id, "није тада", now=MONDAY + HOUR)
    assert offered_date(row.id, MONDAY + HOUR) is None
    if swept:
        pass_dates_on(now=MONDAY + HOUR)
    later = MONDAY + 2 * HOUR
    propose_dates(line.desk, row.id, [DateDraft(DAY, at)], held_until=MONDAY + 48 * HOUR, now=later)

    assert offered_date(row.id, later) is None
    shown = proposed_dates(row.id, now=later)
    assert [(one.on_day, one.starts_local) for one in shown] == [(DAY, at)]
    assert pass_dates_on(now=later) == (not swept)
    assert (offers(), held_people(), stored(row).state) == ([DateOfferState.WITHDRAWN], [], RequestState.PROPOSED)
    with pytest.raises(Conflict, match="date_gone"):
        line.answer(row, accepts=True, now=later)


@pytest.mark.both_databases
def test_one_presenter_is_held_for_one_of_many_dates_given_at_once(app):
    line = List()
    for _school in range(6):
        line.waiting()
    draft = OpenDateDraft(programme_id=line.programme.id, on_day=DAY, starts_local=TEN, hold_hours=24)
    said = all_at_once(app, [partial(give_date, line.desk, draft, now=MONDAY) for _one in range(6)])

    assert sorted(str(one) for one in said) == ["None", *["on_day: nobody_can_go"] * 5]
    assert (len(held_people()), offers()) == (1, [DateOfferState.HELD])


W = RequestState.WAITLISTED


def held() -> DateOffer | None:
    db.session.expire_all()
    return db.session.scalar(select(DateOffer).where(DateOffer.state == DateOfferState.HELD))


def stored(row) -> SchoolRequest:
    db.session.expire_all()
    return db.session.get_one(SchoolRequest, row.id)


def mails() -> list[str]:
    return list(db.session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)))


def test_the_list_of_a_centre_is_sorted_by_points_and_says_why_and_is_read_by_its_coordinators(line):
    make_school_request(W)
    assert waiting_list(line.desk, now=MONDAY).rows == []
    with pytest.raises(NotAllowed):
        waiting_list(an_actor(Role.EDUCATOR), now=MONDAY)

    seen, never = line.waiting(), line.waiting()
    make_visit(VisitState.DELIVERED, host_id=seen.host_id, on_day=dt.date(2024, 9, 1))
    make_visit(VisitState.CANCELLED, cancelled_by=CancelledBy.CENTRE, host_id=never.host_id)
    rows = waiting_list(line.desk, now=MONDAY).rows
    assert [(one.place, one.row.id, one.points) for one in rows] == [(1, never.id, 10), (2, seen.id, 4)]
    assert [part.part for part in rows[0].parts] == [Part.NEVER_VISITED]
    assert [(part.part, part.count) for part in rows[1].parts] == [(Part.NOT_VISITED, 2)]


def test_more_rows_never_mean_more_queries(line):
    line.waiting()
    with statements() as one:
        waiting_list(line.desk, now=MONDAY)
    rows = [line.waiting() for _more in range(102)]
    with statements() as many:
        page = waiting_list(line.desk, now=MONDAY)

    assert (page.total, page.pages, len(page.rows)) == (103, 2, 100)
    assert len(many) == len(one)
    rest = waiting_list(line.desk, now=MONDAY, page=2).rows
    assert [(one.place, one.row.id) for one in rest] == [(place, rows[place - 2].id) for place in (101, 102, 103)]


def test_weights_are_the_administrators_and_change_the_order(line):
    old, never = line.waiting(days_ago=61), line.waiting()
    make_visit(VisitState.DELIVERED, host_id=old.host_id, on_day=MONDAY.date())
    assert [one.row.id for one in waiting_list(line.desk, now=MONDAY).rows] == [never.id, old.id]
    with pytest.raises(NotAllowed):
        change_weights(line.desk, Weights(), now=MONDAY)
    admin = an_actor(Role.ADMINISTRATOR, centre_id=line.programme.centre_id)
    with rejection(per_year="too_few", rural="too_many"):
        change_weights(admin, Weights(per_year=-1, rural=100), now=MONDAY)

    change_weights(admin, Weights(per_year=0, per_month=4), now=MONDAY)

    assert [one.row.id for one in waiting_list(line.desk, now=MONDAY).rows] == [old.id, never.id]
    assert weights_of(line.programme.centre_id) == Weights(per_year=0, per_month=4)


def test_a_merged_request_gives_its_earlier_place_and_a_rebooked_one_keeps_it(line):
    kept = line.waiting(days_ago=3)
    early = MONDAY - dt.timedelta(days=90)
    make_school_request(
        RequestState.MERGED_INTO,
        programme=line.programme,
        host_id=kept.host_id,
        merged_into_id=kept.id,
        submitted_at=early,
    )
    again = line.waiting(in_line_since=early - HOUR)

    assert {one.row.id: one.waits_since for one in waiting_list(line.desk, now=MONDAY).rows} == {
        kept.id: early,
        again.id: early - HOUR,
    }


@pytest.mark.parametrize(("notice", "first"), [(47, True), (49, False)])
def test_a_late_cancel_by_the_centre_puts_the_school_first_on_the_waiting_list_once(line, notice, first):
    """Edge case: late cancel (< 48 h)."""
    called_off = make_school_request(RequestState.CANCELLED_BY_CENTRE, programme=line.programme)
    visit = make_visit(VisitState.CANCELLED, cancelled_by=CancelledBy.CENTRE, school_request_id=called_off.id)
    begins = make_presentation(visit).starts_at
    with transaction() as session:
        session.get_one(Visit, visit.id).state_since = begins - notice * HOUR
    make_visit(VisitState.DELIVERED, host_id=called_off.host_id, on_day=MONDAY.date())
    needy = line.waiting()
    again = line.waiting(host_id=called_off.host_id, parent_id=called_off.id)
    third = line.waiting(host_id=called_off.host_id, parent_id=again.id)

    expected = [again.id, needy.id, third.id] if first else [needy.id, again.id, third.id]
    assert [one.row.id for one in waiting_list(line.desk, now=MONDAY).rows] == expected


@pytest.mark.both_databases
def test_a_date_is_held_for_the_first_in_rank_who_can_use_it(line):
    second, first = line.waiting(), line.waiting(days_ago=40)
    line.waiting(days_ago=400, first_day=DAY + dt.timedelta(days=1), last_day=DAY + dt.timedelta(days=9))
    other = make_programme(centre_id=line.programme.centre_id)
    make_school_request(W, programme=other, submitted_at=MONDAY - dt.timedelta(days=500))
    line.give()

    offer = held()
    assert (offer.school_request_id, offer.until, offer.points) == (first.id, MONDAY + 24 * HOUR, 11)
    assert (stored(first).state, stored(second).state) == (RequestState.PROPOSED, W)
    assert mails() == ["date_offered"]
    rows = waiting_list(line.desk, now=MONDAY).rows
    assert [one.row.id for one in rows if one.offered == DAY] == [first.id]


def test_nobody_answers_after_the_hold_and_the_job_that_ends_holds_leaves_those_of_the_waiting_list(line):
    row, after = line.waiting(), MONDAY + 24 * HOUR
    line.give()

    with pytest.raises(Conflict):
        line.answer(row, accepts=True, now=after)
    assert offered_date(row.id, after) is None
    assert (lapse_holds(now=MONDAY + HOUR), holds()) == (0, [HoldState.KEPT])
    assert lapse_holds(now=after) == 1
    assert pass_dates_on(now=after) == 1


def test_a_class_that_comes_for_it_is_planned_so_from_the_list_too(line):
    row = line.waiting()
    with transaction() as session:
        session.execute(update(RequestedPresentation).values(outside_shift=True))
    line.give()

    answer_date(contact(row), row.id, held().id, accepts=True, now=MONDAY + HOUR)

    planned = db.session.scalars(select(Presentation)).one()
    assert (planned.outside_shift, planned.classes, planned.starts_local) == (True, "7b, 7c", dt.time(10))


def test_schools_that_cannot_that_day_are_passed_over_by_one_question(line):
    def cannot() -> SchoolRequest:
        return line.waiting(days_ago=50, blackouts=[BlackoutDays(first_day=DAY, last_day=DAY)])

    def given() -> int:
        with statements() as asked, pytest.raises(Rejected) as refusal:
            line.give()
        assert refusal.value.problems == {"on_day": "nobody_waits"}
        return len(asked)

    cannot()
    one = given()
    for _more in range(3):
        cannot()

    assert given() == one


def test_a_school_that_withdraws_lets_the_date_go_to_the_next(line):
    second, first = line.waiting(), line.waiting(days_ago=40)
    line.give()
    withdraw_request(contact(first), first.id, now=MONDAY + HOUR)

    assert pass_dates_on(now=MONDAY + HOUR) == 1
    assert held().school_request_id == second.id
    assert mails().count("date_lapsed") == 0


def test_a_date_of_one_district_is_for_that_district(line):
    far, near = line.waiting(days_ago=90), line.waiting()
    host = db.session.get_one(Host, near.host_id)
    district_id = db.session.get_one(Municipality, host.municipality_id).district_id
    line.give(district_id=district_id)

    assert held().school_request_id == near.id
    assert stored(far).state is W


def test_nobody_answers_for_another_school(line):
    row, other = line.waiting(days_ago=90), line.waiting()
    line.give()
    offer_id = held().id

    with pytest.raises(NotFound):
        answer_date(contact(other), other.id, offer_id, accepts=True, now=MONDAY)
    with pytest.raises(NotFound):
        answer_date(contact(other), row.id, offer_id, accepts=True, now=MONDAY)
