"""Servers under test, and what processor time they take: gunicorn where it is installed, else waitress."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psutil

from tools.services import end
from tools.supervisor import DIES_WITH_ME

ROOT = Path(__file__).resolve().parents[2]
START_WITHIN_S = 90.0
KINDS = {
    "sync": ("-k", "sync", "-w", "2"),
    "gthread": ("-k", "gthread", "-w", "2", "--threads", "4"),
    "four": ("-k", "sync", "-w", "4"),
}


class NoServer(Exception):
    """A server did not start; the text holds what it said."""


def named() -> str:
    """Which server is measured here."""
    return "gunicorn" if find_spec("gunicorn") else "waitress"


def command(module: str, port: int, kind: str = "sync") -> list[str]:
    """As docs/operate.md starts them."""
    if named() == "gunicorn":
        where = ("-b", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "warning")
        return [sys.executable, "-OO", "-m", "gunicorn", *KINDS[kind], *where, module]
    return [sys.executable, "-OO", "-m", "waitress", f"--listen=127.0.0.1:{port}", "--threads=8", module]


class Server:
    """A process with its workers."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def family(self) -> list[psutil.Process]:
        """The process and all that it has started."""
        head = psutil.Process(self.process.pid)
        return [head, *head.children(recursive=True)]

    def cpu_s(self) -> float:
        """Processor time of all of them so far, in seconds."""
        return sum(float(one.cpu_times().user + one.cpu_times().system) for one in self.family())

    def worker_mib(self) -> float:
        """Memory of the largest of them."""
        return float(max(one.memory_info().rss for one in self.family()) / 2**20)

    def whole_mib(self) -> float:
        """Memory of all of them; what they share counts once for each, so it is less."""
        return float(sum(one.memory_info().rss for one in self.family()) / 2**20)


@contextmanager
def serving(arguments: list[str], port: int, env: Mapping[str, str], log: Path) -> Iterator[Server]:
    """A server that answers, ended afterwards. Raises: NoServer."""
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*DIES_WITH_ME, *arguments], cwd=ROOT, env={**os.environ, **env}, stdin=subprocess.DEVNULL,
            stdout=stream, stderr=stream, start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(port, process, log)
        yield Server(process, port)
    finally:
        end(process)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when somebody answers there. Raises: NoServer."""
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise NoServer(log.read_text(errors="replace")[-2000:])
