"""`make bench`: the goals of speed at ten years of a national centre; the table of docs/speed.md is written by it.

python -m tools.bench [--postgres] [G1 G4 …]      named rows are printed and not written
"""

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from math import log10
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tools.bench import served
from tools.everything import section
from tools.services import postgres
from tools.supervisor import DIES_WITH_ME

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "speed.md"
VISITS, IMPORTED = 20_000, 100_000
DATED = ("/", "/map", "/figures")  # public pages over all years
WIDE = ("/board", "/plans", "/region", "/campaigns/…")  # beginnings of addresses of boards and tables of staff
Row = tuple[str, str, str, bool | None]  # what, goal, measured, whether it is met


@dataclass
class Bench:
    """One run: a folder, and the address of the server when it is PostgreSQL."""

    folder: Path
    server: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    def env(self, visits: int = VISITS) -> dict[str, str]:
        """The settings of the installation that is measured, planted on first use."""
        url = self._database(f"n{visits}") if self.server else f"sqlite:///{self.folder}/{visits}.sqlite3"
        env = {"DATABASE_URL": url, "INSTANCE": str(self.folder / "instance"), "MODE": "demo", "RASPORED_ENV": ""}
        env |= {"PROXY_HOPS": "1", "REDIS_URL": "", "PYTHONUTF8": "1"}
        if str(visits) not in self.seconds:
            began = time.monotonic()
            self._run(["tools.bench.seed", url, str(visits)], env)
            self.seconds[str(visits)] = time.monotonic() - began
        return env

    def _database(self, name: str) -> str:
        """A database of the server, made on first use."""
        if name[1:] not in self.seconds:
            engine = sa.create_engine(self.server, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
            engine.dispose()
        return sa.make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def _run(self, line: list[str], env: dict[str, str]) -> str:
        command = [*DIES_WITH_ME, sys.executable, "-m", *line]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
        return done.stdout

    def inside(self, probe: str, visits: int = VISITS) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._run(["tools.bench.inside", probe], self.env(visits)).splitlines()[-1])
        return found

    @cached_property
    def pages(self) -> dict[str, Any]:
        return self.inside("pages")


