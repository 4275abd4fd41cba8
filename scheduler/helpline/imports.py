"""The helpline's figures as a file: one number in each line, with its days and what it counts."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.core.text import fold
from scheduler.helpline.rules import disagreements, problems_with_days
from scheduler.helpline.terms import MOST_COUNTED, SUMS, TOTALS, HelplineDraft, HelplineMargin
from scheduler.imports.sheets import Cells, Layout, LineProblem, day_of, in_order, read_lines

LAYOUT = Layout(
    columns={
        "first_day": ("први дан", "од", "почетак", "from", "first day"),
        "last_day": ("последњи дан", "до", "крај", "to", "last day"),
        "what": ("шта", "шта се броји", "врста", "what is counted"),
        "code": ("шифра", "ознака", "topic or split"),
        "number": ("број", "укупно", "count"),
    },
    limits={"first_day": 30, "last_day": 30, "what": 60, "code": 60, "number": 20},
)
REQUIRED = ("first_day", "last_day", "what", "number")
WHAT: Mapping[str, str] = {
    **{fold(name): name for name in (*TOTALS, *HelplineMargin)},
    **{"komunikacije": "communications", "pozivi": "calls", "mejlovi": "mails", "cet": "chats", "obrasci": "forms"},
    **{"slucajevi": "cases", "savetodavni": "advisory", "prosledeni": "forwarded", "policija": "to_police"},
    **{"tuzilastvo": "to_prosecutor", "socijalni rad": "to_social_work", "zdravstvo": "to_health"},
    **{"obrazovanje": "to_education", "drugima": "to_others"},
    **{"uzrast": "age", "ko se javlja": "caller", "okrug": "district", "tema": "topic", "delo": "act"},
}


@dataclass(frozen=True)
class HelplineSheet:
    """The periods of a file, each with the line at which it begins, and everything that is wrong in it."""

    drafts: tuple[tuple[int, HelplineDraft], ...]
    problems: tuple[LineProblem, ...]
    lines: int
    encoding: str
    headings: tuple[str, ...] = ()


def read_helpline(content: bytes, column_map: Mapping[str, str] | None = None, *, today: dt.date) -> HelplineSheet:
    """The periods of a file; `column_map` is {their column: our field}. A total that no line says is its parts' sum."""
    table, lines, problems = read_lines(content, LAYOUT, REQUIRED, column_map)
    numbers: dict[tuple[dt.date, dt.date], Counter[str]] = defaultdict(Counter)
    begins: dict[tuple[dt.date, dt.date], int] = {}
    for line in lines:
        cell, days, number = _cell(line)
        if not line.problems and days is not None:
            begins.setdefault(days, line.row.line)
            if cell in numbers[days]:
                line.wrong("what", "number_twice")
            numbers[days][cell] = number
        problems += line.problems
    drafts = []
    for days, cells in numbers.items():
        draft, line_number = _draft(days, cells), begins[days]
        wrong = problems_with_days(*days, today)
        problems += [LineProblem(line_number, table.column(field), reason) for field, reason in wrong.items()]
        problems += [
            LineProblem(line_number, f"{one.name}: {one.said} – {one.parts}", "sum_disagrees")
            for one in disagreements(draft)
        ]
        drafts.append((line_number, draft))
    return HelplineSheet(tuple(drafts), in_order(problems), len(table.rows), table.encoding, table.every_heading)


def _cell(line: Cells) -> tuple[str, tuple[dt.date, dt.date] | None, int]:
    """What a line counts, for which days, and the number."""
    first = line.needed("first_day", day_of, "not_a_day")
    last = line.needed("last_day", day_of, "not_a_day")
    what = line.needed("what", lambda text: WHAT.get(fold(text)), "unknown_figure") or ""
    code = line.text("code").strip()
    if what in tuple(HelplineMargin) and not code:
        line.wrong("code", "missing")
    elif what in TOTALS and code:
        line.wrong("code", "unknown_figure")
    number = line.needed("number", _number, "not_a_number")
    days = (first, last) if first and last else None
    return f"{what}.{code}" if code else what, days, number or 0


def _number(text: str) -> int | None:
    digits = text.replace(" ", "").removesuffix(".0")
    return int(digits) if digits.isascii() and digits.isdigit() and int(digits) <= MOST_COUNTED else None


def _draft(days: tuple[dt.date, dt.date], cells: Mapping[str, int]) -> HelplineDraft:
    totals = {name: cells.get(name, 0) for name in TOTALS}
    for name in reversed(list(SUMS)):  # forwarded before the cases of which it is a part
        if name not in cells:
            totals[name] = sum(totals[part] for part in SUMS[name])
    margins: dict[HelplineMargin, dict[str, int]] = {margin: {} for margin in HelplineMargin}
    for cell, number in cells.items():
        margin, dot, code = cell.partition(".")
        if dot and number:
            margins[HelplineMargin(margin)][code] = number
    return HelplineDraft(*days, totals, margins)
