"""`make coverage`: every test once more, measured: one figure for each room, and every branch of every rule.

python -m tools.branches [ARGUMENTS OF PYTEST]      writes build/coverage.txt; 1 when a branch of a rule is never taken

It is not part of `make test`: measuring costs a third of the time, and says the same every day.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.services import NoService, both
from tools.supervisor import DIES_WITH_ME

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "coverage"
FIGURES = ROOT / "build" / "coverage.txt"
COVERAGE = (sys.executable, "-m", "coverage")


@dataclass(frozen=True)
class Figure:
    """Of so many statements and branches, so many were run."""

    statements: int = 0
    statements_run: int = 0
    branches: int = 0
    branches_run: int = 0

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(
            self.statements + other.statements,
            self.statements_run + other.statements_run,
            self.branches + other.branches,
            self.branches_run + other.branches_run,
        )

    @property
    def whole(self) -> bool:
        return (self.statements, self.branches) == (self.statements_run, self.branches_run)

    def __str__(self) -> str:
        return f"{_percent(self.statements_run, self.statements)} {_percent(self.branches_run, self.branches)}"


def _percent(run: int, of: int) -> str:
    return f"{100 * run / of if of else 100:6.1f} %"


def is_rule(path: str) -> bool:
    """Whether a file holds rules of a room: scheduler/ROOM/rules.py or one in scheduler/ROOM/rules/."""
    return path.split("/")[2:3] in (["rules.py"], ["rules"])


def figures_of(report: Mapping[str, Any]) -> dict[str, Figure]:
    """File to figure, from coverage's report in JSON."""
    return {
        path: Figure(
            said["summary"]["num_statements"],
            said["summary"]["covered_lines"],
            said["summary"]["num_branches"],
            said["summary"]["covered_branches"],
        )
        for path, said in report["files"].items()
    }


def by_room(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    """Room to figure, "rules" to that of all rules, "all" to that of the product."""
    rooms: dict[str, Figure] = defaultdict(Figure)
    for path, figure in figures.items():
        room = path.split("/")[1]
        rooms[room.removesuffix(".py")] += figure
        rooms["all"] += figure
        if is_rule(path):
            rooms["rules"] += figure
    return dict(sorted(rooms.items()))


def lacking(report: Mapping[str, Any]) -> list[str]:
    """Each line and branch of a rule that no test takes: "scheduler/…/rules.py:12" or "…:12 to 14"."""
    found = []
    for path, said in report["files"].items():
        if is_rule(path):
            found += [f"{path}:{line}" for line in said["missing_lines"]]
            found += [f"{path}:{line} to {to if to > 0 else 'the end'}" for line, to in said["missing_branches"]]
    return found


def measure(arguments: list[str]) -> tuple[bool, dict[str, Any]]:
    """Run the tests in two processes; whether all passed, and the report. Raises: NoService."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    tests = ["-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", *arguments]
    with both() as urls:
        env = os.environ | urls | {"PYTHONUTF8": "1"}
        command = [*DIES_WITH_ME, *COVERAGE, "run", *tests]
        passed = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False).returncode == 0
    subprocess.run([*COVERAGE, "combine", "--quiet"], cwd=ROOT, check=True)
    file = FOLDER / "report.json"
    subprocess.run([*COVERAGE, "json", "--quiet", "-o", str(file)], cwd=ROOT, check=True)
    return passed, json.loads(file.read_text(encoding="utf-8"))


def main() -> int:
    try:
        passed, report = measure(sys.argv[1:])
    except NoService as problem:
        print(problem, file=sys.stderr)
        return 1
    rows = [f"{room:<14}{figure}" for room, figure in by_room(figures_of(report)).items()]
    text = "\n".join(["room          statements branches", *rows])
    FIGURES.write_text(text + "\n", encoding="utf-8")
    print(text)
    if missing := lacking(report):
        print("No test takes these branches of rules:", *missing, sep="\n  ", file=sys.stderr)
    return 0 if passed and not missing else 1


if __name__ == "__main__":
    sys.exit(main())
