"""Ways between places, school days, lines of calendars, typed hosts and slips: each rule and its bounds."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.places.rules import hosts
from scheduler.places.rules.hosts import (
    CLOSED_LATE,
    CLOSED_LONG,
    HOLIDAYS_AHEAD,
    both_scripts,
    city_of,
    is_school_day,
    name_in_full,
    problems_with,
    road_km,
    road_minutes,
    search_key,
    straight_line_km,
    teaches,
)
from scheduler.places.rules.presence import SaidBeside, left_on
from scheduler.places.rules.registers import name_keys
from scheduler.places.rules.school_days import LessonCalendar
from scheduler.places.rules.school_time import (
    SAME_HOUR,
    classes_in,
    grades_in,
    lesson_at,
    lesson_on,
    nearest_starts,
    that_fit,
    why_not_at,
)
from scheduler.places.rules.slips import nearest, slips_between, slips_forgiven
from scheduler.places.terms.hosts import (
    CalendarDraft,
    CalendarLine,
    CalendarSpan,
    ClosureDraft,
    ClosureReason,
    Extent,
    HolidayDraft,
    HostKind,
    Level,
    Point,
    SchoolCalendar,
)
from scheduler.places.terms.school_time import ClassName, ClassStanding, Lesson, LessonTime, Shift
from tests.bounds import at_each_bound
from tests.factories.places import a_host_draft
from tests.places.one_school import a_clock

BELGRADE, NIS, NOVI_SAD = Point(44.804, 20.465), Point(43.3209, 21.8958), Point(45.2517, 19.8369)
IN_SERBIA = st.builds(Point, st.floats(41.8, 46.2), st.floats(18.8, 23.1))


@pytest.mark.parametrize(("to", "km"), [(NIS, 200.9), (NOVI_SAD, 70.2), (BELGRADE, 0)])
def test_straight_line_agrees_with_a_map(to, km):
    assert straight_line_km(BELGRADE, to) == pytest.approx(km, rel=0.01)


def test_drives_search_keys_and_kinds_of_hosts_that_are_known():
    assert straight_line_km(Point(0, 0), Point(0, 180)) == pytest.approx(20015, abs=1)
    assert straight_line_km(Point(90, 0), Point(-90, 0)) == pytest.approx(20015, abs=1)
    same_town = Point(44.81, 20.47)
    assert road_minutes(BELGRADE, BELGRADE) == 0
    assert road_minutes(BELGRADE, same_town) == 7
    assert 75 <= road_minutes(BELGRADE, NOVI_SAD) <= 105
    assert 140 <= road_minutes(BELGRADE, NIS) <= 210

    key = search_key(HostKind.PRIMARY, "Вук Караџић", "Vuk Karadžić", "Ниш")
    assert key == "os osnovna skola vuk karadzic nis"

    assert {kind: len(teaches(kind)) for kind in HostKind} == dict.fromkeys(HostKind, 2)
    assert teaches(HostKind.SPECIAL_PRIMARY_SECONDARY) == (True, True)
    assert teaches(HostKind.MUSIC) == (True, True)
    assert teaches(HostKind.PRIMARY) == (True, False)
    assert teaches(HostKind.SECONDARY) == (False, True)
    assert teaches(HostKind.LIBRARY) == (False, False)
    assert all(search_key(kind, "x").endswith("x") for kind in HostKind)

    assert both_scripts("Injekcija") == ("Injekcija", "Injekcija")
    assert both_scripts("Његош") == ("Његош", "Njegoš")


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 0), (0, 181), (-90.1, 0), (float("nan"), 0)])
def test_a_point_refuses_impossible_degrees(latitude, longitude):
    with pytest.raises(ValueError, match="no such point"):
        Point(latitude, longitude)


@given(IN_SERBIA, IN_SERBIA)
def test_road_minutes_are_the_same_both_ways_and_no_car_flies(a, b):
    minutes = road_minutes(a, b)
    assert minutes == road_minutes(b, a)
    assert minutes >= road_km(a, b) / 90 * 60
    assert minutes >= (0 if a == b else 5)


@given(IN_SERBIA, IN_SERBIA, IN_SERBIA)
def test_a_longer_way_never_takes_less(a, b, c):
    nearer, farther = sorted((b, c), key=lambda point: straight_line_km(a, point))
    assert a in (b, c) or road_minutes(a, nearer) <= road_minutes(a, farther)


TERM = CalendarSpan("term1", dt.date(2025, 9, 1), dt.date(2025, 12, 30))
FINAL = CalendarSpan("term2", dt.date(2026, 1, 19), dt.date(2026, 5, 22), "gymnasium-final")
SECOND = CalendarSpan("term2", dt.date(2026, 1, 19), dt.date(2026, 6, 12), "primary-1-7")
BREAK = CalendarSpan("break-autumn", dt.date(2025, 11, 10), dt.date(2025, 11, 11))
SATURDAY = CalendarSpan("working-saturday", dt.date(2025, 10, 11), dt.date(2025, 10, 11), "primary")
ENTRIES = (TERM, FINAL, SECOND, BREAK, SATURDAY)
ARMISTICE = dt.date(2025, 11, 11)


@pytest.mark.parametrize(
    ("day", "primary", "secondary"),
    [
        (dt.date(2025, 9, 1), True, True),
        (dt.date(2025, 9, 6), False, False),  # a Saturday
        (dt.date(2025, 10, 11), True, False),  # a working one
        (dt.date(2025, 11, 10), False, False),  # break
        (dt.date(2025, 11, 11), False, False),  # break and holiday
        (dt.date(2025, 12, 31), False, False),  # between the terms
        (dt.date(2026, 5, 25), True, False),  # the final year has ended, and no other secondary line is known
        (dt.date(2026, 7, 6), False, False),
        (dt.date(2026, 11, 24), True, True),  # the next year's calendar is not known: better ask than hide
        (dt.date(2027, 7, 5), True, True),  # also in summer: the calendar of that year is not entered
        (dt.date(2026, 11, 22), False, False),  # a Sunday of that year
    ],
)
def test_school_days_follow_the_calendar_of_the_level(day, primary, secondary):
    answers = [is_school_day(day, ENTRIES, {ARMISTICE}, level) for level in (Level.PRIMARY, Level.SECONDARY)]
    assert answers == [primary, secondary]


@pytest.mark.parametrize(
    ("name", "iso", "city"),
    [("Звездара", "RS-00", "Београд"), ("Костолац", "RS-11", "Пожаревац"), ("Ниш", "RS-20", "Ниш")],
)
def test_reports_count_city_municipalities_under_their_city(name, iso, city):
    assert city_of(name, iso) == city


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, {}), ({"name": " - "}, {"name": "missing"}), ({"place": ""}, {"place": "missing"}),
        ({"zone": "Europe/Ljubljana"}, {}), ({"zone": "Mars/Base"}, {"zone": "unknown_zone"}),
        ({"zone": "../etc/passwd"}, {"zone": "unknown_zone"}), ({"zone": ""}, {"zone": "unknown_zone"}),
        ({"phone": "+381 18 123-456"}, {}), ({"phone": "19833"}, {}), ({"phone": "call me"}, {"phone": "not_a_phone"}),
        ({"phone": "+999 18 123-456"}, {"phone": "not_a_phone"}), ({"phone": "12"}, {"phone": "not_a_phone"}),
        ({"phone": "٠١٨١٢٣٤٥٦"}, {"phone": "not_a_phone"}), ({"name": "Маrko"}, {"name": "mixed_scripts"}),
        ({"name": "学校"}, {"name": "unprintable"}),
    ],
)  # fmt: skip
def test_a_typed_host_says_what_is_wrong_beside_its_field(given, problems):
    assert problems_with(a_host_draft(**given)) == problems


@pytest.mark.parametrize(
    ("kind", "name", "language", "in_full"),
    [
        (HostKind.PRIMARY, "Вук Караџић", "sr_Cyrl", "Основна школа „Вук Караџић“"),
        (HostKind.PRIMARY, "Vuk Karadžić", "en", "Osnovna škola „Vuk Karadžić“"),
        (HostKind.PRIMARY, "„Вук Караџић“", "sr_Cyrl", "Основна школа „Вук Караџић“"),
        (HostKind.PRIMARY, "ОШ „Ђура Јакшић“", "sr_Cyrl", "ОШ „Ђура Јакшић“"),
        (HostKind.PRIMARY, "Косовски божури", "sr_Cyrl", "Основна школа „Косовски божури“"),
        (HostKind.SECONDARY, "Техничка школа", "sr_Cyrl", "Техничка школа"),
        (HostKind.SECONDARY, "Прва крагујевачка гимназија", "sr_Cyrl", "Прва крагујевачка гимназија"),
        (HostKind.SECONDARY, "14. октобар", "sr_Latn", "Srednja škola „14. октобар“"),
        (HostKind.LIBRARY, "Градска библиотека", "sr_Cyrl", "Градска библиотека"),
    ],
)
def test_a_paper_says_what_kind_of_school_it_is_for_where_its_name_does_not(kind, name, language, in_full):
    assert name_in_full(kind, name, language) == in_full


YEAR = CalendarSpan("term1", dt.date(2026, 9, 1), dt.date(2026, 12, 31))
A_SATURDAY, SUNDAY, MONDAY = dt.date(2026, 10, 3), dt.date(2026, 10, 4), dt.date(2026, 10, 5)
WORKING = CalendarSpan("working-saturday", A_SATURDAY, A_SATURDAY)
NORTH = next(iter(SchoolCalendar))


def test_days_with_pupils_follow_levels_grades_and_the_years_that_are_entered():
    assert hosts.days_with_pupils([A_SATURDAY, SUNDAY, MONDAY], [], {MONDAY}, [YEAR]) == [MONDAY]
    assert hosts.days_with_pupils([SUNDAY, MONDAY], [Level.PRIMARY], {MONDAY}, [YEAR]) == []
    assert hosts.days_with_pupils([SUNDAY, MONDAY], [Level.PRIMARY], set(), [YEAR]) == [MONDAY]

    early = CalendarSpan("term1", dt.date(2026, 9, 1), SUNDAY, "primary-8")
    others = CalendarSpan("term1", dt.date(2026, 9, 1), dt.date(2026, 12, 31), "primary-1-7")
    found = hosts.days_by_grade([MONDAY], [Level.PRIMARY], set(), [early, others])
    assert set(found) == {None, *range(1, 9)}
    assert [grade for grade in range(1, 9) if not found[grade]] == [8]
    assert hosts.levels_taught(True, True) == [Level.PRIMARY, Level.SECONDARY]
    assert hosts.levels_taught(False, False) == []

    assert hosts.years_entered([YEAR, WORKING]) == {"2026/27"}
    assert hosts.years_entered([WORKING]) == set()

    assert hosts.days_of_school_year("2026/27") == (dt.date(2026, 9, 1), dt.date(2027, 8, 31))
    assert hosts.school_year(dt.date(2026, 9, 1)) == hosts.school_year(dt.date(2027, 8, 31)) == "2026/27"
    assert hosts.school_year(dt.date(2099, 9, 1)) == "2099/00"


@pytest.mark.parametrize("name", ["2026", "2026/28", "1999/00", "x"])
def test_what_names_no_school_year_is_refused(name):
    with pytest.raises(ValueError, match=name):
        hosts.days_of_school_year(name)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {}),
        ({"kind": "term3"}, {"kind": "unknown_kind"}),
        ({"applies_to": "nobody"}, {"applies_to": "unknown"}),
        ({"last_day": dt.date(2026, 8, 1)}, {"last_day": "days_not_in_order"}),
        ({"last_day": dt.date(2027, 9, 1)}, {"first_day": "outside_the_school_year"}),
        ({"kind": "working-saturday", "first_day": MONDAY, "last_day": MONDAY}, {"first_day": "not_a_saturday"}),
        ({"kind": "working-saturday", "first_day": A_SATURDAY, "last_day": A_SATURDAY, "timetable_of": 2}, {}),
        ({"timetable_of": 2}, {"timetable_of": "only_a_saturday_follows"}),
    ],
)
def test_a_line_of_a_file_is_a_line_of_a_calendar(given: dict[str, Any], found: dict[str, str]):
    fair = {"kind": "term1", "first_day": dt.date(2026, 9, 1), "last_day": dt.date(2026, 12, 31)}
    assert hosts.problems_of_line(CalendarLine(NORTH, "2026/27", **(fair | given))) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {}),
        ({"kind": "term3"}, {"kind": "not_a_choice"}),
        ({"applies_to": "nobody"}, {"applies_to": "not_a_choice"}),
        ({"last_day": dt.date(2026, 8, 1)}, {"last_day": "days_not_in_order"}),
        ({"last_day": dt.date(2026, 8, 31)}, {"last_day": "days_not_in_order"}),
        ({"kind": "holiday"}, {"kind": "not_a_choice"}),
        ({"last_day": dt.date(2027, 9, 1)}, {"last_day": "other_school_year"}),
        ({"kind": "working-saturday", "first_day": MONDAY, "last_day": MONDAY}, {"first_day": "not_a_saturday"}),
        ({"kind": "working-saturday", "first_day": A_SATURDAY, "last_day": A_SATURDAY, "timetable_of": 2}, {}),
        ({"timetable_of": 2}, {"timetable_of": "only_a_saturday_follows"}),
    ],
)
def test_a_typed_line_is_a_line_of_a_calendar(given: dict[str, Any], found: dict[str, str]):
    fair = {"kind": "term1", "first_day": dt.date(2026, 9, 1), "last_day": dt.date(2026, 12, 31), "applies_to": "all"}
    assert hosts.problems_with_calendar(CalendarDraft(NORTH, **(fair | given))) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {}),
        ({"reason": ClosureReason.OTHER}, {"note": "reason_missing"}),
        ({"reason": ClosureReason.OTHER, "note": "Flood"}, {}),
    ],
)
def test_days_are_closed_near_to_today_for_a_reason(given: dict[str, Any], found: dict[str, str]):
    fair = {"first_day": MONDAY, "last_day": MONDAY, "reason": ClosureReason.SNOW}
    assert hosts.problems_of_closure(ClosureDraft((Extent(),), **(fair | given)), MONDAY) == found


def test_a_typed_holiday_has_a_name():
    assert hosts.problems_with_holiday(HolidayDraft(MONDAY, "Свети Сава"), today=MONDAY) == {}
    assert hosts.problems_with_holiday(HolidayDraft(MONDAY, " … "), today=MONDAY) == {"name": "missing"}


def test_no_lessons_on_a_holiday_and_who_ended_the_year_left():
    days = {None: frozenset({MONDAY}), 8: frozenset[dt.date]()}
    assert [str(one) for one in left_on(days, "7a, 8a", MONDAY)] == [str(one) for one in classes_in("8a")]
    assert left_on(days, "7a, 8a", SUNDAY) == []
    day = dt.date(2026, 11, 11)
    assert not is_school_day(day, (), {day}, Level.PRIMARY)
    assert is_school_day(day, (), set(), Level.PRIMARY)


@pytest.mark.parametrize(
    ("typed", "grades"),
    [("", frozenset()), (" 1, 3; 5. ", frozenset({1, 3, 5})), ("1 9", None), ("first", None), ("٣", None)],
)
def test_grades_of_a_list_are_numbers_from_one_to_eight(typed: str, grades: frozenset[int] | None):
    assert grades_in(typed) == grades


DAY = dt.timedelta(days=1)
AROUND = (-1, 0, 1)
MONDAY, TEN = dt.date(2026, 10, 5), dt.time(10)
PRIMARY, SECONDARY = Level.PRIMARY, Level.SECONDARY
CLOCK = a_clock(MONDAY)
SEVENTH = ClassName(7, "1")  # in the morning of that week: seven lessons from eight on
LESSONS = (Lesson(1, dt.time(8), dt.time(8, 45)), Lesson(2, dt.time(8, 50), dt.time(9, 35)))
OF_DAY = [LessonTime(MONDAY, Shift.MORNING, one) for one in LESSONS]


def has_lessons(applies_to: str, level: Level, grade: int) -> bool:
    """Of a grade on a day on which others have an exam."""
    exam = CalendarSpan("exam-day", MONDAY, MONDAY, applies_to)
    return hosts.is_school_day(MONDAY, [exam], set(), level, grade)


def closed(first: dt.timedelta, days: dt.timedelta = dt.timedelta(0)) -> dict[str, str]:
    draft = ClosureDraft((Extent(),), MONDAY + first, MONDAY + first + days, ClosureReason.SNOW)
    return hosts.problems_of_closure(draft, MONDAY)


def holiday(ahead: dt.timedelta) -> dict[str, str]:
    return hosts.problems_with_holiday(HolidayDraft(MONDAY + ahead, "Свети Сава"), today=MONDAY)


def covers(first: int, last: int) -> bool:
    """A calendar of ten days asked about from one day to another."""
    return LessonCalendar(MONDAY, MONDAY + 9 * DAY, (), {}, {}).covers(MONDAY + first * DAY, MONDAY + last * DAY)


def at(time: dt.time) -> tuple[int | None, int, str]:
    """Of the seventh grade at some time: which lesson runs, how many are over, why it is not there."""
    found = lesson_at(CLOCK.told, SEVENTH, MONDAY, time, 1, CLOCK.open_on(SEVENTH))
    return found.lesson.number if found.lesson else None, found.after, found.reason


def nearest_lesson(number: int) -> list[int]:
    found = lesson_on(CLOCK.told, SEVENTH, number, MONDAY, CLOCK.open_on(SEVENTH))
    return [one.lesson.number for one in found.nearest]


def same_hour(minutes: int) -> int:
    """How many other days have the hour, if the only lesson of Tuesday begins so many minutes after it."""
    begins = (dt.datetime.combine(MONDAY, TEN) + dt.timedelta(minutes=minutes)).time()
    lesson = LessonTime(MONDAY + DAY, Shift.MORNING, Lesson(1, begins, dt.time(12)))
    return len(nearest_starts(MONDAY, TEN, lambda day: [lesson] if day == lesson.day else []))


def is_away(place: int) -> bool:
    said = SaidBeside()
    said.beside = [[("7-1", ClassStanding(MONDAY, SEVENTH, reason="too_late"))]]
    return said.away(place)


def read_as(name: str, letter: str) -> bool:
    """Whether a name has a key that begins with a letter."""
    return any(key.startswith(letter) for key in name_keys(name))


PAST, ORDER, LATE = {"first_day": "in_the_past"}, {"last_day": "days_not_in_order"}, {"last_day": "too_late"}
BOUNDS = (
    ("an exam of grades 1 to 7", lambda n: has_lessons("primary-1-7", PRIMARY, n), (6, 7, 8), (False, False, True)),
    ("an exam of grade 8", lambda n: has_lessons("primary-8", PRIMARY, n), (7, 8, 9), (True, False, True)),
    ("an exam of all but the last", lambda n: has_lessons("secondary-non-final", SECONDARY, n), (2, 3, 4),
     (False, False, True)),
    ("an exam of the last of a gymnasium", lambda n: has_lessons("gymnasium-final", SECONDARY, n), (3, 4, 5),
     (True, False, True)),
    ("an exam of the last of a trade", lambda n: has_lessons("vocational-final", SECONDARY, n), (2, 3, 4),
     (True, False, False)),
    ("closed a month ago", lambda n: closed(n * DAY - CLOSED_LATE), AROUND, (PAST, {}, {})),
    ("closed for a day", lambda n: closed(DAY, n * DAY), AROUND, (ORDER, {}, {})),
    ("closed for long", lambda n: closed(DAY, CLOSED_LONG + n * DAY), AROUND, ({}, {}, LATE)),
    ("a holiday today", lambda n: holiday(n * DAY), AROUND, ({"day": "in_the_past"}, {}, {})),
    ("a holiday far ahead", lambda n: holiday(HOLIDAYS_AHEAD + n * DAY), AROUND, ({}, {}, {"day": "too_late"})),
    ("from the first day of a calendar", lambda n: covers(n, 5), AROUND, (False, True, True)),
    ("to the last day of a calendar", lambda n: covers(5, n), (8, 9, 10), (True, True, False)),
    ("the first bell", at, (dt.time(7, 59), dt.time(8), dt.time(8, 1)),
     ((None, 0, "too_early"), (1, 0, ""), (1, 0, ""))),
    ("a lesson ends", at, (dt.time(8, 44), dt.time(8, 45), dt.time(8, 46)), ((1, 0, ""), (None, 1, ""), (None, 1, ""))),
    ("the last bell", lambda n: why_not_at(LESSONS, dt.time(9, n), 1), (34, 35, 36), ("", "too_late", "too_late")),
    ("over by the last bell", lambda n: why_not_at(LESSONS, dt.time(9), n), (34, 35, 36), ("", "", "runs_over")),
    ("begins with a lesson and fits", lambda n: len(that_fit(OF_DAY, n)), (44, 45, 46), (2, 2, 1)),
    ("a lesson beyond the first", nearest_lesson, (0, 1, 2), ([1], [], [])),
    ("a lesson beyond the last", nearest_lesson, (6, 7, 8), ([], [], [7])),
    ("the same hour of another day", lambda n: same_hour(SAME_HOUR + n), AROUND, (1, 1, 0)),
    ("a presentation of which a page says where its classes are", is_away, (0, 1, 2), (True, False, False)),
    ("the last Latin letter", lambda one: read_as(f"В{one}", "b"), "\u024f\u0250\u0251", (True, False, False)),
    ("the first Cyrillic letter", lambda one: read_as(f"B{one}", "v"), "\u03ff\u0400\u0401", (False, True, True)),
    ("the last Cyrillic letter", lambda one: read_as(f"B{one}", "v"), "\u04fe\u04ff\u0500", (True, True, False)),
    ("a word of look-alikes", lambda n: len(name_keys("B" * n)), (0, 1, 2), (1, 1, 2)),
    ("short words", lambda n: slips_forgiven("x" * n), (3, 4, 5), (0, 1, 1)),
    ("long words", lambda n: slips_forgiven("x" * n), (7, 8, 9), (1, 2, 2)),
    ("another letter", lambda typed: slips_between(typed, "subotica", 1), ("subotica", "subotxca", "subytxca"),
     (0, 1, None)),
    ("letters after the word", lambda typed: slips_between(typed, "ab", 2), ("aba", "abab", "ababa"), (1, 2, None)),
)  # fmt: skip


@at_each_bound(*BOUNDS)
def test_what_each_rule_answers_at_its_bound(rule, value, answer):
    assert rule(value) == answer


KEYS = [
    (1, "osnovna skola josif pancic subotica"),
    (2, "gimnazija subotica"),
    (3, "osnovna skola josif pancic beograd"),
]


@pytest.mark.parametrize(
    ("typed", "word", "slips"),
    [
        ("subotca", "subotica", 1), ("suboitca", "subotica", 1), ("subotiica", "subotica", 1),
        ("sobotica", "subotica", 1), ("usbotica", "subotica", 1), ("subot", "subotica", 0),
        ("subota", "sabota", 1),  # its first letter and its last one stand beside each other in the word
        ("subtoc", "subotica", None), ("beograd", "subotica", None),
    ],
)  # fmt: skip
def test_a_letter_too_much_too_few_another_or_in_anothers_place(typed, word, slips):
    assert slips_between(typed, word, 1) == slips


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["pancic", "subotca"], [1]), (["pancc", "subotca"], [1]), (["pancic"], [1, 3]), (["gimnazja"], [2]),
        (["gmnzija", "subtca"], []), (["pan", "sub"], [1]), (["pnc"], []),
    ],
)  # fmt: skip
def test_the_fewest_slips_win_and_each_word_must_be_near(words, found):
    assert nearest(words, KEYS) == found
