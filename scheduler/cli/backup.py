"""Commands of the backup: `backup create FILE`, `backup nightly FOLDER`, `backup restore FILE`, `backup key FILE`."""

import datetime as dt
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from flask import Flask
from sqlalchemy import select

from scheduler.backup import archive as backup
from scheduler.backup.blanks import Blanks
from scheduler.backup.parts import BadBackup, Contents
from scheduler.backup.unpack import GIB
from scheduler.cli import ledgers
from scheduler.cli.ledgers import FoundLedger
from scheduler.cli.nights import HourOfDay, work_each_night
from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.config import settings
from scheduler.core import age, audit, clock, ledger, seals
from scheduler.core.db import db, transaction
from scheduler.core.files import write_whole
from scheduler.core.ledger import Revoked
from scheduler.core.refusals import where_there_is_room
from scheduler.core.triggers import WrongTrigger, mend_triggers
from scheduler.feeds.models import FeedBody
from scheduler.jobs.health import known_revisions, schema
from scheduler.jobs.queue import write_run
from scheduler.people.models import Centre
from scheduler.policy import SYSTEM
from scheduler.privacy.service.ledger import apply_ledger, keep_ledger
from scheduler.privacy.service.retention_rules import period_of
from scheduler.privacy.terms import RetentionRow
from scheduler.work.models import MadeFileRow
from scheduler.work.terms import BACKUP_JOB

# Who has had a message needs no copy of it. Unsent ones are in the backup, and held after a restore (TRUST R24).
# What calendars are sent and files that were drawn are made anew: no copy lies where nothing takes it out in time.
LEFT_EMPTY = Blanks(
    "outbox_message",
    ("address", "subject", "text", "html", "calendar"),
    "state = 'sent'",
    made_anew=(FeedBody.__tablename__, MadeFileRow.__tablename__),
)

# Whoever was signed in when the backup was made signs in again, and a mail that waited then may have left since: it is
# held until a person sends it again. Plain SQL, because the backup may be of an older schema.
AFTERWARDS = (
    "UPDATE sign_in SET ended_at = created_at WHERE ended_at IS NULL",
    "UPDATE outbox_message SET state = 'failed', failure = 'restored', leased_until = NULL,"
    " not_before = CURRENT_TIMESTAMP WHERE state IN ('waiting', 'sending')",
    "UPDATE feed_body SET packed = NULL WHERE packed IS NOT NULL",  # no backup of ours holds any
)
# Without a ledger nobody knows which of them were revoked or used since: all end.
WITHOUT_LEDGER = (
    "UPDATE secret_link SET ended_at = created_at WHERE ended_at IS NULL",
    "UPDATE feed_token SET revoked_at = created_at WHERE revoked_at IS NULL",
    "UPDATE recovery_code SET used_at = made_at WHERE used_at IS NULL",
)
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
        with where_there_is_room():  # the backup is whole without it
            write_run(BACKUP_JOB, clock.now(), failed=False)  # `doctor` and the page of health tell how old the last is
        if made.why:
            click.echo(f"Copied by {made.by}, as whole as by pg_dump: {made.why}.", err=True)
        return made
    except (BadBackup, age.BadKey) as error:
        raise BadInput(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}, nothing written") from error


@group.command("nightly")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--at", type=HourOfDay(), help="Stay, and do it each night at this hour of the centre's clock.")
def nightly(folder: Path, at: dt.time | None) -> None:
    """Write a new backup into FOLDER with a copy of the ledger beside it, and delete what is older than it may be.

    The timer deploy/raspored-backup.timer calls it; where there is none, --at 02:10 is one. Backups are kept for 35
    days, or as RETENTION says.
    """
    if at is None:
        _back_up(folder)
        return
    work_each_night(at, max(_backups_in(folder).values(), default=None), lambda: _back_up(folder))


def _back_up(folder: Path) -> None:
    now, wanted = clock.now(), settings()
    file = folder / f"{FILE_PREFIX}{now:%Y%m%d-%H%M%S}.zip{'.age' if wanted.backup_recipient else ''}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        problem = _problem_with_ledger(now)
        made = _create(file, replace=False)
        if not problem:
            _copy_ledger(folder)
        gone = _delete_old(folder, now)
    except OSError as error:
        raise click.ClickException(f"{error.filename or folder}: {error.strerror}") from error
    _tell(f"in {file}", made, False)
    click.echo(f"{gone} older backups deleted")
    if not wanted.backup_recipient:
        click.echo(PLAIN, err=True)
    if problem:
        raise click.ClickException(problem)


