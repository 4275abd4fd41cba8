"""Programs of the product as an operator starts them, in an environment of nothing but what a test sets."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scheduler.config import ROOT
from tools import another_day
from tools.supervisor import DIES_WITH_ME


def environment(instance: Path, **settings: str) -> dict[str, str]:
    """No settings file is read unless RASPORED_ENV names one."""
    machine = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return another_day.kept() | machine | {"INSTANCE": str(instance), "RASPORED_ENV": ""} | settings


def started(
    arguments: list[str], instance: Path, *, folder: Path = ROOT, **settings: str
) -> subprocess.CompletedProcess[str]:
    """`python -m …`, until it ends."""
    return subprocess.run(
        [*DIES_WITH_ME, sys.executable, "-m", *arguments],
        cwd=folder,
        env=environment(instance, **settings),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@contextmanager
def a_server(arguments: list[str], instance: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m …`, ended at the end of the block."""
    command = [*DIES_WITH_ME, sys.executable, "-m", *arguments]
    server = subprocess.Popen(command, cwd=ROOT, env=environment(instance, **settings))
    try:
        yield server
    finally:
        server.terminate()
        server.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answer_of(port: int, path: str) -> str:
    """What a server answers to GET, as soon as it listens."""
    ends = time.monotonic() + 90
    while time.monotonic() < ends:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=30) as line:
            line.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            return b"".join(iter(lambda: line.recv(65536), b"")).decode()
        time.sleep(0.1)
    raise AssertionError("the server did not answer")
