"""The command `export everything FILE`."""

import os
from pathlib import Path

import click
from flask import Flask

from scheduler.cli.people import centre_of
from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.core import clock
from scheduler.policy import SYSTEM
from scheduler.privacy.service import everything as exports

group = CommandGroup("export", help="What is stored, to be read elsewhere.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("everything")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--centre", "slug", help="Slug of one centre; left out: all of them.")
def everything(file: Path, slug: str | None) -> None:
    """Write every table as CSV and JSON into FILE (a new ZIP, mode 0600). No password, key, link or hash is in it."""
    centre_id = centre_of(slug).id if slug is not None else None
    part = file.with_name(f".{file.name}.part")
    try:
        if file.exists():
            raise BadInput(f"{file} is there already: name another file")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            rows = exports.export_everything(SYSTEM, stream, centre_id=centre_id, now=clock.now())
        part.rename(file)
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{sum(rows.values())} rows of {len(rows)} tables")
