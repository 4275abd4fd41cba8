import os
from pathlib import Path

import pytest

from scheduler.core.imports.sheets import LineProblem
from scheduler.data import files
from scheduler.places.imports.registers import read_hosts
from scheduler.places.terms.hosts import HostKind

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
        ("register_id", "", "missing"),
        ("name_sr_cyrl", "-", "missing"),
        ("municipality_sr_cyrl", "", "missing"),
        ("kind", "", "missing"),
        ("kind", "castle", "unknown_kind"),
        ("website", "javascript:alert(1)", "not_a_web_address"),
        ("website", "http://user@evil", "not_a_web_address"),
        ("website", "data://x.y", "not_a_web_address"),
        ("classes", "-3", "not_a_number_of_classes"),
        ("classes", "501", "not_a_number_of_classes"),
        ("lat", "north", "not_degrees"),
        ("lat", "91", "not_on_the_map"),
        ("lat", "nan", "not_degrees"),
        ("lon", "", "missing"),
        ("email", "a@b", "not_an_email"),
        ("teaches_primary", "perhaps", "not_yes_or_no"),
        ("phone", "=cmd()", "not_a_phone"),
        ("phone", "+999 18 123 456", "not_a_phone"),
        ("phone", "018 555 100; 018", "not_a_phone"),
        ("name_sr_cyrl", "x" * 201, "too_long"),
    ],
)
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
