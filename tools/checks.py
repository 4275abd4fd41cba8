"""`make check` and `make test`: every check runs even when another one failed; the last line names what failed.

python -m tools.checks fast      static checks, and the tests that need no database and no program of the machine,
                                 each property on a quarter of its examples
python -m tools.checks test      static checks, then all tests but those marked `deep` (see docs/tests.md)
python -m tools.checks static    static checks alone

The static checks run one after another beside the tests, so that no core waits; each prints its result when it ends.
With DAY=2028-02-29 all of it runs on that day.
"""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tools.another_day import WrongDay, environment, kept
from tools.services import NoService, both
from tools.supervisor import DIES_WITH_ME

BIN = Path(sys.executable).parent
FAST = {
    "ruff check": "ruff check --quiet .",
    "ruff format": "ruff format --check --quiet .",
    "mypy": "mypy",
    "import-linter": "lint-imports --no-cache",
    "oxlint": "oxlint --report-unused-disable-directives --deny-warnings static/js",
}
SLOWER = {
    "djlint": "djlint --lint --quiet templates",
    "bandit": "bandit --quiet -ii -c pyproject.toml -r scheduler tools wsgi.py",
}
# Three processes on two cores: tests that wait for a browser or a server cost nothing meanwhile.
PYTEST = "python -m pytest -n 3 --dist loadfile --no-loadscope-reorder"  # in the order of tests/conftest.py
# Rules and laws never wait, and each process imports all tests before its first: two are as many as cores.
FAST_PYTEST = "python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --hypothesis-profile=brief"
NEEDS_NOTHING = (
    "-m",
    "not slow and not journey and not postgres and not database and not program and not deep and not matrix",
)
NOT_DEEP = ("-m", "not deep and not matrix")


def is_good(name: str, line: str, *more: str, env: dict[str, str]) -> bool:
    """Run a program of the environment; print its name, result and seconds. True when it exits with 0.

    Output of pytest appears as it comes, output of others in one piece and only on failure.
    """
    if name == "pytest":
        print(f"— {name}", flush=True)
    started = time.monotonic()
    program, *arguments = line.split()
    command = [*DIES_WITH_ME, str(BIN / program), *arguments, *more]
    capture: dict[str, Any] = {} if name == "pytest" else {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, env=env, check=False, **capture)
    good, output = done.returncode == 0, (done.stdout or b"").decode()
    result = f"  {name}: {'good' if good else 'FAILED'}, {time.monotonic() - started:.0f} s"
    print("\n" + ("" if good else output) + result, flush=True)  # on a line of its own among the dots of pytest
    return good


def test_environment() -> dict[str, str]:
    """The environment in which checks and tests run."""
    env = os.environ | {"PYTHONUTF8": "1"}  # reports hold Cyrillic, also where LANG is unset
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled tests serve every process, and the next run
    return env


def check(which: str) -> list[str]:
    """Run "fast", "test" or "static"; return the names of what failed. Raises: NoService."""
    env = test_environment()
    steps, good = FAST | ({} if which == "fast" else SLOWER), dict[str, bool]()

    def run_static_checks() -> None:
        for name, line in steps.items():
            good[name] = is_good(name, line, env=env)

    beside = threading.Thread(target=run_static_checks, daemon=True)  # an interrupted run does not wait for it
    beside.start()
    if which == "test":
        with both() as urls:
            good["pytest"] = is_good("pytest", PYTEST, *NOT_DEEP, env=env | urls)
    elif which == "fast":
        good["pytest"] = is_good("pytest", FAST_PYTEST, *NEEDS_NOTHING, env=env)
    beside.join()
    return [name for name in (*steps, *({"pytest"} if which != "static" else ())) if not good.get(name)]


def restart_on(day: str) -> None:
    """Start this process again on that day, so that every process it starts sees the day. Raises: WrongDay."""
    there = environment(day, dt.datetime.now(dt.UTC).date())
    print(f"— all of this on {day}", flush=True)
    os.execve(sys.executable, [sys.executable, "-m", "tools.checks", *sys.argv[1:]], os.environ | there)  # nosec B606


def main() -> int:
    if sys.argv[1:] not in (["fast"], ["test"], ["static"]):
        print("usage: python -m tools.checks fast|test|static", file=sys.stderr)
        return 2
    if (day := os.environ.get("DAY", "")) and not kept():
        try:
            restart_on(day)
        except WrongDay as problem:
            print(problem, file=sys.stderr)
            return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)  # so that the services are ended and cleared away
    try:
        failed = check(sys.argv[1])
    except NoService as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
