"""What one process of pytest has made and the others of the same run take: a folder above theirs, and a turn in it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def shared_by_processes(folder: Path) -> Path:
    """From the folder that pytest gave this process the one of all: with `-n 3` each has popen-gw0, popen-gw1, …"""
    return folder.parent if folder.name.startswith("popen-") else folder


@contextmanager
def one_at_a_time(made: Path) -> Iterator[bool]:
    """Whether it is still to be made; others who ask wait until whoever was first has made it."""
    made.parent.mkdir(parents=True, exist_ok=True)
    with made.with_name(f"{made.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not made.exists()
