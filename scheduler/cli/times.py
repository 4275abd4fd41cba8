"""Commands of the clock: `times recompute`."""

import click
from flask import Flask

from scheduler.cli.refusals import CommandGroup
from scheduler.core import clock
from scheduler.core.errors import Conflict
from scheduler.policy import SYSTEM
from scheduler.visits.service.recompute import recompute_times

group = CommandGroup("times", help="Moments computed from wall clocks.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("recompute")
def recompute() -> None:
    """After new time-zone data: UTC moments and calendar texts of everything from today on, all or nothing.

    The agreed wall clock stays: 10:00 is still 10:00. Running it again changes nothing. Exit code 1: the new moments
    would put somebody in two places.
    """
    try:
        done = recompute_times(SYSTEM, now=clock.now())
    except Conflict as error:
        raise click.ClickException(f"nothing changed: {error.reason}") from error
    click.echo(f"{done.presentations} presentations of {done.visits} visits looked at, {done.moved} moved")
