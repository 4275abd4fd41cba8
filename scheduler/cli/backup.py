"""Commands of the backup: `backup create FILE`, `backup nightly FOLDER`, `backup restore FILE`, `backup key FILE`."""

import datetime as dt
import json
import shutil
from pathlib import Path

import click
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.config import settings
from scheduler.core import age, audit, backup, clock, ledger, seals
from scheduler.core.backup_blanks import Blanks
from scheduler.core.backup_parts import BadBackup, Contents
from scheduler.core.db import db, transaction
from scheduler.core.ledger import LedgerLine, Revoked
from scheduler.feeds.models import FeedBody
from scheduler.jobs.queue import write_run
from scheduler.layout import place_of
from scheduler.people.models import Centre
from scheduler.policy import SYSTEM
from scheduler.privacy.service.ledger import apply_ledger, keep_ledger
from scheduler.privacy.service.retention_rules import period_of
from scheduler.privacy.terms import RetentionRow
from scheduler.work.terms import BACKUP_JOB

# Who has had a message needs no copy of it. Unsent ones are in the backup, and held after a restore (TRUST R24).
# What calendars are sent is made anew, so no copy of it lies where nothing takes it out when it is over.
LEFT_EMPTY = Blanks(
    "outbox_message", ("address", "subject", "text", "html"), "state = 'sent'", made_anew=(FeedBody.__tablename__,)
)

# Whoever was signed in when the backup was made signs in again, and a mail that waited then may have left since: it is
# held until a person sends it again. Plain SQL, because the backup may be of an older schema.
AFTERWARDS = (
    "UPDATE sign_in SET ended_at = created_at WHERE ended_at IS NULL",
    "UPDATE outbox_message SET state = 'failed', failure = 'restored', leased_until = NULL,"
    " not_before = CURRENT_TIMESTAMP WHERE state IN ('waiting', 'sending')",
)
# Without a ledger nobody knows which of them were revoked since: all end.
WITHOUT_LEDGER = (
    "UPDATE secret_link SET ended_at = created_at WHERE ended_at IS NULL",
    "UPDATE feed_token SET revoked_at = created_at WHERE revoked_at IS NULL",
)
# No backup of ours holds any, whatever somebody else has put together.
NOTHING_KEPT = f"UPDATE {FeedBody.__tablename__} SET packed = NULL WHERE packed IS NOT NULL"  # nosec B608
FILE_PREFIX = "raspored-"
PLAIN = "Not encrypted: BACKUP_RECIPIENT is not set. `backup key FILE` makes a key."

group = CommandGroup("backup", help="The whole installation in one file, and back.")


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("create")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Write over FILE if it is there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def create(file: Path, replace: bool, as_json: bool) -> None:
    """Write the database and the files of this installation to FILE (mode 0600), also while others work.

    With BACKUP_RECIPIENT it is encrypted: only the holder of that secret key reads it. Texts and addresses of messages
    that were sent are not in it; SECRET_KEY, the settings and the ledger are not either: keep them apart.
    """
    made = _create(file, replace=replace)
    _tell("in the backup", made, as_json)
    if not (settings().backup_recipient or settings().demo):
        click.echo(PLAIN, err=True)


def _create(file: Path, *, replace: bool) -> Contents:
    wanted, at = settings(), clock.now().isoformat(timespec="seconds")
    try:
        made = backup.create(
            file, wanted.instance, at=at, replace=replace, without=LEFT_EMPTY, recipient=wanted.backup_recipient
        )
        write_run(BACKUP_JOB, clock.now(), failed=False)  # `doctor` and the page of health tell how old the last one is
        if made.why:
            click.echo(f"Copied by {made.by}, as whole as by pg_dump: {made.why}.", err=True)
        return made
    except (BadBackup, age.BadKey) as error:
        raise BadInput(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}, nothing written") from error


