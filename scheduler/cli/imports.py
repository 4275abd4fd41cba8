"""Commands `visits import FILE`, `imports list`, `imports undo NUMBER`."""

from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from scheduler.attendance.imports import LAYOUT, read_past_visits
from scheduler.attendance.service.past_visits import import_past_visits, take_back_visits
from scheduler.cli import files
from scheduler.cli.people import centre_of
from scheduler.cli.refusals import ROW, BadInput, CommandGroup
from scheduler.core import clock
from scheduler.core.errors import Conflict
from scheduler.helpline.service.importing import take_back_helpline
from scheduler.imports import batches
from scheduler.imports.batches import digest_of
from scheduler.imports.staging import Filing
from scheduler.people.service.importing import take_back_people
from scheduler.places.service.bells import take_back_bells
from scheduler.policy import SYSTEM
from scheduler.posts.service import take_back_reach
from scheduler.readiness.service.borrowed_facts import take_back_hosts

UNDO: dict[str, Callable[..., None]] = {
    "visits": take_back_visits,
    "people": take_back_people,
    "hosts": take_back_hosts,
    "bells": take_back_bells,
    "helpline": take_back_helpline,
    "posts": take_back_reach,
}

visits = CommandGroup("visits", help="Visits of past years, from a file.")
group = CommandGroup("imports", help="Files that were imported, and their way back.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(visits)
    app.cli.add_command(group)


@visits.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--centre", "slug", help="Slug of the centre; needed only when there are several.")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help='JSON: {"their column": "our field"}.')
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def import_visits(file: Path, slug: str | None, map_file: Path | None, dry_run: bool, as_json: bool) -> None:
    """Import visits that were held, with their counts, from a CSV or XLSX FILE: all of it, or nothing (exit code 2).

    One line is one presentation; lines of one host, programme and day are one visit. Without a column for the
    programme the centre's only one is meant. No certificate and no mail follows. The same file again changes nothing.
    """
    now = clock.now()
    content, columns, centre_id = files.content_of(file), files.column_map(map_file), centre_of(slug).id
    with files.progress(as_json=as_json) as bar:
        sheet = read_past_visits(content, columns, today=clock.local_day(now))
        bar.compares()
        filing = Filing(now, centre_id, file.name, dry_run, bar.tell, digest_of(content))
        outcome = import_past_visits(SYSTEM, sheet, filing)
    seen = files.seen_of(content, LAYOUT, columns)
    files.tell(file, outcome, encoding=sheet.encoding, dry_run=dry_run, as_json=as_json, seen=seen)


@group.command("list")
def list_imports() -> None:
    """The newest imports: number, kind, rows, when, file, and whether it is being stored or was taken back."""
    for one in batches.batches_of(None):
        state = ", taken back" if one.undone_at else ""
        rows = f"{one.rows} rows"
        if one.is_being_stored:
            rows, state = f"{one.stored_rows} of {rows}", ", being stored"
        click.echo(f"{one.id} {one.kind} {rows} {one.stored_at:%Y-%m-%d %H:%M} {one.file_name}{state}")


@group.command("undo")
@click.argument("number", type=ROW)
def undo(number: int) -> None:
    """Take back all that import NUMBER stored; refused, with the reason, when something hangs on it (exit code 2)."""
    found = batches.batch(number)
    if found is None:
        raise BadInput(f"there is no import {number}: `imports list` shows them")
    try:
        UNDO[found.kind](SYSTEM, number, now=clock.now())
    except batches.HangsOnIt as hangs:
        later = (
            "somebody has changed it since" if hangs.thing == "audit_entry" else f"rows of {hangs.thing} refer to it"
        )
        raise BadInput(f"import {number} stays: {later}") from hangs
    except Conflict as conflict:
        raise BadInput(f"import {number}: {conflict.reason}") from conflict
    click.echo(f"import {number} is taken back: {found.rows} rows")
