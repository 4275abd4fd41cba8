"""Commands of the planner over the neutral planning format: solve, solve-all, repair, bound, explain."""

import json
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict
from math import inf
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import Flask

from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.core.files import write_whole
from scheduler.planning.imports import UnreadablePlan, read_plan, read_problem, read_tour, written_plan
from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.rules.tours import cost_of_tour, tour_problems
from scheduler.planning.solver import engine
from scheduler.planning.solver.explanation import PlacedAnswer, UnplacedAnswer, explain
from scheduler.planning.solver.repair import repair
from scheduler.planning.solver.tour import plan_tour
from scheduler.planning.terms import Placement, Plan, PlanProblem

SECONDS = 30.0  # of a search that nobody limits
REPAIR_SECONDS = 8.0  # somebody waits at the telephone
PART_AFTER = 4  # reasons, judging and writing take such a part of what stood before the first plan
T = TypeVar("T")

group = CommandGroup("planner", help="Who goes where and when: propose, repair, prove, explain.")
INSTANCE = click.argument("instance", type=click.Path(path_type=Path))
PLAN = click.argument("plan", type=click.Path(path_type=Path))


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


def budget(command: Callable[..., None]) -> Callable[..., None]:
    """The options that limit a search."""
    for option in (
        click.option(
            "--seed", type=click.IntRange(0), default=0, show_default=True, help="Another seed, another plan."
        ),
        click.option("--steps", type=click.IntRange(0), help="End after so many steps: the same plan each time."),
        click.option("--seconds", type=click.FloatRange(0), help="End after so long."),
    ):
        command = option(command)
    return command


@group.command("solve")
@INSTANCE
@PLAN
@click.option("--from", "start", type=click.Path(path_type=Path), help="A plan of INSTANCE to start from.")
@budget
def solve(instance: Path, plan: Path, start: Path | None, seconds: float | None, steps: int | None, seed: int) -> None:
    """Plan INSTANCE and write the PLAN, at SIGTERM the best one so far. Progress is told on standard error."""
    told, _peak = _planned(instance, plan, (seconds, steps, seed), start)
    click.echo(told)


