"""What privacy does: everything leaves in one file, and the audit says who took it."""

import datetime as dt
import json
import logging
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.core import audit
from scheduler.core.csv_text import csv_text
from scheduler.core.db import db, transaction
from scheduler.core.errors import TooMany
from scheduler.people.models import Centre
from scheduler.policy import Actor
from scheduler.privacy.queries import tables
from scheduler.privacy.queries.tables import ExportedTable
from scheduler.privacy.terms import PrivacyReason

log = logging.getLogger(__name__)

EXPORT_ACTION = "everything exported"
EXPORTS_WINDOW, EXPORTS_IN_A_WINDOW = dt.timedelta(hours=1), 6
NO_CENTRE = -1  # every centre at once: beyond the reach of who belongs to one
ABOUT = """Raspored, export of everything, {at}
csv/   one table a file, for a spreadsheet (UTF-8; a text that would run as a formula has a ' in front)
json/  the same tables for programs, texts as they are stored
Passwords, secret links, keys and their hashes are not in it. It holds persons: keep it where only you can read it.
"""


def export_everything(actor: Actor, stream: IO[bytes], *, centre_id: int | None, now: dt.datetime) -> dict[str, int]:
    """Write a ZIP of every table, as CSV and as JSON, of one moment; rows by table. `centre_id` None: all centres.

    Raises: NotAllowed, NotFound; TooMany after six in an hour of one person.
    """
    policy.require(actor, "export", "everything", centre=NO_CENTRE if centre_id is None else centre_id)
    with transaction() as session:
        if centre_id is not None:
            _refuse_a_flood(session, actor, centre_id, now)
        wanted = select(Centre) if centre_id is None else select(Centre).where(Centre.id == centre_id)
        for centre in session.scalars(wanted.order_by(Centre.id)):
            audit.record(actor, EXPORT_ACTION, centre, at=now)
    rows: dict[str, int] = {}
    apart = {"isolation_level": "REPEATABLE READ"} if db.engine.dialect.name == "postgresql" else {}
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        db.engine.connect().execution_options(**apart) as connection,
    ):
        archive.writestr("README.txt", ABOUT.format(at=now.isoformat(timespec="seconds")))
        for one in tables.exported_tables(centre_id):
            rows[one.table.name] = _member(archive, f"csv/{one.table.name}.csv", _csv(one, one.rows(connection)))
            _member(archive, f"json/{one.table.name}.json", _json(one, one.rows(connection)))
    log.info("everything exported", extra={"tables": len(rows), "rows": sum(rows.values())})
    return rows


def _refuse_a_flood(session: Session, actor: Actor, centre_id: int, now: dt.datetime) -> None:
    """Raises: TooMany. The audit counts: whoever takes everything, again and again, is met here."""
    taken = (
        select(func.count())
        .select_from(audit.AuditEntry)
        .where(
            audit.AuditEntry.thing == Centre.__tablename__,
            audit.AuditEntry.thing_id == centre_id,
            audit.AuditEntry.action == EXPORT_ACTION,
            audit.AuditEntry.actor == actor.label,
            audit.AuditEntry.at > now - EXPORTS_WINDOW,
        )
    )
    if (session.scalar(taken) or 0) >= EXPORTS_IN_A_WINDOW:
        log.warning("too many exports", extra={"centre_id": centre_id})
        raise TooMany(PrivacyReason.TOO_MANY_EXPORTS, wait=EXPORTS_WINDOW)


def _member(archive: zipfile.ZipFile, name: str, pieces: Iterable[str]) -> int:
    """Write a member piece by piece; how many pieces came after the first."""
    count = -1
    with archive.open(name, "w", force_zip64=True) as member:
        for piece in pieces:
            member.write(piece.encode())
            count += 1
    return count


def _csv(one: ExportedTable, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    yield "\ufeff" + csv_text(one.columns, ())
    for row in rows:
        yield csv_text(("",), [[_cell(value) for value in row]]).partition("\r\n")[2]


def _json(one: ExportedTable, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    yield "["
    between = "\n"
    for row in rows:
        told = dict(zip(one.columns, map(_plain, row), strict=True))
        yield between + json.dumps(told, ensure_ascii=False)
        between = ",\n"
    yield "\n]\n"


def _plain(value: Any) -> Any:
    """A value as JSON has it; bytes are files of people's own and stay here."""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return None
    return value


def _cell(value: Any) -> Any:
    plain = _plain(value)
    return "" if plain is None else int(plain) if isinstance(plain, bool) else plain
