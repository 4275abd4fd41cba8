"""Commands of the demo: `demo load`, `demo remove`, `demo sign-ins`. Only in MODE=demo."""

import json

import click
from flask import Flask

from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.demo import load as demo

group = CommandGroup(
    "demo", help="Invented centres with the published year 2023 and a living present. Only in MODE=demo."
)


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("load")
def load() -> None:
    """Make the demo, whole or not at all; a second time changes nothing."""
    _only_in_demo()
    made = demo.load(clock.now())
    click.echo("The demo is loaded." if made else "The demo was loaded before; nothing changed.")


@group.command("remove")
def remove() -> None:
    """Take all demo data away: centres, people, requests, visits, example hosts."""
    _only_in_demo()
    gone = demo.remove()
    click.echo("The demo is removed." if gone else "There is no demo; nothing changed.")


@group.command("sign-ins")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def sign_ins(as_json: bool) -> None:
    """Show one sign-in for each role: role, address, password; where a second step is asked, an app's secret, too."""
    _only_in_demo()
    try:
        listed = demo.sign_ins()
    except NotFound as missing:
        raise BadInput("there is no demo yet: run `raspored demo load` first") from missing
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False))
        return
    for row in listed:
        click.echo(f"{row['role']:15} {row['email']:32} {row['password']}")


def _only_in_demo() -> None:
    """Raises: BadInput in production, where none of these commands works."""
    if not settings().demo:
        raise BadInput("demo commands work only with MODE=demo")
