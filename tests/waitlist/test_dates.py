"""The waiting list: ranks from stored rows, dates offered with a hold, passed on to the next."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound, Rejected
from scheduler.messages.models import OutboxMessage
from scheduler.places.models import Host, Municipality
from scheduler.policy import Role, school_contact
from scheduler.requests.models import BlackoutDays, RequestedPresentation, SchoolRequest
from scheduler.requests.service.school import withdraw_request
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import CancelledBy, VisitState
from scheduler.waitlist.models import DateOffer, OpenDate
from scheduler.waitlist.queries.dates import offered_date
from scheduler.waitlist.queries.line import waiting_list
from scheduler.waitlist.queries.ranks import weights_of
from scheduler.waitlist.service.dates import answer_date, change_weights, give_date, pass_dates_on, take_date_back
from scheduler.waitlist.terms import DateOfferState, DateState, OpenDateDraft, Part, Weights
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre, works
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.visits import make_presentation, make_visit
from tests.refusals import conflict, rejection

HOUR = dt.timedelta(hours=1)
DAY = dt.date(2026, 10, 20)
W = RequestState.WAITLISTED


@pytest.fixture
def programme(session):
    """With three educators who can go."""
    made = make_programme(centre_id=make_centre(email="centre@centre.example").id)
    for _educator in range(3):
        works(a_cleared_educator(centre_id=made.centre_id))
    return made


@pytest.fixture
def desk(programme):
    return an_actor(centre_id=programme.centre_id)


def waiting(programme, days_ago=0, **given) -> SchoolRequest:
    came = MONDAY - dt.timedelta(days=days_ago)
    return make_school_request(W, programme=programme, submitted_at=came, **given)


def give(desk, programme, **given) -> int:
    fair = {"programme_id": programme.id, "on_day": DAY, "starts_local": dt.time(10), "hold_hours": 24}
    return give_date(desk, OpenDateDraft(**(fair | given)), now=MONDAY)


def contact(row):
    return school_contact(row.id, row.host_id)


def held() -> DateOffer | None:
    db.session.expire_all()
    return db.session.scalar(select(DateOffer).where(DateOffer.state == DateOfferState.HELD))


def stored(row) -> SchoolRequest:
    db.session.expire_all()
    return db.session.get_one(SchoolRequest, row.id)


def mails() -> list[str]:
    return list(db.session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)))


def test_the_list_is_sorted_by_points_and_says_why(desk, programme):
    seen, never = waiting(programme), waiting(programme)
    make_visit(VisitState.DELIVERED, host_id=seen.host_id, on_day=dt.date(2024, 9, 1))
    make_visit(VisitState.CANCELLED, cancelled_by=CancelledBy.CENTRE, host_id=never.host_id)

    rows = waiting_list(desk, now=MONDAY).rows

    assert [(one.place, one.row.id, one.points) for one in rows] == [(1, never.id, 10), (2, seen.id, 4)]
    assert [part.part for part in rows[0].parts] == [Part.NEVER_VISITED]
    assert [(part.part, part.count) for part in rows[1].parts] == [(Part.NOT_VISITED, 2)]


def test_another_centre_is_not_on_the_list(desk, programme):
    make_school_request(W)

    assert waiting_list(desk, now=MONDAY).rows == []
    with pytest.raises(NotAllowed):
        waiting_list(an_actor(Role.EDUCATOR), now=MONDAY)


def test_more_rows_never_mean_more_queries(desk, programme):
    waiting(programme)
    with statements() as one:
        waiting_list(desk, now=MONDAY)
    rows = [waiting(programme) for _more in range(102)]
    with statements() as many:
        page = waiting_list(desk, now=MONDAY)

    assert (page.total, page.pages, len(page.rows)) == (103, 2, 100)
    assert len(many) == len(one)
    rest = waiting_list(desk, now=MONDAY, page=2).rows
    assert [(one.place, one.row.id) for one in rest] == [(place, rows[place - 2].id) for place in (101, 102, 103)]


def test_weights_are_the_administrators_and_change_the_order(desk, programme):
    old, never = waiting(programme, days_ago=61), waiting(programme)
    make_visit(VisitState.DELIVERED, host_id=old.host_id, on_day=MONDAY.date())
    assert [one.row.id for one in waiting_list(desk, now=MONDAY).rows] == [never.id, old.id]
    with pytest.raises(NotAllowed):
        change_weights(desk, Weights(), now=MONDAY)
    admin = an_actor(Role.ADMINISTRATOR, centre_id=programme.centre_id)
    with rejection(per_year="too_few", rural="too_many"):
        change_weights(admin, Weights(per_year=-1, rural=100), now=MONDAY)

    change_weights(admin, Weights(per_year=0, per_month=4), now=MONDAY)

    assert [one.row.id for one in waiting_list(desk, now=MONDAY).rows] == [old.id, never.id]
    assert weights_of(programme.centre_id) == Weights(per_year=0, per_month=4)


def test_a_merged_request_gives_its_earlier_place_and_a_rebooked_one_keeps_it(desk, programme):
    kept = waiting(programme, days_ago=3)
    early = MONDAY - dt.timedelta(days=90)
    make_school_request(
        RequestState.MERGED_INTO, programme=programme, host_id=kept.host_id, merged_into_id=kept.id, submitted_at=early
    )
    again = waiting(programme, in_line_since=early - HOUR)

    assert {one.row.id: one.waits_since for one in waiting_list(desk, now=MONDAY).rows} == {
        kept.id: early,
        again.id: early - HOUR,
    }


@pytest.mark.parametrize(("notice", "first"), [(47, True), (49, False)])
def test_a_late_cancel_by_the_centre_puts_the_school_first_on_the_waiting_list_once(desk, programme, notice, first):
    """Edge case: late cancel (< 48 h)."""
    called_off = make_school_request(RequestState.CANCELLED_BY_CENTRE, programme=programme)
    visit = make_visit(VisitState.CANCELLED, cancelled_by=CancelledBy.CENTRE, school_request_id=called_off.id)
    begins = make_presentation(visit).starts_at
    with transaction() as session:
        session.get_one(Visit, visit.id).state_since = begins - notice * HOUR
    make_visit(VisitState.DELIVERED, host_id=called_off.host_id, on_day=MONDAY.date())
    needy = waiting(programme)
    again = waiting(programme, host_id=called_off.host_id, parent_id=called_off.id)
    third = waiting(programme, host_id=called_off.host_id, parent_id=again.id)

    expected = [again.id, needy.id, third.id] if first else [needy.id, again.id, third.id]
    assert [one.row.id for one in waiting_list(desk, now=MONDAY).rows] == expected


@pytest.mark.both_databases
def test_a_date_is_held_for_the_first_in_rank_who_can_use_it(desk, programme):
    second, first = waiting(programme), waiting(programme, days_ago=40)
    waiting(programme, days_ago=400, first_day=DAY + dt.timedelta(days=1), last_day=DAY + dt.timedelta(days=9))
    other = make_programme(centre_id=programme.centre_id)
    waiting(other, days_ago=500)
    give(desk, programme)

    offer = held()
    assert (offer.school_request_id, offer.until, offer.points) == (first.id, MONDAY + 24 * HOUR, 11)
    assert (stored(first).state, stored(second).state) == (RequestState.PROPOSED, W)
    assert mails() == ["date_offered"]
    rows = waiting_list(desk, now=MONDAY).rows
    assert [one.row.id for one in rows if one.offered == DAY] == [first.id]


@pytest.mark.both_databases
def test_a_hold_that_lapses_goes_to_the_next_in_rank_and_each_is_told_once(desk, programme):
    second, first = waiting(programme), waiting(programme, days_ago=40)
    give(desk, programme)
    assert pass_dates_on(now=MONDAY + 23 * HOUR) == 0

    after = MONDAY + 24 * HOUR
    assert [pass_dates_on(now=after), pass_dates_on(now=after)] == [1, 0]

    assert (held().school_request_id, held().until) == (second.id, after + 24 * HOUR)
    assert (stored(first).state, stored(second).state) == (W, RequestState.PROPOSED)
    assert mails() == ["date_offered", "date_lapsed", "date_offered"]
    with conflict("date_gone"):
        lapsed = db.session.scalar(select(DateOffer.id).where(DateOffer.state == DateOfferState.LAPSED))
        answer_date(contact(first), first.id, lapsed, accepts=True, now=after)

    pass_dates_on(now=after + 24 * HOUR)
    assert held() is None
    assert db.session.scalar(select(OpenDate.state)) is DateState.ENDED
    assert pass_dates_on(now=after + 48 * HOUR) == 0


def test_nobody_answers_after_the_hold_although_the_job_has_not_run(desk, programme):
    row = waiting(programme)
    give(desk, programme)

    with pytest.raises(Conflict):
        answer_date(contact(row), row.id, held().id, accepts=True, now=MONDAY + 24 * HOUR)
    assert offered_date(row.id, MONDAY + 24 * HOUR) is None


@pytest.mark.both_databases
def test_taking_the_date_plans_the_visit_once(desk, programme):
    row = waiting(programme)
    give(desk, programme)
    offer_id = held().id

    numbers = {answer_date(contact(row), row.id, offer_id, accepts=True, now=MONDAY + HOUR) for _press in range(2)}

    visits = db.session.scalars(select(Visit)).all()
    assert numbers == {visits[0].number}
    assert (len(visits), visits[0].on_day, visits[0].school_request_id) == (1, DAY, row.id)
    assert stored(row).state is RequestState.STAFFING
    assert db.session.scalar(select(OpenDate.state)) is DateState.TAKEN
    assert mails() == ["date_offered", "date_accepted", "visit_offered"]
    assert pass_dates_on(now=MONDAY + 48 * HOUR) == 0


def test_a_class_that_comes_for_it_is_planned_so_from_the_list_too(desk, programme):
    row = waiting(programme)
    with transaction() as session:
        session.execute(update(RequestedPresentation).values(outside_shift=True))
    give(desk, programme)

    answer_date(contact(row), row.id, held().id, accepts=True, now=MONDAY + HOUR)

    planned = db.session.scalars(select(Presentation)).one()
    assert (planned.outside_shift, planned.classes, planned.starts_local) == (True, "7b, 7c", dt.time(10))


def test_schools_that_cannot_that_day_are_passed_over_by_one_question(desk, programme):
    def cannot() -> SchoolRequest:
        return waiting(programme, days_ago=50, blackouts=[BlackoutDays(first_day=DAY, last_day=DAY)])

    def given() -> int:
        with statements() as asked, pytest.raises(Rejected) as refusal:
            give(desk, programme)
        assert refusal.value.problems == {"on_day": "nobody_waits"}
        return len(asked)

    cannot()
    one = given()
    for _more in range(3):
        cannot()

    assert given() == one


def test_a_refused_date_goes_to_the_next_at_once_and_the_school_keeps_its_place(desk, programme):
    second, first = waiting(programme), waiting(programme, days_ago=40)
    give(desk, programme)
    offer_id = held().id

    for _press in range(2):
        assert answer_date(contact(first), first.id, offer_id, accepts=False, now=MONDAY + HOUR) == ""

    assert held().school_request_id == second.id
    assert [one.row.id for one in waiting_list(desk, now=MONDAY).rows] == [first.id, second.id]
    assert mails() == ["date_offered", "date_offered"]


def test_a_school_that_withdraws_lets_the_date_go_to_the_next(desk, programme):
    second, first = waiting(programme), waiting(programme, days_ago=40)
    give(desk, programme)
    withdraw_request(contact(first), first.id, now=MONDAY + HOUR)

    assert pass_dates_on(now=MONDAY + HOUR) == 1
    assert held().school_request_id == second.id
    assert mails().count("date_lapsed") == 0


def test_a_date_is_taken_back_and_the_school_stands_where_it_stood(desk, programme):
    row = waiting(programme)
    date_id = give(desk, programme)
    with pytest.raises(NotFound):
        take_date_back(an_actor(), date_id, now=MONDAY)

    for _press in range(2):
        take_date_back(desk, date_id, now=MONDAY + HOUR)

    assert stored(row).state is W
    assert mails() == ["date_offered", "date_taken_back"]


def test_a_date_for_nobody_and_a_date_gone_by_are_refused(desk, programme):
    waiting(programme)
    for given, problems in (
        ({"on_day": MONDAY.date()}, {"on_day": "in_the_past"}),
        ({"on_day": dt.date(2026, 9, 20)}, {"on_day": "nobody_waits"}),
        ({"starts_local": dt.time(6, 59)}, {"starts_local": "not_in_the_day"}),
        ({"starts_local": dt.time(20, 30)}, {"on_day": "nobody_waits"}),  # its presentation would end after 21:00
        ({"hold_hours": 0}, {"hold_hours": "too_few"}),
        ({"hold_hours": 337}, {"hold_hours": "too_many"}),
    ):
        with rejection(**problems):
            give(desk, programme, **given)
    assert (db.session.scalars(select(OpenDate)).all(), mails()) == ([], [])


def test_a_date_of_one_district_is_for_that_district(desk, programme):
    far, near = waiting(programme, days_ago=90), waiting(programme)
    host = db.session.get_one(Host, near.host_id)
    district_id = db.session.get_one(Municipality, host.municipality_id).district_id
    give(desk, programme, district_id=district_id)

    assert held().school_request_id == near.id
    assert stored(far).state is W


def test_nobody_answers_for_another_school(desk, programme):
    row, other = waiting(programme, days_ago=90), waiting(programme)
    give(desk, programme)
    offer_id = held().id

    with pytest.raises(NotFound):
        answer_date(contact(other), other.id, offer_id, accepts=True, now=MONDAY)
    with pytest.raises(NotFound):
        answer_date(contact(other), row.id, offer_id, accepts=True, now=MONDAY)
