"""A backup: the database and the files of an installation as they were at one moment, in one private ZIP.

SQLite goes through its online backup, so it is whole while others write; PostgreSQL through one snapshot (see
backup_postgresql). The key of the installation, its queue (which only wakes) and written mails stay out: a backup opens
nothing by itself.
"""

import datetime as dt
import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sqlalchemy import URL, Engine, create_engine, inspect, text
from sqlalchemy.exc import OperationalError

from scheduler.backup.blanks import NOTHING, Blanks
from scheduler.backup.parts import (
    DUMP,
    TABLES,
    WAIT_S,
    BadBackup,
    Contents,
    DatabaseCopy,
    Members,
    pieces_of,
)
from scheduler.backup.postgresql import copy_of_postgresql, fill_postgresql, take_apart
from scheduler.backup.unpack import UNPACKED_AT_MOST, Room, require_fair, unpack
from scheduler.core import ledger
from scheduler.core.age import BadKey, is_sealed, opened_by, sealed_for
from scheduler.core.db import Base, db
from scheduler.core.triggers import WrongTrigger, mend_triggers, printable

FORMAT, VERSION = "raspored backup", 1
ONLINE_BACKUP = "online backup"
MANIFEST, DATABASE, FILES = "manifest.json", "database.sqlite3", "files/"
LEFT_OUT = (
    "secret_key",
    "lock",
    "queue.sqlite3",
    "mail",
    "backups",
    ".gitignore",
    "audit-heads.txt",
    "ledger.txt",
)  # names at the top of the instance
PASSING = (".part", ".lock", ".pid", ".log", "-wal", "-shm", "-journal")


Afterwards = Callable[[Contents], Sequence[str]]  # statements that settle what a backup holds


@contextmanager
def _private_folder(beside: Path) -> Iterator[Path]:
    """A folder of mode 0700 on the disk of `beside`, gone afterwards."""
    beside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", suffix=".part", dir=beside) as folder:
        yield Path(folder)


def create(
    target: Path, instance: Path, *, at: str, replace: bool = False, without: Blanks = NOTHING, recipient: str = ""
) -> Contents:
    """Write a backup, mode 0600, whole or not at all; it holds every commit acknowledged before it began.

    `without` is left empty in it; with a `recipient` it can be read by the holder of the secret key only.

    Files are read after the database: a file that a row names is there. Raises: BadBackup; OSError.
    """
    if target.exists() and not replace:
        raise BadBackup(f"{target} is there already: name another file, or say --replace")
    with _private_folder(target.resolve().parent) as folder:
        part = folder / "backup.zip"
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                contents = _write(Members(archive), folder, instance, _Wanted(target.resolve(), at, without))
            stream.flush()
            os.fsync(stream.fileno())
        (sealed_for(recipient, part) if recipient else part).replace(target)
    return contents


@dataclass(frozen=True)
class _Wanted:
    """Where a backup goes, when it was begun, and what it holds empty."""

    target: Path
    at: str
    without: Blanks


def _write(members: Members, folder: Path, instance: Path, wanted: _Wanted) -> Contents:
    engine = db.engine
    if engine.dialect.name == "sqlite":
        copy = folder / DATABASE
        copied = _copy_of_sqlite(_file_of(engine), copy, wanted.without)
        members.write(DATABASE, pieces_of(copy))
    else:
        copied = copy_of_postgresql(engine, members, folder, wanted.without)
    own = {_file_of(engine)} if engine.dialect.name == "sqlite" else set()
    names = []
    for path in _files_in(instance, own | {wanted.target}):
        try:
            members.write(f"{FILES}{path.relative_to(instance).as_posix()}", pieces_of(path))
        except FileNotFoundError:  # it went away meanwhile, so no row names it
            continue
        names.append(path.relative_to(instance).as_posix())
    last = ledger.last_chain(ledger.whole_lines(instance / ledger.FILE))
    contents = Contents(
        engine.dialect.name, copied.revision, copied.rows, tuple(names), wanted.at, copied.by, copied.why, last
    )
    told = {"format": FORMAT, "version": VERSION, "digests": members.digests} | contents.__dict__
    members.archive.writestr(MANIFEST, json.dumps(told, indent=1))
    return contents


def _file_of(engine: Engine) -> Path:
    return Path(str(engine.url.database)).resolve()


def _files_in(instance: Path, own: set[Path]) -> Iterator[Path]:
    for path in sorted(instance.rglob("*")):
        if _stays_out(PurePosixPath(path.relative_to(instance))) or path.is_symlink() or not path.is_file():
            continue
        if path.resolve() not in own:
            yield path


