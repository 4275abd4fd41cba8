"""Rules of the search for a substitute, without a database."""

import datetime as dt

import pytest

from scheduler.people.terms import PresenterKind
from scheduler.staffing.rules import substitutes
from scheduler.staffing.rules.substitutes import (
    answer_until,
    first_wave_at,
    in_order,
    missing_kinds,
    problem_with_link,
    sought_kind,
)
from scheduler.staffing.terms.crew import Candidate
from scheduler.visits.rules.crew import may_go_short
from scheduler.visits.terms.plans import CrewMember, CrewRule, Why
from scheduler.visits.terms.states import AssignmentState
from tests.bounds import at_each_bound

STARTS_AT = dt.datetime(2026, 10, 6, 8, 0, tzinfo=dt.UTC)
DAY = STARTS_AT.date()
EDUCATOR, INFLUENCER = PresenterKind.EDUCATOR, PresenterKind.INFLUENCER
HTTPS = "https://meet.example.org/"
ACCEPTED, OFFERED = AssignmentState.ACCEPTED, AssignmentState.OFFERED


def hours(number: float) -> dt.timedelta:
    return dt.timedelta(hours=number)


def member(kind=EDUCATOR, state=ACCEPTED, adult_on=None) -> CrewMember:
    return CrewMember(1, kind, "Ana", "Anić", adult_on, state)


def one(number: int, km: int | None, *reasons: str) -> Candidate:
    return Candidate(number, EDUCATOR, f"Ema {number}", False, "", "", km, tuple(Why(code) for code in reasons))


@pytest.mark.parametrize(
    ("left", "pause"), [(168, 12), (72, 12), (71.9, 4), (24, 4), (23.9, 1), (8, 1), (7.9, 1 / 3), (3, 1 / 3)]
)
def test_the_pause_between_waves_shrinks_as_the_visit_nears(left, pause):
    assert substitutes.wave_pause(STARTS_AT, STARTS_AT - hours(left)) == hours(pause)


def test_an_answer_counts_one_wave_longer_and_never_into_the_last_three_hours():
    assert answer_until(STARTS_AT, STARTS_AT - hours(100)) == STARTS_AT - hours(76)
    assert answer_until(STARTS_AT, STARTS_AT - hours(3.5)) == STARTS_AT - hours(3)


def test_a_search_begins_at_once_within_the_week_and_else_a_week_before():
    near, far = STARTS_AT - hours(100), STARTS_AT - hours(1000)

    assert first_wave_at(STARTS_AT, near) == near
    assert first_wave_at(STARTS_AT, far) == STARTS_AT - hours(7 * 24)


def test_what_is_missing_is_counted_by_kind_and_educators_are_sought_before_young_presenters():
    crew = [member(), member(INFLUENCER, OFFERED)]  # an offer is no crew

    assert missing_kinds(crew, CrewRule(2, 1), DAY) == {EDUCATOR: 1, INFLUENCER: 1}
    assert missing_kinds(crew, CrewRule(1, 0), DAY) == {}
    assert missing_kinds([member(INFLUENCER, adult_on=DAY)], CrewRule(1, 1), DAY) == {EDUCATOR: 1}
    assert sought_kind([{INFLUENCER: 1}, {EDUCATOR: 1}]) is EDUCATOR
    assert sought_kind([{}, {INFLUENCER: 1}]) is INFLUENCER
    assert sought_kind([{}, {}]) is None


def test_the_nearest_first_among_the_near_the_least_loaded_and_nobody_with_a_reason_against_her():
    near, nearer, far, idle = one(1, 20), one(2, 5), one(3, 80), one(4, 24)
    barred = one(5, 1, "unvetted")

    order = in_order([far, barred, near, nearer, idle], {1: 3, 2: 3, 3: 0})

    assert [each.presenter_id for each in order] == [4, 2, 1, 3]


def test_who_is_given_nothing_yet_goes_before_the_nearer_and_who_has_no_road_is_the_nearest():
    assert [each.presenter_id for each in in_order([one(1, 5), one(2, 20)], {1: 1})] == [2, 1]
    assert [each.presenter_id for each in in_order([one(1, 1), one(2, None)], {})] == [2, 1]


@at_each_bound(
    ("a band of 25 km", lambda km: in_order([one(1, km), one(2, 0)], {2: 1})[0].presenter_id, (24, 25, 26), (1, 2, 2)),
    (
        "the longest link",
        lambda long: problem_with_link(f"{HTTPS:a<{long}}"),
        (299, 300, 301),
        (None, None, "too_long"),
    ),
)
def test_each_bound(rule, value, answer):
    assert rule(value) == answer


def test_a_short_crew_needs_an_adult_educator_who_has_accepted_in_every_presentation():
    young = member(INFLUENCER, adult_on=dt.date(2028, 3, 1))

    assert may_go_short([[member()], [member(), young]], DAY)
    assert not may_go_short([[member()], [young]], DAY)
    assert not may_go_short([[member(state=OFFERED)]], DAY)
    assert not may_go_short([[member(INFLUENCER)]], DAY)
    assert not may_go_short([[member(adult_on=DAY + dt.timedelta(days=1))]], DAY)
    assert not may_go_short([], DAY)


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("https://meet.example.org/razred-7b", None), ("https://meet.example.org:8443/a?b=c", None), ("", "missing"),
        ("meet.example.org", "not_a_link"), ("http://meet.example.org", "not_a_link"),
        ("javascript:alert(1)", "not_a_link"), ("https://", "not_a_link"), ("https://localhost/", "not_a_link"),
        ("https://meet.example.org/a b", "not_a_link"), ("https://bank.example@evil.example/", "not_a_link"),
        ("https://[", "not_a_link"), ("https://meet.example.org/" + "a" * 300, "too_long"),
    ],
)  # fmt: skip
def test_a_link_is_a_whole_https_address(link, problem):
    assert problem_with_link(link) == problem
