"""Commands of the backup: `backup create FILE`, `backup restore FILE`."""

import datetime as dt
import json
from pathlib import Path

import click
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import select

from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.config import settings
from scheduler.core import audit, backup, clock, seals
from scheduler.core.db import transaction
from scheduler.layout import place_of
from scheduler.people.models import Centre
from scheduler.policy import SYSTEM

# Whoever was signed in when the backup was made signs in again, and a mail that waited then may have left since: it is
# held until a person sends it again. Plain SQL, because the backup may be of an older schema.
AFTERWARDS = (
    "UPDATE sign_in SET ended_at = created_at WHERE ended_at IS NULL",
    "UPDATE outbox_message SET state = 'failed', failure = 'restored', leased_until = NULL"
    " WHERE state IN ('waiting', 'sending')",
)

group = CommandGroup("backup", help="The whole installation in one file, and back.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("create")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Write over FILE if it is there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def create(file: Path, replace: bool, as_json: bool) -> None:
    """Write the database and the files of this installation to FILE (a ZIP, mode 0600), also while others work.

    It holds persons: keep it where only you can read it. SECRET_KEY and the settings are not in it: keep them apart.
    """
    try:
        made = backup.create(file, settings().instance, at=clock.now().isoformat(timespec="seconds"), replace=replace)
    except backup.BadBackup as error:
        raise BadInput(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}, nothing written") from error
    _tell("in the backup", made, as_json)


@group.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Also when this installation is in use: what it holds is lost.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def restore(file: Path, replace: bool, as_json: bool) -> None:
    """Put a backup in place, in an empty installation, with web and worker stopped.

    A damaged backup changes nothing. Everybody signs in anew; mails that waited are held until somebody sends them.
    The heads of the audit that is lost are laid aside, and the restore is recorded in the audit. No password is asked:
    who may run this reads and writes the database anyway, and its accounts may be what is broken.
    """
    known = [script.revision for script in ScriptDirectory(str(place_of("migrations"))).walk_revisions()]
    try:
        made = backup.restore(file, settings().instance, known=known, afterwards=AFTERWARDS, replace=replace)
    except backup.BadBackup as error:
        raise BadInput(f"{file}: {error}") from error
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    now = clock.now()
    seals.lay_heads_aside(settings().instance, now=now)
    if made.revision == known[0]:
        _record_restore(now)
    _tell("restored", made, as_json)
    if made.revision != known[0] and not as_json:
        click.echo("The backup is of an older version: run `db upgrade` before you start.")


def _record_restore(now: dt.datetime) -> None:
    """The restored audit says that it was restored; one of an older schema cannot be written to yet."""
    with transaction() as session:
        for centre in session.scalars(select(Centre).order_by(Centre.id)):
            audit.record(SYSTEM, "backup restored", centre, at=now)


def _tell(what: str, made: backup.Contents, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(made.__dict__))
        return
    rows = sum(made.rows.values())
    click.echo(f"{rows} rows of {len(made.rows)} tables and {len(made.files)} files {what} (schema {made.revision})")
