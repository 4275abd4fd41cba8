import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.places.rules.hosts import (
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
from scheduler.places.terms.hosts import CalendarSpan, HostKind, Level, Point
from tests.factories.places import a_host_draft

BELGRADE, NIS, NOVI_SAD = Point(44.804, 20.465), Point(43.3209, 21.8958), Point(45.2517, 19.8369)
IN_SERBIA = st.builds(Point, st.floats(41.8, 46.2), st.floats(18.8, 23.1))


@pytest.mark.parametrize(("to", "km"), [(NIS, 200.9), (NOVI_SAD, 70.2), (BELGRADE, 0)])
def test_straight_line_agrees_with_a_map(to, km):
    assert straight_line_km(BELGRADE, to) == pytest.approx(km, rel=0.01)


def test_straight_lines_and_drives_that_are_known():
    assert straight_line_km(Point(0, 0), Point(0, 180)) == pytest.approx(20015, abs=1)
    assert straight_line_km(Point(90, 0), Point(-90, 0)) == pytest.approx(20015, abs=1)

    same_town = Point(44.81, 20.47)

    assert road_minutes(BELGRADE, BELGRADE) == 0
    assert road_minutes(BELGRADE, same_town) == 7
    assert 75 <= road_minutes(BELGRADE, NOVI_SAD) <= 105
    assert 140 <= road_minutes(BELGRADE, NIS) <= 210


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


def test_a_holiday_in_a_year_without_calendar_has_no_lessons():
    day = dt.date(2026, 11, 11)

    assert not is_school_day(day, (), {day}, Level.PRIMARY)
    assert is_school_day(day, (), set(), Level.PRIMARY)


def test_search_key_holds_every_way_to_type_a_school():
    key = search_key(HostKind.PRIMARY, "Вук Караџић", "Vuk Karadžić", "Ниш")

    assert key == "os osnovna skola vuk karadzic nis"


def test_every_kind_of_host_can_be_searched_and_says_whom_it_teaches():
    assert {kind: len(teaches(kind)) for kind in HostKind} == dict.fromkeys(HostKind, 2)
    assert teaches(HostKind.SPECIAL_PRIMARY_SECONDARY) == (True, True)
    assert teaches(HostKind.SECONDARY) == (False, True)
    assert teaches(HostKind.LIBRARY) == (False, False)
    assert all(search_key(kind, "x").endswith("x") for kind in HostKind)


@pytest.mark.parametrize(
    ("name", "iso", "city"),
    [("Звездара", "RS-00", "Београд"), ("Костолац", "RS-11", "Пожаревац"), ("Ниш", "RS-20", "Ниш")],
)
def test_reports_count_city_municipalities_under_their_city(name, iso, city):
    assert city_of(name, iso) == city


def test_latin_typed_by_hand_stays():
    assert both_scripts("Injekcija") == ("Injekcija", "Injekcija")
    assert both_scripts("Његош") == ("Његош", "Njegoš")


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, {}),
        ({"name": " - "}, {"name": "missing"}),
        ({"place": ""}, {"place": "missing"}),
        ({"zone": "Europe/Ljubljana"}, {}),
        ({"zone": "Mars/Base"}, {"zone": "unknown_zone"}),
        ({"zone": "../etc/passwd"}, {"zone": "unknown_zone"}),
        ({"zone": ""}, {"zone": "unknown_zone"}),
        ({"phone": "+381 18 123-456"}, {}),
        ({"phone": "19833"}, {}),
        ({"phone": "call me"}, {"phone": "not_a_phone"}),
        ({"phone": "+999 18 123-456"}, {"phone": "not_a_phone"}),
        ({"phone": "12"}, {"phone": "not_a_phone"}),
        ({"phone": "٠١٨١٢٣٤٥٦"}, {"phone": "not_a_phone"}),
        ({"name": "Маrko"}, {"name": "mixed_scripts"}),
        ({"name": "学校"}, {"name": "unprintable"}),
    ],
)
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
