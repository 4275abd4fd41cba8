"""Commands `helpline import FILE` and `helpline totals`."""

import datetime as dt
import json
from pathlib import Path

import click
from flask import Flask

from scheduler.cli import files
from scheduler.cli.people import centre_of
from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.core import clock
from scheduler.helpline import queries
from scheduler.helpline.imports import LAYOUT, read_helpline
from scheduler.helpline.rules import added_up, nested_cells
from scheduler.helpline.service.importing import import_helpline
from scheduler.imports.staging import Filing
from scheduler.policy import SYSTEM

group = CommandGroup("helpline", help="Totals of the helpline: no cases, no persons.")
DAY = click.DateTime(["%Y-%m-%d"])


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--centre", "slug", help="Slug of the centre; needed only when there are several.")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help='JSON: {"their column": "our field"}.')
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def import_figures(file: Path, slug: str | None, map_file: Path | None, dry_run: bool, as_json: bool) -> None:
    """Import figures from a CSV or XLSX FILE, one number a line: all of it, or nothing (exit code 2)."""
    now = clock.now()
    content, columns, centre_id = files.content_of(file), files.column_map(map_file), centre_of(slug).id
    with files.progress(as_json=as_json) as bar:
        sheet = read_helpline(content, columns, today=clock.local_day(now))
        bar.compares()
        outcome = import_helpline(SYSTEM, sheet, Filing(now, centre_id, file.name, dry_run, bar.tell))
    seen = files.seen_of(content, LAYOUT, columns)
    files.tell(file, outcome, encoding=sheet.encoding, dry_run=dry_run, as_json=as_json, seen=seen)


@group.command("totals")
@click.option("--from", "first", type=DAY, required=True, help="First day, like 2024-01-01.")
@click.option("--to", "last", type=DAY, required=True, help="Last day, like 2024-04-26.")
@click.option("--centre", "slug", help="Slug of the centre; needed only when there are several.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def totals(first: dt.datetime, last: dt.datetime, slug: str | None, as_json: bool) -> None:
    """The sum of the periods that lie in these days: totals, and each split by itself."""
    months = queries.months_of(centre_of(slug).id, first.date(), last.date())
    inside = [one for one in months if first.date() <= one.figures.first_day and one.figures.last_day <= last.date()]
    if not inside or len(inside) < len(months):
        raise BadInput("these days cut a period, or hold none: figures are kept as they were entered")
    whole = added_up([one.figures for one in inside])
    days = {"from": whole.first_day.isoformat(), "to": whole.last_day.isoformat()}
    document = days | {"code_lists": sorted({one.code_list for one in inside})} | nested_cells(whole)
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    for name, number in document.items():
        click.echo(f"{name}: {json.dumps(number, ensure_ascii=False)}")
