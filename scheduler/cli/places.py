"""Commands of the places: `places import FILE`, `places bells FILE`."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import click
from flask import Flask

from scheduler.cli import files
from scheduler.cli.refusals import CommandGroup
from scheduler.core import clock
from scheduler.imports.batches import all_remembered, digest_of
from scheduler.imports.staging import Filing
from scheduler.places.imports.bells import LAYOUT as BELLS
from scheduler.places.imports.bells import read_bells
from scheduler.places.imports.registers import LAYOUT as HOSTS
from scheduler.places.imports.registers import read_hosts
from scheduler.places.service import bells
from scheduler.places.service.hosts import KIND_NAMES
from scheduler.places.terms.hosts import ImportOutcome
from scheduler.policy import SYSTEM
from scheduler.readiness.service.borrowed_facts import import_hosts

LINES_SHOWN = 40  # changes, and problems, on a terminal; --json has all


group = CommandGroup("places", help="Hosts, municipalities, school calendars.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "map_file", type=click.Path(path_type=Path), help='JSON: {"their column": "our field"}.')
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--two", is_flag=True, help="Schools that look alike are two: do not ask on a terminal.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def import_file(file: Path, map_file: Path | None, dry_run: bool, two: bool, as_json: bool) -> None:
    """Import a register of schools from a CSV or XLSX FILE: all of it, or nothing (exit code 2).

    Lines are known by their register id, so a newer file can be imported over an older one. Columns are known by their
    Serbian (both scripts) and English names, or by --map. Schools that look like one in two scripts are named, and
    asked about where somebody sits at a terminal.
    """
    content, columns = files.content_of(file), files.column_map(map_file)
    asks = files.can_be_asked() and not (dry_run or two or as_json)
    with files.progress(as_json=as_json) as bar:
        sheet = read_hosts(content, columns, all_remembered(KIND_NAMES))
        bar.compares()
        filing = Filing(clock.now(), None, file.name, dry_run or asks, bar.tell, digest_of(content))
        outcome = import_hosts(SYSTEM, sheet, filing)
    if asks and not outcome.problems:
        _ask_about(outcome)
        with files.progress(as_json=as_json) as bar:
            bar.compares()
            outcome = import_hosts(SYSTEM, sheet, replace(filing, dry_run=False, tell=bar.tell))
    seen = files.seen_of(content, HOSTS, columns)
    if as_json:
        click.echo(json.dumps(asdict(outcome) | {"dry_run": dry_run} | seen, ensure_ascii=False))
    else:
        files.tell_seen(seen)
        _tell(outcome, sheet.encoding, dry_run=dry_run)
    files.end_with_problems(file, outcome.problems)


@group.command("bells")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "map_file", type=click.Path(path_type=Path), help='JSON: {"their column": "our field"}.')
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def import_bells(file: Path, map_file: Path | None, dry_run: bool, as_json: bool) -> None:
    """Import shifts and bells of schools from a CSV or XLSX FILE, one line a school (exit code 2: nothing stored).

    Only for schools that have told nothing yet; what a school told is changed on its page.
    """
    content, columns = files.content_of(file), files.column_map(map_file)
    with files.progress(as_json=as_json) as bar:
        sheet = read_bells(content, columns)
        bar.compares()
        outcome = bells.import_bells(SYSTEM, sheet, Filing(clock.now(), None, file.name, dry_run, bar.tell))
    seen = files.seen_of(content, BELLS, columns)
    files.tell(file, outcome, encoding=sheet.encoding, dry_run=dry_run, as_json=as_json, seen=seen)


def _tell(outcome: ImportOutcome, encoding: str, *, dry_run: bool) -> None:
    for problem in outcome.problems[:LINES_SHOWN]:
        click.echo(files.problem_line(problem))
    _tell_doubles(outcome)
    for cell in outcome.mended[:LINES_SHOWN]:
        click.echo(f"line {cell.line}, {cell.column}: {cell.before!r} is read as {cell.after!r}")
    for change in outcome.changes[:LINES_SHOWN]:
        click.echo(f"{change.register_id} {change.name}: {change.field}: {change.before!r} -> {change.after!r}")
    for all_of in (outcome.problems, outcome.doubles, outcome.mended, outcome.changes):
        hidden = len(all_of) - LINES_SHOWN
        if hidden > 0:
            click.echo(f"… and {hidden} more (--json shows all)")
    click.echo(
        f"{outcome.rows} rows ({encoding or 'unreadable'}): {outcome.new} new, {outcome.changed} changed,"
        f" {outcome.same} the same, {len(outcome.problems)} problems" + (" (dry run)" if dry_run else "")
    )
    if outcome.doubles and outcome.batch_id is not None:
        number, batch = len(outcome.doubles), outcome.batch_id
        click.echo(
            f"{number} that look like another school are stored beside it: `imports undo {batch}` takes all back"
        )


def _tell_doubles(outcome: ImportOutcome) -> None:
    for one in outcome.doubles[:LINES_SHOWN]:
        other = f"line {one.other_line}" if one.other_line else f"stored {one.other_register_id or 'without a number'}"
        click.echo(f"line {one.line}: {one.name}: one school or two? looks like {one.other_name} ({other})")


def _ask_about(outcome: ImportOutcome) -> None:
    """As the page does before anything is stored. Raises: ClickException when somebody says that they are one."""
    if not outcome.doubles:
        return
    _tell_doubles(outcome)
    if not click.confirm(f"{len(outcome.doubles)} lines look like another school. Is each a school of its own?"):
        raise click.ClickException("Nothing was stored: delete the line, or give it the other's number.")