def _of_pages(bench: Bench, who: Callable[[str], bool], which: Callable[[str], bool], most: tuple[float, int]) -> Row:
    """The 95th percentile of some pages, the slowest and the one that asks most."""
    ms, asks = most
    mine = {name: one for name, one in bench.pages.items() if who(one[0]) and which(name)}
    times = sorted(one[1] for one in mine.values())
    p95 = times[(len(times) - 1) * 95 // 100]
    slow, busy = max(mine, key=lambda name: mine[name][1]), max(mine, key=lambda name: mine[name][2])
    measured = f"{p95:.0f} ms; {slow} {mine[slow][1]:.0f} ms, {busy} {mine[busy][2]} statements"
    return (
        f"{len(mine)} pages, p95",
        f"≤ {ms:.0f} ms, ≤ {asks} statements",
        measured,
        p95 <= ms and mine[busy][2] <= asks,
    )


def public_pages(bench: Bench) -> Iterator[Row]:
    yield _of_pages(bench, "nobody".__eq__, lambda name: name not in DATED, (40, 10))
    yield _of_pages(bench, "nobody".__eq__, lambda name: name in DATED, (60, 10))


def staff_pages(bench: Bench) -> Iterator[Row]:
    yield _of_pages(bench, "nobody".__ne__, lambda name: not name.startswith(WIDE), (80, 18))
    yield _of_pages(bench, "nobody".__ne__, lambda name: name.startswith(WIDE), (150, 18))


def bookings(bench: Bench) -> Iterator[Row]:
    whole = bench.inside("booking")
    ms, asks = whole["ms"], whole["statements"]
    assert whole["stored"], "no booking was stored"
    yield "a booking, 15 requests", "≤ 90 ms, ≤ 100 statements", f"{ms:.0f} ms, {asks}", ms <= 90 and asks <= 100
    waited = served.presses(bench.env())
    p99 = waited[len(waited) * 99 // 100]
    yield "its last press, 8 clients, p99", "≤ 150 ms", f"{p99:.0f} ms of {len(waited)}", p99 <= 150


def calendars(bench: Bench) -> Iterator[Row]:
    shares, change = served.polls(bench.env()), bench.inside("feed")
    for name, what, goal in (("304", "304", 35), ("200", f"{change['events']} entries, packed", 30)):
        yield (
            f"calendar, {what}",
            f"≥ {goal} % of a bare page",
            f"{100 * shares[name]:.0f} %",
            100 * shares[name] >= goal,
        )
    more = change["more"]
    yield "first poll after a change", "≤ 30 ms more", f"{more:.1f} ms", more <= 30 and change["fresh"]


def reports(bench: Bench) -> Iterator[Row]:
    for what, ms in bench.inside("reports").items():
        goal = 100 if what.startswith("one") else 500
        yield f"report of {what}", f"≤ {goal} ms", f"{ms:.0f} ms", ms <= goal


def papers(bench: Bench) -> Iterator[Row]:
    found = bench.inside("papers")
    for what, count in (("one file", 1_000), ("own files", 100)):
        mine, bare = found[what]
        measured = f"{mine / count:.2f} ms each, {mine / bare:.2f}x"
        yield f"{count} certificates, {what}", "≤ 1.5x a bare canvas", measured, mine <= 1.5 * bare
    yield "memory for 1,000", "≤ 250 MiB", f"{found['mib']:.0f} MiB", found["mib"] <= 250


def growth(bench: Bench) -> Iterator[Row]:
    few, many = bench.inside("pages", VISITS // 10), bench.pages
    steep = {name: log10(max(many[name][1], 1) / max(few[name][1], 1)) for name in few.keys() & many.keys()}
    worst = sorted(steep, key=lambda name: -steep[name])[:3]
    more = [name for name in steep if many[name][2] != few[name][2]]
    said = ", ".join(f"{name} {steep[name]:.2f}" for name in worst)
    yield f"{len(steep)} pages, N/10 to N", "exponent ≤ 0.5", said, steep[worst[0]] <= 0.5
    yield "their statements", "as many", ", ".join(more) or "as many", not more


def start(bench: Bench) -> Iterator[Row]:
    found = served.starts(bench.folder)
    yield "second `make run` to the first page", "≤ 3 s", f"{found['seconds']:.1f} s", found["seconds"] <= 3
    yield "web process, idle", "≤ 150 MiB", f"{found['idle']:.0f} MiB", found["idle"] <= 150
    yield "web process after 20,000 requests", "≤ 180 MiB", f"{found['after']:.0f} MiB", found["after"] <= 180


def importing(bench: Bench) -> Iterator[Row]:
    found = served.while_importing(bench.env(), IMPORTED)
    yield f"import of {IMPORTED:,} rows", "≤ 60 s", f"{found['seconds']:.0f} s", found["seconds"] <= 60
    yield "a page meanwhile, p95", "≤ 2x", f"{found['page']:.1f}x", found["page"] <= 2
    booked = found["booking"]
    yield "a booking pressed meanwhile", "≤ 500 ms", f"{booked:.0f} ms" if booked else "—", booked and booked <= 500


def free_dates(bench: Bench) -> Iterator[Row]:
    found = bench.inside("free")
    ms = found["ms"]
    yield "free dates, 400 presenters", "≤ 200 ms", f"{ms:.0f} ms, {found['statements']} statements", ms <= 200


def sizes(bench: Bench) -> Iterator[Row]:
    staff = {name: one[3] for name, one in bench.pages.items() if one[0] != "nobody"}
    largest = max(staff, key=lambda name: staff[name])
    measured = f"{largest} {staff[largest] / 1000:.0f} kB"
    yield "largest page of staff, packed, alone", "≤ 120 kB", measured, staff[largest] <= 120_000


def browser(bench: Bench) -> Iterator[Row]:
    found = served.in_browser(bench.env())
    yield "first page on a phone, cold", "≤ 80 kB", f"{found['bytes'] / 1000:.0f} kB", found["bytes"] <= 80_000
    yield "its largest paint, processor 4x slower", "≤ 1,500 ms", f"{found['paint']:.0f} ms", found["paint"] <= 1_500
    yield "its layout shift", "≤ 0.05", f"{found['shift']:.3f}", found["shift"] <= 0.05


ROWS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "G1": public_pages,
    "G2": staff_pages,
    "G3": bookings,
    "G4": calendars,
    "G5": reports,
    "G6": papers,
    "G7": growth,
    "G8": start,
    "G10": free_dates,
    "G11": sizes,
    "G12": browser,
    "G9": importing,  # last: it fills the database
}


def measure(bench: Bench, wanted: list[str]) -> list[str]:
    """The rows of the table, printed as they come; a row that cannot be measured says so."""
    lines = ["| | what | goal | measured | met |", "| --- | --- | --- | --- | --- |"]
    for name in wanted:
        try:
            rows = list(ROWS[name](bench))
        except (AssertionError, OSError) as problem:
            rows = [(f"not measured: {' '.join(str(problem).split())[-200:]}", "", "", None)]
        for what, goal, measured, met in rows:
            lines.append(f"| {name} | {what} | {goal} | {measured} | {'yes' if met else '**no**'} |")
            print(lines[-1], flush=True)
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("rows", nargs="*", metavar="G1", help="only these; without: all, written to docs/speed.md")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of our own, in place of SQLite")
    given = parser.parse_args()
    if unknown := set(given.rows) - set(ROWS):
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    began, load = time.monotonic(), os.getloadavg()[0]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="raspored-bench-")))
        (folder / "instance").mkdir()
        bench = Bench(folder, stack.enter_context(postgres()) if given.postgres else "")
        lines = measure(bench, given.rows or list(ROWS))
    database = "PostgreSQL" if given.postgres else "SQLite"
    minutes, planting = (time.monotonic() - began) / 60, sum(bench.seconds.values()) / 60
    said = (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC, {database}, {minutes:.1f} minutes of which {planting:.1f} "
        f"planting, Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.1f} before."
    )
    print(f"\n{said}")
    if not given.rows:
        text = section(PAGE.read_text(encoding="utf-8"), database, f"{said}\n\n" + "\n".join(lines))
        PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
