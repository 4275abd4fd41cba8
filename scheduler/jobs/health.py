"""How the installation is: the database, the mails that wait, the worker's last runs, the disk."""

import datetime as dt
import shutil
import tomllib
from functools import cache

from sqlalchemy import func, select, text

from scheduler import policy
from scheduler.config import settings
from scheduler.core.db import db
from scheduler.jobs.queue import waiting_in_queue
from scheduler.layout import place_of
from scheduler.messages.models import OutboxMessage
from scheduler.messages.rules import DELAYED_AFTER
from scheduler.messages.terms import UNSENT, MessageState
from scheduler.policy import Actor
from scheduler.work.models import JobRun, LongWork
from scheduler.work.terms import OPEN_WORK, Health, RunRow

SILENT_AFTER = dt.timedelta(minutes=5)  # something runs each minute
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@cache
def version() -> str:
    """The product's version, as pyproject.toml says it."""
    return str(tomllib.loads(place_of("pyproject.toml").read_text())["project"]["version"])


def health(actor: Actor, *, now: dt.datetime) -> Health:
    """Eight questions, however much is stored. Raises: NotAllowed."""
    policy.require(actor, "read", "health", centre=actor.centre_id)
    runs = _runs()
    seen_at = max((run.ended_at for run in runs), default=None)
    waiting, late, failed = _outbox(now)
    disk = shutil.disk_usage(settings().instance)
    session = db.session()
    return Health(
        database=NAMES.get(db.engine.dialect.name, db.engine.dialect.name),
        database_bytes=_database_bytes(),
        schema=_schema(),
        version=version(),
        waiting=waiting,
        late=late,
        failed=failed,
        works=session.scalar(select(func.count()).select_from(LongWork).where(LongWork.state.in_(OPEN_WORK))) or 0,
        queue=waiting_in_queue(),
        runs=runs,
        worker_seen_at=seen_at,
        worker_silent=seen_at is None or now - seen_at > SILENT_AFTER,
        disk_free=disk.free,
        disk_total=disk.total,
    )


def _runs() -> tuple[RunRow, ...]:
    rows = db.session.scalars(select(JobRun).order_by(JobRun.name))
    return tuple(RunRow(row.name, row.ended_at, row.failed) for row in rows)


def _outbox(now: dt.datetime) -> tuple[int, int, int]:
    unsent = OutboxMessage.state.in_(UNSENT)
    counted = select(
        func.count().filter(unsent),
        func.count().filter(unsent, OutboxMessage.created_at <= now - DELAYED_AFTER),
        func.count().filter(OutboxMessage.state == MessageState.FAILED),
    ).select_from(OutboxMessage)
    waiting, late, failed = db.session.execute(counted).one()
    return waiting, late, failed


def _database_bytes() -> int | None:
    session = db.session()
    if db.engine.dialect.name == "sqlite":
        pages, size = (session.scalar(text(f"PRAGMA {name}")) or 0 for name in ("page_count", "page_size"))
        return int(pages) * int(size)
    return int(session.scalar(select(func.pg_database_size(func.current_database()))) or 0)


def _schema() -> str:
    """The migration that the database stands at; empty where none has run (a test)."""
    if not db.inspect(db.engine).has_table("alembic_version"):
        return ""
    return str(db.session.scalar(text("SELECT version_num FROM alembic_version")) or "")
