"""The bells and shifts of many schools as a file: one line for each school, as a school administration keeps them."""

import datetime as dt
import re
from collections.abc import Mapping

from scheduler.core.sheets import Cells, Layout, LineProblem, day_of, in_order, read_lines, time_of
from scheduler.core.text import fold
from scheduler.places.rules import problems_with_school_time
from scheduler.places.terms import Bells, BellsLine, BellsSheet, Grouping, Rotation, SchoolTime, Shift

LAYOUT = Layout(
    columns={
        "register_id": ("šifra škole", "šifra ustanove", "ID ustanove", "broj u registru", "school id"),
        "host": ("школа", "назив школе", "установа", "naziv ustanove", "school", "name"),
        "municipality": ("општина", "град", "место", "city", "town"),
        "morning_starts": ("преподне", "прва смена", "почетак прве смене", "prva smena od", "morning"),
        "afternoon_starts": ("поподне", "друга смена", "почетак друге смене", "druga smena od", "afternoon"),
        "lesson_minutes": ("трајање часа", "час", "minuta čas", "lesson"),
        "break_minutes": ("мали одмор", "одмор", "break"),
        "long_break_minutes": ("велики одмор", "long break"),
        "long_break_after": ("велики одмор после часа", "posle kog časa", "long break after lesson"),
        "lessons": ("број часова", "часова", "number of lessons"),
        "rotation": ("смене се мењају", "промена смена", "rotacija", "shifts change"),
        "first_grades": ("разреди прве смене", "прва група", "grades of the first shift"),
        "anchor_day": ("рачуна се од", "прва група преподне од", "from day"),
    },
    limits={"register_id": 40, "morning_starts": 20, "afternoon_starts": 20},
)
REQUIRED = ("morning_starts",)
ROTATIONS = {
    "ne": Rotation.NONE,
    "ne menjaju se": Rotation.NONE,
    "nedeljno": Rotation.WEEK,
    "svake nedelje": Rotation.WEEK,
    "mesecno": Rotation.MONTH,
    "svakog meseca": Rotation.MONTH,
} | {rotation.value: rotation for rotation in (Rotation.NONE, Rotation.WEEK, Rotation.MONTH)}
USUAL = Bells(dt.time(8, 0))
LIMITS = {
    "lesson_minutes": range(15, 61),
    "break_minutes": range(31),
    "long_break_minutes": range(61),
    "long_break_after": range(10),
    "lessons": range(1, 10),
}


def read_bells(content: bytes, column_map: Mapping[str, str] | None = None) -> BellsSheet:
    """The good lines of a file and everything that is wrong in it; what is not said is as in most schools."""
    table, lines, problems = read_lines(content, LAYOUT, REQUIRED, column_map)
    if lines and not {"register_id", "host"} & table.headings.keys():
        problems.append(LineProblem(1, "host", "no_such_column"))
        lines = []
    schools: list[BellsLine] = []
    for line in lines:
        told = _told(line)
        if not line.text("register_id") and not line.text("host"):
            line.wrong("host" if "host" in table.headings else "register_id", "missing")
        for name, reason in problems_with_school_time(told).items() if told and not line.problems else ():
            line.wrong(name, reason)
        problems += line.problems
        if told and not line.problems:
            names = (line.text("register_id"), line.text("host"), line.text("municipality"))
            schools.append(BellsLine(line.row.line, *names, told))
    return BellsSheet(tuple(schools), in_order(problems), len(table.rows), table.encoding, table.every_heading)


def _told(line: Cells) -> SchoolTime | None:
    morning = line.needed("morning_starts", time_of, "not_a_time")
    afternoon = line.read("afternoon_starts", time_of, "not_a_time")
    numbers = {name: _number(line, name) for name in LIMITS}
    grades = line.read("first_grades", _grades, "not_grades")
    rotation = line.read("rotation", lambda text: ROTATIONS.get(fold(text)), "unknown_rotation")
    anchor = line.read("anchor_day", day_of, "not_a_day")
    if morning is None:
        return None
    begins = {Shift.MORNING: morning} | ({Shift.AFTERNOON: afternoon} if afternoon else {})
    return SchoolTime(
        bells={(shift, False): Bells(starts, **numbers) for shift, starts in begins.items()},
        grouping=Grouping.GRADES if grades else Grouping.TOGETHER,
        rotation=rotation or Rotation.NONE,
        first_grades=grades or frozenset(),
        anchor_day=anchor,
    )


def _number(line: Cells, name: str) -> int:
    def read(text: str) -> int | None:
        found = re.fullmatch(r"(\d{1,2})\.?(?:\s*(?:min|minuta|мин|минута|час|čas)\.?)?", text, re.ASCII)
        return int(found[1]) if found and int(found[1]) in LIMITS[name] else None

    found = line.read(name, read, "not_in_limits")
    usual: int = getattr(USUAL, name)
    return usual if found is None else found


def _grades(text: str) -> frozenset[int] | None:
    if fold(text) in ("neparni", "odd"):
        return frozenset((1, 3, 5, 7))
    if fold(text) in ("parni", "even"):
        return frozenset((2, 4, 6, 8))
    parts = re.split(r"[,;.\s]+", text.strip(" .,;"))
    return frozenset(map(int, parts)) if all(re.fullmatch(r"[1-8]", part) for part in parts) else None