@group.command("nightly")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def nightly(folder: Path) -> None:
    """Write a new backup into FOLDER with a copy of the ledger beside it, and delete what is older than it may be.

    The timer deploy/raspored-backup.timer calls it. Backups are kept for 35 days, or as RETENTION says.
    """
    now, wanted = clock.now(), settings()
    file = folder / f"{FILE_PREFIX}{now:%Y%m%d-%H%M%S}.zip{'.age' if wanted.backup_recipient else ''}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        torn = _problem_with_ledger(now)
        made = _create(file, replace=False)
        if not torn:
            _copy_ledger(folder)
        gone = _delete_old(folder, now)
    except OSError as error:
        raise click.ClickException(f"{error.filename or folder}: {error.strerror}") from error
    _tell(f"in {file}", made, False)
    click.echo(f"{gone} older backups deleted")
    if not wanted.backup_recipient:
        click.echo(PLAIN, err=True)
    if torn:
        raise click.ClickException(torn)


def _problem_with_ledger(now: dt.datetime) -> str:
    """Bring it up to date; what is wrong where it cannot be read: that keeps no backup back."""
    try:
        keep_ledger(now=now)
    except ValueError as error:
        return (
            f"{settings().instance / ledger.FILE}: {error}: the backup is made, the copy of the ledger is the old one"
        )
    return ""


def _copy_ledger(folder: Path) -> None:
    """Beside the backup, whole or not at all."""
    part = folder / f".{ledger.FILE}.part"
    shutil.copy2(settings().instance / ledger.FILE, part)
    part.replace(folder / ledger.FILE)


def _delete_old(folder: Path, now: dt.datetime) -> int:
    """By the moment in the name, never the disk's own: a copied file keeps its age."""
    last = now - dt.timedelta(days=period_of(RetentionRow.BACKUP).number)
    old = [path for path in folder.glob(f"{FILE_PREFIX}*.zip*") if _made_at(path, now) < last]
    for path in old:
        path.unlink()
    return len(old)


def _made_at(path: Path, now: dt.datetime) -> dt.datetime:
    said = path.name.removeprefix(FILE_PREFIX).partition(".")[0]
    try:
        return dt.datetime.strptime(said, "%Y%m%d-%H%M%S").replace(tzinfo=dt.UTC)
    except ValueError:
        return now  # somebody's own: not ours to delete


@group.command("key")
@click.argument("file", type=click.Path(path_type=Path))
def key(file: Path) -> None:
    """Make a key: the secret one in FILE (mode 0600), the public one on standard output, for BACKUP_RECIPIENT.

    Keep FILE where neither this machine nor its backups are: without it no backup can be read again.
    """
    try:
        click.echo(age.new_key(file))
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error


