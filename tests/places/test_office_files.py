"""Registers as offices keep them, kind by kind: what is stored of each, and what their owner is told."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from scheduler.attendance.imports import read_past_visits
from scheduler.core.errors import GroundReason
from scheduler.imports.batches import HangsOnIt
from scheduler.imports.letters import has_broken_letters
from scheduler.imports.sheets import OPEN_DOCUMENT, LineProblem, Mended
from scheduler.imports.staging import Filing
from scheduler.places.imports.registers import kind_of, read_hosts
from scheduler.places.models import Host
from scheduler.places.rules.registers import width_beside
from scheduler.places.rules.town_names import TownSaid, town_meant
from scheduler.places.service.hosts import import_hosts, take_back_hosts
from scheduler.places.terms.hosts import STILL_OPEN, HostKind
from scheduler.policy import SYSTEM
from scheduler.requests.queries.found_hosts import found_hosts
from tests.factories import MONDAY
from tests.factories.places import make_municipality
from tests.places.files import NIS, PALILULA, TOWNS
from tests.workbooks import MAIN, a_workbook

HEAD = "Šifra škole;Ime škole;Tip;Opština;Telefon;Mejl;Status;Napomena\n"


def read(phone: str = "", mail: str = "", status: str = ""):
    return read_hosts(f'{HEAD}7;Вук;ОШ;Ниш;"{phone}";"{mail}";{status};\n'.encode())


@pytest.mark.parametrize(
    ("typed", "stored", "told"),
    [
        ("32111222", "032/111-222", True), ("641234567", "064/123-4567", True), ("38132111222", "032/111-222", True),
        ("230123456", "0230/123-456", True), ("032/111-222 i 111-223", "032/111-222, 032/111-223", True),
        ("032/111-222 lok. 12", "032/111-222 lok. 12", False), ("032/111-222, lokal 12", "032/111-222 lok. 12", False),
        ("tel: 032/111-222", "032/111-222", False), ("032/111-222/fax", "032/111-222", False),
        ("tel/fax: 032/111-222", "032/111-222", False), ("(032) 111-222", "(032) 111-222", False),
        ("011/2345-678; faks 011/2345-679", "011/2345-678, 011/2345-679", False),
        ("-", "", False), ("nema", "", False), ("nema telefon", "", False), ("018 123", "018 123", False),
    ],
)  # fmt: skip
def test_a_phone_is_stored_as_it_is_dialled_and_what_was_given_back_is_told(typed, stored, told):
    sheet = read(phone=typed)
    assert (sheet.problems, [host.phone for host in sheet.rows]) == ((), [stored])
    assert sheet.mended == ((Mended(2, "Telefon", typed, stored),) if told else ())


@pytest.mark.parametrize("typed", ["3.2111222E7", "lok. 12", "032/111-222 i nešto", "tel:"])
def test_what_cannot_be_dialled_is_refused_with_its_line(typed):
    assert read(phone=typed).problems == (LineProblem(2, "Telefon", "not_a_phone"),)


@pytest.mark.parametrize(
    ("typed", "stored", "told"),
    [
        ("a@x.rs, b@x.rs", "a@x.rs", True), ("A@x.rs;b@x.rs", "a@x.rs", True), ("a@x.rs b@x.rs", "a@x.rs", True),
        ("mailto:a@x.rs", "a@x.rs", False), ("<a@x.rs>", "a@x.rs", False), ("-", None, False), ("nema", None, False),
        ("Нема мејл", None, False), ("nema e-mail", None, False), ("nepoznata", None, False),
    ],
)  # fmt: skip
def test_of_two_addresses_the_first_is_stored_and_that_is_told(typed, stored, told):
    sheet = read(mail=typed)
    assert (sheet.problems, [host.email for host in sheet.rows]) == ((), [stored])
    assert sheet.mended == ((Mended(2, "Mejl", typed, stored),) if told else ())


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("OŠ", HostKind.PRIMARY), ("ОШ", HostKind.PRIMARY), ("Redovna osnovna škola", HostKind.PRIMARY),
        ("Škola za osnovno obrazovanje odraslih", HostKind.PRIMARY), ("SŠ", HostKind.SECONDARY),
        ("Tehnička škola", HostKind.SECONDARY), ("Srednja stručna škola", HostKind.SECONDARY),
        ("Ekonomska škola", HostKind.SECONDARY), ("Медицинска школа", HostKind.SECONDARY),
        ("Poljoprivredna škola sa domom učenika", HostKind.SECONDARY), ("Mešovita škola", HostKind.SECONDARY),
        ("Dom učenika", HostKind.DORMITORY), ("Učenički dom", HostKind.DORMITORY),
        ("Niža muzička škola", HostKind.PRIMARY_MUSIC), ("Srednja muzička škola", HostKind.MUSIC),
        ("ŠOSO", HostKind.SPECIAL_PRIMARY_SECONDARY), ("Privatna osnovna škola", HostKind.PRIMARY_PRIVATE),
        ("OŠ i SŠ", HostKind.PRIMARY_SECONDARY), ("Gradska biblioteka", HostKind.LIBRARY),
        ("Predškolska ustanova", None), ("Visoka tehnička škola", None), ("Dvorac", None),
    ],
)  # fmt: skip
def test_a_kind_is_known_as_offices_call_it(word, kind):
    assert kind_of(word, {}) is kind


def test_a_kind_that_nobody_knows_is_asked_for_once_and_then_is_what_somebody_said():
    content = f"{HEAD}7;Вук;Vrtić;Ниш;;;;\n8;Сава;Vrtić;Ниш;;;;\n".encode()
    sheet = read_hosts(content)
    assert (sheet.unknown_kinds, sheet.rows) == (("Vrtić",), ())
    assert sheet.problems == (LineProblem(2, "Tip", "unknown_kind"), LineProblem(3, "Tip", "unknown_kind"))
    assert [host.kind for host in read_hosts(content, None, {"vrtic": "other"}).rows] == [HostKind.OTHER] * 2


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("18000 Niš", NIS), ("Niš 18000", NIS), ("Niš, 18000", NIS), ("GO Palilula Beograd", PALILULA),
        ("Beograd Palilula", PALILULA), ("11060 Palilula", PALILULA), ("Palilula Niš", NIS), ("Niš Medijana", NIS),
        ("Niš Beograd", "unknown_municipality"), ("18000", "unknown_municipality"),
        ("11000 Beograd", "several_municipalities"),
    ],
)  # fmt: skip
def test_a_town_is_known_with_its_postcode_and_its_city_in_every_order(said, meant):
    assert town_meant(TownSaid(said), TOWNS) == meant


@pytest.mark.parametrize(
    ("status", "closed_on"),
    [
        ("UGAŠENA 31.08.2026.", dt.date(2026, 8, 31)), ("zatvorena od 1.9.24.", dt.date(2024, 9, 1)),
        ("31.08.2026.", dt.date(2026, 8, 31)), ("aktivna", STILL_OPEN), ("aktivna od 1.9.1990.", STILL_OPEN),
        ("", None),
    ],
)  # fmt: skip
def test_a_state_says_since_when_a_school_is_closed(status, closed_on):
    sheet = read(status=status)
    assert (sheet.problems, [host.closed_on for host in sheet.rows]) == ((), [closed_on])


def test_a_state_of_a_closed_school_without_its_day_is_asked_for():
    assert read(status="ugašena").problems == (LineProblem(2, "Status", "not_a_day"),)


@pytest.mark.parametrize(
    ("neighbours", "width"),
    [(["0100", "0102"], 4), (["0100"], 4), (["100", "0102"], 0), (["00100", "0102"], 0), ([], 0), (["0100", "102"], 0)],
)
def test_a_number_has_the_zeros_of_its_known_neighbours(neighbours, width):
    assert width_beside("101", neighbours) == width


def imported(*lines: str, head: str = "Šifra;Naziv;Tip;Opština;Status"):
    return import_hosts(SYSTEM, read_hosts("\n".join((head, *lines)).encode()), Filing(MONDAY))


@pytest.fixture
def town(session):
    return make_municipality("Ниш")


def test_a_new_number_between_two_with_zeros_is_stored_with_its_zero(session, town):
    imported("0100;А;ОШ;Ниш;", "0102;Б;ОШ;Ниш;", "10234;В;ОШ;Ниш;")
    imported("101;Г;ОШ;Ниш;", "7000;Д;ОШ;Ниш;")
    assert session.scalars(select(Host.register_id).order_by(Host.id)).all() == [
        "0100", "0102", "10234", "0101", "7000",
    ]  # fmt: skip


@pytest.mark.both_databases
def test_a_school_that_is_closed_is_found_until_that_day_and_again_when_the_register_says_so(session, town, the_clock):
    def found() -> int:
        session.rollback()
        return len(found_hosts("Чегар", limit=5).rows)

    the_clock.stands_at(MONDAY)
    line = "7;Чегар;ОШ;Ниш;"
    imported(f"{line}УГАШЕНА {MONDAY + dt.timedelta(days=1):%d.%m.%Y.}")
    assert found() == 1
    the_clock.stands_at(MONDAY + dt.timedelta(days=1))
    assert found() == 0
    assert imported("7;Чегар;ОШ;Ниш", head="Šifra;Naziv;Tip;Opština").same == 1
    assert [change.field for change in imported(f"{line}активна").changes] == ["closed_on"]
    assert found() == 1


@pytest.mark.both_databases
def test_an_import_is_taken_back_after_a_later_one_was_unless_somebody_changed_it_between(session, town):
    first = imported("7;Чегар;ОШ;Ниш;", "8;Вук;ОШ;Ниш;")
    second, third = imported("7;Чегар;SŠ;Ниш;"), imported("8;Вук Караџић;ОШ;Ниш;")
    take_back_hosts(SYSTEM, second.batch_id, now=MONDAY)
    with pytest.raises(HangsOnIt):  # the third one stays
        take_back_hosts(SYSTEM, first.batch_id, now=MONDAY)
    take_back_hosts(SYSTEM, third.batch_id, now=MONDAY)
    take_back_hosts(SYSTEM, first.batch_id, now=MONDAY)
    session.rollback()
    assert session.scalars(select(Host.id)).all() == []


def merged_workbook(merged: str) -> bytes:
    rows = [["Datum", "Škola", "Učenika"], ["15.5.24.", "Vuk", "20"], ["2024/05/14", "", ""], ["45425", "", "22"]]
    cells = [
        "".join(
            f'<c r="{"ABC"[place]}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for place, text in enumerate(row)
            if text
        )
        for number, row in enumerate(rows, 1)
    ]
    told = "".join(f'<row r="{number}">{row}</row>' for number, row in enumerate(cells, 1))
    sheet = f'<worksheet {MAIN}><sheetData>{told}</sheetData><mergeCells><mergeCell ref="{merged}"/></mergeCells>'
    return a_workbook([["x"]], **{"xl/worksheets/sheet1.xml": f"{sheet}</worksheet>".encode()})


def test_a_merged_school_holds_for_each_of_its_lines_and_a_merged_count_is_one_count():
    sheet = read_past_visits(merged_workbook("B2:B4"), today=dt.date(2026, 1, 1))
    assert sheet.problems == (LineProblem(3, "Učenika", "nobody_counted"),)
    assert [(one.line, one.host, one.on_day.day) for one in sheet.sittings] == [(2, "Vuk", 15), (4, "Vuk", 13)]
    sheet = read_past_visits(merged_workbook("C2:C3"), today=dt.date(2026, 1, 1))
    assert LineProblem(3, "Učenika", "nobody_counted") in sheet.problems


@pytest.mark.parametrize(
    "head",
    [
        "Šifra;Naziv;Tip;Opština;Poštanski;Kontakt;\n;škole;škole;;broj;telefon;mejl\n",
        "Registar 2026;;;;;;\nPodaci;;;;;Veza;\nŠifra;Naziv škole;Tip;Opština;Poštanski broj;Telefon;Mejl\n",
    ],
)
def test_headings_over_two_lines_are_read_as_one(head):
    sheet = read_hosts(f"{head}7;Вук;ОШ;Ниш;18000;018 123;a@x.rs\n".encode())
    assert sheet.problems == ()
    assert [(one.name_sr_cyrl, one.postcode, one.phone, one.email) for one in sheet.rows] == [
        ("Вук", "18000", "018 123", "a@x.rs")
    ]


def test_a_line_of_data_below_its_headings_is_none():
    sheet = read_hosts("Šifra;Naziv;Tip;Opština;Beleška\n7;Вук;osnovna;Ниш;telefon\n".encode())
    assert (sheet.problems, len(sheet.rows)) == ((), 1)


@pytest.mark.parametrize(
    ("town", "problem"),
    [
        ("Уžице", GroundReason.MIXED_SCRIPTS), ("Uжицe", GroundReason.MIXED_SCRIPTS),
        ("Miloљ", GroundReason.BROKEN_LETTERS), ("OÅ¡tina", GroundReason.BROKEN_LETTERS),
    ],
)  # fmt: skip
def test_a_letter_of_the_other_script_is_no_wrong_encoding(town, problem):
    assert has_broken_letters(town) is (problem is GroundReason.BROKEN_LETTERS)
    assert read_hosts(f"{HEAD}7;Вук;ОШ;{town};;;;\n".encode()).problems[0] == LineProblem(2, "Opština", problem)


def test_an_ods_file_is_asked_for_as_another_kind():
    content = b"PK\x03\x04" + bytes(26) + OPEN_DOCUMENT + b".spreadsheet"
    assert read_hosts(content).problems == (LineProblem(1, "", "a_spreadsheet_not_csv"),)


def test_nothing_of_a_file_with_one_bad_line_is_stored(session, town):
    outcome = imported("7;Чегар;ОШ;Ниш;", "8;Вук;Vrtić;Ниш;")
    assert outcome == replace(outcome, new=1, problems=(LineProblem(3, "Tip", "unknown_kind"),), batch_id=None)
    assert session.scalars(select(Host.id)).all() == []
