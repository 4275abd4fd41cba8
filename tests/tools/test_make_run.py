"""The whole of `make run` on the real application: up, kept, ended."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.least_packages import hide_other_packages
from tools import another_day

ROOT = Path(__file__).resolve().parents[2]
Serve = Callable[[], subprocess.Popen[str]]
pytestmark = pytest.mark.slow


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def serve(tmp_path: Path, port: int) -> Iterator[Serve]:
    """Starts it with an emptied environment, the packages of a fresh clone and no stdin; waits until it says where."""
    started: list[subprocess.Popen[str]] = []
    own = {"PATH": os.environ["PATH"], "INSTANCE": str(tmp_path / "instance"), "PORT": str(port)}
    env = another_day.kept() | own | hide_other_packages(tmp_path / "hook")

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tools.serve"]
        with (tmp_path / "said").open("a") as said:
            process = subprocess.Popen(
                command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said, text=True
            )
        started.append(process)
        deadline = time.monotonic() + 300  # only tells a hang
        while (tmp_path / "said").read_text().count("Raspored is at") < len(started):
            assert process.poll() is None, (tmp_path / "said").read_text()
            assert time.monotonic() < deadline, (tmp_path / "said").read_text()
            time.sleep(0.1)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def children_of(number: int) -> list[str]:
    """The command lines of its children."""
    numbers = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    return [Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ") for child in numbers]


def status_of(port: int, path: str = "/") -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.deep
def test_web_and_worker_come_up_keep_their_data_and_end_when_asked(serve: Serve, port: int, tmp_path: Path) -> None:
    first = serve()
    said = (tmp_path / "said").read_text()
    web, worker = children_of(first.pid)
    assert "tools.web" in web
    assert worker.rstrip().endswith("worker")
    assert status_of(port) == 200
    for role in ("coordinator", "educator", "administrator"):
        assert re.search(rf"{role}\W.*@", said, re.IGNORECASE), said
    assert [file.name for file in (tmp_path / "instance").iterdir() if file.stat().st_mode & 0o077] == []
    key = (tmp_path / "instance" / "secret_key").read_text()

    first.send_signal(signal.SIGINT)
    assert first.wait(60) == 0

    second = serve()
    assert status_of(port) == 200
    assert (tmp_path / "instance" / "secret_key").read_text() == key

    second.terminate()
    assert second.wait(60) == 0


def test_make_lets_the_second_start_read_what_the_first_has_compiled() -> None:
    """Where the variable is set for other programs, each process would compile all of ours again: half of a start."""
    asked = "print-it:\n\t@printf '%s' \"[$$PYTHONDONTWRITEBYTECODE]\""
    command = ["make", "--no-print-directory", "-f", "Makefile", "-f", "/dev/stdin", "print-it"]

    done = subprocess.run(
        command, cwd=ROOT, input=asked, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout == "[]"
