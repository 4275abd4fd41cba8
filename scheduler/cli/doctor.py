"""The command `doctor`."""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click
from flask import Flask

from scheduler.cli.refusals import Command
from scheduler.core import clock
from scheduler.jobs import fitness
from scheduler.work.terms import Fitness

WORDS = {Fitness.GOOD: "good", Fitness.WARNING: "look", Fitness.BAD: "BAD"}


def register(app: Flask) -> None:
    """Hang the command on the application."""
    app.cli.add_command(doctor)


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Nothing that is less than the end of all is logged meanwhile."""
    log = logging.getLogger(name)
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


@click.command("doctor", cls=Command)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def doctor(as_json: bool) -> None:
    """Tell what is configured, missing and unsafe; changes nothing. Exit code 1 when this installation is not fit.

    Each line is good, to be looked at, or BAD. Passwords and keys are never printed.
    """
    with _quiet("scheduler"):  # what does not answer is told once, in a line below
        found = fitness.findings(clock.now())
    fit = fitness.is_fit(found)
    if as_json:
        click.echo(json.dumps({"fit": fit, "findings": [asdict(one) for one in found]}, ensure_ascii=False))
    else:
        for one in found:
            click.echo(f"{WORDS[one.state]:5} {one.what:16} {one.told}")
        bad = sum(one.state is Fitness.BAD for one in found)
        click.echo("This installation is fit." if fit else f"This installation is not fit: {bad} to mend.")
    sys.exit(0 if fit else 1)
