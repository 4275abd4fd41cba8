"""The queue takes a job, the worker runs it inside the application and ends when it is asked to."""

import dataclasses
import errno
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, current_app
from huey.storage import SqliteStorage

from scheduler.cli import worker
from scheduler.config import read_settings
from scheduler.core import logs
from scheduler.core.priority import NICENESS
from scheduler.jobs import queue
from tests.full_disk import a_full_database

ROOT = Path(__file__).resolve().parents[2]
WORKER = """
import signal
import sys
import time
from pathlib import Path
from flask import Flask
from scheduler.cli.worker import register
from scheduler.config import read_settings
from scheduler.jobs import queue

app = Flask("test")
app.config["SETTINGS"] = read_settings()
queue.attach(app)
register(app)
BEFORE = signal.getsignal(signal.SIGINT)

@queue.huey.task(name="test.write")
@queue.in_app
def write(name):
    while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL or signal.getsignal(signal.SIGINT) is BEFORE:
        time.sleep(0.01)  # the worker takes jobs before it listens to signals
    Path(app.config["SETTINGS"].instance, name).write_text("done")

if len(sys.argv) > 1:
    write(sys.argv[1])
else:
    app.cli.main(["worker"], prog_name="flask")
"""


def an_app(instance: Path, redis_url: str = "") -> Flask:
    """The least that the queue needs: an application with settings."""
    app = Flask("test")
    app.config["SETTINGS"] = dataclasses.replace(read_settings(instance=instance), redis_url=redis_url)
    return app


@pytest.fixture(autouse=True)
def queue_as_before() -> Iterator[None]:
    storage, attached = queue.huey.storage, list(queue._attached)
    yield
    queue.huey.storage.close()
    queue.huey.storage = storage
    queue._attached[:] = attached


@pytest.fixture
def name_of_app() -> Iterator[object]:
    """A job that tells where it ran; forgotten afterwards."""

    @queue.huey.task(name="test.name_of_app")
    @queue.in_app
    def name_of_app() -> tuple[str, str]:
        return current_app.name, str(logs.fields_here.get()["job_id"])

    yield name_of_app
    queue.huey._registry.unregister(name_of_app.task_class)


def test_the_queue_lies_in_a_file_of_its_own_that_stays_whole_and_waits_for_no_disk(tmp_path: Path) -> None:
    queue.attach(an_app(tmp_path / "new"))
    storage = queue.huey.storage
    assert isinstance(storage, SqliteStorage)
    assert (tmp_path / "new" / "queue.sqlite3").exists()
    pragmas = [storage.sql(f"PRAGMA {name}", results=True) for name in ("synchronous", "journal_mode")]
    assert pragmas == [[(1,)], [("wal",)]]  # NORMAL: the log is synced when it is moved into the file


def test_a_job_runs_inside_the_application_with_its_own_id_also_when_called_by_hand(
    tmp_path: Path, name_of_app
) -> None:
    queue.attach(an_app(tmp_path))
    name_of_app()
    task = queue.huey.dequeue()

    answer = queue.huey.execute(task)

    assert answer == ("test", task.id)
    assert "job_id" not in logs.fields_here.get()
    assert name_of_app.call_local()[0] == "test"


def test_the_job_stays_for_the_worker_when_the_web_restarts(tmp_path: Path, name_of_app) -> None:
    queue.attach(an_app(tmp_path))
    name_of_app()
    queue.attach(an_app(tmp_path))
    assert len(queue.huey) == 1


@pytest.mark.postgres
def test_the_queue_lies_in_redis_where_one_is_named(tmp_path: Path, name_of_app) -> None:
    queue.attach(an_app(tmp_path, os.environ["TEST_REDIS_URL"]))
    queue.huey.flush()
    name_of_app()
    task = queue.huey.dequeue()
    assert queue.huey.execute(task) == ("test", task.id)
    assert not (tmp_path / "queue.sqlite3").exists()


def test_trust_r20_the_worker_tells_of_a_full_disk_in_one_line_an_hour(monkeypatch, capsys) -> None:
    waiting = SimpleNamespace(monotonic=lambda: hours * 3600.0)
    monkeypatch.setattr(worker, "time", waiting)
    monkeypatch.setattr(worker.priority, "give_way", lambda: None)
    hours = 0.0

    def try_often() -> None:
        nonlocal hours
        for error in (a_full_database(), OSError(errno.ENOSPC, "No space left"), ValueError("broken")) * 2:
            hours += 0.3
            try:
                raise error
            except (sqlite3.Error, OSError, ValueError):
                logging.getLogger("huey.consumer.Worker").exception("Error reading from queue")

    monkeypatch.setattr(worker.huey, "create_consumer", lambda **_named: SimpleNamespace(run=try_often))
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [logging.StreamHandler(sys.stderr)])
    level = root.level
    try:
        worker.worker.main([], standalone_mode=False)
    finally:
        root.setLevel(level)

    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith((" ", "Traceback", "{"))]
    full = "the disk is full: the worker waits for room"
    broken = ["Error reading from queue", "ValueError: broken"]
    assert lines == [full, *broken, full, *broken]


@pytest.mark.deep
@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_does_what_waits_and_ends_when_asked(wish: signal.Signals, tmp_path: Path) -> None:
    env = os.environ | {"INSTANCE": str(tmp_path), "MODE": "demo", "REDIS_URL": ""}
    subprocess.run([sys.executable, "-c", WORKER, "note"], cwd=ROOT, env=env, check=True)
    worker = subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=env)
    try:
        deadline = time.monotonic() + 120
        note = tmp_path / "note"
        while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert note.read_text() == "done"
        before = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, worker.pid) == max(before, NICENESS)  # it gives way to pages

        worker.send_signal(wish)

        assert worker.wait(60) == 0
    finally:
        worker.kill()
        worker.wait()


def test_every_job_has_a_name_that_says_its_room() -> None:
    names = queue.load_jobs()
    assert names
    assert [name for name in names if not (ROOT / "scheduler" / name.partition(".")[0]).is_dir()] == []
    assert len(set(names)) == len(names)
