"""`make test-everything`: every part of the suite, one after another; figures go into docs/tests.md.

python -m tools.everything              the parts that have not yet passed on this commit
python -m tools.everything sqlite days  these parts alone, again

A part that the page calls good on the commit at hand is not run a second time: an interrupted run goes on where it
stopped, on another machine too. The commit is the newest one that changed anything but docs/tests.md; with uncommitted
changes nothing is recorded.
"""

import datetime as dt
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.branches import FIGURES
from tools.checks import test_environment
from tools.supervisor import DIES_WITH_ME

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "tests.md"
LOGS = ROOT / "build" / "everything"
ROW = re.compile(r"^\| ([\w-]+) \| [^|]+ \| (\d+) \| (FAILED)?([^|]*) \| (\w+) \|$", re.MULTILINE)
SERVICES = ["-m", "tools.services", "--", sys.executable]
PYTEST = ["-m", "pytest", "--dist", "loadfile", "--no-loadscope-reorder", "-q", "--processor-time"]
ELSEWHERE = "not postgres and not journey and not matrix"


@dataclass(frozen=True)
class Result:
    """How a part ended: its commit, whether it was good, how many seconds it took and what its tests came to."""

    commit: str
    good: bool
    seconds: int
    tests: str = ""


def next_leap_day(today: dt.date) -> dt.date:
    """The 29 February that comes next, today included."""
    year = next(year for year in range(today.year, today.year + 9) if _is_ahead(year, today))
    return dt.date(year, 2, 29)


def _is_ahead(year: int, today: dt.date) -> bool:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return leap and dt.date(year, 2, 29) >= today


def parts(today: dt.date) -> dict[str, tuple[str, list[str], dict[str, str]]]:
    """Part to (what it covers, arguments of Python, environment), the shortest to fail first."""
    leap_day = next_leap_day(today).isoformat()
    return {
        "static": ("style, types, imports, templates", ["-m", "tools.checks", "static"], {}),
        "sqlite": (
            "every test that needs neither PostgreSQL nor a browser, with coverage",
            ["-m", "tools.branches", "-q", "--processor-time", "-m", ELSEWHERE],
            {},
        ),
        "postgresql": (
            "every test again on PostgreSQL, and those of PostgreSQL and Redis alone",
            [*SERVICES, *PYTEST, "-n", "2", "-m", "postgres and not journey and not matrix"],
            {},
        ),
        "browser": (
            "every journey, on both databases",
            [*SERVICES, *PYTEST, "-n", "3", "-m", "journey and not matrix"],
            {},
        ),
        "narrow-fonts": (
            "every journey once more in a narrow font, on SQLite",
            [*SERVICES, *PYTEST, "-n", "3", "-m", "journey and not postgres and not matrix"],
            {"TEST_FONTS": "narrow"},
        ),
        "examples": (
            "ten times the examples of each property",
            [*PYTEST, "-n", "2", "-m", f"hypothesis and {ELSEWHERE}", "--hypothesis-profile=thorough"],
            {},
        ),
        "rehearsal": ("the scaled-out installation, walked in a browser", ["-m", "tools.rehearse"], {}),
        "install": ("the blocks of both pages of installing, as root", ["-m", "tools.rehearse.blocks"], {}),
        "days": ("the demo on sixty days of two years", ["-m", "tools.many_days", "60"], {}),
        "another-day": (f"`make test` on {leap_day}", ["-m", "tools.checks", "test"], {"DAY": leap_day}),
        "accessibility": ("every page, script, width and colour: axe and Nu", ["-m", "tools.accessibility"], {}),
    }


def git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def commit_at_hand() -> str | None:
    """The newest commit that changed anything but the page of figures; None while changes are not committed."""
    if git("status", "--porcelain", "--", ".", ":!docs/tests.md"):
        return None
    return git("log", "-1", "--format=%h", "--", ".", ":!docs/tests.md")


def read_results(page: str) -> dict[str, Result]:
    """What the table of the page says of each part."""
    return {
        name: Result(commit, not failed, int(seconds), tests.strip())
        for name, seconds, failed, tests, commit in ROW.findall(page)
    }


def run(name: str, arguments: list[str], more: Mapping[str, str], commit: str) -> Result:
    """Run one part, its output on the screen and in build/everything/."""
    print(f"\n=== {name}", flush=True)
    log = LOGS / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    env, started = test_environment() | dict(more), time.monotonic()
    command = [*DIES_WITH_ME, sys.executable, *arguments]
    with log.open("w+", encoding="utf-8") as file:
        part = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert part.stdout is not None
        for line in iter(part.stdout.readline, b""):
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
            file.write(line.decode(errors="replace"))
        good = part.wait() == 0
    seconds = round(time.monotonic() - started)
    return Result(commit, good, seconds, summary_of(log.read_text(encoding="utf-8")))


def summary_of(output: str) -> str:
    """The counts of the last closing line of pytest in this output: "120 passed, 1 skipped"."""
    lines = re.findall(r"((?:\d+ (?:passed|failed|skipped|errors?)(?:, )?)+).* in [\d.]+s", output)
    return lines[-1].removesuffix(", ") if lines else ""


def section(text: str, name: str, content: str) -> str:
    """The page with the part between its two comments replaced."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = text.partition(start)
    assert found, f"docs/tests.md has no {start}"
    return f"{before}{start}\n{content}\n{end}{rest.partition(end)[2]}"


def table(results: Mapping[str, Result], today: dt.date) -> str:
    """The figures of each part as rows of Markdown, and their sum."""
    rows = ["| part | what | seconds | tests | commit |", "| --- | --- | --- | --- | --- |"]
    for name, (what, _, _) in parts(today).items():
        if found := results.get(name):
            outcome = found.tests if found.good else f"FAILED {found.tests}".rstrip()
            rows.append(f"| {name} | {what} | {found.seconds} | {outcome} | {found.commit} |")
    total = sum(result.seconds for result in results.values())
    return "\n".join([*rows, f"| together | | {total} ({total / 60:.0f} minutes) | | |"])


def write_page(results: Mapping[str, Result], today: dt.date) -> None:
    """Put the figures of the parts and the coverage by room into docs/tests.md."""
    text = section(PAGE.read_text(encoding="utf-8"), "everything", table(results, today))
    if FIGURES.exists():
        text = section(text, "coverage", f"```text\n{FIGURES.read_text(encoding='utf-8').rstrip()}\n```")
    PAGE.write_text(text, encoding="utf-8")


def main() -> int:
    today = dt.datetime.now(dt.UTC).date()
    known, wanted = parts(today), sys.argv[1:]
    if unknown := [name for name in wanted if name not in known]:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    commit = commit_at_hand()
    results = read_results(PAGE.read_text(encoding="utf-8"))
    failed = []
    for name in wanted or known:
        _, arguments, more = known[name]
        earlier = results.get(name)
        if not wanted and earlier and earlier.good and earlier.commit == commit:
            print(f"=== {name}: good on this commit already, {earlier.seconds} s", flush=True)
            continue
        try:
            result = run(name, arguments, more, commit or "uncommitted")
        except KeyboardInterrupt:
            return 130
        failed += [] if result.good else [name]
        if commit:
            results[name] = result
            write_page(results, today)
    print("\n" + table(results, today))
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
