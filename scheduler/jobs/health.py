"""How the installation is, for its page and for what watches it: database, mails, the worker's last runs, disk."""

import datetime as dt
import shutil
import tomllib
from dataclasses import replace
from functools import cache

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from scheduler import policy
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.jobs.queue import waiting_in_queue
from scheduler.layout import place_of
from scheduler.messages.models import OutboxMessage
from scheduler.messages.rules import DELAYED_AFTER
from scheduler.messages.terms import UNSENT, MessageState
from scheduler.people.models import Centre, Presenter
from scheduler.policy import Actor
from scheduler.safeguarding.models import Vetting
from scheduler.safeguarding.queries import good_vettings
from scheduler.work.models import JobRun, LongWork
from scheduler.work.terms import (
    BACKUP_JOB,
    BACKUP_WITHIN,
    OPEN_WORK,
    RETENTION_JOB,
    RETENTION_SILENT_AFTER,
    Figures,
    Health,
    Life,
    RunAge,
    RunRow,
)

BY_COMMAND = frozenset({BACKUP_JOB})  # noted as a run by the command that makes one
EXPIRING_WITHIN = dt.timedelta(days=30)
A_LEAP = dt.timedelta(days=31)
SILENT_AFTER = dt.timedelta(minutes=5)  # something runs each minute
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@cache
def version() -> str:
    """The product's version, as pyproject.toml says it."""
    return str(tomllib.loads(place_of("pyproject.toml").read_text())["project"]["version"])


def health(actor: Actor, *, now: dt.datetime) -> Health:
    """Ten questions, however much is stored. Raises: NotAllowed."""
    policy.require(actor, "read", "health", centre=actor.centre_id)
    runs = _runs()
    seen_at = _seen_at(runs)
    waiting, late, failed = outbox(now)
    disk = shutil.disk_usage(settings().instance)
    session = db.session()
    return Health(
        database=NAMES.get(db.engine.dialect.name, db.engine.dialect.name),
        database_bytes=_database_bytes(),
        schema=schema(),
        version=version(),
        waiting=waiting,
        late=late,
        failed=failed,
        works=session.scalar(select(func.count()).select_from(LongWork).where(LongWork.state.in_(OPEN_WORK))) or 0,
        queue=waiting_in_queue(),
        runs=runs,
        worker_seen_at=seen_at,
        worker_silent=_is_silent(runs, now),
        disk_free=disk.free,
        disk_total=disk.total,
        retention_silent=retention_silent(now),
        mail_kept=settings().keeps_mail,
        backup_missing=not settings().demo and not _backed_up(runs, now),
    )


def life(now: dt.datetime) -> Life:
    """What can be worked with, without an actor: it is asked by what watches the machine. Raises: nothing."""
    try:
        runs = _runs()
    except SQLAlchemyError:
        db.session.remove()
        return Life(database=False, queue=waiting_in_queue() is not None, worker=False)
    return Life(database=True, queue=waiting_in_queue() is not None, worker=not _is_silent(runs, now))


def figures(now: dt.datetime) -> Figures:
    """The same in numbers: six questions. Raises: nothing; a silent database tells nothing."""
    disk, alive = shutil.disk_usage(settings().instance), life(now)
    bare = Figures(alive, disk.free, disk.total)
    if not alive.database:
        return bare
    waiting, _late, failed = outbox(now)
    oldest = db.session.scalar(select(func.min(OutboxMessage.created_at)).where(_is_to_leave(now)))
    ages = tuple(RunAge(run.name, (now - run.ended_at).total_seconds(), run.failed) for run in _runs())
    return replace(
        bare,
        waiting=waiting,
        failed=failed,
        oldest_s=(now - oldest).total_seconds() if oldest else 0.0,
        backup_age_s=next((one.age_s for one in ages if one.name == BACKUP_JOB), None),
        vettings_expiring=_vettings_expiring(clock.local_day(now)),
        runs=ages,
    )


