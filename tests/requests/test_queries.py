"""The inbox and the page of one request; what the inbox says that a filter would show is what the filter shows."""

import datetime as dt
from dataclasses import replace
from itertools import cycle

import pytest

from scheduler.core.errors import NotAllowed, NotFound
from scheduler.places.models import HostsIn
from scheduler.policy import ANONYMOUS, Role, school_contact
from scheduler.requests.queries import inbox as requests_inbox
from scheduler.requests.queries.inbox import inbox
from scheduler.requests.queries.pages import own_request, request_page
from scheduler.requests.rules.school_request import TWIN_DAYS
from scheduler.requests.service.desk import ask_school
from scheduler.requests.service.school import answer_question
from scheduler.requests.terms.pages import NOBODY, Age, InboxFilters, NextStep, Show, Turn
from scheduler.requests.terms.school_request import RequestState
from tests.ceilings import at_most
from tests.counting import selects_of, statements
from tests.factories import MONDAY
from tests.factories.handovers import make_handover
from tests.factories.people import an_actor, make_centre, make_user
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.requests.shorthand import take_request

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
    assert [(row.next_step, row.late) for row in inbox.page.rows][:2] == [(NextStep.PLAN, True), (NextStep.TAKE, False)]
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


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("karadzic nis", True),
        ("Караџић", True),
        ("R-2026-0777", True),
        ("r-2026-07", True),
        ("R-%", False),
        ("R-_", False),
        ("' OR 1=1 --", False),
    ],
)
def test_a_request_is_found_by_its_host_in_either_script_or_its_number_and_by_no_pattern(
    programme, coordinator, typed, found
):
    make_school_request(programme=programme, host_id=make_host("Десанка Максимовић").id, number="R-2026-0100")
    make_school_request(programme=programme, host_id=make_host("Вук Караџић").id, number="R-2026-0777")

    numbers_found = numbers(requests_inbox.inbox(coordinator, InboxFilters(typed=typed), now=MONDAY))
    assert numbers_found == ["R-2026-0777"] * found


def test_nobody_sees_another_centre_nor_what_is_not_proven_and_the_inbox_is_for_staff(programme, coordinator):
    foreign, hidden = make_school_request(), make_school_request(RequestState.UNVERIFIED, programme=programme)
    for show in Show:
        assert numbers(requests_inbox.inbox(coordinator, InboxFilters(show), now=MONDAY)) == []
    for row in (foreign, hidden):
        with pytest.raises(NotFound):
            request_page(coordinator, row.number, now=MONDAY)

    for actor in (ANONYMOUS, school_contact(1, 1), an_actor(Role.EDUCATOR, centre_id=programme.centre_id)):
        with pytest.raises((NotAllowed, NotFound)):
            requests_inbox.inbox(actor, InboxFilters(), now=MONDAY)


def test_one_row_and_a_full_page_cost_the_same_number_of_queries_and_pages_do_not_overlap(programme, coordinator):
    look = lambda page=1: requests_inbox.inbox(coordinator, InboxFilters(page=page), now=MONDAY)  # noqa: E731
    host_id = make_host().id
    make_school_request(programme=programme, host_id=host_id)
    at_one = selects_of(look)
    for number in range(27):
        make_school_request(programme=programme, host_id=host_id if number % 2 else make_host().id)

    assert selects_of(look) == at_one
    at_most(4, at_one)  # twins, who stands in; it counts, and cuts the page, by a WITH each
    first, second = look(1), look(2)
    assert (len(first.page.rows), len(second.page.rows), second.page.pages) == (25, 3, 2)
    assert set(numbers(first)) & set(numbers(second)) == set()


def test_twins_and_history_stand_on_the_page_in_order_and_a_link_shows_its_own_request(programme, coordinator, session):
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

    row = make_school_request()
    assert own_request(school_contact(row.id, row.host_id), now=MONDAY).row.number == row.number
    with pytest.raises(NotFound):
        own_request(school_contact(999, row.host_id), now=MONDAY)


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


def test_twins_are_counted_in_one_question_and_never_row_against_row(session, on_one_page):
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


@pytest.fixture
def on_one_page(monkeypatch):
    """All requests of a list on its first page, for whoever counts them."""
    requests_inbox._question_of_page.cache_clear()
    with monkeypatch.context() as many:
        many.setattr("scheduler.requests.queries.inbox.REQUESTS_SHOWN", 100)
        yield
    requests_inbox._question_of_page.cache_clear()


@pytest.fixture
def reader(on_one_page, session):
    """Of a centre with a request of every state for each age, of owners, districts and programmes in turn."""
    programme = make_programme()
    desk, away, other = (make_user(centre_id=programme.centre_id) for _ in range(3))
    programmes = cycle((programme, make_programme(centre_id=programme.centre_id)))
    hosts = cycle([make_host("Бранко"), make_host("Вук"), make_host("Змај", municipality_id=None)])
    owners = cycle((desk.id, None, away.id, other.id, away.id))
    for state in RequestState:
        for days in (0, 4, 7, 30):
            if state is not RequestState.MERGED_INTO:
                facts = {"owner_id": next(owners), "host_id": next(hosts).id, "state_since": MONDAY - days * DAY}
                make_school_request(state, programme=next(programmes), attention=days == 4, **facts)
    make_handover(away, desk)
    return desk.actor()


FILTERS = (
    InboxFilters(),
    InboxFilters(Show.OPEN),
    InboxFilters(Show.OVER),
    InboxFilters(Show.OPEN, state=RequestState.NEW),
    InboxFilters(Show.OPEN, owner=NOBODY, age=Age.LATE),
    InboxFilters(Show.MINE, typed="Вук"),
    InboxFilters(Show.HANDED),
    InboxFilters(Show.LATE),
    InboxFilters(Show.OVER, state=RequestState.CLOSED),
)


