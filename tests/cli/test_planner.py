"""`planner …`: files in, a plan that the judges accept out."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler.cli.planner import PART_AFTER, Limits
from scheduler.planning.imports import read_plan, read_problem
from scheduler.planning.rules.judgement import cost_of, violations
from tests.factories.planning import a_random_problem, as_file

REQUESTS = 14
CHECKER = os.environ.get("PLAN_CHECKER", "")
INSTANCES = sorted((Path(CHECKER).parent / "instances").glob("S-*.json")) if CHECKER else []


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    file = tmp_path / "instance.json"
    file.write_text(json.dumps(as_file(a_random_problem(3, requests=REQUESTS))))
    return file


def a_plan(run, instance: Path) -> Path:
    file = instance.parent / "plan.json"
    run("planner", "solve", instance, file, "--steps", "1")
    return file


def checked(instance: Path, plan: Path) -> dict[str, Any]:
    """What the independent checker says; it shares no code with the product."""
    done = subprocess.run([sys.executable, CHECKER, instance, plan, "--json"], capture_output=True, check=False)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_solve_writes_a_plan_that_breaks_no_rule(run, instance: Path, tmp_path: Path):
    file = tmp_path / "plan.json"

    result = run("planner", "solve", instance, file, "--steps", "2")

    assert result.exit_code == 0, result.output
    plan, problem = read_plan(file.read_bytes()), read_problem(instance.read_bytes())
    assert violations(problem, plan) == []
    assert len(plan.placements) + len(plan.unplaced) == REQUESTS
    assert result.stdout.startswith(f"{len(plan.placements)} of {REQUESTS} served, weight ")
    assert "first step=0 cost=" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("command", ["solve", "solve-all"])
def test_a_search_that_is_ended_writes_the_best_plan_so_far(instance: Path, tmp_path: Path, command: str):
    """In a process of its own; of a folder, the second one is not begun."""
    plans = tmp_path / "plans"
    (tmp_path / "later.json").write_text(instance.read_text())
    plans.mkdir()
    paths = [instance, plans / instance.name] if command == "solve" else [tmp_path, plans]
    words = [sys.executable, "-m", "scheduler.command", "planner", command, *paths, "--seconds", "300"]

    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as search:
        assert search.stderr
        assert " s: first step=0 cost=" in search.stderr.readline()
        search.terminate()
        told, _errors = search.communicate(timeout=60)

    assert search.returncode == (0 if command == "solve" else 2)
    assert told.count(f" of {REQUESTS} served, weight ") == 1
    assert [file.name for file in plans.iterdir()] == [instance.name]
    problem = read_problem(instance.read_bytes())
    assert violations(problem, read_plan((plans / instance.name).read_bytes())) == []


def test_a_search_goes_on_from_a_given_plan_that_breaks_no_rule(run, instance: Path, tmp_path: Path):
    given, other = a_plan(run, instance), tmp_path / "other.json"
    problem = read_problem(instance.read_bytes())
    document = json.loads(given.read_text())
    document["assignments"] = document["assignments"][:1]  # a poor one, which no search would begin with
    given.write_text(json.dumps(document))
    poor = cost_of(problem, read_plan(given.read_bytes())).total

    result = run("planner", "solve", instance, other, "--steps", "1", "--from", given)

    assert f" s: first step=0 cost={poor}\n" in result.stderr
    assert cost_of(problem, read_plan(other.read_bytes())).total < poor

    document["assignments"][0]["day"] = 5  # a Saturday
    given.write_text(json.dumps(document))
    result = run("planner", "solve", instance, other, "--from", given)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {given}: breaks a rule: ")


def test_seconds_are_those_of_the_whole_command(monkeypatch: pytest.MonkeyPatch):
    """It was loading for 6 s when the first plan stood; of what that takes, a part is kept for the end."""
    monkeypatch.setattr("scheduler.cli.planner.process_start", lambda: 100.0)
    monkeypatch.setattr("time.monotonic", lambda: 106.0)

    limits = Limits(10.0, None, 30.0)

    assert limits.left() == 4.0
    assert limits.spent(1) == 0.6
    limits.told("first", {})
    assert limits.left() == 4.0 - 6.0 / PART_AFTER
    monkeypatch.setattr("time.monotonic", lambda: 110.0)
    assert (limits.left() < 0, limits.spent(1)) == (True, 1.0)


@pytest.mark.deep
def test_solve_all_plans_each_centre_and_names_the_one_it_cannot(run, instance: Path, tmp_path: Path):
    """One after the other in processes of their own: each plan is the one that `solve` gives alone."""
    folder, plans, alone = tmp_path / "centres", tmp_path / "plans", tmp_path / "alone.json"
    folder.mkdir()
    for name in ("bg", "rs"):
        (folder / f"{name}.json").write_text(json.dumps(as_file(a_random_problem(len(name), requests=8))))
    (folder / "mk.json").write_text('{"format": "other"}')
    run("planner", "solve", folder / "rs.json", alone, "--steps", "1")

    result = run("planner", "solve-all", folder, plans, "--steps", "1")

    assert result.exit_code == 2
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == ["bg", "rs"]
    assert all(re.search(r" of 8 served, weight \d+, .* \d+ s, \d+ MiB$", line) for line in result.stdout.splitlines())
    assert f"{folder / 'mk.json'}: " in result.stderr
    assert result.stderr.endswith("1 of 3 not planned\n")
    assert sorted(file.name for file in plans.iterdir()) == ["bg.json", "rs.json"]
    assert (plans / "rs.json").read_bytes() == alone.read_bytes()


def test_solve_all_refuses_a_folder_without_instances(run, tmp_path: Path):
    result = run("planner", "solve-all", tmp_path, tmp_path / "plans")
    assert (result.exit_code, result.stderr) == (2, f"Error: {tmp_path}: no instance (*.json)\n")
    assert not (tmp_path / "plans").exists()


@pytest.mark.slow
def test_bound_says_one_document_and_nothing_else(instance: Path):
    """In a process of its own: the solver's greeting goes past Python."""
    command = [sys.executable, "-m", "scheduler.command", "planner", "bound", instance]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.keys() == {"served_weight", "sessions", "reachable_weight", "reachable_sessions", "cost"}
    assert 0 < told["served_weight"] <= told["reachable_weight"]


