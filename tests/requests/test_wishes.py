"""Ask first: up to five ranked dates and days on which a school cannot (issue "hold and confirm")."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core.db import transaction
from scheduler.core.errors import Rejected
from scheduler.requests.models import BlackoutDays, PreferredDate, SchoolRequest
from scheduler.requests.queries.pages import request_of, request_page
from scheduler.requests.rules.school_request import cannot_on
from scheduler.requests.service.dates import propose_dates
from scheduler.requests.service.lineage import book_again
from scheduler.requests.terms.dates import DateDraft
from scheduler.requests.terms.school_request import Blackout, DayPart, Preference, RequestState
from scheduler.waitlist.service.dates import give_date
from scheduler.waitlist.terms import OpenDateDraft
from tests.factories import MONDAY
from tests.factories.people import an_actor, works
from tests.factories.requests import FIRST_DAY, LAST_DAY, a_draft, make_school_request
from tests.factories.safeguarding import a_cleared_educator
from tests.refusals import rejection
from tests.requests.drafts import problems
from tests.requests.shorthand import ask, coordinator_of, stored

DAY = dt.timedelta(days=1)
TEN = dt.time(10)


def wish(days: int, **given) -> Preference:
    return Preference(FIRST_DAY + days * DAY, **given)


def cannot(first: int, last: int | None = None) -> Blackout:
    return Blackout(FIRST_DAY + first * DAY, FIRST_DAY + (first if last is None else last) * DAY)


def cannot_then(row: SchoolRequest, days: int = 1) -> None:
    """The school of a stored request cannot from its first day on."""
    with transaction() as writing:
        last = FIRST_DAY + (days - 1) * DAY
        writing.add(BlackoutDays(school_request_id=row.id, first_day=FIRST_DAY, last_day=last))


def test_five_dates_in_order_and_days_off_of_any_span_are_fair():
    four = [wish(place, starts_local=TEN) for place in range(1, 5)]
    five = (*four, wish(1, day_part=DayPart.AFTERNOON))
    assert problems(a_draft(preferred=five, blackouts=(cannot(0),))) == {}

    assert [cannot_on([cannot(1, 3)], FIRST_DAY + day * DAY) for day in range(5)] == [
        False, True, True, True, False
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("preferred", "found"),
    [
        ((wish(1), wish(9)), {"preferred-1-on_day": "outside_the_days"}),
        ((wish(1), wish(1)), {"preferred-1-on_day": "the_same_date"}),
        ((wish(1), wish(2)), {"preferred-1-on_day": "school_cannot"}),
    ],
)
def test_a_wish_that_cannot_be_is_told_beside_it(preferred, found):
    assert problems(a_draft(preferred=preferred, blackouts=(cannot(2),))) == found


@pytest.mark.both_databases
def test_wishes_are_stored_in_their_order_and_read_with_the_request_and_a_refused_one_is_not(session):
    liked = (wish(3, starts_local=TEN), wish(1, day_part=DayPart.MORNING))

    request_id = ask(preferred=liked, blackouts=(cannot(2), cannot(0)))
    with pytest.raises(Rejected):
        ask(key="refused", preferred=(wish(50),))

    page = request_of(request_id, now=MONDAY)
    assert page.preferred == liked
    assert page.blackouts == (cannot(0), cannot(2))
    assert [row.rank for row in session.scalars(sa.select(PreferredDate).order_by(PreferredDate.rank))] == [1, 2]


def test_booked_again_within_other_days_nothing_of_it_is_carried_over(session):
    row = make_school_request(RequestState.WITHDRAWN)
    cannot_then(row)
    later = FIRST_DAY + 30 * DAY

    number = book_again(coordinator_of(row), row.id, later, later, form_key="k", now=MONDAY)

    again = request_page(coordinator_of(row), number, now=MONDAY)
    assert (again.preferred, again.blackouts) == ((), ())


def test_a_date_on_a_day_off_is_neither_proposed_nor_offered_from_the_waiting_list(session):
    row = make_school_request(RequestState.TRIAGE)
    cannot_then(row, days=2)
    until = MONDAY + 2 * DAY
    with rejection(**{"dates-0-on_day": "school_cannot"}):
        propose_dates(coordinator_of(row), row.id, [DateDraft(FIRST_DAY + DAY, TEN)], held_until=until, now=MONDAY)
    assert stored(row.id).state is RequestState.TRIAGE
    propose_dates(coordinator_of(row), row.id, [DateDraft(LAST_DAY, TEN)], held_until=until, now=MONDAY)

    row = make_school_request(RequestState.WAITLISTED)
    works(a_cleared_educator(centre_id=row.centre_id))
    cannot_then(row)
    desk = an_actor(centre_id=row.centre_id)
    with rejection(on_day="nobody_waits"):
        give_date(desk, OpenDateDraft(row.programme_id, FIRST_DAY, TEN, 24), now=MONDAY)
    assert give_date(desk, OpenDateDraft(row.programme_id, LAST_DAY, TEN, 24), now=MONDAY)
