"""School days of both regions under any closures, and what the calendars say of grades and Saturdays."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.core.db import transaction
from scheduler.data import files
from scheduler.places import queries
from scheduler.places.imports.registers import read_calendar
from scheduler.places.lessons import lesson_calendar, lessons_and_closures
from scheduler.places.models import Closure
from scheduler.places.rules.hosts import GRADES, days_by_grade, days_with_pupils, is_school_day, school_year
from scheduler.places.service.calendars import load_example_calendars, remove_example_calendars
from scheduler.places.service.hosts import load_reference_data
from scheduler.places.terms.hosts import CalendarSpan, ClosureReason, Extent, Level, SchoolCalendar
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.places import make_district, make_host, make_municipality

LINES = read_calendar(files.bytes_of("school_calendar_rs.csv")).lines
DAYS = st.dates(dt.date(2025, 9, 1), dt.date(2026, 8, 31))


def spans(calendar: SchoolCalendar) -> list[CalendarSpan]:
    ours = [line for line in LINES if line.calendar is calendar]
    return [CalendarSpan(one.kind, one.first_day, one.last_day, one.applies_to) for one in ours]


@given(st.sampled_from(SchoolCalendar), DAYS, st.sets(DAYS, max_size=40), st.sampled_from(Level))
def test_a_closed_day_is_never_a_school_day_unless_saturday_is_worked_and_closing_never_opens(
    calendar, day, closed, level
):
    entries = spans(calendar)
    open_day, shut_day = is_school_day(day, entries, (), level), is_school_day(day, entries, closed, level)
    assert shut_day <= open_day
    assert day not in closed or day.weekday() == 5 or not shut_day
    assert open_day or day in closed or not shut_day


@given(st.dates(dt.date(2030, 1, 1), dt.date(2040, 12, 31)), st.sets(DAYS, max_size=5), st.sampled_from(Level))
def test_a_year_that_is_not_entered_has_lessons_from_monday_to_friday_but_on_holidays(day, holidays, level):
    entries = spans(SchoolCalendar.REPUBLIC)
    assert is_school_day(day, entries, holidays | {day}, level) is False
    assert is_school_day(day, entries, holidays, level) is (day.weekday() < 5)


@given(DAYS)
def test_a_grade_has_lessons_only_when_its_level_has(day):
    entries = spans(SchoolCalendar.VOJVODINA)
    for level, grades in ((Level.PRIMARY, range(1, 9)), (Level.SECONDARY, range(1, 5))):
        by_grade = [is_school_day(day, entries, (), level, grade) for grade in grades]
        assert any(by_grade) == is_school_day(day, entries, (), level)


def test_grades_that_end_early_or_write_an_exam_have_no_lessons_and_a_saturday_names_its_timetable():
    after = dt.date(2026, 6, 3)
    entries = spans(SchoolCalendar.REPUBLIC)
    assert [is_school_day(after, entries, (), Level.PRIMARY, grade) for grade in (7, 8)] == [True, False]

    term = CalendarSpan("term2", dt.date(2026, 1, 19), dt.date(2026, 6, 12))
    exam = CalendarSpan("exam-day", dt.date(2026, 3, 27), dt.date(2026, 3, 27), "primary-8")
    grades = [is_school_day(dt.date(2026, 3, 27), (term, exam), (), Level.PRIMARY, grade) for grade in (7, 8)]
    assert grades == [True, False]

    named = {line.first_day: line.timetable_of for line in LINES if line.timetable_of is not None}
    assert named == {dt.date(2025, 10, 11): 0, dt.date(2026, 3, 21): 4}  # as Monday's, as Friday's


@pytest.mark.parametrize(
    ("day", "year"), [((2026, 8, 31), "2025/26"), ((2026, 9, 1), "2026/27"), ((2099, 9, 1), "2099/00")]
)
def test_a_school_year_begins_in_september(day, year):
    assert school_year(dt.date(*day)) == year


CLOSURES = st.lists(
    st.tuples(st.sampled_from(["town", "district", "republic", "vojvodina", "country", "elsewhere"]),
              st.integers(0, 20), st.integers(0, 6), st.none() | st.integers(0, 6)),
    max_size=5,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(closures=CLOSURES)
@pytest.mark.parametrize("region", SchoolCalendar)
def test_school_days_are_those_without_any_closure_that_reaches_the_host(session, region, closures):
    first = dt.date(2026, 2, 23)
    session.rollback()
    with transaction() as writing:
        writing.query(Closure).delete()
    district = make_district(school_calendar=region)
    town = make_municipality(district_id=district.id)
    host = queries.host_of(make_host(municipality_id=town.id).id)
    elsewhere = make_municipality("Бор")
    plain = queries.school_days(host, first, first + dt.timedelta(days=30))
    shut: set[dt.date] = set()
    extents = {
        "town": Extent(municipality_id=town.id), "district": Extent(district_id=district.id), "country": Extent(),
        "republic": Extent(calendar=SchoolCalendar.REPUBLIC), "vojvodina": Extent(calendar=SchoolCalendar.VOJVODINA),
        "elsewhere": Extent(municipality_id=elsewhere.id),
    }  # fmt: skip
    with transaction() as writing:
        for name, begins, lasts, lifted in closures:
            begin = first + dt.timedelta(days=begins)
            end = begin + dt.timedelta(days=lasts)
            opened = None if lifted is None or lifted > lasts else begin + dt.timedelta(days=lifted)
            writing.add(_closure(extents[name], begin, end, opened))
            if name in ("town", "district", "country", region.value):
                until = end if opened is None else opened - dt.timedelta(days=1)
                shut |= {begin + dt.timedelta(days=number) for number in range((until - begin).days + 1)}

    assert queries.school_days(host, first, first + dt.timedelta(days=30)) == [day for day in plain if day not in shut]


DAY = dt.timedelta(days=1)


def _closure(extent: Extent, begin: dt.date, end: dt.date, opened: dt.date | None) -> Closure:
    return Closure(
        municipality_id=extent.municipality_id,
        district_id=extent.district_id,
        calendar=extent.calendar,
        first_day=begin,
        last_day=end,
        reason=ClosureReason.SNOW,
        closed_at=MONDAY,
        open_from=opened,
        lifted_at=MONDAY if opened else None,
    )


@given(st.sampled_from(SchoolCalendar), DAYS, st.sets(DAYS, max_size=20), st.sampled_from(Level), st.data())
def test_a_span_is_answered_as_its_days_are_whatever_was_answered_before(calendar, first, closed, level, data):
    """What is remembered is another question as soon as a line or a holiday has changed."""
    days = [first + dt.timedelta(days=number) for number in range(20)]
    entries = spans(calendar)
    for _change in range(3):
        whole = [day for day in days if is_school_day(day, entries, closed, level)]
        by_grade = days_by_grade(days, [level], closed, entries)

        assert days_with_pupils(days, [level], closed, entries) == whole
        assert by_grade[None] == set(whole)
        for grade in range(1, GRADES[level] + 1):
            assert by_grade[grade] == {day for day in whole if is_school_day(day, entries, closed, level, grade)}
        away = data.draw(st.sampled_from(days))
        kind = data.draw(st.sampled_from(("break-other", "exam-day", "working-saturday")))
        entries, closed = [*entries, CalendarSpan(kind, away, away)], closed ^ {data.draw(st.sampled_from(days))}


def test_the_missing_year_is_named_until_an_example_calendar_covers_it_marked_until_it_leaves(session):
    load_reference_data(MONDAY)
    assert queries.calendar_missing(dt.date(2026, 3, 1)) == ""
    assert queries.calendar_missing(dt.date(2026, 10, 6)) == "2026/27"

    with transaction() as writing:
        load_example_calendars(writing, dt.date(2026, 11, 24))
    known = [row for row in queries.calendar_lines("2025/26") if row.example]
    ours = queries.calendar_lines("2026/27")

    assert queries.calendar_missing(dt.date(2026, 11, 24)) == ""
    assert known == []
    assert len(ours) > 10
    assert all(row.example for row in ours)
    with transaction() as writing:
        remove_example_calendars(writing)
    assert queries.calendar_missing(dt.date(2026, 11, 24)) == "2026/27"


@pytest.mark.both_databases
def test_a_closure_that_is_stored_is_in_the_next_calendar(session):
    load_reference_data(MONDAY)
    first, last = dt.date(2026, 2, 2), dt.date(2026, 3, 1)
    town = queries.host_of(make_host(municipality_id=make_municipality().id).id).municipality
    before = lesson_calendar(first, last)
    open_days = before.by_grade(None, (), first, last)

    with transaction() as writing:
        writing.add(_closure(Extent(), first + DAY, first + DAY, None))
    after = lesson_calendar(first, last)

    assert before.shut(town, first, last) == frozenset()
    assert after.shut(town, first, last) == {first + DAY}
    assert after.by_grade(town, [Level.PRIMARY], first, last) != before.by_grade(town, [Level.PRIMARY], first, last)
    assert after.by_grade(None, (), first, last) == open_days
    assert (after.missing(first), after.missing(dt.date(2026, 10, 6))) == ("", "2026/27")


@pytest.mark.both_databases
def test_closures_come_with_the_lessons_as_pages_show_them(session):
    first, last = dt.date(2026, 10, 5), dt.date(2026, 10, 11)
    town, district = make_municipality("Чачак"), make_district(name_en="Jablanica")
    places = (Extent(), Extent(municipality_id=town.id), Extent(district_id=district.id))
    days = ((first, last, None), (first, last, first), (first - DAY, first, None), (last + DAY, last + DAY, None))
    with transaction() as writing:
        for place in (*places, Extent(calendar=SchoolCalendar.VOJVODINA)):
            for begin, end, opened in days:
                writing.add(_closure(place, begin, end, opened))

    lessons, closures = lessons_and_closures(first, last)

    assert closures == queries.closures_between(first, last)
    assert {row.place_en for row in closures} == {"", "Čačak", "Jablanica"}
    alone = lesson_calendar(first, last)
    assert sorted(map(repr, lessons.closures)) == sorted(map(repr, alone.closures))  # PostgreSQL: in any order
    assert (lessons.holidays, lessons.entries) == (alone.holidays, alone.entries)
    with statements() as asked:
        lessons_and_closures(first, last)
    at_most(1, asked)
