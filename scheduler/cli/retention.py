"""The command `retention run [--dry-run] [--json]`."""

import json

import click
from flask import Flask

from scheduler.cli.refusals import CommandGroup
from scheduler.core import clock
from scheduler.jobs.queue import write_run
from scheduler.privacy.service.retention import run_retention
from scheduler.privacy.service.retention_rules import period_of
from scheduler.work.terms import RETENTION_JOB

group = CommandGroup("retention", help="What is kept for a time only.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("run")
@click.option("--dry-run", is_flag=True, help="Only count what would go.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def run(dry_run: bool, as_json: bool) -> None:
    """Forget what has lasted its time, as the worker does each night; how many rows of each kind.

    How long each is kept stands in docs/operate.md; the setting RETENTION changes single periods.
    """
    now = clock.now()
    done = run_retention(now=now, dry_run=dry_run)
    if not dry_run:
        write_run(RETENTION_JOB, now, failed=False)
    if as_json:
        counts = {kept.value: number for kept, number in done.counts.items()}
        click.echo(json.dumps({"dry_run": dry_run, "total": done.total, "rows": counts}))
        return
    for kept, number in done.counts.items():
        period = period_of(kept)
        click.echo(f"{number:6} {kept.value} ({period.number} {period.unit})")
    click.echo(f"{done.total} rows {'would be forgotten (dry run)' if dry_run else 'forgotten'}")