def _copy_of_sqlite(source: Path, copy: Path, without: Blanks) -> DatabaseCopy:
    """A copy by SQLite's online backup: one moment, whoever writes."""
    if not source.is_file():
        raise BadBackup(f"there is no database at {source}")
    copy.touch(0o600)
    with closing(sqlite3.connect(source, timeout=WAIT_S)) as live, closing(sqlite3.connect(copy)) as taken:
        live.backup(taken)
        taken.execute("PRAGMA journal_mode=DELETE")
        without.blank(taken)
        return DatabaseCopy(*_checked_sqlite(taken), by=ONLINE_BACKUP)


def _checked_sqlite(connection: sqlite3.Connection) -> tuple[dict[str, int], str]:
    """Row counts and schema of a whole database. Raises: BadBackup when it is damaged."""
    try:
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise BadBackup("the database is damaged: its integrity check fails")
        if broken := connection.execute("PRAGMA foreign_key_check").fetchone():
            raise BadBackup(f"the database is damaged: a row of {broken[0]} points nowhere")
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        known = sorted(table.name for table in Base.metadata.tables.values() if table.name in names)
        rows = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in known}  # nosec B608
        versions = connection.execute("SELECT version_num FROM alembic_version") if "alembic_version" in names else ()
        return rows, next((revision for (revision,) in versions), "")
    except sqlite3.DatabaseError as error:
        raise BadBackup(f"the database is damaged: {error}") from error


# --- restoring ---


def contents_of(archive: zipfile.ZipFile) -> tuple[Contents, dict[str, str]]:
    """What an archive says of itself, and the digest of each member. Raises: BadBackup."""
    try:
        told = json.loads(archive.read(MANIFEST))
        if (told["format"], told["version"]) != (FORMAT, VERSION):
            raise KeyError
        later = (str(told.get(word, "")) for word in ("at", "by", "why", "ledger"))
        contents = Contents(told["dialect"], told["revision"], dict(told["rows"]), tuple(told["files"]), *later)
        digests: dict[str, str] = dict(told["digests"])
        if contents.at and dt.datetime.fromisoformat(contents.at).tzinfo is None:
            raise ValueError
        for name in (*contents.files, *digests):
            _refuse_place(name)
    except (KeyError, ValueError, TypeError, RuntimeError, zipfile.BadZipFile) as error:
        raise BadBackup("this is no backup of Raspored, or not one that this version reads") from error
    if told_twice := {f"{FILES}{name}" for name in contents.files} ^ {n for n in digests if n.startswith(FILES)}:
        raise BadBackup(f"the backup is damaged: it does not agree with itself about {min(told_twice)}")
    if taken := next((name for name in contents.files if _stays_out(PurePosixPath(name))), None):
        raise BadBackup(f"the backup holds {taken}, which no backup holds: it was not made by this product")
    return contents, digests


