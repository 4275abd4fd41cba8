"""The rank on the waiting list: points part by part, without a database."""

import datetime as dt

import pytest

from scheduler.requests.terms.school_request import RequestState
from scheduler.waitlist.rules import is_rural, rank_key, rank_parts, still_waits, years_since
from scheduler.waitlist.terms import Part, Points, WaitingFacts, Weights
from tests.factories import MONDAY

TODAY = MONDAY.date()


def facts(**given) -> WaitingFacts:
    fair = {"last_visit": TODAY, "rural": False, "special_needs": False, "waits_since": MONDAY}
    return WaitingFacts(**(fair | given))


def parts(given: WaitingFacts, weights: Weights = Weights()) -> tuple[Points, ...]:  # noqa: B008  (frozen)
    return rank_parts(given, weights, MONDAY, TODAY)


def test_a_rank_explains_itself_part_by_part():
    waiting = facts(
        last_visit=dt.date(2022, 9, 14), rural=True, special_needs=True, waits_since=MONDAY - dt.timedelta(days=65)
    )

    assert parts(waiting) == (
        Points(Part.NOT_VISITED, 8, 4),
        Points(Part.RURAL, 3),
        Points(Part.SPECIAL_NEEDS, 2),
        Points(Part.WAITS, 2, 2),
    )


def test_a_host_never_visited_counts_as_the_most_years():
    assert parts(facts(last_visit=None)) == (Points(Part.NEVER_VISITED, 10, 5),)
    assert parts(facts(last_visit=dt.date(1999, 1, 1))) == (Points(Part.NOT_VISITED, 10, 27),)


def test_what_weighs_nothing_is_not_told():
    assert parts(facts()) == ()
    assert parts(facts(last_visit=None, rural=True), Weights(0, 5, 0, 0, 0)) == ()


@pytest.mark.parametrize(
    ("visited", "years"),
    [(dt.date(2025, 9, 15), 0), (dt.date(2025, 9, 14), 1), (dt.date(2026, 12, 1), 0), (dt.date(2024, 2, 29), 2)],
)
def test_years_are_whole(visited, years):
    assert years_since(visited, TODAY) == years


def test_who_waits_long_enough_passes_everybody():
    never = facts(last_visit=None, rural=True, special_needs=True)
    patient = facts(waits_since=MONDAY - dt.timedelta(days=30 * 16))

    keys = [rank_key(one, parts(one), number) for number, one in enumerate((never, patient))]
    assert keys[1] < keys[0]


def test_equal_points_go_by_the_place_in_line_and_first_once_goes_before_all():
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
