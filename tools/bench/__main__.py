"""make bench: every row of the goals beside its yardstick in one run; docs/speed.md is written by it.

python -m tools.bench [--quick] [--postgres] [P1 P4 …]      named rows are told; with --write they replace their like
"""

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from tools.bench import in_process, over_http, servers, starting, table
from tools.bench.figures import Figure, GrowthLine, Record
from tools.bench.workshop import ROOT, Failed, Workshop
from tools.services import NoService, postgres

PAGE = ROOT / "docs" / "speed.md"
Line = TypeVar("Line", Figure, GrowthLine)
Measure = Callable[[Workshop], list[Figure]]
MEASURES: dict[tuple[str, ...], Measure] = {
    ("P1", "P2", "P3", "P4"): over_http.feeds,
    ("P5", "P6"): in_process.changes,
    ("P7",): over_http.form,
    ("P8",): over_http.booking_post,
    ("P9",): over_http.inbox,
    ("P10", "P11"): in_process.papers,
    ("P12",): in_process.memory,
    ("P13", "P14"): in_process.reports,
    ("P15",): in_process.passwords,
    ("P16",): over_http.threads,
    ("P18",): in_process.public,
    ("P19",): in_process.booking,
    ("P20",): starting.start,
    ("P21",): in_process.recheck,
    ("P22",): in_process.free_dates,
    ("P23",): in_process.issuing,
    ("P24",): in_process.importing,
}
GROWTH = "P17"
NOT_OF_THE_DATABASE = ("P10", "P11", "P12", "P15", "P20")  # measured once, on SQLite
ROWS = sorted((row for rows in (*MEASURES, (GROWTH,)) for row in rows), key=lambda row: int(row[1:]))


def measured(shop: Workshop, wanted: Sequence[str]) -> tuple[list[Figure], list[GrowthLine], list[str]]:
    """All rows that were asked for; a row that cannot be measured fails alone, and is told."""
    found: list[Figure] = []
    growth: list[GrowthLine] = []
    failed: list[str] = []
    for rows, measure in MEASURES.items():
        if set(rows) & set(wanted):
            found += _one(", ".join(rows), measure, shop, failed)
    if GROWTH in wanted:
        growth = _one(GROWTH, in_process.growth, shop, failed)
        found += in_process.growth_figure(growth) if growth else []
    return found, growth, failed


def _one(rows: str, measure: Callable[[Workshop], list[Line]], shop: Workshop, failed: list[str]) -> list[Line]:
    began, found = time.monotonic(), list[Line]()
    print(f"— {rows}", flush=True)
    try:
        found = measure(shop)
    except (Failed, servers.NoServer) as problem:
        failed.append(f"{rows}: {str(problem)[:300]}")
        print(f"  FAILED: {problem}", flush=True)
    print(f"  {time.monotonic() - began:.0f} s", flush=True)
    return found


def arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(prog="python -m tools.bench", description="Every row beside its yardstick.")
    asked.add_argument("rows", nargs="*", metavar="P1", help="only these; without: all, written to docs/speed.md")
    asked.add_argument("--quick", action="store_true", help="three minutes: fewer and shorter turns, data 1x and 10x")
    asked.add_argument("--postgres", action="store_true", help="on a PostgreSQL of our own, in place of SQLite")
    asked.add_argument("--write", action="store_true", help="named rows take their place in docs/speed.md")
    asked.add_argument("--folder", type=Path, help="where seeds and logs lie; kept for the next run of the day")
    given = asked.parse_args()
    if unknown := set(given.rows) - set(ROWS):
        asked.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    return given


def main() -> int:
    given = arguments()
    wanted = given.rows or [row for row in ROWS if not (given.postgres and row in NOT_OF_THE_DATABASE)]
    folder = given.folder or Path(tempfile.gettempdir()) / f"raspored-bench-{os.getuid()}"
    began, load = dt.datetime.now(dt.UTC), os.getloadavg()[0]
    try:
        with ExitStack() as stack:
            url = stack.enter_context(postgres()) if given.postgres else ""
            shop = Workshop(folder, given.quick, url)
            stack.callback(shop.close)
            found, growth, failed = measured(shop, wanted)
    except NoService as problem:
        print(problem, file=sys.stderr)
        return 1
    minutes = (dt.datetime.now(dt.UTC) - began).total_seconds() / 60
    database = "PostgreSQL" if given.postgres else "SQLite"
    spent = os.times()
    processor = (spent.user + spent.system + spent.children_user + spent.children_system) / 60
    said = table.Conditions(
        began,
        minutes,
        shop.planting_minutes,
        processor,
        load,
        os.getloadavg()[0],
        given.quick,
        database,
        servers.named(),
    )
    record = Record((said.sentence(),), tuple(found), tuple(growth), tuple(failed))
    print(f"\n{table.text_of(record)}")
    if given.write or not given.rows:
        _write(table.part_of(database, quick=given.quick), record, given.rows)
    return 1 if failed else 0


def _write(part: str, record: Record, rows: Sequence[str]) -> None:
    """Rows that were named take their place among those of the last run of the same kind."""
    page = PAGE.read_text(encoding="utf-8")
    text = table.with_rows(table.standing(page, part), record, rows) if rows else table.text_of(record)
    table.written(PAGE, {part: text})
    print(f"\nwritten to {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    sys.exit(main())
