"""The command `breach-report`."""

import datetime as dt
import json
from dataclasses import asdict
from typing import Any

import click
from flask import Flask

from scheduler.cli.people import centre_of
from scheduler.cli.refusals import BadInput, Command
from scheduler.config import settings
from scheduler.core import clock
from scheduler.policy import Role
from scheduler.privacy.queries import breach
from scheduler.privacy.queries.breach import BreachReport

DAY = click.DateTime(formats=["%Y-%m-%d"])
ROLES = [role.value for role in Role if role not in (Role.SYSTEM, Role.ANONYMOUS)]


def register(app: Flask) -> None:
    """Hang the command on the application."""
    app.cli.add_command(breach_report)


@click.command("breach-report", cls=Command)
@click.option("--role", type=click.Choice(ROLES), help="Everything that this role can reach.")
@click.option("--account", help="Address of an account that somebody else has used.")
@click.option("--token", help="A secret address (feed, status, guardian, reset) that somebody else has seen.")
@click.option("--from", "first", type=DAY, help="Day from which on somebody was inside, or used the account.")
@click.option("--to", "last", type=DAY, help="Day until which; with --from.")
@click.option("--centre", "slug", help="With --role: slug of one centre.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, with the address of each person to be told.")
def breach_report(as_json: bool, **given: Any) -> None:
    """Who and what was reachable by a role, an account, a secret address, or in a time.

    For the notice to the Commissioner within 72 hours, and to the persons without delay.
    """
    report = _report(given)
    if as_json:
        click.echo(json.dumps(asdict(report) | {"counts": dict(report.counts)}, ensure_ascii=False, default=str))
        return
    click.echo(f"Reachable by {report.by}")
    if report.since or report.until:
        click.echo(f"from {report.since or 'the beginning'} to {report.until or 'now'}")
    for line in report.things:
        click.echo(f"  {line}")
    for kind, number in report.counts.items():
        click.echo(f"{number:6} {kind}: their addresses by --json")
    for actor, action, number in report.done:
        click.echo(f"{number:6} times {action}, by {actor}")


def _report(given: dict[str, Any]) -> BreachReport:
    """Exactly one way of asking. Raises: BadInput."""
    since, until = _moment(given["first"], dt.time.min), _moment(given["last"], dt.time.max)
    asked = [name for name in ("role", "account", "token") if given[name]]
    if len(asked) > 1 or not (asked or (since and until)):
        raise BadInput("wanted one of --role, --account, --token, or --from with --to")
    if given["role"]:
        slug = given["slug"]
        return breach.reach_of_role(Role(given["role"]), centre_of(slug).id if slug else None)
    if given["account"]:
        found = breach.reach_of_account(given["account"], since, until)
    elif given["token"]:
        found = breach.reach_of_token(given["token"])
    else:
        found = breach.reach_in_time(since or clock.now(), until or clock.now())
    if found is None:
        raise BadInput(f"--{asked[0]}: never was one of this installation")
    return found


def _moment(day: dt.datetime | None, wall: dt.time) -> dt.datetime | None:
    """The beginning, or the end, of a local day."""
    return clock.moment_of(day.date(), wall, settings().centre_timezone) if day else None
