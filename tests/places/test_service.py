"""Reference data, days that people enter, imported and proposed hosts."""

import datetime as dt
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.imports.sheets import LineProblem
from scheduler.imports.staging import Filing
from scheduler.jobs.places import keep_days_current as nightly
from scheduler.places import queries
from scheduler.places.imports.registers import read_hosts
from scheduler.places.models import District, Holiday, Host, Municipality, SchoolCalendarEntry
from scheduler.places.service.days import (
    add_calendar_entry,
    add_holiday,
    remove_calendar_entry,
    remove_holiday,
    restore_calendar_entry,
    restore_holiday,
)
from scheduler.places.service.hosts import import_hosts, load_example_hosts, load_reference_data, propose_host
from scheduler.places.service.reference_days import keep_days_current
from scheduler.places.terms.hosts import CalendarDraft, Change, HolidayDraft, HostKind, SchoolCalendar
from scheduler.policy import ANONYMOUS, SYSTEM, Actor, Role
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import a_host_draft, make_host, make_municipality
from tests.places.files import sheet_of
from tests.refusals import rejection

COORDINATOR = Actor(frozenset({Role.COORDINATOR}), user_id=7, centre_id=1)
EDUCATOR = Actor(frozenset({Role.EDUCATOR}), user_id=8, centre_id=1)
LATER = MONDAY + dt.timedelta(days=1)


def rows_in(session, table):
    return session.scalar(select(func.count()).select_from(table))


def test_reference_data_are_whole_know_holidays_and_loading_twice_is_once(session):
    tables = (District, Municipality, Holiday, SchoolCalendarEntry)
    load_reference_data(MONDAY)
    first = [rows_in(session, table) for table in tables]

    load_reference_data(LATER)

    assert [rows_in(session, table) for table in tables] == first
    assert first[:2] == [30, 182]
    assert first[3] == 21
    assert session.scalar(select(func.count()).where(Municipality.city_sr_cyrl == "Београд")) == 17
    kostolac = session.scalar(select(Municipality).where(Municipality.name_sr_cyrl == "Костолац"))
    assert (kostolac.city_sr_latn, kostolac.search_key) == ("Požarevac", "kostolac")

    load_reference_data(MONDAY)
    days = {row.day: row for row in session.scalars(select(Holiday))}

    assert days[dt.date(2026, 2, 17)].no_lessons
    assert days[dt.date(2027, 5, 4)].name_en
    assert (days[dt.date(2027, 1, 27)].name_sr_latn, days[dt.date(2027, 1, 27)].no_lessons) == ("Sveti Sava", True)
    assert not days[dt.date(2026, 10, 21)].no_lessons
    assert {day.year for day in days} == set(range(2023, 2029))


def test_holidays_are_known_two_years_ahead_and_a_removed_one_stays_removed(session):
    load_reference_data(MONDAY.replace(year=2031))
    assert session.scalar(select(func.max(Holiday.day))).year == 2033
    assert session.scalar(select(Holiday.no_lessons).where(Holiday.day == dt.date(2033, 1, 1)))
    load_reference_data(MONDAY)
    new_year = session.scalars(select(Holiday).where(Holiday.day == dt.date(2027, 1, 1))).one().id
    remove_holiday(admin(), new_year, now=MONDAY)
    load_reference_data(MONDAY)
    assert queries.holidays_between(dt.date(2027, 1, 1), dt.date(2027, 1, 1)) == []


def test_what_a_coordinator_edited_outlives_loading_again(session):
    load_reference_data(MONDAY)
    with transaction() as writing:
        writing.scalar(select(Holiday).where(Holiday.day == dt.date(2027, 1, 27))).no_lessons = False
        for entry in writing.scalars(select(SchoolCalendarEntry).where(SchoolCalendarEntry.kind == "break-spring")):
            entry.last_day = dt.date(2026, 4, 15)
    load_reference_data(LATER)
    assert not session.scalar(select(Holiday.no_lessons).where(Holiday.day == dt.date(2027, 1, 27)))
    springs = select(SchoolCalendarEntry.last_day).where(SchoolCalendarEntry.kind == "break-spring")
    assert set(session.scalars(springs)) == {dt.date(2026, 4, 15)}


