"""The inbox and the page of one request."""

import datetime as dt

import pytest

from scheduler.core.db import db
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.policy import ANONYMOUS, Role, school_contact
from scheduler.programmes.models import Programme
from scheduler.requests.queries import inbox as requests_inbox
from scheduler.requests.queries.pages import own_request, request_page
from scheduler.requests.rules.school_request import TWIN_DAYS
from scheduler.requests.service.desk import ask_school
from scheduler.requests.service.school import answer_question
from scheduler.requests.terms.pages import InboxFilters, NextStep, Show, Turn
from scheduler.requests.terms.school_request import RequestState
from tests.ceilings import at_most
from tests.counting import selects_of, statements
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.requests.acts import take_request

DAY = dt.timedelta(days=1)


@pytest.fixture
def programme(session):
    return make_programme()


@pytest.fixture
def coordinator(programme):
    return an_actor(centre_id=programme.centre_id)


def numbers(inbox) -> list[str]:
    return [row.number for row in inbox.page.rows]


def test_the_inbox_groups_by_who_must_move_and_shows_the_oldest_first(programme, coordinator):
    make = lambda state, days: make_school_request(state, programme=programme, state_since=MONDAY - days * DAY)  # noqa: E731
    running = make(RequestState.CONFIRMED, 30)
    asked = make(RequestState.NEEDS_INFO, 20)
    young = make(RequestState.NEW, 1)
    old = make(RequestState.AGREED, 6)

    inbox = requests_inbox.inbox(coordinator, InboxFilters(), now=MONDAY)

    assert numbers(inbox) == [row.number for row in (old, young, asked, running)]
    assert inbox.groups == ((Turn.YOURS, 2), (Turn.OTHERS, 1), (Turn.ITSELF, 1))
    assert [(row.next_step, row.late) for row in inbox.page.rows][:2] == [
        (NextStep.PLAN, True),
        (NextStep.TAKE, False),
    ]
    assert (inbox.new, inbox.late, inbox.to_plan, inbox.waiting_for_school) == (1, 1, 1, 1)


def test_the_database_and_the_rule_agree_whose_turn_it_is(programme, coordinator):
    for state in RequestState:
        if state is not RequestState.MERGED_INTO:
            for attention in (False, True):
                make_school_request(state, programme=programme, attention=attention)

    for show in (Show.OPEN, Show.OVER):
        rows = requests_inbox.inbox(coordinator, InboxFilters(show), now=MONDAY).page.rows
        turns = [list(Turn).index(row.turn) for row in rows]
        assert turns == sorted(turns)
        assert len(turns) > 6


def test_filters_choose_and_pills_count(programme, coordinator):
    colleague = an_actor(centre_id=programme.centre_id)
    mine = make_school_request(programme=programme, owner_id=coordinator.user_id)
    theirs = make_school_request(RequestState.TRIAGE, programme=programme, owner_id=colleague.user_id)
    waiting = make_school_request(RequestState.WAITLISTED, programme=programme, owner_id=colleague.user_id)
    over = make_school_request(RequestState.WITHDRAWN, programme=programme)
    shown = {show: set(numbers(requests_inbox.inbox(coordinator, InboxFilters(show), now=MONDAY))) for show in Show}

    assert shown == {
        Show.MINE: {mine.number},
        Show.OPEN: {mine.number, theirs.number, waiting.number},
        Show.WAITING: {waiting.number},
        Show.OVER: {over.number},
        Show.LATE: set(),
        Show.NEW: {mine.number},
        Show.TO_PLAN: set(),
        Show.ASKED: set(),
        Show.HANDED: set(),
    }
    pills = requests_inbox.inbox(coordinator, InboxFilters(), now=MONDAY).pills
    assert dict(pills) == {show: len(found) for show, found in shown.items()}


def test_a_tile_opens_a_list_of_exactly_the_requests_that_it_counts(programme, coordinator):
    colleague = an_actor(centre_id=programme.centre_id)
    for state in RequestState:
        if state is not RequestState.MERGED_INTO:
            for days, owner in ((1, coordinator), (9, colleague)):
                make_school_request(state, programme=programme, owner_id=owner.user_id, state_since=MONDAY - days * DAY)
    look = lambda show: requests_inbox.inbox(coordinator, InboxFilters(show), now=MONDAY)  # noqa: E731
    tiles = look(Show.MINE)

    opened = {show: look(show).page for show in (Show.LATE, Show.NEW, Show.TO_PLAN, Show.ASKED)}
    assert {show: page.total for show, page in opened.items()} == {
        Show.LATE: tiles.late,
        Show.NEW: tiles.new,
        Show.TO_PLAN: tiles.to_plan,
        Show.ASKED: tiles.waiting_for_school,
    }
    assert all(row.late for row in opened[Show.LATE].rows)
    assert {row.state for row in opened[Show.TO_PLAN].rows} == {RequestState.AGREED}
    assert (tiles.new, tiles.to_plan, tiles.waiting_for_school) == (2, 2, 4)


@pytest.mark.parametrize("typed", ["karadzic nis", "Караџић", "R-2026-0777", "r-2026-07"])
def test_a_request_is_found_by_its_host_in_either_script_or_by_its_number(programme, coordinator, typed):
    make_school_request(programme=programme, host_id=make_host("Десанка Максимовић").id, number="R-2026-0100")
    make_school_request(programme=programme, host_id=make_host("Вук Караџић").id, number="R-2026-0777")

    assert numbers(requests_inbox.inbox(coordinator, InboxFilters(typed=typed), now=MONDAY)) == ["R-2026-0777"]


