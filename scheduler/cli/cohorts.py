"""Commands `cohorts list` and `cohorts levels`."""

import dataclasses
import json

import click
from flask import Flask

from scheduler.cli.people import centre_of
from scheduler.cli.refusals import CommandGroup
from scheduler.cohorts.queries import lists as queries
from scheduler.cohorts.rules import proposed_part, state_of
from scheduler.cohorts.service import raise_levels
from scheduler.cohorts.terms import CohortFilters
from scheduler.core import clock
from scheduler.policy import SYSTEM

group = CommandGroup("cohorts", help="Web Detectives: groups that are trained in parts; no names.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("list")
@click.option("--centre", "slug", help="Slug of the centre; needed only when there are several.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def list_cohorts(slug: str | None, as_json: bool) -> None:
    """Every cohort, those of the newest school year first: school, size, level, state, and which part is due."""
    actor, today = dataclasses.replace(SYSTEM, centre_id=centre_of(slug).id), clock.local_day(clock.now())
    told, number = [], 1
    while (page := queries.cohorts(actor, CohortFilters(), today, number)).rows:
        told += [(one, state_of(one, today), proposed_part(one, today)) for one in page.rows]
        number += 1
    mine = [one for one in told if one[0].centre_id == actor.centre_id]
    if as_json:
        listed = [
            {
                **{name: getattr(row, name) for name in ("code", "host_id", "city_sr_cyrl", "grade", "size", "level")},
                **{"school_year": row.school_year, "state": state},
                "next": {"skill": due.skill, "from": due.due_on.isoformat()} if due else None,
            }
            for row, state, due in mine
        ]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    for row, state, due in mine:
        following = f", next: {due.skill} from {due.due_on}" if due else ""
        click.echo(f"{row.code}: {row.host('en')}, {row.size} pupils, level {row.level}, {state}{following}")


@group.command("levels")
def levels() -> None:
    """Note the levels that parts have earned, as each night does."""
    click.echo(f"{raise_levels(clock.now())} levels raised")
