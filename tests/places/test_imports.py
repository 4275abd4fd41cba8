"""Registers as schools have them: headings, cells, parts of cities, numbers without zeros, one school twice."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from scheduler.data import files
from scheduler.imports.sheets import LineProblem
from scheduler.imports.staging import Filing
from scheduler.places.imports.registers import read_hosts
from scheduler.places.models import Host, Municipality
from scheduler.places.rules.registers import name_keys, width_of_codes
from scheduler.places.rules.town_names import TownSaid, town_meant
from scheduler.places.service.hosts import import_hosts, load_reference_data
from scheduler.places.terms.hosts import HostKind
from scheduler.places.terms.registers import DoubleSchool
from scheduler.policy import SYSTEM
from tests.factories import MONDAY
from tests.factories.places import make_host, make_municipality
from tests.places.files import NIS, PALILULA, TOWNS, UZICE, VRANJE, ZEMUN

HEADER = "register_id,name_sr_cyrl,kind,municipality_sr_cyrl,website,classes,lat,lon,email,teaches_primary,phone"
GOOD = "7,Вук Караџић,primary,Ниш,http://vuk.example.org,12,43.32,21.9,,yes,018 123"


def sheet_of(*lines, header=HEADER):
    return read_hosts("\n".join((header, *lines)).encode())


def test_a_good_line_becomes_a_host_by_headings_in_both_scripts_by_a_map_and_with_decimal_commas():
    sheet = sheet_of(GOOD)

    (host,) = sheet.rows
    assert sheet.problems == ()
    assert (host.line, host.register_id, host.kind, host.municipality) == (2, "7", HostKind.PRIMARY, "Ниш")
    assert (host.name_sr_cyrl, host.name_sr_latn) == ("Вук Караџић", "Vuk Karadžić")
    assert (host.place_sr_cyrl, host.place_sr_latn) == ("", "")
    assert (host.lat, host.lon, host.classes, host.email) == (43.32, 21.9, 12, None)
    assert (host.teaches_primary, host.teaches_secondary, host.example) == (True, False, False)

    latin = sheet_of(
        "7;OŠ „Vuk“;osnovna škola;Niš;018 123", header="ID ustanove;Naziv škole;Tip ustanove;Opština;Telefon"
    )
    cyrillic = sheet_of("7;ОШ „Вук“;основна школа;Ниш;018 123", header="ИД;Назив школе;Тип;Општина;Телефон")

    assert (latin.problems, cyrillic.problems) == ((), ())
    assert [(host.name_sr_cyrl, host.name_sr_latn) for host in (*latin.rows, *cyrillic.rows)] == [
        ("OŠ „Vuk“", "OŠ „Vuk“"),
        ("ОШ „Вук“", "OŠ „Vuk“"),
    ]

    content = "A,B,C,D\n7,Vuk,primary,Niš\n".encode()
    columns = {"A": "register_id", "B": "name", "C": "kind", "D": "municipality"}

    assert [host.name_sr_latn for host in read_hosts(content, columns).rows] == ["Vuk"]

    (host,) = sheet_of('7,Вук,primary,Ниш,"43,32","21,9"', header="register_id,name,kind,municipality,lat,lon").rows

    assert (host.lat, host.lon) == (43.32, 21.9)


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("register_id", "", "missing"), ("name_sr_cyrl", "-", "missing"), ("municipality_sr_cyrl", "", "missing"),
        ("kind", "", "missing"), ("kind", "castle", "unknown_kind"),
        ("website", "javascript:alert(1)", "not_a_web_address"), ("website", "http://user@evil", "not_a_web_address"),
        ("website", "data://x.y", "not_a_web_address"), ("classes", "-3", "not_a_number_of_classes"),
        ("classes", "501", "not_a_number_of_classes"), ("lat", "north", "not_degrees"), ("lat", "91", "not_on_the_map"),
        ("lat", "nan", "not_degrees"), ("lon", "", "missing"), ("email", "a@b", "not_an_email"),
        ("teaches_primary", "perhaps", "not_yes_or_no"), ("phone", "=cmd()", "not_a_phone"),
        ("phone", "+999 18 123 456", "not_a_phone"), ("phone", "018 555 100; 018", "not_a_phone"),
        ("name_sr_cyrl", "x" * 201, "too_long"),
    ],
)  # fmt: skip
def test_each_wrong_cell_is_told_with_its_line_and_column(column, value, problem):
    cells = dict(zip(HEADER.split(","), GOOD.split(","), strict=True)) | {column: value}
    sheet = sheet_of(GOOD.replace("7,", "6,", 1), ",".join(cells.values()))
    assert sheet.problems[0] == LineProblem(3, column, problem)
    assert [host.register_id for host in sheet.rows] == ["6"]


def test_a_register_id_stands_once_and_headings_that_must_be_there_are_named():
    assert sheet_of(GOOD, GOOD).problems == (LineProblem(3, "register_id", "twice_in_the_file"),)

    sheet = read_hosts(b"name,phone\nVuk,018 123\n")

    assert sheet.rows == ()
    assert [(problem.column, problem.problem) for problem in sheet.problems] == [
        ("kind", "no_such_column"),
        ("municipality", "no_such_column"),
        ("register_id", "no_such_column"),
    ]

    sheet = read_hosts(b"a;b\n1;2\n")

    assert sheet.rows == ()
    assert {(problem.line, problem.problem) for problem in sheet.problems} >= {(1, "no_such_column")}


@pytest.mark.parametrize(
    "website", ["vuk.example.org", "https://vuk.example.org/o-nama?x=1", "HTTP://VUK.example.org:80/"]
)
def test_addresses_that_a_page_may_link_to_are_kept(website):
    (host,) = sheet_of(GOOD.replace("http://vuk.example.org", website)).rows
    assert host.website.lower().startswith(("http://vuk.example.org", "https://vuk.example.org"))


def test_the_example_hosts_are_read_without_a_problem_and_marked():
    sheet = read_hosts(files.bytes_of("demo_hosts.csv"))
    assert (len(sheet.rows), sheet.problems) == (300, ())
    assert all(host.example and host.register_id.startswith("example-") for host in sheet.rows)
    assert all(host.email is None and host.phone.startswith("000") for host in sheet.rows)


@pytest.mark.slow
@pytest.mark.register
@pytest.mark.skipif(not os.environ.get("SCHOOL_REGISTER"), reason="SCHOOL_REGISTER names no file")
def test_the_whole_register_is_read_without_a_problem():
    sheet = read_hosts(Path(os.environ["SCHOOL_REGISTER"]).read_bytes())
    assert (len(sheet.rows), sheet.problems) == (1792, ())


REGISTER = "Šifra;Naziv škole;Tip;Opština;Mesto;Poštanski broj;Okrug\n"


def imported(*lines: str, dry_run: bool = False):
    return import_hosts(SYSTEM, read_hosts((REGISTER + "\n".join(lines)).encode()), Filing(MONDAY, dry_run=dry_run))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (TownSaid("Медијана"), NIS), (TownSaid("Mediana"), NIS), (TownSaid("ГО Пантелеј"), NIS),
        (TownSaid("Црвени Крст"), NIS), (TownSaid("Градска општина Нишка Бања"), NIS),
        (TownSaid("Врањска Бања"), VRANJE), (TownSaid("Sevojno"), UZICE), (TownSaid("Grad Niš"), NIS),
        (TownSaid("Palilula"), "several_municipalities"), (TownSaid("Palilula", district="RS-20"), NIS),
        (TownSaid("Palilula", district="Нишавски округ"), NIS), (TownSaid("Palilula", district="Нишава"), NIS),
        (TownSaid("Palilula", district="Grad Beograd"), PALILULA), (TownSaid("Palilula", place="Ниш"), NIS),
        (TownSaid("Palilula", place="Београд"), PALILULA), (TownSaid("Palilula", postcode="18103"), NIS),
        (TownSaid("Palilula", postcode="11211"), PALILULA),
        (TownSaid("Palilula", place="Ниш", postcode="11060"), "several_municipalities"),
        (TownSaid("Palilula", place="Borča"), "several_municipalities"), (TownSaid("Niš - Palilula"), NIS),
        (TownSaid("Палилула (Београд)"), PALILULA), (TownSaid("Beograd"), "several_municipalities"),
        (TownSaid("Beograd", place="Zemun"), ZEMUN), (TownSaid("Zemun", district="RS-20"), "not_in_this_district"),
        (TownSaid("Атлантида"), "unknown_municipality"),
    ],
)  # fmt: skip
def test_a_municipality_is_the_one_that_the_whole_line_means_or_it_is_asked_for(said, meant):
    assert town_meant(said, TOWNS) == meant


def test_a_line_that_leaves_it_open_is_told_with_its_line_and_column(session):
    load_reference_data(MONDAY)
    outcome = imported(
        "1;Вук;osnovna;Палилула;;;", "2;Чегар;osnovna;Палилула;Ниш;;", "3;Доситеј;osnovna;Земун;;;Нишавски"
    )
    assert outcome.problems == (
        LineProblem(2, "municipality", "several_municipalities"),
        LineProblem(4, "district_iso", "not_in_this_district"),
    )


@pytest.mark.both_databases
def test_a_part_of_a_city_is_stored_under_the_city_and_found_by_both_names(session):
    load_reference_data(MONDAY)
    assert imported("1;Чегар;osnovna;Медијана;;18000;", "2;Јован;osnovna;Врањска Бања;Врањска Бања;;").problems == ()
    hosts = session.execute(
        select(Municipality.name_sr_latn, Host.place_sr_latn, Host.search_key).join(Host).order_by(Host.id)
    ).all()
    assert [(town, place) for town, place, _ in hosts] == [("Niš", "Niš"), ("Vranje", "Vranjska Banja")]
    assert {"medijana", "nis"} <= set(hosts[0].search_key.split())
    assert imported("1;Чегар;osnovna;Медијана;;18000;").same == 1


@pytest.mark.both_databases
def test_a_number_without_its_zeros_is_the_same_school_and_stands_in_a_file_once(session):
    load_reference_data(MONDAY)
    assert imported("101;Вук;osnovna;Ниш;;;", "00101;Чегар;osnovna;Ниш;;;").problems == (
        LineProblem(3, "Šifra", "twice_in_the_file"),
    )
    imported("00101;Вук;osnovna;Ниш;;;", "00202;Чегар;osnovna;Ниш;;;")
    again = imported("101;Вук;osnovna;Ниш;;;", "202;Чегар;osnovna;Ниш;;;", "7;Доситеј;osnovna;Ниш;;;")
    assert (again.new, again.changed, again.same) == (1, 0, 2)
    assert session.scalars(select(Host.register_id).order_by(Host.id)).all() == ["00101", "00202", "00007"]


def test_a_number_that_fits_two_stored_schools_is_asked_for(session):
    town = make_municipality("Ниш")
    for code in ("00101", "0101"):
        make_host(code, register_id=code, municipality_id=town.id)
    assert imported("101;Вук;osnovna;Ниш;;;").problems == (LineProblem(2, "register_id", "several_codes"),)
    assert imported("0101;Вук;osnovna;Ниш;;;", dry_run=True).problems == ()


@pytest.mark.parametrize(
    ("codes", "width"),
    [((), 0), (("1", "22"), 0), (("00101", "102"), 5), (("00101", "0102"), 0), (("01", "102"), 0), (("0", "5"), 0)],
)
def test_numbers_have_a_width_only_where_the_register_writes_zeros(codes, width):
    assert width_of_codes(codes) == width


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ОШ „Вук Караџић“", 'Osnovna škola "Vuk Karadžić"'),
        ("Вук Kараџић", "Вук Караџић"),  # a Latin K
        ("Vuk Каradžić", "Vuk Karadžić"),  # К and а of the other script
        ("CEBEP", "Север"),  # Latin letters alone
    ],
)
def test_names_of_one_school_share_a_key(one, other):
    assert name_keys(one) & name_keys(other)


def test_other_names_share_none():
    assert not name_keys("Вук Караџић") & name_keys("Вук Стефановић")
    assert not name_keys("Ратко Вукићевић") & name_keys("Ратко Павловић")


def test_a_school_of_another_kind_or_place_is_no_double(session):
    load_reference_data(MONDAY)
    outcome = imported("1;Вук;osnovna;Ниш;;;", "2;Вук;srednja;Ниш;;;", "3;Вук;osnovna;Ниш;Доњи Матејевац;;")
    assert outcome == replace(outcome, new=3, doubles=())


def test_one_school_in_two_scripts_is_shown_and_asked_about_and_never_merged(session):
    load_reference_data(MONDAY)
    typed = make_host("Чегар", municipality_id=session.scalar(select(Municipality.id).filter_by(name_sr_cyrl="Ниш")))
    lines = ("1;OŠ „Vuk Karadžić“;osnovna;Niš;;;", "2;ОШ „Вук Kараџић“;osnovna;Ниш;Ниш;;", "3;Čegar;osnovna;Niš;;;")

    dry = imported(*lines, "4;ОШ „Вук Караџић“;osnovna;Врање;;;", dry_run=True)

    assert dry.problems == ()
    assert dry.doubles == (
        DoubleSchool(3, "ОШ „Вук Kараџић“", 2, "OŠ „Vuk Karadžić“", "1"),
        DoubleSchool(4, "Čegar", 0, typed.name_sr_cyrl, ""),
    )
    assert imported(*lines).new == 3
    assert imported(*lines).doubles == ()  # they are two now, nobody asks again
