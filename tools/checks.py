"""`make check` and `make test`: every check runs even when another one failed; the last line names what failed.

python -m tools.checks fast    ruff, mypy, import-linter, oxlint, and the tests of the rules and the laws (no database),
                               each property on a quarter of its examples
python -m tools.checks all     every check, then every test on SQLite, PostgreSQL with Redis, and in the browser

The checks run one after another beside the tests, so that no core waits; each says what it found when it ends.
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
BY_FILE = "--dist loadfile --no-loadscope-reorder"  # in the order of tests/conftest.py
# Three processes on two cores: journeys wait for the network to fall silent, and one that waits costs nothing.
PYTEST = f"python -m pytest -n 3 {BY_FILE}"
# The rules and the laws wait for nobody, and each process reads all tests before its first: two are as many as cores.
# Every property on fewer examples than in `make test`, and none left out.
FAST_PYTEST = f"python -m pytest -n 2 {BY_FILE} --hypothesis-profile=brief"
NEEDS_NOTHING = ("-m", "not slow and not journey and not postgres and not database")


def is_good(name: str, line: str, *more: str, env: dict[str, str]) -> bool:
    """Run a program of our environment with its arguments; say what it is and how long it took.

    What pytest says is seen as it goes; what another says, in one piece when it is not good.
    """
    if name == "pytest":
        print(f"— {name}", flush=True)
    started = time.monotonic()
    program, *arguments = line.split()
    command = [*DIES_WITH_ME, str(BIN / program), *arguments, *more]
    told: dict[str, Any] = {} if name == "pytest" else {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, env=env, check=False, **told)
    good, said = done.returncode == 0, (done.stdout or b"").decode()
    took = f"  {name}: {'good' if good else 'FAILED'}, {time.monotonic() - started:.0f} s"
    print("\n" + ("" if good else said) + took, flush=True)  # on a line of its own among the dots of pytest
    return good


def check(*, whole: bool) -> list[str]:
    """Run the fast loop or everything; return what failed. Raises: NoService."""
    env = os.environ | {"PYTHONUTF8": "1"}  # reports hold Cyrillic, also where LANG is unset
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # what pytest makes of 450 files it makes once, not at each start
    steps, good = FAST | (SLOWER if whole else {}), dict[str, bool]()

    def look() -> None:
        for name, line in steps.items():
            good[name] = is_good(name, line, env=env)

    beside = threading.Thread(target=look, daemon=True)  # who ends this process waits for no check
    beside.start()
    if whole:
        with both() as urls:
            good["pytest"] = is_good("pytest", PYTEST, env=env | urls)
    else:
        good["pytest"] = is_good("pytest", FAST_PYTEST, *NEEDS_NOTHING, env=env)
    beside.join()
    return [name for name in (*steps, "pytest") if not good.get(name)]


def go_to(day: str) -> None:
    """Begin again on that day, so that all that we start is born into it. Raises: WrongDay."""
    there = environment(day, dt.datetime.now(dt.UTC).date())
    print(f"— all of this on {day}", flush=True)
    os.execve(sys.executable, [sys.executable, "-m", "tools.checks", *sys.argv[1:]], os.environ | there)  # nosec B606


def main() -> int:
    if sys.argv[1:] not in (["fast"], ["all"]):
        print("usage: python -m tools.checks fast|all", file=sys.stderr)
        return 2
    if (day := os.environ.get("DAY", "")) and not kept():
        try:
            go_to(day)
        except WrongDay as problem:
            print(problem, file=sys.stderr)
            return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)  # so that the services are ended and cleared away
    try:
        failed = check(whole=sys.argv[1] == "all")
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
