"""What `make run` looks at before it starts anything."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tools import serve

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_told_with_another_one_to_try_that_is_free_itself(taken_port: int) -> None:
    other = serve.next_free(taken_port)
    with pytest.raises(serve.CannotServe) as refusal:
        serve.addresses_for(taken_port)

    assert str(refusal.value) == f"port {taken_port} is taken, try PORT={other} make run"
    assert other != taken_port
    assert f"127.0.0.1:{other}" in serve.addresses_for(other)


def test_the_command_ends_with_one_line_when_the_port_is_taken(taken_port: int, tmp_path: Path) -> None:
    env = os.environ | {"PORT": str(taken_port), "INSTANCE": str(tmp_path / "instance")}

    done = subprocess.run(
        [sys.executable, "-m", "tools.serve"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"port {taken_port} is taken, try PORT=")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(("text", "port"), [("", 8000), ("8001", 8001), ("65535", 65535)])
def test_port_is_read(text: str, port: int) -> None:
    assert serve.wanted_port(text) == port


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80a", "٨٠٠٠", " ", "8000.0"])
def test_a_port_that_is_none_is_refused_with_code_2(text: str) -> None:
    with pytest.raises(serve.CannotServe, match="a number from 1 to 65535") as refusal:
        serve.wanted_port(text)

    assert refusal.value.code == 2


def test_a_second_start_on_the_same_instance_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    with serve.hold(tmp_path), pytest.raises(serve.CannotServe, match=f"in use by process {os.getpid()}: end that one"):
        serve.hold(tmp_path)

    serve.hold(tmp_path).close()


def test_the_web_keeps_no_access_log_and_bounds_connections_and_bodies() -> None:
    web, worker = serve.parts(["127.0.0.1:8000"])

    assert web.command[:2] == ["env", "MALLOC_ARENA_MAX=1"]
    assert web.command[3:6] == ["-OO", "-m", "tools.web"]
    assert (web.early, worker.early) == (True, False)
    assert web.command[6:] == [
        "--listen=127.0.0.1:8000",
        "--threads=8",
        "--connection-limit=1000",
        "--max-request-body-size=12000000",
        "--no-clear-untrusted-proxy-headers",
        "--ident=",
        "wsgi:app",
    ]
    assert list(worker.command[-3:]) == ["-m", "scheduler.command", "worker"]


@pytest.mark.deep
def test_one_process_migrates_loads_the_demo_and_ends_at_the_first_step_that_fails(tmp_path: Path) -> None:
    env = os.environ | {"INSTANCE": str(tmp_path / "instance"), "MODE": "demo", "DATABASE_URL": "", "REDIS_URL": ""}

    done = subprocess.run(
        [sys.executable, "-m", "tools.prepare", "db upgrade", "demo nonsense", "demo load"],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-2:] == [
        "Error: No such command 'nonsense'. See raspored demo --help.",
        "raspored demo nonsense failed with code 2",
    ]
    with closing(sqlite3.connect(tmp_path / "instance" / "raspored.sqlite3")) as stored:
        assert stored.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
        assert stored.execute("SELECT count(*) FROM centre").fetchone() == (0,)


def test_make_run_starts_one_process_before_web_and_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def run(command: list[str], **_how: object) -> subprocess.CompletedProcess[str]:
        started.append(command)
        return subprocess.CompletedProcess(command, len(started) - 1)

    monkeypatch.setattr(serve.subprocess, "run", run)

    serve.prepare(demo=True)
    with pytest.raises(serve.CannotServe, match="nothing was started"):
        serve.prepare(demo=False)

    demo, bare = started
    assert demo[-5:] == ["-m", "tools.prepare", "db upgrade", "demo load", "demo sign-ins"]
    assert bare[-3:] == ["-m", "tools.prepare", "db upgrade"]
