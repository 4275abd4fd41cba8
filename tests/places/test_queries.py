import datetime as dt
from itertools import groupby

import pytest
from sqlalchemy import event

from scheduler.core.alphabet import alphabet_key
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.places import queries
from scheduler.places.service.hosts import load_reference_data
from scheduler.places.terms.hosts import HostKind, Point, SchoolCalendar
from tests.ceilings import at_most
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
