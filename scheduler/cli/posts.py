"""The command `posts import FILE`."""

from pathlib import Path

import click
from flask import Flask

from scheduler.cli import files
from scheduler.cli.people import centre_of
from scheduler.cli.refusals import CommandGroup
from scheduler.core import clock
from scheduler.imports.staging import Filing
from scheduler.policy import SYSTEM
from scheduler.posts.imports import LAYOUT, read_reach
from scheduler.posts.service import import_reach

group = CommandGroup("posts", help="What came of posts on social networks.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--centre", "slug", help="Slug of the centre; needed only when there are several.")
@click.option("--map", "map_file", type=click.Path(path_type=Path), help='JSON: {"their column": "our field"}.')
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def import_posts(file: Path, slug: str | None, map_file: Path | None, dry_run: bool, as_json: bool) -> None:
    """Import the reach of posts from a CSV or XLSX FILE, one post a line: all of it, or nothing (exit code 2)."""
    content, columns, centre_id = files.content_of(file), files.column_map(map_file), centre_of(slug).id
    with files.progress(as_json=as_json) as bar:
        sheet = read_reach(content, columns)
        bar.compares()
        outcome = import_reach(SYSTEM, sheet, Filing(clock.now(), centre_id, file.name, dry_run, bar.tell))
    seen = files.seen_of(content, LAYOUT, columns)
    files.tell(file, outcome, encoding=sheet.encoding, dry_run=dry_run, as_json=as_json, seen=seen)
