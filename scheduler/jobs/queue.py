"""The queue: huey on a SQLite file of its own, or on Redis. create_app() hands itself over, jobs never import it.

huey delivers at most once: a job that was running when the worker was killed is lost. So jobs only wake up work that
lies in tables of ours, under a lease; a lost wake-up costs a minute, never a mail. `lock_task` stays locked for ever
after a kill: never use it.
"""

import importlib
import pkgutil
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask
from huey import Huey, crontab
from huey.storage import MemoryStorage, RedisStorage, SqliteStorage
from structlog.contextvars import bound_contextvars

import scheduler.jobs
from scheduler.config import Settings

__all__ = ["attach", "crontab", "huey", "in_app", "load_jobs"]

P = ParamSpec("P")
R = TypeVar("R")

NAME = "raspored"
huey = Huey(NAME, storage_class=MemoryStorage, results=False, utc=True)  # attach() gives it its true storage
_attached: list[Flask] = []
_task_id: ContextVar[str] = ContextVar("task_id", default="by hand")


def attach(app: Flask) -> None:
    """Let jobs run inside this application, on the queue its settings name."""
    _attached[:] = [app]
    huey.storage.close()
    huey.storage = _storage(app.config["SETTINGS"])


def _storage(settings: Settings) -> SqliteStorage | RedisStorage:
    if settings.redis_url:
        return RedisStorage(NAME, url=settings.redis_url)
    settings.instance.mkdir(parents=True, exist_ok=True)
    return SqliteStorage(NAME, filename=str(settings.instance / "queue.sqlite3"))


def in_app(job: Callable[P, R]) -> Callable[P, R]:
    """Run the job inside the application, with its id in every log line; stands under `@huey.task`."""

    @wraps(job)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with _attached[-1].app_context(), bound_contextvars(job_id=_task_id.get()):
            return job(*args, **kwargs)

    return run


def note_task_id(task: object) -> None:
    """huey calls this before each job, in the thread that runs it."""
    _task_id.set(str(getattr(task, "id", "")))


huey.pre_execute(name="note_task_id")(note_task_id)


def load_jobs() -> list[str]:
    """Import every file of jobs, so that the worker knows them by name; returns those names in order."""
    for module in pkgutil.iter_modules(scheduler.jobs.__path__, "scheduler.jobs."):
        importlib.import_module(module.name)
    return sorted(task.__name__ for task in huey._registry._registry.values())  # huey offers no public list
