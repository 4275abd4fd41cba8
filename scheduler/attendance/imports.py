"""Past years of visits with their counts as a file: a centre's own spreadsheet, one line for each presentation."""

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache

from scheduler.attendance.terms import HeadCounts, PastSheet, PastSitting
from scheduler.imports.sheets import (
    REMEMBERED_CELLS,
    Cells,
    Layout,
    LineProblem,
    day_of,
    in_order,
    read_lines,
    time_of,
)
from scheduler.places.imports.registers import CODE_HEADINGS, HOST_HEADINGS

LAYOUT = Layout(
    columns={
        "on_day": ("датум", "дан", "datum posete", "datum održavanja", "date", "day"),
        "register_id": CODE_HEADINGS,
        "host": HOST_HEADINGS,
        "municipality": ("општина", "град", "место", "opština grad", "city", "town"),
        "programme": ("програм", "назив програма", "vrsta predavanja"),
        "campaign": ("кампања",),
        "starts": ("време", "почетак", "час", "time", "start"),
        "minutes": ("трајање", "минута", "trajanje u minutima", "duration"),
        "classes": ("одељења", "разреди", "razred", "odeljenje", "class"),
        "pupils": ("ученици", "ученика", "број ученика", "деца", "broj dece", "učenici ukupno", "students"),
        "parents": ("родитељи", "родитеља", "број родитеља"),
        "teachers": ("наставници", "наставника", "број наставника", "просветни радници"),
        "others": ("остали", "осталих"),
        "presenters": (
            "предавачи",
            "предавач",
            "едукатори",
            "едукатор",
            "екипа",
            "излагачи",
            "ko je držao",
            "predavači edukatori",
            "presenter",
            "crew",
            "speakers",
        ),
        "kilometres": ("километри", "км", "километара", "pređeno km", "kilometers"),
    },
    limits={"register_id": 40, "classes": 120, "starts": 20, "on_day": 30, "presenters": 400},
    lists=frozenset({"presenters"}),
    over_lines=frozenset(
        {"on_day", "register_id", "host", "municipality", "programme", "campaign", "classes", "presenters"}
    ),
)
REQUIRED = ("on_day",)
WHICH_HOUR = re.compile(r"(.*\d)\s*([abабв])", re.IGNORECASE)
COUNT_COLUMNS = ("pupils", "parents", "teachers", "others")
MOST_PEOPLE, MOST_FILE_KILOMETRES, MINUTES = 2000, 5000, range(15, 481)


def read_past_visits(content: bytes, column_map: Mapping[str, str] | None = None, *, today: dt.date) -> PastSheet:
    """The good lines of a file and everything that is wrong in it; `column_map` is {their column: our field}."""
    table, lines, problems = read_lines(content, LAYOUT, REQUIRED, column_map)
    if lines and not {"register_id", "host"} & table.headings.keys():
        problems.append(LineProblem(1, "host", "no_such_column"))
    if lines and not set(COUNT_COLUMNS) & table.headings.keys():
        problems.append(LineProblem(1, "pupils", "no_such_column"))
    if problems and any(problem.line == 1 for problem in problems):
        lines = []
    sittings: list[PastSitting] = []
    first: dict[PastSitting, int] = {}
    for line in lines:
        sitting = _sitting(line, today)
        if sitting and first.setdefault(sitting, sitting.line) != sitting.line:
            line.wrong("on_day", "line_twice")
        problems += line.problems
        if sitting and not line.problems:
            sittings.append(sitting)
    return PastSheet(tuple(sittings), in_order(problems), len(table.rows), table.encoding, table.every_heading)


def _sitting(line: Cells, today: dt.date) -> PastSitting | None:
    day = line.needed("on_day", day_of, "not_a_day")
    if (day is not None and not 2000 <= day.year <= today.year) or (day is not None and day >= today):
        line.wrong("on_day", "not_a_past_day")
    if not line.text("register_id") and not line.text("host"):
        line.wrong("host" if "host" in line.table.headings else "register_id", "missing")
    counts = _counts(*(line.read(name, _people, "not_a_number_of_people") or 0 for name in COUNT_COLUMNS))
    if not counts.total:
        line.wrong(next(name for name in COUNT_COLUMNS if name in line.table.headings), "nobody_counted")
    starts = line.read("starts", _start, "not_a_time")
    minutes = line.read("minutes", _minutes, "not_minutes")
    kilometres = line.read("kilometres", _kilometres, "not_kilometres")
    if day is None:
        return None
    return PastSitting(
        line=line.row.line,
        on_day=day,
        register_id=line.text("register_id"),
        host=line.text("host"),
        municipality=line.text("municipality"),
        programme=line.text("programme"),
        campaign=line.text("campaign"),
        starts=starts and starts[0],
        which=starts[1] if starts else "",
        minutes=minutes,
        classes=line.text("classes"),
        counts=counts,
        kilometres=kilometres or 0,
        presenters=_names(line.text("presenters")),
    )


@lru_cache(REMEMBERED_CELLS)  # in a file many lines say the same four numbers: one thing for all of them
def _counts(pupils: int, parents: int, teachers: int, others: int) -> HeadCounts:
    return HeadCounts(pupils, parents, teachers, others)


@lru_cache(REMEMBERED_CELLS)
def _names(text: str) -> tuple[str, ...]:
    """The people of a cell: between them stands a comma, a semicolon, a stroke, a new line or "and"."""
    parts = re.split(r"[,;/+&|]| и | i | and ", text)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip(" .-–")))


@lru_cache(REMEMBERED_CELLS)
def _start(text: str) -> tuple[dt.time, str] | None:
    """A time of a day, and which one when the clocks show it twice: 2:30A or 2:30B."""
    found = WHICH_HOUR.fullmatch(text)
    time = time_of(found[1] if found else text)
    if time is None:
        return None
    which = "" if found is None else "b" if found[2].casefold() in "bбв" else "a"
    return time.replace(fold=which == "b"), which


def _whole(text: str) -> int:
    """60, "60,0", "1.200": how spreadsheets write whole numbers."""
    plain = re.sub(r"[.,]0+$", "", text.replace(" ", ""))
    if re.fullmatch(r"\d{1,3}\.\d{3}", plain, re.ASCII):
        plain = plain.replace(".", "")
    if not re.fullmatch(r"\d{1,5}", plain, re.ASCII):
        raise ValueError(text)
    return int(plain)


@lru_cache(REMEMBERED_CELLS)
def _people(text: str) -> int | None:
    found = 0 if text == "-" else _whole(text)
    return found if found <= MOST_PEOPLE else None


@lru_cache(REMEMBERED_CELLS)
def _minutes(text: str) -> int | None:
    found = _whole(re.sub(r"\s*(min\.?|minuta|мин\.?|минута|')$", "", text))
    return found if found in MINUTES else None


@lru_cache(REMEMBERED_CELLS)
def _kilometres(text: str) -> int | None:
    found = _whole(re.sub(r"\s*(km|км)\.?$", "", text))
    return found if found <= MOST_FILE_KILOMETRES else None
