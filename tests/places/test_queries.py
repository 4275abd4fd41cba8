"""Hosts as people find them, and school days of both regions under any closures."""

import datetime as dt
from dataclasses import asdict
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotFound
from scheduler.data import files
from scheduler.places import queries
from scheduler.places.imports.registers import read_calendar
from scheduler.places.lessons import lesson_calendar, lessons_and_closures
from scheduler.places.models import Closure, ClosurePlace
from scheduler.places.rules.hosts import GRADES, days_by_grade, days_with_pupils, is_school_day
from scheduler.places.service.calendars import load_example_calendars, remove_example_calendars
from scheduler.places.service.hosts import load_reference_data
from scheduler.places.terms.hosts import CalendarSpan, ClosureReason, Extent, HostKind, Level, Point, SchoolCalendar
from tests.ceilings import at_most
from tests.counting import statements
from tests.factories import MONDAY
from tests.factories.places import make_district, make_host, make_municipality


@pytest.fixture
def queries_run(session):
    """The statements that the test has run so far."""
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "typed",
    [
        "vuk", "Вук", "karadzic nis", "НИШ Вук", "OŠ „Vuk Karadžić“, Niš", "kARAD", "osnovna škola vuk", "vuk k",
        "vuk%nis",
    ],
)  # fmt: skip
def test_a_host_is_found_in_either_script_and_any_order(session, typed):
    make_host("Доситеј Обрадовић", place="Ужице")
    vuk = make_host("Вук Караџић")
    assert [host.id for host in queries.find_hosts(typed)] == [vuk.id]


@pytest.mark.parametrize("typed", ["Đorđe", "djordje", "Ђорђе", "dorde"])
def test_the_letter_that_people_write_in_three_ways_is_found_by_each(session, typed):
    make_host("Ђорђе Крстић")
    assert len(queries.find_hosts(typed)) == 1


@pytest.mark.parametrize("typed", ["", "  ", "%", "_", "%%%", "\\", "'; drop table host; --", "v%q", "bu_"])
def test_signs_that_a_database_reads_find_nothing_by_themselves(session, typed):
    make_host("Вук Караџић")
    assert queries.find_hosts(typed) == []


@pytest.mark.both_databases
def test_hosts_come_by_name_and_place_no_more_than_wanted_and_none_that_nobody_confirmed(session):
    for name, place in (("Вук", "Чачак"), ("Бранко", "Ниш"), ("Вук", "Ниш")):
        make_host(name, place=place)
    found = [(host.name("en"), host.place("sr_Cyrl")) for host in queries.find_hosts("skola")]
    assert found == [("Branko", "Ниш"), ("Vuk", "Ниш"), ("Vuk", "Чачак")]
    assert len(queries.find_hosts("skola", limit=2)) == 2
    make_host("Летњи камп", kind=HostKind.CAMP, listed=False)
    assert queries.find_hosts("kamp") == []


@pytest.mark.parametrize("count", [1, 3])
def test_finding_takes_one_query_however_many_are_found(queries_run, count):
    for _ in range(count):
        make_host("Вук")
    db.session.expire_all()
    queries_run.clear()
    found = queries.find_hosts("vuk")
    assert len(found) == count
    at_most(1, queries_run)


def test_only_shown_hosts_are_read_whole_and_nothing_is_counted_for_who_shows_no_total(queries_run):
    """A country's schools have a word in common: thousands are put in order, and a few are read."""
    for name in ("Вук", "Бранко"):
        make_host(name)
    queries_run.clear()

    [(found, total)] = queries.hosts_with(["skola"], limit=1)
    [asked] = queries_run
    put_in_order = asked.split("JOIN (SELECT", 1)[1].split(" LIMIT ")[0]

    assert (found.name("en"), total) == ("Branko", 2)
    assert "search_key LIKE" in put_in_order
    assert "address" in asked
    assert "address" not in put_in_order

    # A database that counts what it found keeps all of it until it knows: half as long again at 3,000 schools.
    make_host("Вук")
    queries_run.clear()

    assert queries.find_hosts("vuk")
    assert "count(" not in queries_run[0]


def test_a_host_stands_at_its_point_or_its_municipalitys_seat_and_one_that_is_not_there_is_not_found(session):
    with pytest.raises(NotFound):
        queries.host_of(1)
    town = make_municipality("Чачак", lat=43.89, lon=20.35)
    at_seat = make_host(municipality_id=town.id)
    own = make_host(municipality_id=town.id, lat=43.9, lon=20.4)
    abroad = make_host("Slovenska škola", municipality_id=None, zone="Europe/Ljubljana")
    points = [queries.host_of(host.id).point for host in (at_seat, own, abroad)]
    assert points == [Point(43.89, 20.35), Point(43.9, 20.4), None]
    assert queries.host_of(abroad.id).municipality is None