@group.command("solve-all")
@click.argument("instances", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("plans", type=click.Path(path_type=Path, file_okay=False))
@budget
def solve_all(instances: Path, plans: Path, seconds: float | None, steps: int | None, seed: int) -> None:
    """Plan every INSTANCES/*.json one after the other, each in a process of its own, into PLANS.

    The memory is that of the largest one. What cannot be planned is named, the others are: code 2 at the end.
    At SIGTERM the one in hand is written as it is, and no other is begun.
    """
    limits = Limits(seconds, steps, SECONDS, pass_on=True)  # refused before anything is planned
    files = sorted(instances.glob("*.json"))
    if not files:
        raise BadInput(f"{instances}: no instance (*.json)")
    plans.mkdir(parents=True, exist_ok=True)
    failed = 0
    for file in files:
        if limits.ended:
            failed += 1
            continue
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            begun = time.monotonic()
            try:
                told, peak = alone.submit(_planned, file, plans / file.name, (seconds, steps, seed)).result()
            except (click.ClickException, BrokenProcessPool) as error:
                failed += 1
                click.echo(str(error) if isinstance(error, BadInput) else f"{file}: {error}", err=True)
            else:
                click.echo(f"{file.stem}: {told}, {time.monotonic() - begun:.0f} s, {peak} MiB")
    if failed:
        raise BadInput(f"{failed} of {len(files)} not planned")


def _planned(
    instance: Path, plan: Path, budget: tuple[float | None, int | None, int], start: Path | None = None
) -> tuple[str, int]:
    """What one plan is like, and the most memory that this process ever took, in MiB."""
    seconds, steps, seed = budget
    limits = Limits(seconds, steps, SECONDS)
    problem = _read(instance, read_problem)
    given = _read_sound(problem, start) if start else None
    watch = engine.Watch(limits.spent, limits.told, seed)
    told = _written(plan, problem, engine.solve(problem, watch, engine.exact_solver(limits.left), given))
    return told, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@group.command("repair")
@INSTANCE
@PLAN
@budget
def mend(instance: Path, plan: Path, seconds: float | None, steps: int | None, seed: int) -> None:
    """Mend the baseline of INSTANCE after its event, with the least change, and write the PLAN."""
    limits = Limits(seconds, steps, REPAIR_SECONDS)
    problem = _read(instance, read_problem)
    watch = engine.Watch(limits.spent, limits.told, seed)
    click.echo(_written(plan, problem, repair(problem, watch, engine.exact_solver(limits.left))))


@group.command("bound")
@INSTANCE
def bound(instance: Path) -> None:
    """Say as JSON what no plan of INSTANCE can exceed: served weight, presentations; of a small one, the least cost."""
    try:
        from scheduler.planning.solver.bound import bound_of  # loads the solver
    except ImportError as error:
        raise click.ClickException(f"{error.name} is not installed: nothing can be proven without it") from error
    problem = _read(instance, read_problem)
    with _banner_to_error():
        proven = bound_of(problem)
    click.echo(json.dumps(asdict(proven)))


@contextmanager
def _banner_to_error() -> Iterator[None]:
    """HiGHS greets on standard output whatever it is told; there belongs one JSON document and nothing else."""
    output = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(output, 1)
        os.close(output)


@group.command("explain")
@INSTANCE
@PLAN
@click.argument("request_id", metavar="REQUEST")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def why(instance: Path, plan: Path, request_id: str, as_json: bool) -> None:
    """Say why REQUEST is not in the PLAN, and what would have to move; or why it is served by whom it is."""
    problem = _read(instance, read_problem)
    if request_id not in {one.id for one in problem.requests}:
        raise BadInput(f"{instance}: no request {request_id!r}")
    answer = explain(problem, _read_sound(problem, plan), request_id)
    click.echo(json.dumps(asdict(answer), ensure_ascii=False) if as_json else "\n".join(_sentences(answer)))


@group.command("tour")
@click.argument("file", type=click.Path(path_type=Path))
def tour(file: Path) -> None:
    """Say as JSON in which order, on which days a crew visits the cities of FILE, and what no tour goes below."""
    problem = _read(file, read_tour)
    found = plan_tour(problem)
    if broken := tour_problems(problem, found):
        raise click.ClickException(f"a rule is broken, no tour written: {broken[0]}")
    cost, visited = cost_of_tour(problem, found.stops), {stop.city for stop in found.stops}
    names = [city.name for city in problem.cities]
    told = {
        "stops": [{"day": one.day, "city": names[one.city], "from_home": one.from_home} for one in found.stops],
        "left_out": [name for place, name in enumerate(names) if place not in visited],
        **asdict(cost),
        "bound": found.bound,
    }
    click.echo(json.dumps(told, ensure_ascii=False))


def _sentences(answer: PlacedAnswer | UnplacedAnswer) -> Iterator[str]:
    if isinstance(answer, PlacedAnswer):
        yield f"{answer.placement.request}: {_where(answer.placement)}, {_costs(answer.parts)}"
        for other, parts in answer.others:
            yield f"or {_where(other)}, {_costs(parts)}"
        return
    counts = ", ".join(f"{name} {number}" for name, number in answer.why.counts.items())
    yield f"{answer.why.request}: {answer.why.reason.value} ({counts})"
    for way in answer.ways_out:
        if way.moved:
            yield f"fits if {way.moves} moves: {_where(way.then)}; {way.moves} then {_where(way.moved)}"
        else:
            yield f"may become possible if {way.moves} moves: {_where(way.then)}; for {way.moves} no place is known"
    for name, ways in answer.what_if.items():
        yield f"with {name}: {ways} ways"


def _where(one: Placement) -> str:
    crew = one.educator if one.influencer is None else f"{one.educator} and {one.influencer}"
    return f"day {one.day} slot {one.slot} {crew}"


def _costs(parts: Mapping[str, int]) -> str:
    told = ", ".join(f"{name} {cost}" for name, cost in parts.items() if cost)
    return f"cost {sum(parts.values())} ({told})"


def process_start() -> float:
    """When this process began, on the clock of `time.monotonic`."""
    ticks = int(Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.monotonic() - age


class Limits:
    """What is left of a search's steps or seconds; SIGTERM takes the rest. Raises: BadInput.

    Seconds are those of the whole command: loading it, and what comes after the search, estimated by its beginning.
    """

    def __init__(self, seconds: float | None, steps: int | None, usual: float, *, pass_on: bool = False) -> None:
        if seconds is not None and steps is not None:
            raise BadInput("--seconds and --steps: only one of them")
        self.steps, self.ended, self.pass_on = steps, False, pass_on
        self.allowed = inf if steps is not None else usual if seconds is None else seconds
        self.start = process_start()
        self.until = self.start + self.allowed
        signal.signal(signal.SIGTERM, self._end)

    def _end(self, *_: object) -> None:
        self.ended = True
        for child in active_children() if self.pass_on else ():
            child.terminate()  # it writes what it has

    def left(self) -> float:
        return 0.0 if self.ended else self.until - time.monotonic()

    def spent(self, done: int) -> float:
        """How much of the budget is used."""
        if (left := self.left()) <= 0.0:
            return 1.0
        if self.steps is None:
            return 1.0 - left / self.allowed
        return done / self.steps if self.steps else 1.0

    def told(self, what: str, figures: Mapping[str, object]) -> None:
        since = time.monotonic() - self.start
        if what == "first":
            self.until -= since / PART_AFTER
        told = " ".join(f"{name}={value}" for name, value in figures.items())
        click.echo(f"{since:.1f} s: {what} {told}", err=True)


def _read(file: Path, read: Callable[[bytes], T]) -> T:
    """What a file holds. Raises: BadInput."""
    try:
        return read(file.read_bytes())
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    except UnreadablePlan as error:
        raise BadInput(f"{file}: {error}") from error


def _read_sound(problem: PlanProblem, file: Path) -> Plan:
    """A plan that breaks no rule. Raises: BadInput."""
    plan = _read(file, read_plan)
    if broken := violations(problem, plan):
        raise BadInput(f"{file}: breaks a rule: {broken[0].about}: {broken[0].rule}")
    return plan


def _written(file: Path, problem: PlanProblem, plan: Plan) -> str:
    """The plan as a file, and what it is like; none that breaks a rule. Raises: ClickException, BadInput."""
    if broken := violations(problem, plan):
        first = broken[0]
        raise click.ClickException(f"{len(broken)} rules broken, no plan written: {first.about}: {first.rule}")
    try:
        write_whole(file, _json(written_plan(plan)))
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    cost = cost_of(problem, plan)
    more = f", {cost.nights} nights away, {cost.rides} rides" if cost.nights or cost.rides else ""
    return (
        f"{cost.served} of {len(problem.requests)} served, weight {cost.served_weight}, cost {cost.total}:"
        f" {cost.pref_miss} off the preferred days, {cost.km} km, Gini {cost.gini}{more}"
    )


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
