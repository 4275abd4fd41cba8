"""A register as schools know it: parts of cities, numbers that lost their zeros, one school written twice."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from scheduler.core.imports.sheets import LineProblem
from scheduler.core.imports.staging import Filing
from scheduler.places.imports.registers import read_hosts
from scheduler.places.models import Host, Municipality
from scheduler.places.rules.registers import name_keys, width_of_codes
from scheduler.places.rules.town_names import KnownTown, TownSaid, town_meant
from scheduler.places.service.hosts import import_hosts, load_reference_data
from scheduler.places.terms.registers import DoubleSchool
from scheduler.policy import SYSTEM
from tests.factories import MONDAY
from tests.factories.places import make_host, make_municipality

HEADER = "Šifra;Naziv škole;Tip;Opština;Mesto;Poštanski broj;Okrug\n"
NIS = KnownTown(1, "nis", "nis", "RS-20", "nisavski", "18000")
VRANJE = KnownTown(2, "vranje", "vranje", "RS-24", "pcinski", "17500")
UZICE = KnownTown(3, "uzice", "uzice", "RS-16", "zlatiborski", "31000")
PALILULA = KnownTown(4, "palilula", "beograd", "RS-00", "grad beograd", "11060")
ZEMUN = KnownTown(5, "zemun", "beograd", "RS-00", "grad beograd", "11080")
TOWNS = (NIS, VRANJE, UZICE, PALILULA, ZEMUN)


def imported(*lines: str, dry_run: bool = False):
    return import_hosts(SYSTEM, read_hosts((HEADER + "\n".join(lines)).encode()), Filing(MONDAY, dry_run=dry_run))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (TownSaid("Медијана"), NIS),
        (TownSaid("Mediana"), NIS),
        (TownSaid("ГО Пантелеј"), NIS),
        (TownSaid("Црвени Крст"), NIS),
        (TownSaid("Градска општина Нишка Бања"), NIS),
        (TownSaid("Врањска Бања"), VRANJE),
        (TownSaid("Sevojno"), UZICE),
        (TownSaid("Grad Niš"), NIS),
        (TownSaid("Palilula"), "several_municipalities"),
        (TownSaid("Palilula", district="RS-20"), NIS),
        (TownSaid("Palilula", district="Нишавски округ"), NIS),
        (TownSaid("Palilula", district="Grad Beograd"), PALILULA),
        (TownSaid("Palilula", place="Ниш"), NIS),
        (TownSaid("Palilula", place="Београд"), PALILULA),
        (TownSaid("Palilula", postcode="18103"), NIS),
        (TownSaid("Palilula", postcode="11211"), PALILULA),
        (TownSaid("Palilula", place="Ниш", postcode="11060"), "several_municipalities"),
        (TownSaid("Palilula", place="Borča"), "several_municipalities"),
        (TownSaid("Niš - Palilula"), NIS),
        (TownSaid("Палилула (Београд)"), PALILULA),
        (TownSaid("Beograd"), "several_municipalities"),
        (TownSaid("Beograd", place="Zemun"), ZEMUN),
        (TownSaid("Zemun", district="RS-20"), "not_in_this_district"),
        (TownSaid("Атлантида"), "unknown_municipality"),
    ],
)
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
