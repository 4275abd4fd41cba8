"""What the inbox says that a filter would show is what the filter shows: every number against the list itself."""

import datetime as dt
from dataclasses import replace
from itertools import cycle

import pytest

from scheduler.places.models import HostsIn
from scheduler.requests.queries.inbox import inbox
from scheduler.requests.terms.pages import NOBODY, Age, InboxFilters, Show
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.handovers import make_handover
from tests.factories.people import make_user
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request

DAY = dt.timedelta(days=1)


@pytest.fixture
def coordinator(session):
    """Of a centre with a request of every state for each age, of owners, districts and programmes in turn."""
    programme = make_programme()
    reader, away, other = (make_user(centre_id=programme.centre_id) for _ in range(3))
    programmes = cycle((programme, make_programme(centre_id=programme.centre_id)))
    hosts = cycle([make_host("Бранко"), make_host("Вук"), make_host("Змај", municipality_id=None)])
    owners = cycle((reader.id, None, away.id, other.id, away.id))
    for state in RequestState:
        for days in (0, 4, 7, 30):
            if state is not RequestState.MERGED_INTO:
                facts = {"owner_id": next(owners), "host_id": next(hosts).id, "state_since": MONDAY - days * DAY}
                make_school_request(state, programme=next(programmes), attention=days == 4, **facts)
    make_handover(away, reader)
    return reader.actor()


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
def test_each_number_beside_a_filter_is_how_many_it_shows(coordinator, filters):
    now = MONDAY
    page = inbox(coordinator, filters, now=now)

    shown = {show: inbox(coordinator, InboxFilters(show), now=now).page for show in Show}
    assert dict(page.pills) == {show: len(one.rows) for show, one in shown.items()}
    assert sum(count for _turn, count in page.groups) == page.page.total == len(page.page.rows)
    assert dict(page.groups) == {turn: [row.turn for row in page.page.rows].count(turn) for turn, _ in page.groups}
    readers = {"state": RequestState, "owner": int, "district": int, "programme": int, "age": Age}
    counted = 0
    for name, read in readers.items():
        total = len(inbox(coordinator, replace(filters, **{name: None}), now=now).page.rows)
        found = 0
        for value in page.facets[name]:
            with_it = replace(filters, **{name: read(value.value)})
            assert value.count == len(inbox(coordinator, with_it, now=now).page.rows) > 0, (name, value)
            found += value.count
        assert found <= total if name == "district" else found == total, name  # a school abroad lies in none
        counted += found
    assert counted > 0


@pytest.mark.deep
@pytest.mark.both_databases
@pytest.mark.parametrize("filters", FILTERS[:7])
def test_who_stands_in_for_nobody_is_told_as_much(coordinator, filters):
    """Then what is shown is added up by the database, where nothing narrows it."""
    other = make_user(centre_id=coordinator.centre_id).actor()
    if filters.show is Show.HANDED:
        found = inbox(other, filters, now=MONDAY)
        assert (found.page.total, found.facets["district"], found.facets["programme"]) == (0, (), ())
    else:
        test_each_number_beside_a_filter_is_how_many_it_shows(other, filters)


@pytest.mark.deep
@pytest.mark.both_databases
@pytest.mark.parametrize("filters", FILTERS[:3])
def test_who_is_limited_to_districts_is_told_of_these_alone(coordinator, filters):
    districts = [int(one.value) for one in inbox(coordinator, InboxFilters(Show.OPEN), now=MONDAY).facets["district"]]
    hers = frozenset(districts[:1])
    limited = replace(coordinator, districts=hers, hosts=HostsIn(hers))

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
def test_the_same_question_is_asked_at_another_moment(coordinator):
    """Its text is kept, the clock in it is not: what was fresh has grown old, and nobody stands in any more."""
    first, later = (inbox(coordinator, InboxFilters(Show.OPEN), now=MONDAY + days * DAY) for days in (0, 60))

    ages = [{value.value: value.count for value in page.facets["age"]} for page in (first, later)]
    assert ages[0].keys() == {*Age}
    assert ages[1] == {Age.OLD: sum(ages[0].values())}
    assert later.late > first.late > 0
    assert (first.handed > 0, later.handed) == (True, 0)
