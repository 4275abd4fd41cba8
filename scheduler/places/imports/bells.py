"""The bells and shifts of many schools as a file: one line for each school, as a school administration keeps them."""

import datetime as dt
import re
from collections.abc import Mapping

from scheduler.core.text import fold
from scheduler.imports.sheets import Cells, Layout, LineProblem, day_of, days_in, in_order, read_lines, time_of
from scheduler.places.imports.registers import CODE_HEADINGS, HOST_HEADINGS, weekday_of
from scheduler.places.rules.school_time import grades_in, problems_with_school_time, sections_in
from scheduler.places.terms.school_time import Bells, BellsLine, BellsSheet, Grouping, Rotation, SchoolTime, Shift

LAYOUT = Layout(
    columns={
        "register_id": CODE_HEADINGS,
        "host": HOST_HEADINGS,
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
        "first_sections": (
            "одељења прве групе",
            "slova prve grupe",
            "odeljenja prve smene",
            "letters of the first shift",
        ),
        "middle_starts": ("међусмена", "почетак међусмене", "srednja smena", "međusmena od", "middle shift"),
        "middle_grades": ("разреди међусмене", "razredi srednje smene", "grades of the middle shift"),
        "turns": ("дани замене смена", "смене се мењају на дан", "zamena smena", "days on which shifts change"),
        "short_days": ("скраћени дани", "дани скраћених часова", "days with shortened lessons"),
        "short_minutes": ("скраћени час", "трајање скраћеног часа", "shortened lesson"),
        "short_afternoon_starts": (
            "поподне кад су часови скраћени",
            "druga smena skraćeno",
            "afternoon when shortened",
        ),
        "other_weekday": ("дан другог почетка", "dan kad druga smena počinje drugačije", "weekday of another start"),
        "other_starts": ("други почетак поподнева", "tog dana druga smena od", "on that day from"),
        "anchor_day": ("рачуна се од", "прва група преподне од", "from day"),
    },
    limits={"register_id": 40, "morning_starts": 20, "afternoon_starts": 20, "turns": 900, "short_days": 900},
    lists=frozenset({"turns", "short_days", "first_grades", "middle_grades", "first_sections"}),
)
REQUIRED = ("morning_starts",)
ROTATIONS = {
    "ne": Rotation.NONE,
    "ne menjaju se": Rotation.NONE,
    "nedeljno": Rotation.WEEK,
    "svake nedelje": Rotation.WEEK,
    "mesecno": Rotation.MONTH,
    "svakog meseca": Rotation.MONTH,
    "na dane": Rotation.PERIOD,
    "po datumima": Rotation.PERIOD,
    "na polugodistu": Rotation.PERIOD,
} | {rotation.value: rotation for rotation in Rotation}
USUAL = Bells(dt.time(8, 0))
LIMITS = {
    "lesson_minutes": range(15, 61),
    "break_minutes": range(31),
    "long_break_minutes": range(61),
    "long_break_after": range(10),
    "lessons": range(1, 10),
}
SHORT_MINUTES = 30  # of a shortened lesson, when a file does not say it


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
    begins = {
        Shift.MORNING: line.needed("morning_starts", time_of, "not_a_time"),
        Shift.MIDDLE: line.read("middle_starts", time_of, "not_a_time"),
        Shift.AFTERNOON: line.read("afternoon_starts", time_of, "not_a_time"),
    }
    grades = line.read("first_grades", _grades, "not_grades") or frozenset()
    sections = line.read("first_sections", sections_in, "not_letters") or frozenset()
    if grades and sections:
        line.wrong("first_sections", "grades_or_letters")
    rotation = line.read("rotation", lambda text: ROTATIONS.get(fold(text)), "unknown_rotation")
    turns = line.read("turns", days_in, "not_days") or frozenset()
    told = SchoolTime(
        bells=_bells(line, begins),
        grouping=Grouping.GRADES if grades else Grouping.LETTERS if sections else Grouping.TOGETHER,
        rotation=rotation or (Rotation.PERIOD if turns else Rotation.NONE),
        first_grades=grades,
        first_sections=sections,
        middle_grades=line.read("middle_grades", _grades, "not_grades") or frozenset(),
        anchor_day=line.read("anchor_day", day_of, "not_a_day"),
        turns=turns,
        short_days=line.read("short_days", days_in, "not_days") or frozenset(),
        afternoon_weekday=line.read("other_weekday", weekday_of, "not_a_working_day"),
        afternoon_starts=line.read("other_starts", time_of, "not_a_time"),
    )
    return told if begins[Shift.MORNING] else None


def _bells(line: Cells, begins: Mapping[Shift, dt.time | None]) -> dict[tuple[Shift, bool], Bells]:
    """The bells of each shift that the file names; those of shortened days where it says anything of them."""
    numbers = {name: _number(line, name) for name in LIMITS}
    later = line.read("short_afternoon_starts", time_of, "not_a_time")
    minutes = line.read("short_minutes", lambda text: _in_limits(text, LIMITS["lesson_minutes"]), "not_in_limits")
    bells = {(shift, False): Bells(starts, **numbers) for shift, starts in begins.items() if starts}
    if not (later or minutes or line.text("short_days")):
        return bells
    shorter = numbers | {"lesson_minutes": minutes or SHORT_MINUTES}
    short = dict(begins) | ({Shift.AFTERNOON: later} if later else {})
    return bells | {(shift, True): Bells(starts, **shorter) for shift, starts in short.items() if starts}


def _number(line: Cells, name: str) -> int:
    found = line.read(name, lambda text: _in_limits(text, LIMITS[name]), "not_in_limits")
    usual: int = getattr(USUAL, name)
    return usual if found is None else found


def _in_limits(text: str, limits: range) -> int | None:
    found = re.fullmatch(r"(\d{1,2})\.?(?:\s*(?:min|minuta|мин|минута|час|čas)\.?)?", text, re.ASCII)
    return int(found[1]) if found and int(found[1]) in limits else None


def _grades(text: str) -> frozenset[int] | None:
    if fold(text) in ("neparni", "odd"):
        return frozenset((1, 3, 5, 7))
    if fold(text) in ("parni", "even"):
        return frozenset((2, 4, 6, 8))
    return grades_in(text) or None