def _vettings_expiring(today: dt.date) -> int:
    """Presenters at work whose check ends within thirty days."""
    last = select(Vetting.presenter_id, func.max(Vetting.valid_until).label("until"))
    good = last.where(*good_vettings()).group_by(Vetting.presenter_id)
    ends = good.join(Presenter, Presenter.id == Vetting.presenter_id).where(Presenter.suspended_at.is_(None)).subquery()
    within = ends.c.until.between(today, today + EXPIRING_WITHIN)
    return db.session.scalar(select(func.count()).select_from(ends).where(within)) or 0


def last_run(name: str) -> dt.datetime | None:
    """When that job ended last."""
    return next((run.ended_at for run in _runs() if run.name == name), None)


def days_leapt(now: dt.datetime) -> int:
    """How far the clock may have leapt: the days since retention noted a run, where that is a month ago; else 0. Until
    it has run by this clock, at night or at noon, nothing ends or is forgotten that nobody can bring back.
    """
    last = last_run(RETENTION_JOB)
    return (now - last).days if last is not None and now - last > A_LEAP else 0


def noted_last() -> dt.datetime | None:
    """The newest moment that a job or a command noted."""
    return max((run.ended_at for run in _runs()), default=None)


def _seen_at(runs: tuple[RunRow, ...]) -> dt.datetime | None:
    """When the worker was heard of last; a command notes its runs too, and is not the worker."""
    return max((run.ended_at for run in runs if run.name not in BY_COMMAND), default=None)


def _is_silent(runs: tuple[RunRow, ...], now: dt.datetime) -> bool:
    seen_at = _seen_at(runs)
    return seen_at is None or now - seen_at > SILENT_AFTER


def _backed_up(runs: tuple[RunRow, ...], now: dt.datetime) -> bool:
    return any(run.name == BACKUP_JOB and not run.failed and now - run.ended_at <= BACKUP_WITHIN for run in runs)


def retention_silent(now: dt.datetime) -> bool:
    """Whether what has lasted its time stays for two days already (TRUST S40). A new installation is given them."""
    since = now - RETENTION_SILENT_AFTER
    ran = select(JobRun.id).where(JobRun.name == RETENTION_JOB, JobRun.ended_at > since, JobRun.failed.is_(False))
    stands = select(Centre.id).where(Centre.created_at <= since)
    return db.session.scalar(stands.limit(1)) is not None and db.session.scalar(ran.limit(1)) is None


def _runs() -> tuple[RunRow, ...]:
    rows = db.session.scalars(select(JobRun).order_by(JobRun.name))
    return tuple(RunRow(row.name, row.ended_at, row.failed) for row in rows)


def outbox(now: dt.datetime) -> tuple[int, int, int]:
    """How many messages wait, how many of those are late, how many were given up."""
    unsent, before = OutboxMessage.state.in_(UNSENT), now - DELAYED_AFTER
    counted = select(
        func.count().filter(unsent),
        func.count().filter(_is_to_leave(before), OutboxMessage.created_at <= before),
        func.count().filter(OutboxMessage.state == MessageState.FAILED),
    ).select_from(OutboxMessage)
    waiting, late, failed = db.session.execute(counted).one()
    return waiting, late, failed


def _is_to_leave(at: dt.datetime) -> ColumnElement[bool]:
    """Unsent, and not one that was let wait beyond that moment."""
    return OutboxMessage.state.in_(UNSENT) & ((OutboxMessage.attempts > 0) | (OutboxMessage.not_before <= at))


def _database_bytes() -> int | None:
    session = db.session()
    if db.engine.dialect.name == "sqlite":
        pages, size = (session.scalar(text(f"PRAGMA {name}")) or 0 for name in ("page_count", "page_size"))
        return int(pages) * int(size)
    return int(session.scalar(select(func.pg_database_size(func.current_database()))) or 0)


def known_revisions() -> list[str]:
    """The migrations that this version knows, the newest first."""
    from alembic.script import ScriptDirectory  # slow to load: only who compares a database with them waits for it

    return [script.revision for script in ScriptDirectory(str(place_of("migrations"))).walk_revisions()]


def schema() -> str:
    """The migration that the database stands at; empty where none has run (a test)."""
    if not db.inspect(db.engine).has_table("alembic_version"):
        return ""
    return str(db.session.scalar(text("SELECT version_num FROM alembic_version")) or "")