def test_import_adds_changes_and_leaves_and_says_so(session):
    nis, cacak = make_municipality("Ниш"), make_municipality("Чачак")
    towns = nis.id, cacak.id
    import_hosts(COORDINATOR, sheet_of("1,Вук,primary,Ниш,018 123", "2,Сава,primary,Ниш,018 123"), Filing(MONDAY))

    outcome = import_hosts(
        COORDINATOR,
        sheet_of("1,Вук,primary,Чачак,032 123", "2,Сава,primary,Niš,018 123", "3,Нова,secondary,grad Niš,018 123"),
        Filing(LATER),
    )

    assert (outcome.rows, outcome.new, outcome.changed, outcome.same, outcome.problems) == (3, 1, 1, 1, ())
    assert set(outcome.changes) == {
        Change("1", "Vuk", "municipality", "Niš", "Čačak"),
        Change("1", "Vuk", "phone", "018 123", "032 123"),
        Change("1", "Vuk", "place_sr_cyrl", "Ниш", "Чачак"),
        Change("1", "Vuk", "place_sr_latn", "Niš", "Čačak"),
    }
    stored = session.scalars(select(Host).order_by(Host.register_id)).all()
    assert [host.municipality_id for host in stored] == [towns[1], towns[0], towns[0]]
    assert [host.created_at for host in stored] == [MONDAY, MONDAY, LATER]
    assert all(host.listed and not host.example for host in stored)
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.at == LATER).order_by(AuditEntry.action))
    assert list(actions) == ["host changed by import", "host imported", "imported"]


def test_a_dry_run_says_the_same_and_stores_nothing(session):
    make_municipality("Ниш")
    sheet = sheet_of("1,Вук,primary,Ниш,018 123")
    dry = import_hosts(COORDINATOR, sheet, Filing(MONDAY, dry_run=True))
    assert rows_in(session, Host) == rows_in(session, AuditEntry) == 0
    stored = import_hosts(COORDINATOR, sheet, Filing(MONDAY))
    assert stored.batch_id
    assert replace(stored, batch_id=None) == dry


def test_one_bad_line_keeps_every_line_out(session):
    make_municipality("Ниш")

    outcome = import_hosts(
        COORDINATOR,
        sheet_of(
            "1,Вук,primary,Ниш,018 123",
            "2,Сава,primary,Атлантида,018 123",
            "3,,primary,Ниш,018 123",
            "1,Опет,primary,Ниш,018 123",
        ),
        Filing(MONDAY),
    )

    assert outcome.rows == 4
    assert outcome.problems == (
        LineProblem(3, "municipality", "unknown_municipality"),
        LineProblem(4, "name", "missing"),
        LineProblem(5, "register_id", "twice_in_the_file"),
    )
    assert rows_in(session, Host) == 0


def test_two_municipalities_of_one_name_are_told_apart_by_the_district(session):
    towns = [make_municipality("Палилула") for _ in range(2)]
    iso = session.get(District, towns[1].district_id).iso
    sheet = sheet_of("1,Вук,primary,Палилула,018 123")
    told = replace(sheet, rows=tuple(replace(row, district_iso=iso) for row in sheet.rows))
    assert import_hosts(SYSTEM, sheet, Filing(MONDAY)).problems[0].problem == "several_municipalities"
    assert import_hosts(SYSTEM, told, Filing(MONDAY)).problems == ()
    assert session.scalar(select(Host.municipality_id)) == towns[1].id


@pytest.mark.parametrize("actor", [ANONYMOUS, EDUCATOR])
def test_import_is_refused_to_who_may_not(session, actor):
    with pytest.raises(NotAllowed):
        import_hosts(actor, sheet_of("1,Вук,primary,Ниш,018 123"), Filing(MONDAY))
    assert rows_in(session, Host) == 0


def test_the_example_hosts_are_stored_once_and_marked(session):
    load_reference_data(MONDAY)
    first = load_example_hosts(MONDAY)
    second = load_example_hosts(LATER)
    assert (first.new, first.problems, second.same) == (300, (), 300)
    assert session.scalar(select(func.count()).select_from(Host).where(Host.example, Host.listed)) == 300