def _problem_with_ledger(now: dt.datetime) -> str:
    """Bring it up to date, and mend a torn end; what is wrong beyond that: it keeps no backup back."""
    path = settings().instance / ledger.FILE
    try:
        kept = keep_ledger(now=now)
        wrong = ledger.read(path, secret=settings().secret_key).wrong
    except ValueError as error:
        wrong = (str(error),)
    else:
        if kept.healed:
            click.echo(f"{path}: its last line was torn (a full disk?), and is mended.", err=True)
    if not wrong:
        return ""
    return f"{path}: {wrong[0]}: the backup is made, the copy of the ledger is the old one; see docs/operate.md"


def _copy_ledger(folder: Path) -> None:
    """Beside the backup, whole or not at all."""
    write_whole(folder / ledger.FILE, ledger.whole_lines(settings().instance / ledger.FILE))


def _delete_old(folder: Path, now: dt.datetime) -> int:
    """By the moment in the name, never the disk's own: a copied file keeps its age.

    Where all but the newest are too old the clock may have leapt: they stay until the next one is made.
    """
    last = now - dt.timedelta(days=period_of(RetentionRow.BACKUP).number)
    found = _backups_in(folder)
    if not any(last <= made_at < now.replace(microsecond=0) for made_at in found.values()):
        return 0
    old = [path for path, made_at in found.items() if made_at < last]
    for path in old:
        path.unlink()
    return len(old)


