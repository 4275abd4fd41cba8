"""Keeps a few processes alive together: one that ends ends all, or is started again; killed, this takes them along.

Linux only, standard library only: `setpriv --pdeathsig` (util-linux) asks the kernel to kill a child whose parent died.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

PATIENCE_S = 4.0  # from the wish to end until the kernel ends what is left
LOOK_AGAIN_S = 0.1
DIES_WITH_ME = ("setpriv", "--pdeathsig", "KILL", "--")


@dataclass(frozen=True)
class Part:
    """One process to keep: its name for people, its command, and the signal on which it ends tidily.

    An early one is started before the preparation, and waits for the end of its standard input to begin its work.
    One with a pause is started again after it when it ends; without one, the end of a part ends all.
    """

    name: str
    command: Sequence[str]
    stop_signal: signal.Signals = signal.SIGTERM
    early: bool = False
    pause_s: float | None = None


def _nothing() -> None:
    """All is ready."""


def keep_together(
    parts: Sequence[Part],
    *,
    env: Mapping[str, str] | None = None,
    prepare: Callable[[], None] = _nothing,
    when_started: Callable[[], bool] | None = None,
) -> int:
    """Run the parts until one without a pause ends (code 1, or its own) or until SIGINT, SIGTERM or SIGHUP (code 0).

    `prepare` is called beside the early parts and before the others; what it raises ends them and reaches the caller.
    `when_started` is asked again and again until it says True; use it to tell people that all is up.
    Each part gets a session of its own, so that Ctrl-C reaches only this process, which then ends them in order.
    """
    wishes: list[int] = []  # a handler that raised could interrupt the ending itself, so it only takes a note
    children: list[tuple[Part, subprocess.Popen[bytes]]] = []
    paused: list[tuple[float, Part]] = []  # when each of them is started again
    try:
        children += [(part, _start(part, env)) for part in parts if part.early]
        prepare()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda wish, _frame: wishes.append(wish))
        for _, child in children:
            _let_begin(child)
        children += [(part, _start(part, env)) for part in parts if not part.early]
        while not wishes:
            for ended in [(part, child) for part, child in children if child.poll() is not None]:
                if ended[0].pause_s is None:
                    return _code_after(*ended)
                children.remove(ended)
                paused.append((_start_again_at(*ended), ended[0]))
            for due in [(moment, part) for moment, part in paused if moment <= time.monotonic()]:
                paused.remove(due)
                children.append((due[1], _start(due[1], env)))
            if when_started and when_started():
                when_started = None
            time.sleep(LOOK_AGAIN_S)
        return 0
    finally:
        _end(children)


def _start(part: Part, env: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    given = subprocess.PIPE if part.early else subprocess.DEVNULL
    return subprocess.Popen([*DIES_WITH_ME, *part.command], stdin=given, env=env, start_new_session=True)


def _let_begin(child: subprocess.Popen[bytes]) -> None:
    if child.stdin:
        child.stdin.close()


def _code_after(part: Part, child: subprocess.Popen[bytes]) -> int:
    print(f"{part.name} ended with code {child.returncode}; ending the rest", file=sys.stderr, flush=True)
    return child.returncode if child.returncode > 0 else 1


def _start_again_at(part: Part, child: subprocess.Popen[bytes]) -> float:
    """Say that a part with a pause has ended, with whatever it had started; the moment of its next start."""
    _kill_group(child)
    pause_s = part.pause_s or 0.0
    text = f"{part.name} ended with code {child.returncode}; it is started again in {pause_s:g} seconds"
    print(text, file=sys.stderr, flush=True)
    return time.monotonic() + pause_s


def _end(children: list[tuple[Part, subprocess.Popen[bytes]]]) -> None:
    """Ask every child's whole group to end, and after `PATIENCE_S` make it."""
    for part, child in children:
        if child.poll() is None:
            child.send_signal(part.stop_signal)
    deadline = time.monotonic() + PATIENCE_S
    while any(child.poll() is None for _, child in children) and time.monotonic() < deadline:
        time.sleep(0.02)
    for _, child in children:
        _kill_group(child)
        _let_begin(child)
        child.wait()


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    """Whatever the child itself had started lies in its group, also when the child is gone."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