@pytest.mark.deep
@pytest.mark.register
@pytest.mark.skipif(not os.environ.get("SCHOOL_REGISTER"), reason="SCHOOL_REGISTER names no file")
def test_the_whole_register_is_stored_and_a_second_time_changes_nothing(session):
    load_reference_data(MONDAY)
    content = Path(os.environ["SCHOOL_REGISTER"]).read_bytes()
    first = import_hosts(COORDINATOR, read_hosts(content), Filing(MONDAY))
    second = import_hosts(COORDINATOR, read_hosts(content), Filing(LATER))
    assert (first.rows, first.new, first.problems) == (1792, 1792, ())
    assert (second.same, second.changed, second.changes) == (1792, 0, ())
    told = session.scalars(select(AuditEntry.action)).all()
    assert rows_in(session, Host) == told.count("host imported") == 1792
    assert len(told) == 1793, "and one line for the file: the second changed nothing and says nothing"


def test_a_proposed_host_is_stored_unlisted_with_one_audit_row_and_one_abroad_has_its_own_zone(session):
    town = make_municipality("Бајина Башта")

    host = propose_host(ANONYMOUS, a_host_draft(municipality_id=town.id), now=MONDAY)

    assert (host.listed, host.example, host.register_id) == (False, False, None)
    assert (host.name_sr_cyrl, host.name_sr_latn) == ("Летњи камп Тара", "Letnji kamp Tara")
    assert host.search_key == "kamp letnji tara mitrovac bajina basta"
    (entry,) = session.scalars(select(AuditEntry))
    assert (entry.action, entry.thing_id, entry.actor) == ("host proposed", host.id, "anonymous")
    assert json.loads(entry.details) == {}

    host = propose_host(
        ANONYMOUS, a_host_draft(kind=HostKind.OTHER, place="Ljubljana", zone="Europe/Ljubljana"), now=MONDAY
    )

    assert (host.municipality_id, host.zone) == (None, "Europe/Ljubljana")


@pytest.mark.parametrize(
    ("given", "problems"),
    [({"name": ""}, {"name": "missing"}), ({"municipality_id": 999}, {"municipality": "unknown_municipality"})],
)
def test_a_wrong_proposal_is_rejected_and_nothing_stored(session, given, problems):
    with rejection(**problems):
        propose_host(ANONYMOUS, a_host_draft(**given), now=MONDAY)
    assert rows_in(session, Host) == rows_in(session, AuditEntry) == 0