def _refuse_place(name: str) -> None:
    """Raises: BadBackup for a member that would lie anywhere but in its folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or not path.parts:
        raise BadBackup("the backup names a file outside the installation")


def _stays_out(path: PurePosixPath) -> bool:
    """Whether this is never part of a backup: the key, the queue, locks, mails, what passes."""
    return path.parts[0].split("-")[0] in LEFT_OUT or any(part.endswith(PASSING) for part in path.parts)


@dataclass(frozen=True)
class RestoreTerms:
    """What a restore takes, and what it may do."""

    known: Sequence[str]  # the schemas this version can bring up to date, its own first
    afterwards: Afterwards  # which statements run with it
    replace: bool = False  # in a place in use too
    identity: str = ""
    sealed_only: bool = False
    at_most: int = UNPACKED_AT_MOST


@dataclass(frozen=True)
class Restoration:
    """What was put in place, and which triggers were not ours and were put right before anything else was written."""

    contents: Contents
    mended: list[WrongTrigger]


def restore(source: Path, instance: Path, terms: RestoreTerms) -> Restoration:
    """Put a backup in place: everything is checked first, and nothing changes unless all of it is whole.

    Raises: BadBackup for a damaged or foreign backup, and for a place in use unless it may be replaced; OSError.
    """
    if terms.sealed_only and not is_sealed(source):
        raise BadBackup("it is not encrypted, though BACKUP_RECIPIENT is set; if you know who made it, say --plain")
    engine = db.engine
    db.session.remove()  # a read of our own would keep the tables
    try:
        with _private_folder(instance) as folder, zipfile.ZipFile(opened_by(terms.identity, source, folder)) as archive:
            require_fair(archive, MANIFEST)
            contents, digests = contents_of(archive)
            if contents.dialect != engine.dialect.name:
                raise BadBackup(f"this is a backup of {contents.dialect}; DATABASE_URL names {engine.dialect.name}")
            if contents.revision not in terms.known:
                raise BadBackup(f"its schema {contents.revision or '(none)'} is not known to this version")
            _require_places(engine, instance, contents)
            if not terms.replace:
                _require_empty(engine, instance, contents)
            room = Room(folder, terms.at_most)
            unpack(archive, digests, folder, room)
            settle, newest = terms.afterwards(contents), contents.revision == terms.known[0]
            if contents.dialect == "sqlite":
                mended = _fill_sqlite(engine, folder / DATABASE, contents, settle, newest=newest)
            else:
                if DUMP in digests:
                    take_apart(folder, contents.rows, room)
                mended = fill_postgresql(engine, folder / TABLES, contents, settle, newest=newest)
            for name in contents.files:
                place = instance / name
                place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                (folder / FILES / name).replace(place)
    except zipfile.BadZipFile as error:
        raise BadBackup("this is no backup of Raspored, or it is cut off") from error
    except BadKey as error:
        raise BadBackup(str(error)) from error
    except (OperationalError, sqlite3.OperationalError) as error:
        raise BadBackup("somebody uses the database: stop web and worker first") from error
    return Restoration(contents, mended)


def _require_places(engine: Engine, instance: Path, contents: Contents) -> None:
    """Each file has a place of its own that it can take, once the database is in place."""
    own = _file_of(engine) if engine.dialect.name == "sqlite" else None
    for name in contents.files:
        place = instance / name
        if place.is_dir() or place.resolve() == own or not place.resolve().is_relative_to(instance.resolve()):
            raise BadBackup(f"{place} is no place for a file of a backup")


def _require_empty(engine: Engine, instance: Path, contents: Contents) -> None:
    """Nobody has done anything here yet: not one row of audit, no file that would be written over."""
    if engine.dialect.name != "sqlite" or _file_of(engine).exists():
        with engine.connect() as connection:
            used = (
                inspect(connection).has_table("audit_entry")
                and connection.execute(text("SELECT count(*) FROM (SELECT 1 FROM audit_entry LIMIT 1) AS one")).scalar()
            )
        if used:
            raise BadBackup("this installation is in use: --replace puts the backup in place of what it holds")
    if taken := next((name for name in contents.files if (instance / name).exists()), None):
        raise BadBackup(f"{instance / taken} is there already: --replace writes over it")


def _fill_sqlite(
    engine: Engine, copy: Path, contents: Contents, afterwards: Sequence[str], *, newest: bool
) -> list[WrongTrigger]:
    """Check the copy, settle it, and copy its pages into place under SQLite's own lock: half of it is never seen.

    Its triggers are looked at before anything is written to it: a planted one would run.
    """
    with closing(sqlite3.connect(copy, isolation_level=None)) as taken:
        taken.execute("PRAGMA trusted_schema = OFF")
        _require_tables(taken)
        if _checked_sqlite(taken) != (dict(contents.rows), contents.revision):
            raise BadBackup("the backup is damaged: the database does not hold what the backup says")
    own = create_engine(URL.create("sqlite", database=str(copy)))
    with own.begin() as connection:
        mended = mend_triggers(connection, whole=newest)
    own.dispose()
    with closing(sqlite3.connect(copy, isolation_level=None)) as taken:
        for statement in afterwards:
            taken.execute(statement)
        engine.dispose()
        place = _file_of(engine)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(0o600)
        with closing(sqlite3.connect(place, timeout=WAIT_S)) as target:
            taken.backup(target)
            target.execute("PRAGMA journal_mode=WAL")
    return mended


def _require_tables(taken: sqlite3.Connection) -> None:
    """Nothing but tables of rows: a view, or a table that a module answers for, is none of ours."""
    try:
        foreign = taken.execute(
            "SELECT name FROM sqlite_master WHERE type = 'view' OR sql LIKE 'CREATE VIRTUAL%'"
        ).fetchone()
    except sqlite3.DatabaseError as error:
        raise BadBackup(f"the database is damaged: {error}") from error
    if foreign:
        raise BadBackup(f"its database holds the view {printable(foreign[0])}, which none of ours does")
