"""`make trust`: the promises of docs/trust.md, the tests that hold each, and whether they hold now.

python -m tools.trust [ARGUMENTS OF PYTEST]      on SQLite, PostgreSQL and Redis; 1 when a promise is broken

A promise that no test shows yet is told as that, so that the table is whole: R1 to R32, S1 to S56.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree  # nosec B405  (pytest wrote it just now)

from tools.services import NoService, both
from tools.supervisor import DIES_WITH_ME

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "trust.md"
RESULTS = ROOT / "build" / "trust.xml"
HELD = re.compile(r"^\| ([RS]\d+) \| ([^|]+) \| (.*`tests/.+) \|$", re.MULTILINE)
NOT_YET = re.compile(r"^\| ([RS]\d+) \| ([^|]+) \|$", re.MULTILINE)
NODE = re.compile(r"`(tests/[\w/]+\.py::test_\w+)`")
GOOD, FAILED, UNRUN, OPEN = "good", "FAILED", "not run", "not yet"
WORDS = 72  # letters of a promise that the table shows


@dataclass(frozen=True)
class Promise:
    """One row: its number, its words, and the tests that hold it; none: nothing shows it yet."""

    number: str
    words: str
    tests: tuple[str, ...] = ()


def promises(page: str) -> list[Promise]:
    """Every promise of the page in order: R before S, then by number."""
    held = [Promise(number, words, tuple(NODE.findall(tests))) for number, words, tests in HELD.findall(page)]
    waiting = [Promise(number, words) for number, words in NOT_YET.findall(page)]
    return sorted([*held, *waiting], key=lambda one: (one.number[0], int(one.number[1:])))


def outcomes(report: Path) -> dict[str, str]:
    """What came of each test, the worst of its cases: a test of ten cases of which one failed has failed."""
    found: dict[str, str] = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):  # nosec B314
        node = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name', '').partition('[')[0]}"
        broken = case.find("failure") is not None or case.find("error") is not None
        this = FAILED if broken else UNRUN if case.find("skipped") is not None else GOOD
        found[node] = min(found.get(node, GOOD), this, key=(FAILED, GOOD, UNRUN).index) if node in found else this
    return found


def verdict(promise: Promise, found: Mapping[str, str]) -> str:
    """How a promise stands: good only when each of its tests ran and is good."""
    if not promise.tests:
        return OPEN
    said = {found.get(test, UNRUN) for test in promise.tests}
    return FAILED if FAILED in said else UNRUN if UNRUN in said else GOOD


def table(wanted: Iterable[Promise], found: Mapping[str, str]) -> list[str]:
    """A line for each promise, and below it its tests."""
    lines = []
    for one in wanted:
        words = one.words if len(one.words) <= WORDS else one.words[: WORDS - 1].rstrip() + "…"
        lines.append(f"{one.number:<4} {verdict(one, found):<8} {words}")
        lines += [f"{'':<13} {test} · {found.get(test, UNRUN)}" for test in one.tests]
    return lines


def run(tests: Iterable[str], more: list[str], env: Mapping[str, str]) -> None:
    """Run these tests; what came of them lies in RESULTS."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.unlink(missing_ok=True)
    command = [*DIES_WITH_ME, sys.executable, "-m", "pytest", "-q", f"--junitxml={RESULTS}", *more, *tests]
    subprocess.run(command, cwd=ROOT, env=dict(env), stdin=subprocess.DEVNULL, check=False)


def main() -> int:
    wanted = promises(PAGE.read_text(encoding="utf-8"))
    env = os.environ | {"PYTHONUTF8": "1"}
    try:
        with both() as urls:
            run(dict.fromkeys(test for one in wanted for test in one.tests), sys.argv[1:], env | urls)
    except NoService as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    found = outcomes(RESULTS) if RESULTS.exists() else {}
    print("\n".join(table(wanted, found)))
    said = [verdict(one, found) for one in wanted]
    print(", ".join(f"{said.count(one)} {one}" for one in (GOOD, FAILED, UNRUN, OPEN)))
    return 0 if not {FAILED, UNRUN} & set(said) else 1


if __name__ == "__main__":
    sys.exit(main())
