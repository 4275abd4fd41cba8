"""Commands about one person: `subject export EMAIL`, `subject erase EMAIL`."""

import os
from pathlib import Path

import click
from flask import Flask

from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.core import clock
from scheduler.policy import SYSTEM
from scheduler.privacy.service import erasure, subject_export
from scheduler.privacy.terms import NotErased, PrivacyReason, SubjectPreview

group = CommandGroup("subject", help="All that is held about one person.")
DO_FIRST = {
    PrivacyReason.NOBODY_KNOWN: "nobody here has this address",
    PrivacyReason.VISITS_TO_COME: "she is expected at visits to come: take her off their crews first",
    PrivacyReason.REQUESTS_OPEN: "requests of hers are under way: cancel them, or put another contact in her place",
    PrivacyReason.SPEAKS_FOR_A_MINOR: "her consent lets a young presenter go: withdraw it or name another guardian",
    PrivacyReason.LAST_ADMINISTRATOR: "she is the last administrator of her centre: name another one first",
}


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("export")
@click.argument("email")
@click.option("--out", "file", type=click.Path(path_type=Path), default="subject.zip", help="Where to write the ZIP.")
def export(email: str, file: Path) -> None:
    """Write all that is held about EMAIL into a new ZIP (mode 0600): a page to read, and JSON."""
    part = file.with_name(f".{file.name}.part")
    try:
        if file.exists():
            raise BadInput(f"{file} is there already: name another file by --out")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            parts = subject_export.export_subject(SYSTEM, email, stream, centre_id=None, now=clock.now())
        part.rename(file)
    except NotErased as error:
        raise BadInput(in_words(error)) from error
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{file}: {sum(parts.values())} rows of {len(parts)} tables")


@group.command("erase")
@click.argument("email")
@click.option("--dry-run", is_flag=True, help="Only say what would go, what stays and what hinders it.")
def erase(email: str, dry_run: bool) -> None:
    """Erase the person with this address everywhere; what is counted stays, without her. It cannot be taken back.

    The ledger in the instance's folder keeps a keyed hash of the address, so that a restored backup forgets again.
    """
    now = clock.now()
    if dry_run:
        seen = erasure.preview(SYSTEM, email, centre_id=None, now=now)
        if not seen.subject.known:
            raise BadInput(DO_FIRST[PrivacyReason.NOBODY_KNOWN])
        _tell(seen, "would go")
        if seen.hindrances:
            raise BadInput(in_words(NotErased(seen.hindrances)))
        return
    try:
        _tell(erasure.erase_subject(SYSTEM, email, centre_id=None, now=now), "gone")
    except NotErased as error:
        raise BadInput(f"Nothing was erased: {in_words(error)}") from error


def in_words(error: NotErased) -> str:
    """What must happen first, in one line."""
    return "; ".join(
        f"{DO_FIRST.get(one.reason, one.reason)}{' (' + ', '.join(one.numbers) + ')' if one.numbers else ''}"
        for one in error.hindrances
    )


def _tell(seen: SubjectPreview, how: str) -> None:
    for name, number in seen.goes.items():
        click.echo(f"{number:6} {name}, {how}")
    for name, number in seen.stays.items():
        click.echo(f"{number:6} {name}, without her name")
