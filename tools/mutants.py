"""`make mutants ROOM=visits`: change the rules of a room in many small ways, and list each change that no test notices.

python -m tools.mutants [ROOM ...]    without a room: ROOMS; the score of each goes into docs/tests.md

A survivor that behaves like the original is explained in tests/mutants.toml. The command fails when an explanation fits
no survivor, when a score is below the goal, and when a room takes more than twenty minutes.
"""

import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from tools.mutant_makers import prepare, rules_of, survivors_in_constants, survivors_in_functions

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("safeguarding", "staffing", "visits", "attendance", "certificates", "helpline", "reports")
GOAL_PERCENT = 95
MINUTES = 20  # for one room; more on a busy machine: MINUTES=60
PAGE, EXPLANATIONS = "docs/tests.md", "tests/mutants.toml"
BEGIN, END = "<!-- mutants -->", "<!-- /mutants -->"
HEAD = "| room | made | killed | explained | percent | seconds | commit |\n| --- | --: | --: | --: | --: | --: | --- |"


def explanations_of(root: Path, room: str) -> set[tuple[str, str, str]]:
    """(file, function, mutation) of each survivor that is explained as behaving like the original."""
    entries = tomllib.loads((root / EXPLANATIONS).read_text(encoding="utf-8")).get("equal", [])
    return {
        (one["file"], one["function"], one["mutation"].strip())
        for one in entries
        if one["file"] in rules_of(root, room)
    }


def with_row(page: str, room: str, row: str) -> str:
    """The page with the row of a room in place of its earlier one, in the order of rooms."""
    before, rest = page.split(BEGIN)
    table, after = rest.split(END)
    rows = {line.split(" | ")[0].strip("| "): line for line in table.strip().splitlines()[2:]} | {room: row}
    return "\n".join([before + BEGIN, HEAD, *(rows[name] for name in sorted(rows)), END + after])


def judge(root: Path, room: str, commit: str) -> bool:
    """Change the rules of a room, print the survivors, write the score; whether all is well."""
    started, folder = time.monotonic(), prepare(root, room)
    deadline = started + 60 * float(os.environ.get("MINUTES", MINUTES))
    in_functions, alive = survivors_in_functions(folder, deadline)
    in_constants, more = survivors_in_constants(root, room, folder, deadline)
    made, alive, seconds = in_functions + in_constants, [*alive, *more], round(time.monotonic() - started)
    explanations = explanations_of(root, room)
    open_ones = [one for one in alive if (one.file, one.function, one.mutation) not in explanations]
    unfit = explanations - {(one.file, one.function, one.mutation) for one in alive}
    killed, explained = made - len(alive), len(alive) - len(open_ones)
    percent = 100 * killed / max(1, made - explained)
    print(*open_ones, sep="\n")
    for file, function, mutation in sorted(unfit):
        print(f"{EXPLANATIONS} explains what is no survivor: {file} {function}\n{mutation}", file=sys.stderr)
    row = f"| {room} | {made} | {killed} | {explained} | {percent:.1f} | {seconds} | {commit} |"
    page = root / PAGE
    page.write_text(with_row(page.read_text(encoding="utf-8"), room, row), encoding="utf-8")
    print(HEAD.splitlines()[0], row, sep="\n", flush=True)
    return not unfit and percent >= GOAL_PERCENT


def main() -> int:
    hash_only = ("git", "rev-parse", "--short", "HEAD")
    commit = subprocess.run(hash_only, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    try:
        good = [judge(ROOT, room, commit) for room in sys.argv[1:] or ROOMS]
        return 0 if all(good) else 1
    except subprocess.CalledProcessError as problem:
        print(problem.stdout[-4000:], problem.stderr[-4000:], sep="\n", file=sys.stderr)
    except subprocess.TimeoutExpired as problem:
        print(f"not done in time: {problem.cmd}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
