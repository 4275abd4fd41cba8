"""The commands `invariants check`, what must always hold, asked of every room, and what is kept by them."""

import json
import sys

import click
from flask import Flask

from scheduler.cli.refusals import CommandGroup
from scheduler.jobs.invariants import violations
from scheduler.requests.service.search_keys import write_everything

group = CommandGroup("invariants", help="What must always hold.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("check")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def check(as_json: bool) -> None:
    """Nobody in two places, no minor alone, sums agree, one audit row for each change. Exit code 1 otherwise."""
    found = violations()
    if as_json:
        click.echo(json.dumps({"violations": found}, ensure_ascii=False))
    elif found:
        click.echo("\n".join(found))
    else:
        click.echo("All invariants hold.")
    sys.exit(1 if found else 0)


@group.command("fold-names")
def fold_names() -> None:
    """Write anew by what people and contacts are found, after `check` has named a wrong one."""
    click.echo(f"{write_everything()} names written anew.")