def test_search_signs_are_letters_and_not_patterns(programme, coordinator):
    make_school_request(programme=programme)

    for typed in ("R-%", "R-_", "' OR 1=1 --"):
        assert numbers(requests_inbox.inbox(coordinator, InboxFilters(typed=typed), now=MONDAY)) == []


def test_nobody_sees_another_centre_nor_what_is_not_proven(programme, coordinator):
    foreign, hidden = make_school_request(), make_school_request(RequestState.UNVERIFIED, programme=programme)

    for show in Show:
        assert numbers(requests_inbox.inbox(coordinator, InboxFilters(show), now=MONDAY)) == []
    for row in (foreign, hidden):
        with pytest.raises(NotFound):
            request_page(coordinator, row.number, now=MONDAY)


@pytest.mark.parametrize("actor", [ANONYMOUS, school_contact(1, 1)])
def test_the_inbox_is_for_staff(session, actor):
    with pytest.raises((NotAllowed, NotFound)):
        requests_inbox.inbox(actor, InboxFilters(), now=MONDAY)


def test_one_row_and_a_hundred_cost_the_same_number_of_queries(programme, coordinator):
    look = lambda: requests_inbox.inbox(coordinator, InboxFilters(), now=MONDAY)  # noqa: E731
    programme_id, host_id = programme.id, make_host().id
    make_school_request(programme=programme, host_id=host_id)
    at_one = selects_of(look)
    programme = db.session.get_one(Programme, programme_id)
    for number in range(99):
        make_school_request(programme=programme, host_id=host_id if number % 2 else make_host().id)

    assert len(look().page.rows) == 100
    assert selects_of(look) == at_one
    at_most(4, at_one)  # twins, who stands in; it counts, and cuts the page, by a WITH each


def test_pages_do_not_overlap(programme, coordinator):
    host = make_host()
    for _ in range(103):
        make_school_request(programme=programme, host_id=host.id)
    first, second = (requests_inbox.inbox(coordinator, InboxFilters(page=page), now=MONDAY) for page in (1, 2))

    assert (len(first.page.rows), len(second.page.rows), second.page.pages) == (100, 3, 2)
    assert set(numbers(first)) & set(numbers(second)) == set()


def test_the_page_tells_the_history_in_order_with_who_did_it(programme, coordinator):
    row = make_school_request(programme=programme)
    take_request(coordinator, row.id, now=MONDAY)
    ask_school(coordinator, row.id, "?", now=MONDAY + DAY)
    answer_question(school_contact(row.id, row.host_id), row.id, "!", now=MONDAY + 2 * DAY)

    page = request_page(coordinator, row.number, now=MONDAY)

    assert [(line.action, line.by, line.who) for line in page.history] == [
        ("school request triage", "centre", "Marija Kostić"),
        ("school request needs_info", "centre", "Marija Kostić"),
        ("school request triage", "school", ""),
    ]
    assert (page.question, page.answer) == ("?", "!")


def test_twins_are_open_requests_of_the_same_host_within_30_days(programme, coordinator):
    host = make_host()
    given = {"programme": programme, "host_id": host.id}
    row = make_school_request(**given)
    near = make_school_request(**given, first_day=row.first_day + 30 * DAY, last_day=row.first_day + 30 * DAY)
    make_school_request(**given, first_day=row.first_day + 31 * DAY, last_day=row.first_day + 31 * DAY)
    make_school_request(RequestState.WITHDRAWN, **given)
    make_school_request(programme=programme)
    make_school_request(programme=make_programme(centre_id=make_centre().id), host_id=host.id)

    page = request_page(coordinator, row.number, now=MONDAY)

    assert [twin.number for twin in page.twins] == [near.number]
    assert page.row.twins == 1


def test_the_link_shows_its_own_request(session):
    row = make_school_request()

    assert own_request(school_contact(row.id, row.host_id), now=MONDAY).row.number == row.number
    with pytest.raises(NotFound):
        own_request(school_contact(999, row.host_id), now=MONDAY)


def test_an_educator_has_no_inbox(programme):
    with pytest.raises((NotAllowed, NotFound)):
        requests_inbox.inbox(an_actor(Role.EDUCATOR, centre_id=programme.centre_id), InboxFilters(), now=MONDAY)


def test_twins_are_counted_in_one_question_and_never_row_against_row(session):
    """More days than a month has: the days around each are looked up, and give what a comparison of all would."""
    programme = make_programme()
    host, actor = make_host(), an_actor(centre_id=programme.centre_id)
    days = [MONDAY.date() + dt.timedelta(days=30 + place * (1 if place < 70 else 3)) for place in range(80)]
    made = [
        make_school_request(RequestState.NEW, programme=programme, host_id=host.id, first_day=day, last_day=day)
        for day in days
    ]
    with statements() as asked:
        rows = requests_inbox.inbox(actor, InboxFilters(show=Show.OPEN), now=MONDAY).page.rows

    expected = {row.id: sum(abs((day - row.first_day).days) <= TWIN_DAYS for day in days) - 1 for row in made}
    assert {row.id: row.twins for row in rows} == expected
    at_most(1, [one for one in asked if "GROUP BY school_request.host_id" in one])
