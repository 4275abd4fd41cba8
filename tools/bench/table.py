"""docs/speed.md: what is written by hand stays, what stands between the marks is written by each run."""

import datetime as dt
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.bench.figures import Figure, GrowthLine, Record
from tools.bench.in_process import TOO_SLOW_MS, is_level

HEAD = ("row", "what", "goal", "product", "yardstick", "ratio", "spread", "met")
GROWTH_HEAD = ("page", "few", "many", "exponent", "statements", "kB", "level")
MET = {True: "yes", False: "**no**", None: "—"}
READ = {cell: met for met, cell in MET.items()}
AGAIN, NOT_MEASURED = " again: ", "Not measured:"


class NoMarks(Exception):
    """The page has no place for what was measured."""


@dataclass(frozen=True)
class Conditions:
    """When, where and beside how much other work a run was measured."""

    began: dt.datetime
    minutes: float  # in all, of which so many were spent on planting
    planting_minutes: float
    processor_minutes: float
    load_before: float
    load_after: float
    quick: bool
    database: str
    server: str

    def sentence(self) -> str:
        how = "`--quick`" if self.quick else "whole"
        busy = f"load {self.load_before:.1f} before, {self.load_after:.1f} after"
        spent = f"{self.planting_minutes:.1f} of planting; {self.processor_minutes:.0f} of processor time"
        return (
            f"{self.began:%Y-%m-%d %H:%M} UTC, {how}, {self.minutes:.1f} minutes ({spent}),"
            f" Python {platform.python_version()}, {os.cpu_count()} processors, {busy}, {self.database}, {self.server}."
        )


def part_of(database: str, *, quick: bool) -> str:
    """A quick run does not take the place of a whole one."""
    return f"{database}, quick" if quick else database


def marks(name: str) -> tuple[str, str]:
    return f"<!-- measured: {name} -->", f"<!-- end of measured: {name} -->"


def rows_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown; a bar inside a cell would end it."""
    return "\n".join(map(_line, [head, ["---"] * len(head), *rows]))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def figures_table(figures: Sequence[Figure]) -> str:
    ordered = sorted(figures, key=lambda one: int(one.row[1:]))
    return rows_of(
        HEAD,
        [
            (one.row, one.what, one.goal, one.product, one.yardstick, one.ratio, one.spread, MET[one.met])
            for one in ordered
        ],
    )


def growth_table(lines: Sequence[GrowthLine]) -> str:
    """The steepest first."""
    ordered = sorted(lines, key=lambda one: -one.exponent)
    return rows_of(
        GROWTH_HEAD,
        [
            (
                one.page,
                *(f"{spent:.1f} ms" if spent < TOO_SLOW_MS else "did not come" for spent in (one.few_ms, one.many_ms)),
                f"{one.exponent:.2f}",
                f"{one.few_statements} → {one.many_statements}",
                f"{one.few_kilobytes:,.0f} → {one.many_kilobytes:,.0f}",
                "yes" if is_level(one) else "**no**",
            )
            for one in ordered
        ],
    )


def text_of(record: Record, growth: str = "") -> str:
    """All that stands between two marks. growth: the table of pages as it stands, where this run made none."""
    parts = ["  \n".join(record.said), figures_table(record.figures)]
    if table := growth_table(record.growth) if record.growth else growth:
        parts.append(table)
    if record.failed:
        parts.append(f"{NOT_MEASURED}\n\n" + "\n".join(f"- {' '.join(one.split())}" for one in record.failed))
    return "\n\n".join(parts)


def with_rows(standing: str, again: Record, named: Sequence[str]) -> str:
    """What stands between two marks, with what was measured again in its place and all other rows as they were.

    Rows that are measured together come together: a run that was asked for one of them replaces them all.
    The page itself is what is remembered: it goes where the repository goes, and nothing else does.
    """
    rows = sorted({*named, *(one.row for one in again.figures)}, key=lambda row: int(row[1:]))
    said, *others = standing.strip().split("\n\n")
    blocks = {block.splitlines()[0]: block for block in others}
    figures = [one for one in map(_figure, blocks.get(_line(HEAD), "").splitlines()[2:]) if one.row not in rows]
    failed = [line[2:] for block in others for line in block.splitlines() if line.startswith("- ")]
    left = [one for one in failed if not set(one.partition(":")[0].split(", ")) & set(rows)]
    record = Record(
        (*_still_said(said.splitlines(), rows), f"{', '.join(rows)}{AGAIN}{again.said[0]}"),
        (*figures, *again.figures),
        again.growth,
        (*left, *again.failed),
    )
    return text_of(
        record, next((block for head, block in blocks.items() if head.startswith(f"| {GROWTH_HEAD[0]} |")), "")
    )


def _figure(line: str) -> Figure:
    row, what, goal, product, yardstick, ratio, spread, met = line.removeprefix("| ").removesuffix(" |").split(" | ")
    return Figure(row, what, goal, product, yardstick, ratio, spread, READ[met])


def _still_said(sentences: Sequence[str], rows: Sequence[str]) -> list[str]:
    """The sentences of earlier runs, each with those of its rows that still stand; a run without one is not named."""
    found = []
    for sentence in (one.rstrip() for one in sentences):
        named, again, when = sentence.partition(AGAIN)
        left = [row for row in named.split(", ") if row not in rows]
        if not again:
            found.append(sentence)
        elif left:
            found.append(f"{', '.join(left)}{AGAIN}{when}")
    return found


def standing(page: str, name: str) -> str:
    """What the page says between these marks. Raises: NoMarks."""
    return _place(page, name).group(1).strip()


def _place(page: str, name: str) -> re.Match[str]:
    begin, end = marks(name)
    found = re.search(f"{re.escape(begin)}(.*?){re.escape(end)}", page, re.DOTALL)
    if not found:
        raise NoMarks(f"no {begin} … {end}")
    return found


def with_part(page: str, name: str, text: str) -> str:
    """The page with this between its marks. Raises: NoMarks."""
    begin, end = marks(name)
    place = _place(page, name)
    return f"{page[: place.start()]}{begin}\n{text}\n{end}{page[place.end() :]}"


def written(path: Path, parts: dict[str, str]) -> None:
    """Put each part into its place. Raises: NoMarks, and then nothing is written."""
    page = path.read_text(encoding="utf-8")
    for name, text in parts.items():
        page = with_part(page, name, text)
    path.write_text(page, encoding="utf-8")
