"""The neutral format: what is written is read again, and a wrong field is named in one line."""

import json
from dataclasses import replace
from typing import Any

import pytest

from scheduler.planning.imports import UnreadablePlan, read_plan, read_problem, written_plan
from scheduler.planning.solver.greedy import first_plan
from scheduler.planning.solver.grounds import Grounds
from scheduler.planning.solver.reasons import plan_of
from tests.factories.planning import a_random_problem, a_touring_problem, as_file


def put(document: Any, way: str, value: Any) -> Any:
    """The document with one field replaced, or taken out by `...`."""
    *path, last = [int(part) if part.isdigit() else part for part in way.split(".")]
    inner = document
    for part in path:
        inner = inner[part]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return document


def test_a_problem_and_its_plan_are_read_as_they_were_written_with_nights_and_rides():
    problem = a_random_problem(1, requests=12)
    plan = plan_of(first_plan(Grounds(problem)))
    assert read_problem(json.dumps(as_file(problem)).encode()) == problem
    assert read_plan(json.dumps(written_plan(plan)).encode()) == plan
    problem = a_touring_problem(11, requests=14)
    plan = plan_of(first_plan(Grounds(problem)))
    read = read_problem(json.dumps(as_file(problem)).encode())
    people = tuple(replace(one, given={}, nights_max=0 if one.own_school else one.nights_max) for one in problem.people)
    assert read == replace(problem, people=people)
    assert plan.nights
    assert plan.rides
    assert read_plan(json.dumps(written_plan(plan)).encode()) == plan


@pytest.mark.parametrize(("way", "value", "line"), [
    ("days", ..., "days: missing"),
    ("days", "14", "days: a whole number from 1 to 3660 is needed"),
    ("days", True, "days: a whole number from 1 to 3660 is needed"),
    ("days", 10**9, "days: a whole number from 1 to 3660 is needed"),
    ("format", "sic-plan/1", 'format: "sic-plan-instance/1" is needed'),
    ("slots", [], "slots: start minutes in ascending order are needed"),
    ("slots", [600, 480], "slots: start minutes in ascending order are needed"),
    ("closed_days", 5, "closed_days: a list is needed"),
    ("cities.0.lat", 91, "cities[0].lat: degrees from -90 to 90 are needed"),
    ("cities.0.lon", "20", "cities[0].lon: degrees from -180 to 180 are needed"),
    ("cities.1.id", 0, "cities[1].id: 0 is there twice"),
    ("people.0", 7, "people[0]: an object is needed"),
    ("people.0.id", "", "people[0].id: a text is needed"),
    ("people.1.id", "E0", 'people[1].id: "E0" is there twice'),
    ("people.0.role", "driver", 'people[0].role: "driver" is not known'),
    ("people.0.home", 77, "people[0].home: 77 is not known"),
    ("people.0.home", True, "people[0].home: true is not known"),
    ("people.0.minor", 0, "people[0].minor: true or false is needed"),
    ("people.2.school_even", [9, 8], "people[2].school_even: two numbers in order are needed"),
    ("people.2.consent", ..., "people[2].consent: missing"),
    ("requests.3.weekdays", [7], "requests[3].weekdays[0]: a whole number from 0 to 6 is needed"),
    ("requests.0.slots_odd", [6], "requests[0].slots_odd[0]: a whole number from 0 to 5 is needed"),
    ("requests.0.influencers", 2, "requests[0].influencers: a whole number from 0 to 1 is needed"),
    ("requests.0.campaign", "none", 'requests[0].campaign: "none" is not known'),
    ("campaigns.0.team_mode", "free", 'campaigns[0].team_mode: "free" is not known'),
    ("weights.km", -1, "weights.km: a whole number from 0 to 1000000 is needed"),
    ("weights", None, "weights: an object is needed"),
    ("locked", ["R0"], 'locked: "R0" is not known'),
    ("baseline", [{}], "baseline[0].request: missing"),
])  # fmt: skip
def test_a_wrong_field_is_named(way: str, value: Any, line: str):
    document = put(as_file(a_random_problem(1)), way, value)
    with pytest.raises(UnreadablePlan) as refusal:
        read_problem(json.dumps(document).encode())
    assert str(refusal.value) == line


@pytest.mark.parametrize(("way", "value", "line"), [
    ("people.0.nights_max", 31, "people[0].nights_max: a whole number from 0 to 30 is needed"),
    ("people.2.nights_max", 1, "people[2].nights_max: a whole number from 0 to 0 is needed"),
    ("people.0.takes_along", 1, "people[0].takes_along: true or false is needed"),
    ("people.2.takes_along", True, "people[2].takes_along: an adult educator is needed"),
    ("people.2.may_ride", [5], "people[2].may_ride: two numbers in order are needed"),
    ("weights.night", "dear", "weights.night: a whole number from 0 to 1000000 is needed"),
])  # fmt: skip
def test_a_wrong_field_of_an_extended_instance_is_named(way: str, value: Any, line: str):
    document = put(as_file(a_random_problem(1)), way, value)
    with pytest.raises(UnreadablePlan) as refusal:
        read_problem(json.dumps(document).encode())
    assert str(refusal.value) == line


@pytest.mark.parametrize(
    ("request_ids", "line"),
    [(["R0", "R0"], "baseline: a request is there twice"), (["R9"], 'baseline: "R9" is not known')],
)
def test_what_was_told_names_each_request_once(request_ids: list[str], line: str):
    told = [{"request": one, "day": 1, "slot": 0, "educator": "E0"} for one in request_ids]
    document = put(as_file(a_random_problem(1)), "baseline", told)
    with pytest.raises(UnreadablePlan) as refusal:
        read_problem(json.dumps(document).encode())
    assert str(refusal.value) == line


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[" * 100_000, b"[]", b"7", b"NaN"])
def test_what_is_no_document_is_refused(content: bytes):
    with pytest.raises(UnreadablePlan, match=r"^the file: "):
        read_problem(content)


def test_an_event_names_the_requests_it_is_about():
    document = put(as_file(a_random_problem(1)), "event", {"kind": "late", "requests": ["R1", "nobody", 7]})
    assert read_problem(json.dumps(document).encode()).named_by_event == {"R1"}
