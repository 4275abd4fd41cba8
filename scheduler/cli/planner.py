"""Commands of the planner: `planner solve`, `repair`, `bound` and `explain`, over the neutral planning format."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
from flask import Flask

from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.core.files import write_whole
from scheduler.planning.imports import UnreadablePlan, read_problem, written_plan
from scheduler.planning.rules.judgement import cost_of, violations
from scheduler.planning.solver import engine
from scheduler.planning.terms import Plan, PlanProblem, Spent

SECONDS = 30.0  # of a search that nobody limits
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
        click.option("--seconds", type=click.FloatRange(0), help=f"End after so long ({SECONDS:.0f} without either)."),
    ):
        command = option(command)
    return command


@group.command("solve")
@INSTANCE
@PLAN
@budget
def solve(instance: Path, plan: Path, seconds: float | None, steps: int | None, seed: int) -> None:
    """Plan INSTANCE and write the PLAN. Progress is told on standard error."""
    watch = engine.Watch(_spent(seconds, steps), _progress(), seed)
    problem = _read(instance, read_problem)
    _write(plan, problem, engine.solve(problem, watch, engine.exact_solver()))


def _spent(seconds: float | None, steps: int | None) -> Spent:
    """How much of the budget is used. Raises: BadInput."""
    if seconds is not None and steps is not None:
        raise BadInput("--seconds and --steps: only one of them")
    if steps is not None:
        return lambda done: done / steps if steps else 1.0
    allowed, begun = SECONDS if seconds is None else seconds, time.monotonic()
    return lambda _done: (time.monotonic() - begun) / allowed if allowed else 1.0


def _progress() -> Callable[[str, Mapping[str, object]], None]:
    begun = time.monotonic()

    def tell(what: str, figures: Mapping[str, object]) -> None:
        told = " ".join(f"{name}={value}" for name, value in figures.items())
        click.echo(f"{time.monotonic() - begun:.1f} s: {what} {told}", err=True)

    return tell


def _read(file: Path, read: Callable[[bytes], T]) -> T:
    """What a file holds. Raises: BadInput."""
    try:
        return read(file.read_bytes())
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    except UnreadablePlan as error:
        raise BadInput(f"{file}: {error}") from error


def _write(file: Path, problem: PlanProblem, plan: Plan) -> None:
    """The plan as a file; one that breaks a rule is never written. Raises: ClickException, BadInput."""
    if broken := violations(problem, plan):
        first = broken[0]
        raise click.ClickException(f"{len(broken)} rules broken, no plan written: {first.about}: {first.rule}")
    try:
        write_whole(file, _json(written_plan(plan)))
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    cost = cost_of(problem, plan)
    click.echo(
        f"{cost.served} of {len(problem.requests)} served, weight {cost.served_weight}, cost {cost.total}:"
        f" {cost.pref_miss} off the preferred days, {cost.km} km, Gini {cost.gini}"
    )


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