def test_explain_answers_for_each_request_and_refuses_a_plan_that_breaks_a_rule(run, instance: Path, tmp_path: Path):
    file = a_plan(run, instance)
    plan = read_plan(file.read_bytes())
    left_out, served = plan.unplaced[0], plan.placements[0]

    words = run("planner", "explain", instance, file, left_out.request)
    told = run("planner", "explain", instance, file, served.request, "--json")
    nobody = run("planner", "explain", instance, file, "R99")

    assert words.stdout.startswith(f"{left_out.request}: {left_out.reason.value} (")
    assert json.loads(told.stdout)["placement"]["educator"] == served.educator
    assert (nobody.exit_code, nobody.stderr) == (2, f"Error: {instance}: no request 'R99'\n")

    document = json.loads(file.read_text())
    document["assignments"][0]["day"] = 5  # a Saturday
    file.write_text(json.dumps(document))

    result = run("planner", "explain", instance, file, "R0")

    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {file}: breaks a rule: ")


def test_repair_writes_the_baseline_mended(run, instance: Path, tmp_path: Path):
    file = a_plan(run, instance)
    stands = json.loads(file.read_text())["assignments"]
    document = json.loads(instance.read_text()) | {"baseline": stands, "locked": [], "event": {"kind": "none"}}
    instance.write_text(json.dumps(document))

    result = run("planner", "repair", instance, file, "--steps", "5")

    assert result.exit_code == 0, result.output
    assert json.loads(file.read_text())["assignments"] == stands  # nothing happened, nothing moves


@pytest.mark.skipif(not CHECKER, reason="PLAN_CHECKER names no checker")
@pytest.mark.parametrize("given", INSTANCES, ids=lambda path: path.stem)
def test_the_independent_checker_finds_nothing(run, given: Path, tmp_path: Path):
    file = tmp_path / "plan.json"
    result = run("planner", "solve", given, file, "--steps", "2")
    assert result.exit_code == 0, result.output
    told = checked(given, file)
    assert [told[name] for name in ("violations", "missed_insertions", "bad_reasons")] == [0, 0, 0]


@pytest.mark.parametrize(("change", "line"), [
    ({"days": "many"}, "instance.json: days: a whole number from 1 to 3660 is needed"),
    ({"people": None}, "instance.json: people: a list is needed"),
])  # fmt: skip
def test_a_malformed_instance_is_told_in_one_line(run, instance: Path, change: dict, line: str):
    instance.write_text(json.dumps(json.loads(instance.read_text()) | change))
    result = run("planner", "solve", instance, instance.parent / "plan.json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"Error: {instance.parent}/{line}\n"
    assert not (instance.parent / "plan.json").exists()


@pytest.mark.parametrize(("arguments", "line"), [
    (["nowhere.json", "plan.json"], "Error: nowhere.json: No such file or directory\n"),
    (["i", "p", "--steps", "1", "--seconds", "1"], "Error: --seconds and --steps: only one of them\n"),
])  # fmt: skip
def test_what_cannot_be_used_is_told_in_one_line(run, arguments: list[str], line: str):
    result = run("planner", "solve", *arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", line)


# --- `planner tour FILE`: a file in, the best order out ---


CITIES = [
    {"name": "Niš", "lat": 43.32, "lon": 21.90, "days": [0, 1, 2]},
    {"name": "Leskovac", "lat": 43.00, "lon": 21.95, "days": [0, 1, 2]},
    {"name": "Subotica", "lat": 46.10, "lon": 19.67, "days": []},
]
TOUR = {"format": "sic-tour/1", "home": {"lat": 44.82, "lon": 20.46}, "night_cost": 100, "cities": CITIES}


def said(run, tmp_path: Path, **given: object):
    file = tmp_path / "tour.json"
    file.write_text(json.dumps(TOUR | given), encoding="utf-8")
    return file, run("planner", "tour", file)


def test_the_order_is_told_as_one_document(run, tmp_path: Path):
    _file, result = said(run, tmp_path)

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert {stop["city"] for stop in told["stops"]} == {"Niš", "Leskovac"}
    assert [stop["from_home"] for stop in told["stops"]] == [True, False]
    assert told["left_out"] == ["Subotica"]
    assert (told["nights"], told["bound"]) == (1, told["total"])


@pytest.mark.parametrize(("given", "words"), [
    ({"cities": []}, "cities: 1 to 40 cities are needed"),
    ({"cities": [*CITIES, CITIES[0]]}, "cities: a city is there twice"),
    ({"cities": [{"name": "Niš", "lat": 143, "lon": 21.9, "days": [0]}]}, "cities[0].lat: degrees from -90 to 90"),
    ({"cities": [{"name": "Niš", "lat": 43, "lon": 21.9}]}, "cities[0].days: missing"),
    ({"home": None}, "home: an object is needed"),
    ({"night_cost": -1}, "night_cost: a whole number from 0"),
])  # fmt: skip
def test_a_wrong_field_is_named_in_one_line(run, tmp_path: Path, given, words):
    file, result = said(run, tmp_path, **given)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {file}: {words}")
    assert result.stderr.count("\n") == 1