@group.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Also when this installation is in use: what it holds is lost.")
@click.option("--identity", type=click.Path(path_type=Path), help="File of the secret key of an encrypted backup.")
@click.option("--ledger", "ledger_file", type=click.Path(path_type=Path), help="What was erased and revoked since.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def restore(file: Path, replace: bool, identity: Path | None, ledger_file: Path | None, as_json: bool) -> None:
    """Put a backup in place, in an empty installation, with web and worker stopped.

    A damaged backup changes nothing. Everybody signs in anew; mails that waited are held until somebody sends them.
    What was erased or revoked since stays so by the ledger: that of this installation, or the one of --ledger; without
    any, every secret link and calendar address ends. The restore is recorded in the audit. No password is asked: who
    may run this reads and writes the database anyway.
    """
    known = [script.revision for script in ScriptDirectory(str(place_of("migrations"))).walk_revisions()]
    lines = _ledger_lines(ledger_file)

    def afterwards(made: Contents) -> tuple[str, ...]:
        kept = (NOTHING_KEPT,) if FeedBody.__tablename__ in made.rows else ()  # an early version kept no bodies
        return (*kept, *AFTERWARDS, *(() if _covers(lines, made, ledger_file) else WITHOUT_LEDGER))

    try:
        made = backup.restore(
            file,
            settings().instance,
            known=known,
            afterwards=afterwards,
            replace=replace,
            identity=identity.read_text(errors="replace") if identity else "",
        )
    except BadBackup as error:
        raise BadInput(f"{file}: {error}") from error
    except OSError as error:
        raise BadInput(f"{error.filename or file}: {error.strerror}") from error
    now = clock.now()
    seals.lay_heads_aside(settings().instance, now=now)
    if made.revision == known[0]:
        _record_restore(now)
        _settle(made, lines if _covers(lines, made, ledger_file) else [], now, as_json)
    _tell("restored", made, as_json)
    if made.revision != known[0] and not as_json:
        click.echo("The backup is of an older version: run `db upgrade`, then `backup settle`, before you start.")


@group.command("settle")
@click.option("--ledger", "ledger_file", type=click.Path(path_type=Path), help="What was erased and revoked since.")
@click.option("--since", required=True, help="When the backup was made: 2026-11-24T02:15:00+00:00.")
def settle(ledger_file: Path | None, since: str) -> None:
    """Erase and revoke again, in a restored and upgraded database, what the ledger names since then."""
    try:
        at = dt.datetime.fromisoformat(since)
    except ValueError as error:
        raise BadInput(f"--since: {since} is no moment") from error
    _say(apply_ledger(_ledger_lines(ledger_file), since=_utc(at), now=clock.now()))


def _utc(at: dt.datetime) -> dt.datetime:
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _ledger_lines(given: Path | None) -> list[LedgerLine]:
    """Of the ledger that was given and of this installation's own, brought up to date while its database is there.

    Raises: BadInput.
    """
    own = settings().instance / ledger.FILE
    if given is not None and not given.is_file():
        raise BadInput(f"{given}: no such ledger")
    try:
        keep_ledger(now=clock.now())
    except (SQLAlchemyError, ValueError):
        db.session.rollback()  # no database here yet, or one that is broken: what the file holds is what is known
    try:
        foreign = ledger.lines_in(given) if given else []
        lines = [*ledger.lines_in(own), *foreign]
    except (OSError, ValueError) as error:
        raise BadInput(f"{given or own}: {error}") from error
    if given:
        if not ledger.is_of(foreign, secret=settings().secret_key):
            raise BadInput(f"{given}: kept under another SECRET_KEY; set the one of the installation it comes from")
        fresh = sorted(set(lines) - set(ledger.lines_in(own)), key=lambda line: line.at)
        ledger.append(settings().instance, fresh, secret=settings().secret_key)
    return sorted(set(lines), key=lambda line: line.at)


def _covers(lines: list[LedgerLine], made: Contents, given: Path | None) -> bool:
    """Whether the ledger tells all since the backup: it was given for it, or was kept here before it was made."""
    return bool(lines) and (given is not None or (made.at != "" and lines[0].at <= dt.datetime.fromisoformat(made.at)))


def _settle(made: Contents, lines: list[LedgerLine], now: dt.datetime, as_json: bool) -> None:
    if not lines:
        if not as_json:
            click.echo("No ledger: every secret link and every calendar address has ended, for who knows which were.")
            click.echo("Persons erased since the backup are in it again: erase them by `subject erase`.")
        return
    since = dt.datetime.fromisoformat(made.at) if made.at else lines[0].at
    done = apply_ledger(lines, since=since, now=now)
    if not as_json:
        _say(done)


def _say(done: dict[Revoked, int]) -> None:
    told = ", ".join(f"{number} {kind.value}" for kind, number in done.items() if number)
    click.echo(f"By the ledger erased or revoked again: {told or 'nothing'}")


def _record_restore(now: dt.datetime) -> None:
    """The restored audit says that it was restored; one of an older schema cannot be written to yet."""
    with transaction() as session:
        for centre in session.scalars(select(Centre).order_by(Centre.id)):
            audit.record(SYSTEM, "backup restored", centre, at=now)


def _tell(what: str, made: Contents, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(made.__dict__))
        return
    rows = sum(made.rows.values())
    how = f", by {made.by}" if made.by else ""
    click.echo(
        f"{rows} rows of {len(made.rows)} tables and {len(made.files)} files {what} (schema {made.revision}{how})"
    )
