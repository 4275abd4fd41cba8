"""What the style guide draws with: made-up numbers, places and a programme."""

import datetime as dt
from typing import Any

from scheduler.booking.rules.day_line import LaidPart, LaidShift
from scheduler.booking.terms.free_dates import FreeDates, FreeDay, Lack
from scheduler.core.language import pick
from scheduler.people.terms import Topic
from scheduler.places.rules.school_time import lesson_at, lessons_of, read_class, said_together
from scheduler.places.terms.school_time import Bells, ClassStanding, Grouping, SchoolTime, Shift
from scheduler.programmes.terms import Audience, ProgrammeKind, ProgrammeRow
from scheduler.reports import charts
from scheduler.reports.terms.counting import Chart, CityOutcome, DistrictLine, Series
from scheduler.web.day_line import DayLine, line_of
from scheduler.web.day_slots import DateChoice
from scheduler.web.free_dates import Month, months_of
from scheduler.web.i18n import _, page_language

MONTHS = (348, 1663, 905, 612, 640, 251, 0, 0, 588, 1210, 1104, 482)
DISTRICTS = (("RS-06", 19), ("RS-00", 14), ("RS-24", 11), ("RS-20", 4), ("RS-12", 3), ("RS-17", 1), ("RS-25", 2))
CITIES = (
    CityOutcome("Суботица", "Subotica", 46.1, 19.67, 230, 2, 221),
    CityOutcome("Нови Сад", "Novi Sad", 45.25, 19.84, 330, 2, 352),
    CityOutcome("Београд", "Beograd", 44.8, 20.47, 420, 1, 180),
    CityOutcome("Панчево", "Pančevo", 44.87, 20.64, 200, 0, 0),
    CityOutcome("Ниш", "Niš", 43.32, 21.9, 240, 1, None),
)


def drawings() -> dict[str, Any]:
    """A chart of columns, lying bars, and both maps, in all their states."""
    language = page_language()
    labels = tuple(str(month) for month in range(1, 13))
    series = (
        Series(_("Pupils"), MONTHS),
        Series(_("Parents"), tuple(number // 7 for number in MONTHS)),
        Series(_("Teachers"), tuple(number // 25 for number in MONTHS)),
    )
    names = [pick(language, city.city_sr_cyrl, city.city_sr_latn) for city in CITIES]
    rows = [(name, city.pupils, city.target) for name, city in zip(names, CITIES, strict=True)]
    lines = [DistrictLine(iso, iso, held, held * 71 if held > 1 else None) for iso, held in DISTRICTS]
    return {
        "columns": charts.columns(Chart(_("People by month"), labels, series), language),
        "bars": charts.lying_bars(rows, _("Pupils reached, by city"), language),
        "districts": charts.district_map(lines, _("Where we have been"), language),
        "cities": charts.city_map(CITIES, names, _("Cities of the campaign"), language),
        "lines": lines,
        "months": list(zip(labels, MONTHS, strict=True)),
        "programme": _a_programme(),
        "free_month": _a_month(),
        "day": _a_day(),
        "slots": [DateChoice(f"2026-10-{day}", f"{day}. 10. 2026.", chosen=day == 13) for day in (12, 13, 14)],
    }


def _a_month() -> Month:
    """A month with free days in the middle of its weeks."""
    days = [dt.date(2026, 9, 1) + dt.timedelta(days=number) for number in range(30)]
    mornings = tuple(dt.time(hour, quarter) for hour in (8, 9, 10) for quarter in (0, 15, 30, 45))
    free = tuple(
        FreeDay(day, mornings) if day.weekday() in (1, 2, 3) and day.day > 9 else FreeDay(day, lack=Lack.NO_LESSONS)
        for day in days
    )
    return months_of(FreeDates(free))[0]


def _a_day() -> DayLine:
    """Two talks at one time and a third whose hour nobody has settled, beside the lessons of a morning."""
    laid = [LaidPart(_a_programme(), starts, 60) for starts in (dt.time(9), dt.time(9, 30), None)]
    return line_of(laid, [LaidShift(Shift.MORNING, lessons_of(Bells(dt.time(8))))])


def _a_programme() -> ProgrammeRow:
    return ProgrammeRow(
        id=0,
        slug="sample",
        centre_id=0,
        kind=ProgrammeKind.TALK,
        topic=Topic.SAFE_INTERNET,
        name_sr_cyrl="Безбедно на интернету",
        name_en="Safe on the internet",
        summary_sr_cyrl="Лозинке, лажни профили и коме се обраћамо кад нешто крене наопако.",
        summary_en="Passwords, false profiles, and whom to tell when something goes wrong.",
        centre_sr_cyrl="Национални контакт центар",
        centre_sr_latn="Nacionalni kontakt centar",
        centre_en="National Contact Centre",
        audiences=frozenset({Audience.PUPILS}),
        minutes=45,
        set_up_minutes=15,
        group_size=120,
        educators=1,
        influencers=0,
        notice_days=14,
        open=True,
    )


def standings(monday: dt.date) -> list[tuple[str, ClassStanding]]:
    """A class in a lesson, in a break, in the other shift, and one that cannot be read."""
    told = SchoolTime(
        bells={(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))},
        grouping=Grouping.GRADES,
        first_grades=frozenset({7}),
    )
    typed = (("7b", dt.time(9, 55)), ("7b", dt.time(9, 40)), ("6b", dt.time(9, 55)), ("?", dt.time(9)))
    return said_together(lesson_at(told, read_class(name), monday, time, 45, lambda day: True) for name, time in typed)