@pytest.mark.deep
@pytest.mark.both_databases
@pytest.mark.parametrize("filters", FILTERS)
def test_each_number_beside_a_filter_is_how_many_it_shows(reader, filters):
    now = MONDAY
    page = inbox(reader, filters, now=now)

    shown = {show: inbox(reader, InboxFilters(show), now=now).page for show in Show}
    assert dict(page.pills) == {show: len(one.rows) for show, one in shown.items()}
    assert sum(count for _turn, count in page.groups) == page.page.total == len(page.page.rows)
    assert dict(page.groups) == {turn: [row.turn for row in page.page.rows].count(turn) for turn, _ in page.groups}
    readers = {"state": RequestState, "owner": int, "district": int, "programme": int, "age": Age}
    counted = 0
    for name, read in readers.items():
        total = len(inbox(reader, replace(filters, **{name: None}), now=now).page.rows)
        found = 0
        for value in page.facets[name]:
            with_it = replace(filters, **{name: read(value.value)})
            assert value.count == len(inbox(reader, with_it, now=now).page.rows) > 0, (name, value)
            found += value.count
        assert found <= total if name == "district" else found == total, name  # a school abroad lies in none
        counted += found
    assert counted > 0


@pytest.mark.deep
@pytest.mark.both_databases
@pytest.mark.parametrize("filters", FILTERS[:7])
def test_who_stands_in_for_nobody_is_told_as_much(reader, filters):
    """Then what is shown is added up by the database, where nothing narrows it."""
    other = make_user(centre_id=reader.centre_id).actor()
    if filters.show is Show.HANDED:
        found = inbox(other, filters, now=MONDAY)
        assert (found.page.total, found.facets["district"], found.facets["programme"]) == (0, (), ())
    else:
        test_each_number_beside_a_filter_is_how_many_it_shows(other, filters)


@pytest.mark.deep
@pytest.mark.both_databases
@pytest.mark.parametrize("filters", FILTERS[:3])
def test_who_is_limited_to_districts_is_told_of_these_alone(reader, filters):
    districts = [int(one.value) for one in inbox(reader, InboxFilters(Show.OPEN), now=MONDAY).facets["district"]]
    one = frozenset(districts[:1])
    limited = replace(reader, districts=one, hosts=HostsIn(one))

    test_each_number_beside_a_filter_is_how_many_it_shows(limited, filters)
    assert [one.value for one in inbox(limited, filters, now=MONDAY).facets["district"]] == [str(districts[0])]


@pytest.mark.both_databases
def test_what_is_handed_over_in_one_district_is_counted_in_that_one(session):
    town = make_municipality("Чачак")
    programme, hosts = make_programme(), (make_host("Бранко", municipality_id=town.id), make_host("Вук"))
    reader, away = (make_user(centre_id=programme.centre_id) for _ in range(2))
    for host in (*hosts, hosts[0]):
        make_school_request(programme=programme, host_id=host.id, owner_id=away.id)
    make_handover(away, reader, district_ids=[town.district_id])

    for show in (Show.MINE, Show.HANDED):
        page = inbox(reader.actor(), InboxFilters(show), now=MONDAY)
        assert (page.handed, page.page.total, len(page.page.rows)) == (2, 2, 2)
        assert [one.count for one in page.facets["district"]] == [2]


@pytest.mark.both_databases
def test_the_same_question_is_asked_at_another_moment(reader):
    """Its text is kept, the clock in it is not: what was fresh has grown old, and nobody stands in any more."""
    first, later = (inbox(reader, InboxFilters(Show.OPEN), now=MONDAY + days * DAY) for days in (0, 60))

    ages = [{value.value: value.count for value in page.facets["age"]} for page in (first, later)]
    assert ages[0].keys() == {*Age}
    assert ages[1] == {Age.OLD: sum(ages[0].values())}
    assert later.late > first.late > 0
    assert (first.handed > 0, later.handed) == (True, 0)


@pytest.mark.postgres_decides
@pytest.mark.usefixtures("app")
def test_pages_follow_each_other_in_the_order_of_who_must_move(on_one_page, monkeypatch) -> None:
    """Cut from the oldest of each state, the pages are what all of it is in order; also where counts are to be seen."""
    programme = make_programme()
    hosts, reader = (make_host("Бранко"), make_host("Вук")), make_user(centre_id=programme.centre_id)
    shown = [state for state in RequestState if state is not RequestState.MERGED_INTO]
    for place in range(3 * len(shown)):
        make_school_request(
            shown[place % len(shown)],
            programme=programme,
            host_id=hosts[place % 2].id,
            attention=place % 4 == 1,
            state_since=MONDAY.replace(day=1 + place % 3),
        )
    for show in (Show.OPEN, Show.MINE, Show.OVER):
        whole = inbox(reader.actor(), InboxFilters(show), now=MONDAY)
        rows = list(whole.page.rows)
        assert rows == sorted(rows, key=lambda row: ([*dict(whole.groups)].index(row.turn), row.state_since, row.id))
        assert len({row.id for row in rows}) == len(rows) == whole.page.total
        with monkeypatch.context() as few:
            few.setattr("scheduler.requests.queries.inbox.REQUESTS_SHOWN", 4)
            requests_inbox._question_of_page.cache_clear()
            pages = [
                inbox(reader.actor(), InboxFilters(show, page=1 + n), now=MONDAY) for n in range(len(rows) // 4 + 1)
            ]
        requests_inbox._question_of_page.cache_clear()
        assert [row.id for page in pages for row in page.page.rows] == [row.id for row in rows]
        assert {page.groups for page in pages if page.page.rows} == {whole.groups}