def test_municipalities_come_by_district_with_the_city_that_reports_use(queries_run):
    load_reference_data(MONDAY)
    queries_run.clear()
    towns = queries.municipalities()
    assert (len(towns), len(queries_run)) == (182, 1)
    districts = [district for district, _towns in groupby(towns, key=lambda town: town.district_sr_latn)]
    in_belgrade = [town for town in towns if town.city_sr_latn == "Beograd"]
    assert districts == sorted(set(districts), key=alphabet_key)
    assert (len(in_belgrade), {town.district_id for town in in_belgrade}) == (17, {in_belgrade[0].district_id})
    assert in_belgrade[0].name("sr_Cyrl") == "Барајево"
    assert {town.school_calendar for town in towns} == set(SchoolCalendar)


def test_school_days_of_a_host_follow_its_own_provinces_calendar(queries_run):
    load_reference_data(MONDAY)
    towns = {town.name_sr_latn: town.id for town in queries.municipalities()}
    hosts = [queries.host_of(make_host(municipality_id=towns[name]).id) for name in ("Niš", "Sombor")]
    first, last = dt.date(2025, 12, 22), dt.date(2026, 1, 20)
    queries_run.clear()
    nis, sombor = (queries.school_days(host, first, last) for host in hosts)
    assert (nis[-3:], sombor[2]) == ([dt.date(2025, 12, 30), *nis[-2:]], dt.date(2026, 1, 12))
    assert (len(nis), len(sombor)) == (9, 9)
    assert len(queries_run) == 2


def test_a_host_that_teaches_nobody_is_open_on_working_days_and_holidays_have_a_name_in_each_language(session):
    library = make_host(kind=HostKind.LIBRARY, teaches_primary=False)

    days = queries.school_days(queries.host_of(library.id), dt.date(2026, 7, 3), dt.date(2026, 7, 7))

    assert [day.day for day in days] == [3, 6, 7]

    load_reference_data(MONDAY)

    found = queries.holidays_between(dt.date(2026, 11, 1), dt.date(2026, 11, 30))

    assert [row.day.day for row in found] == [11]
    assert [found[0].name(language) for language in ("sr_Cyrl", "sr_Latn", "en")] == [
        "Дан примирја у Првом светском рату",
        "Dan primirja u Prvom svetskom ratu",
        "Armistice Day",
    ]


def test_two_districts_cannot_share_a_code(session):
    make_district(iso="RS-20")
    with pytest.raises(Exception, match="iso"):
        make_district(iso="RS-20")


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
            writing.add(_closure(extents[name], begin=begin, end=end, opened=opened))
            if name in ("town", "district", "country", region.value):
                until = end if opened is None else opened - dt.timedelta(days=1)
                shut |= {begin + dt.timedelta(days=number) for number in range((until - begin).days + 1)}

    assert queries.school_days(host, first, first + dt.timedelta(days=30)) == [day for day in plain if day not in shut]


DAY = dt.timedelta(days=1)


def _closure(*extents: Extent, begin: dt.date, end: dt.date, opened: dt.date | None = None) -> Closure:
    return Closure(
        places=[ClosurePlace(**asdict(one)) for one in extents],
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
        writing.add(_closure(Extent(), begin=first + DAY, end=first + DAY))
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
    here, around, far = (
        Extent(municipality_id=town.id),
        Extent(district_id=district.id),
        Extent(calendar=SchoolCalendar.VOJVODINA),
    )
    days = ((first, last, None), (first, last, first), (first - DAY, first, None), (last + DAY, last + DAY, None))
    with transaction() as writing:
        for place in ((Extent(),), (here,), (around,), (far,), (around, far, here)):
            for begin, end, opened in days:
                writing.add(_closure(*place, begin=begin, end=end, opened=opened))

    lessons, closures = lessons_and_closures(first, last)

    assert closures == queries.closures_between(first, last)
    named = {tuple(place.name_en for place in row.places) for row in closures}
    assert named == {("",), ("Čačak",), ("Jablanica",), ("Jablanica", "", "Čačak")}
    alone = lesson_calendar(first, last)
    assert sorted(map(repr, lessons.closures)) == sorted(map(repr, alone.closures))  # PostgreSQL: in any order
    assert (lessons.holidays, lessons.entries) == (alone.holidays, alone.entries)
    with statements() as asked:
        lessons_and_closures(first, last)
    at_most(1, asked)
