"""The queue: huey on a SQLite file of its own, or on Redis. create_app() hands itself over, jobs never import it.

huey delivers at most once: a job that was running when the worker was killed is lost. So jobs only wake up work that
lies in tables of ours, under a lease; a lost wake-up costs a minute, never a mail. `lock_task` stays locked for ever
after a kill: never use it.
"""

import datetime as dt
import importlib
import logging
import pkgutil
import sqlite3
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask
from huey import Huey, crontab
from huey.api import PeriodicTask, TaskWrapper
from huey.storage import MemoryStorage, RedisStorage, SqliteStorage
from sqlalchemy.exc import SQLAlchemyError

import scheduler.jobs
from scheduler.config import Settings
from scheduler.core import clock, tls
from scheduler.core.db import insert_of, transaction
from scheduler.core.logs import fields_on_each_line
from scheduler.work.models import JobRun

__all__ = ["attach", "crontab", "huey", "in_app", "load_jobs"]

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

QUEUE_NAME = "raspored"
huey = Huey(QUEUE_NAME, storage_class=MemoryStorage, results=False, utc=True)  # attach() gives it its true storage
_attached: list[Flask] = []
_task_id: ContextVar[str] = ContextVar("task_id", default="by hand")


def attach(app: Flask) -> None:
    """Let jobs run inside this application, on the queue its settings name."""
    _attached[:] = [app]
    huey.storage.close()
    huey.storage = _storage(app.config["SETTINGS"])


class QueueConnection(sqlite3.Connection):
    """A queue that waits for no disk: nearly each act of somebody wakes the worker, and a wake-up that a failing
    power takes along costs a minute. With its log (WAL) the file stays whole all the same.
    """

    def __init__(self, *place: Any, **how: Any) -> None:
        super().__init__(*place, **how)
        self.execute("PRAGMA synchronous=NORMAL")


def _storage(settings: Settings) -> SqliteStorage | RedisStorage:
    if settings.redis_url:
        return RedisStorage(QUEUE_NAME, url=tls.checked_redis(settings.redis_url, settings.tls_ca_file))
    settings.instance.mkdir(parents=True, exist_ok=True)
    return SqliteStorage(QUEUE_NAME, filename=str(settings.instance / "queue.sqlite3"), factory=QueueConnection)


def in_app(job: Callable[P, R]) -> Callable[P, R]:
    """Run the job inside the application, with its id in every log line; stands under `@huey.task`."""

    @wraps(job)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with _attached[-1].app_context(), fields_on_each_line(job_id=_task_id.get()):
            return job(*args, **kwargs)

    return run


def note_task_id(task: object) -> None:
    """huey calls this before each job, in the thread that runs it."""
    _task_id.set(str(getattr(task, "id", "")))


huey.pre_execute(name="note_task_id")(note_task_id)


def note_run(task: object, _value: object, failure: BaseException | None) -> None:
    """huey calls this after each job: the page of health says when each that runs by itself ended last."""
    if not isinstance(task, PeriodicTask) or not _attached:
        return
    try:
        with _attached[-1].app_context():
            write_run(str(task.name), clock.now(), failed=failure is not None)
    except SQLAlchemyError:  # the job itself has ended: it must not look broken because nobody could note it
        log.exception("run not noted", extra={"job": str(task.name)})


def write_run(name: str, ended_at: dt.datetime, *, failed: bool) -> None:
    """One row for each job; the newest run counts, also of two that end at once."""
    run = {"ended_at": ended_at, "failed": failed}
    with transaction() as session:
        row = insert_of(session, JobRun).values(name=name, **run)
        session.execute(row.on_conflict_do_update(index_elements=[JobRun.name], set_=run))


huey.post_execute(name="note_run")(note_run)


def waiting_in_queue() -> int | None:
    """How many wake-ups lie in the queue; None when it does not answer: nothing is lost, a minute brings the next."""
    try:
        return int(huey.pending_count())
    except Exception as error:  # each storage has errors of its own
        log.exception("queue does not answer", extra={"fault": tls.fault_of(error) or "unreachable"})
        return None


def load_jobs() -> list[str]:
    """Import every file of jobs, so that the worker knows them by name; returns those names in order."""
    found = pkgutil.iter_modules(scheduler.jobs.__path__, "scheduler.jobs.")
    each = [job for one in found for job in vars(importlib.import_module(one.name)).values()]
    return sorted({job.task_class.__name__ for job in each if isinstance(job, TaskWrapper)})