def test_educators_propose_no_hosts(session):
    with pytest.raises(NotAllowed):
        propose_host(EDUCATOR, a_host_draft(), now=MONDAY)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("given", "constraint"),
    [
        ({"name_sr_latn": ""}, "has_a_name"),
        ({"lat": 43.0, "lon": None}, "both_degrees_or_none"),
        ({"lat": 95.0, "lon": 20.0}, "is_on_the_map"),
        ({"classes": 501}, "classes_fit_a_school"),
        ({"register_id": "7", "listed": False}, "registered_is_listed"),
    ],
)
def test_the_database_refuses_impossible_hosts(session, given, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        make_host(**given)


@pytest.mark.both_databases
def test_the_database_refuses_a_second_register_id_a_town_without_end_and_days_out_of_order(session):
    make_host(register_id="7")
    with pytest.raises(IntegrityError, match="register_id"):
        make_host(register_id="7")

    host = make_host()
    with pytest.raises(IntegrityError), transaction() as writing:
        writing.delete(writing.get(Municipality, host.municipality_id))

    with pytest.raises(IntegrityError, match="days_in_order"), transaction() as writing:
        writing.add(
            SchoolCalendarEntry(
                calendar=SchoolCalendar.REPUBLIC,
                school_year="2026/27",
                kind="term1",
                first_day=dt.date(2026, 9, 2),
                last_day=dt.date(2026, 9, 1),
            )
        )


def test_the_night_adds_no_day_that_somebody_removed(session, the_clock):
    load_reference_data(MONDAY)
    with transaction() as writing:
        writing.scalar(select(Holiday).where(Holiday.day == dt.date(2027, 1, 27))).removed_at = MONDAY
    the_clock.stands_at(MONDAY.replace(year=MONDAY.year + 1))
    nightly.call_local()
    days = session.execute(select(Holiday.day, Holiday.removed_at)).all()
    assert len({day for day, _removed in days}) == len(days)
    assert [day for day, removed in days if removed] == [dt.date(2027, 1, 27)]
    assert max(days)[0].year == MONDAY.year + 3


def test_each_new_year_brings_the_holidays_of_another_one_unless_nothing_was_set_up(session):
    assert keep_days_current(MONDAY) == 0
    assert session.scalar(select(func.count()).select_from(Holiday)) == 0
    load_reference_data(MONDAY)
    assert keep_days_current(MONDAY) == 0
    for years in range(1, 6):
        assert keep_days_current(MONDAY.replace(year=MONDAY.year + years)) > 10
    assert session.scalar(select(func.max(Holiday.day))).year == MONDAY.year + 7


CHRISTMAS = dt.date(2026, 12, 25)
TODAY = MONDAY.date()


def admin():
    return an_actor(Role.ADMINISTRATOR)


def shown() -> list[str]:
    return [row.name("sr_Latn") for row in queries.holidays_between(CHRISTMAS, CHRISTMAS)]


def test_a_holiday_is_added_removed_and_put_back(session):
    actor = admin()
    with rejection(name="missing"):
        add_holiday(actor, HolidayDraft(CHRISTMAS, "…"), now=MONDAY)
    holiday_id = add_holiday(actor, HolidayDraft(CHRISTMAS, "Божић"), now=MONDAY)
    seen = [shown()]
    for act in (remove_holiday, remove_holiday, restore_holiday):
        act(actor, holiday_id, now=MONDAY)
        seen.append(shown())
    assert seen == [["Božić"], [], [], ["Božić"]]


def test_a_day_in_the_list_is_not_added_twice_and_a_removed_one_comes_back(session):
    actor = admin()
    first = add_holiday(actor, HolidayDraft(CHRISTMAS, "Божић"), now=MONDAY)
    with pytest.raises(Rejected) as refusal:
        add_holiday(actor, HolidayDraft(CHRISTMAS, "Слава"), now=MONDAY)
    remove_holiday(actor, first, now=MONDAY)
    second = add_holiday(actor, HolidayDraft(CHRISTMAS, "Слава"), now=MONDAY)
    assert (refusal.value.problems, first == second, shown()) == ({"day": "exists"}, True, ["Slava"])
    with pytest.raises(NotFound):
        remove_holiday(admin(), 999, now=MONDAY)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SAFEGUARDING, Role.EDUCATOR])
def test_only_an_administrator_changes_school_days(session, role):
    with pytest.raises(NotAllowed):
        add_holiday(an_actor(role), HolidayDraft(CHRISTMAS, "Божић"), now=MONDAY)
    with pytest.raises(NotAllowed):
        remove_calendar_entry(an_actor(role), 1, now=MONDAY)


def a_line(**given) -> CalendarDraft:
    fair = {
        "calendar": SchoolCalendar.VOJVODINA, "kind": "term1", "first_day": dt.date(2026, 9, 1),
        "last_day": dt.date(2026, 12, 22), "applies_to": "all",
    }  # fmt: skip
    return CalendarDraft(**(fair | given))


def spans() -> list[dt.date]:
    return [span.last_day for span in queries.calendar_spans(SchoolCalendar.VOJVODINA, TODAY, TODAY)]


def test_a_line_of_a_school_calendar_is_added_removed_and_put_back(session):
    actor = admin()
    with rejection(last_day="days_not_in_order"):
        add_calendar_entry(actor, a_line(last_day=dt.date(2026, 8, 31)), now=MONDAY)
    line_id = add_calendar_entry(actor, a_line(), now=MONDAY)
    seen = [spans()]
    for act in (remove_calendar_entry, restore_calendar_entry):
        act(actor, line_id, now=MONDAY)
        seen.append(spans())

    end = dt.date(2026, 12, 22)
    assert seen == [[end], [], [end]]
    assert queries.supplies(TODAY).calendars == {SchoolCalendar.VOJVODINA}