def _backups_in(folder: Path) -> dict[Path, dt.datetime]:
    """When each was made; a file of somebody's own has no such name, and is not ours to delete."""
    found = {}
    for path in folder.glob(f"{FILE_PREFIX}*.zip*"):
        said = path.name.removeprefix(FILE_PREFIX).partition(".")[0]
        with suppress(ValueError):
            found[path] = dt.datetime.strptime(said, "%Y%m%d-%H%M%S").replace(tzinfo=dt.UTC)
    return found


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
@click.option("--plain", is_flag=True, help="Also one that is not encrypted, although BACKUP_RECIPIENT is set.")
@click.option("--up-to", type=click.IntRange(1, 9_999), default=64, help="GiB that it may unpack to (64).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def restore(file: Path, ledger_file: Path | None, as_json: bool, **how: Any) -> None:
    """Put a backup in place, in an empty installation, with web and worker stopped.

    A damaged backup changes nothing. Everybody signs in anew; mails that waited are held until somebody sends them.
    What was erased or revoked since stays so by the ledger: that of this installation, or the one of --ledger; without
    any, every secret link and calendar address ends. Triggers that are not of this version are put right, and said. The
    restore is recorded in the audit. No password is asked: who may run this reads and writes the database anyway.
    """
    known = known_revisions()
    found = ledgers.ledger_at_hand(ledger_file)
    done, sealed = _put_in_place(file, _terms(known, found, **how))
    made, now = done.contents, clock.now()
    seals.lay_heads_aside(settings().instance, now=now)
    _say_mended(done.mended, whole=made.revision == known[0])
    done_again: dict[Revoked, int] = {}
    if made.revision == known[0]:
        _record_restore(now, {} if sealed or not settings().backup_recipient else {"encrypted": False}, done.mended)
        done_again = _settle(made, found, now)
    for problem in found.problems_with(made):
        click.echo(f"Ledger: {problem}.", err=True)
    if not as_json:
        _say_what_ended(made, found)
        if done_again:
            _say(done_again)
    _tell("restored", made, as_json)
    if made.revision != known[0] and not as_json:
        click.echo("The backup is of an older version: run `db upgrade`, then `backup settle`, before you start.")


def _terms(
    known: list[str], found: FoundLedger, *, replace: bool, identity: Path | None, plain: bool, up_to: int
) -> backup.RestoreTerms:
    """What was asked for, as the restore takes it. Raises: BadInput."""

    def afterwards(made: Contents) -> tuple[str, ...]:
        return AFTERWARDS if found.covers(made) else (*AFTERWARDS, *WITHOUT_LEDGER)

    try:
        secret = identity.read_text(errors="replace") if identity else ""
    except OSError as error:
        raise BadInput(f"{identity}: {error.strerror}") from error
    sealed_only = bool(settings().backup_recipient) and not plain
    return backup.RestoreTerms(known, afterwards, replace, secret, sealed_only, up_to * GIB)


def _put_in_place(file: Path, terms: backup.RestoreTerms) -> tuple[backup.Restoration, bool]:
    """What was done, and whether the file was encrypted. Raises: BadInput."""
    try:
        sealed = age.is_sealed(file)
        return backup.restore(file, settings().instance, terms), sealed
    except BadBackup as error:
        raise BadInput(f"{file}: {error}") from error
    except OSError as error:
        raise BadInput(f"{error.filename or file}: {error.strerror}") from error


@group.command("settle")
@click.option("--ledger", "ledger_file", type=click.Path(path_type=Path), help="What was erased and revoked since.")
@click.option("--since", required=True, help="When the backup was made: 2026-11-24T02:15:00+00:00.")
def settle(ledger_file: Path | None, since: str) -> None:
    """Erase and revoke again, in a restored and upgraded database, what the ledger names since then.

    Triggers that are not of this version are put right first.
    """
    try:
        at = dt.datetime.fromisoformat(since)
    except ValueError as error:
        raise BadInput(f"--since: {since} is no moment") from error
    if schema() != known_revisions()[0]:
        raise BadInput("the database is of an older version: run `db upgrade` first")
    found = ledgers.ledger_at_hand(ledger_file)
    for problem in found.wrong:
        click.echo(f"Ledger: {problem}.", err=True)
    db.session.remove()
    with db.engine.execution_options(writes=True).begin() as connection:
        mended = mend_triggers(connection, whole=True)
    _say_mended(mended, whole=True)
    _say(apply_ledger(found.lines, since=_utc(at), now=clock.now()))


def _utc(at: dt.datetime) -> dt.datetime:
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _say_mended(mended: list[WrongTrigger], *, whole: bool) -> None:
    """Always on standard error: somebody should ask how that came."""
    if mended:
        done = "are ours again" if whole else "were removed, for this version does not know them"
        click.echo(f"Triggers that were not as this version makes them {done}: {', '.join(map(str, mended))}", err=True)


def _settle(made: Contents, found: FoundLedger, now: dt.datetime) -> dict[Revoked, int]:
    if not found.lines:
        return {}
    since = dt.datetime.fromisoformat(made.at) if made.at else found.lines[0].at
    return apply_ledger(found.lines, since=since, now=now)


def _say_what_ended(made: Contents, found: FoundLedger) -> None:
    if found.covers(made):
        return
    said = "The ledger does not tell all" if found.is_old_enough(made) else "No ledger"
    click.echo(f"{said}: every secret link and every calendar address has ended, for who knows which were.")
    click.echo("Recovery codes are used up; keys of the second step that were taken away since may be back: look.")
    click.echo("Persons erased since the backup are in it again: erase them by `subject erase`.")


def _say(done: dict[Revoked, int]) -> None:
    told = ", ".join(f"{number} {kind.value}" for kind, number in done.items() if number)
    click.echo(f"By the ledger erased or revoked again: {told or 'nothing'}")


def _record_restore(now: dt.datetime, how: dict[str, Any], mended: list[WrongTrigger]) -> None:
    """The restored audit says that it was restored; one of an older schema cannot be written to yet."""
    details = how | ({"triggers": [str(one) for one in mended]} if mended else {})
    with transaction() as session:
        for centre in session.scalars(select(Centre).order_by(Centre.id)):
            audit.record(SYSTEM, "backup restored", centre, at=now, details=details)


def _tell(what: str, made: Contents, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(made.__dict__))
        return
    rows = sum(made.rows.values())
    how = f", by {made.by}" if made.by else ""
    click.echo(
        f"{rows} rows of {len(made.rows)} tables and {len(made.files)} files {what} (schema {made.revision}{how})"
    )
