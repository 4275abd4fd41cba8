"""The rank on the waiting list: points part by part, and pages put in order by the database as the rule ranks all."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from scheduler.core import clock
from scheduler.core.db import transaction
from scheduler.places.models import Host
from scheduler.policy import Actor, Role
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import CancelledBy, VisitState
from scheduler.waitlist.models import WaitingWeights
from scheduler.waitlist.queries.line import place_of, waiting_list
from scheduler.waitlist.queries.ranks import waiting_by_rank
from scheduler.waitlist.rules import (
    DAYS_OF_A_MONTH,
    days_of_years,
    is_rural,
    moments_of_months,
    rank_key,
    rank_parts,
    still_waits,
    years_since,
)
from scheduler.waitlist.terms import Part, PlaceInLine, Points, WaitingFacts, Weights
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.visits import make_presentation, make_visit

TODAY = MONDAY.date()


def facts(**given) -> WaitingFacts:
    fair = {"last_visit": TODAY, "rural": False, "special_needs": False, "waits_since": MONDAY}
    return WaitingFacts(**(fair | given))


def parts(given: WaitingFacts, weights: Weights = Weights()) -> tuple[Points, ...]:  # noqa: B008  (frozen)
    return rank_parts(given, weights, MONDAY, TODAY)


def test_a_rank_explains_itself_part_by_part_and_what_weighs_nothing_is_not_told():
    waiting = facts(
        last_visit=dt.date(2022, 9, 14), rural=True, special_needs=True, waits_since=MONDAY - dt.timedelta(days=65)
    )
    assert parts(waiting) == (
        Points(Part.NOT_VISITED, 8, 4),
        Points(Part.RURAL, 3),
        Points(Part.SPECIAL_NEEDS, 2),
        Points(Part.WAITS, 2, 2),
    )

    assert parts(facts(last_visit=None)) == (Points(Part.NEVER_VISITED, 10, 5),)
    assert parts(facts(last_visit=dt.date(1999, 1, 1))) == (Points(Part.NOT_VISITED, 10, 27),)

    assert parts(facts()) == ()
    assert parts(facts(last_visit=None, rural=True), Weights(0, 5, 0, 0, 0)) == ()


@pytest.mark.parametrize(
    ("visited", "years"),
    [(dt.date(2025, 9, 15), 0), (dt.date(2025, 9, 14), 1), (dt.date(2026, 12, 1), 0), (dt.date(2024, 2, 29), 2)],
)
def test_years_are_whole(visited, years):
    assert years_since(visited, TODAY) == years


def test_who_waits_long_enough_passes_everybody_equal_points_go_by_the_place_in_line_and_first_once_goes_before_all():
    never = facts(last_visit=None, rural=True, special_needs=True)
    patient = facts(waits_since=MONDAY - dt.timedelta(days=30 * 16))
    keys = [rank_key(one, parts(one), number) for number, one in enumerate((never, patient))]
    assert keys[1] < keys[0]

    early, late = facts(waits_since=MONDAY - dt.timedelta(days=2)), facts(waits_since=MONDAY - dt.timedelta(days=1))
    first, needy = facts(put_first=True), facts(last_visit=None, rural=True)
    in_order = sorted(
        {"late": late, "early": early, "needy": needy, "first": first}.items(),
        key=lambda item: rank_key(item[1], parts(item[1]), 1),
    )
    assert [name for name, _facts in in_order] == ["first", "needy", "early", "late"]
    assert parts(first)[0] == Points(Part.PUT_FIRST, 0)


@pytest.mark.parametrize(
    ("place", "towns", "rural"),
    [
        ("Вранић", ("Барајево", "Београд"), True),
        ("Барајево", ("Барајево", "Београд"), False),
        ("Београд", ("Вождовац", "Београд"), False),
        ("Beograd", ("Вождовац", "Београд"), False),
        ("Graz", (), False),
    ],
)
def test_rural_is_what_lies_outside_of_its_towns(place, towns, rural):
    assert is_rural(place, towns) is rural


def test_an_offered_date_is_void_once_the_request_was_answered_otherwise():
    later = MONDAY + dt.timedelta(hours=1)

    assert still_waits(RequestState.PROPOSED, MONDAY, MONDAY)
    assert not still_waits(RequestState.PROPOSED, later, MONDAY)  # other dates were proposed since
    assert not still_waits(RequestState.AGREED, MONDAY, MONDAY)


MOMENT = dt.timedelta(microseconds=1)
DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2040, 12, 31))


@given(DAYS, DAYS, st.integers(0, 99))
def test_the_days_of_years_are_the_last_of_which_the_rule_says_so_many(day, today, most):
    steps = days_of_years(most, today)

    assert sum(day <= step for step in steps) == min(most, years_since(day, today))


@given(st.timedeltas(dt.timedelta(days=-40), dt.timedelta(days=3000)), st.integers(0, 40))
def test_the_moments_of_months_are_the_last_at_which_so_many_have_passed(waits, older):
    since = MONDAY - waits
    steps = moments_of_months(since - dt.timedelta(days=older), MONDAY)

    assert sum(since <= step for step in steps) == max(0, waits.days) // DAYS_OF_A_MONTH


def a_list(programme) -> None:
    """Requests for every reason to stand before another: each reason at its border, and equals."""
    today = clock.local_day(MONDAY)
    town = make_municipality("Сокобања", city_sr_cyrl="Бањски град")
    places = ("Сокобања", "СОКОБАЊА", "Бањски Град", "Врмџа")
    hosts = [make_host(place=place, municipality_id=town.id).id for place in places]
    hosts += [make_host(place="Wien", municipality_id=None).id, make_host().id]
    for host_id, back in zip(hosts, (0, 364, 365, 366, 731, 4000), strict=True):
        make_visit(VisitState.DELIVERED, host_id=host_id, on_day=today - dt.timedelta(days=back))
        make_visit(VisitState.PLANNED, host_id=host_id, on_day=today + dt.timedelta(days=9))
    of = {"programme": programme}
    waits = [dt.timedelta(days=days) for days in (0, 1, 29, 30, 31, 59, 60, 365, 3660)]
    for number, host_id in enumerate([*hosts, make_host().id]):
        for wait in waits[number % 3 :: 3]:
            for came in (MONDAY - wait, MONDAY - wait + MOMENT if wait else MONDAY - MOMENT):
                special = number % 2 == 0
                request(host_id=host_id, submitted_at=came, special_needs=special, **of)
    since = MONDAY - dt.timedelta(days=90)
    request(host_id=hosts[0], submitted_at=MONDAY, in_line_since=since, **of)
    kept = request(host_id=hosts[1], submitted_at=MONDAY, **of)
    for more in (1, 2):  # one became part of the other, and that one of the kept
        part = {"submitted_at": since - dt.timedelta(days=30 * more), "merged_into_id": kept.id, **of}
        kept = make_school_request(RequestState.MERGED_INTO, host_id=hosts[1], **part)
    for notice in (47, 49):
        gone = make_school_request(RequestState.CANCELLED_BY_CENTRE, host_id=hosts[2], **of)
        visit = make_visit(VisitState.CANCELLED, cancelled_by=CancelledBy.CENTRE, school_request_id=gone.id)
        begins = make_presentation(visit).starts_at
        with transaction() as session:
            session.get_one(Visit, visit.id).state_since = begins - dt.timedelta(hours=notice)
        request(host_id=hosts[2], submitted_at=MONDAY, parent_id=gone.id, **of)


def request(**given) -> SchoolRequest:
    return make_school_request(RequestState.WAITLISTED, **given)


@pytest.mark.deep
@pytest.mark.both_databases
def test_pages_stand_as_the_rule_ranks_all_whatever_counts_and_whenever(session):
    programme = make_programme()
    desk = an_actor(Role.COORDINATOR, centre_id=programme.centre_id)
    a_list(programme)
    make_school_request(RequestState.WAITLISTED)  # of another centre
    for weights in (Weights(), Weights(0, 0, 0, 0, 0), Weights(3, 9, 0, 5, 0), Weights(0, 4, 2, 1, 7)):
        with transaction() as inside:
            inside.execute(delete(WaitingWeights))
            inside.add(WaitingWeights(centre_id=programme.centre_id, **vars(weights)))
        for later in (0, 1, 23, 24 * 29, 24 * 300):
            stands_as_ranked(desk, weights, MONDAY + dt.timedelta(hours=later))


def stands_as_ranked(desk: Actor, weights: Weights, now: dt.datetime) -> None:
    ranked = waiting_by_rank(desk.centre_id or 0, weights, now=now)
    some = {place: row.id for place, (row, _facts) in enumerate(ranked, 1) if place % 13 == 1}
    told = {place: place_of(one, desk.centre_id or 0, now=now) for place, one in some.items()}
    assert told == {place: PlaceInLine(place, len(ranked)) for place in some}
    assert place_of(-1, desk.centre_id or 0, now=now) is None
    pages = range(1, waiting_list(desk, now=now, per_page=17).pages + 2)
    lists = [waiting_list(desk, now=now, page=page, per_page=17) for page in pages]
    rows = [row for page in lists for row in page.rows]

    assert {page.total for page in lists} == {len(ranked)}
    assert [row.row.id for row in rows] == [asked.id for asked, _facts in ranked]
    today = clock.local_day(now)
    assert [row.parts for row in rows] == [rank_parts(facts, weights, now, today) for _asked, facts in ranked]
    assert [row.place for row in rows] == list(range(1, len(ranked) + 1))


def test_a_place_spelled_in_other_letters_is_its_town(session):
    programme = make_programme()
    town = make_municipality("Ниш")
    for place in ("НИШ", "Niš", "Матејевац"):
        request(host_id=make_host(place=place, municipality_id=town.id).id, programme=programme)
    desk = an_actor(Role.COORDINATOR, centre_id=programme.centre_id)

    [first, *rest] = waiting_list(desk, now=MONDAY).rows

    hosts = {one.id: one.place_sr_cyrl for one in session.scalars(select(Host))}
    asked = {one.id: hosts[one.host_id] for one in session.scalars(select(SchoolRequest))}
    assert [asked[one.row.id] for one in (first, *rest)] == ["Матејевац", "НИШ", "Niš"]
    assert first.points - rest[0].points == Weights().rural
