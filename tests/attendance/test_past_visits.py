"""Past years of visits from a file: read as people have them, all or nothing, and taken back whole."""

import datetime as dt
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from scheduler.attendance.service.past_visits import take_back_visits
from scheduler.certificates.queries import papers
from scheduler.cli.invariants import violations
from scheduler.core import audit
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound
from scheduler.core.imports import batches
from scheduler.policy import Role
from scheduler.readiness.models import ToldNote
from scheduler.readiness.terms import ToldHow, ToldWhat
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.terms.counting import Filters, Group, Period
from scheduler.visits.models.visits import Visit
from tests.attendance.past_files import HEAD, TWO, counts, read, stored, who_imports
from tests.factories import MONDAY
from tests.factories.counting import a_locked_visit
from tests.factories.people import an_actor
from tests.factories.places import make_host
from tests.workbooks import a_workbook


@pytest.fixture
def actor(session):
    return who_imports()


LATIN = (
    "Datum,Škola,Opština,Odeljenja,Učenika,Nastavnika,km\n12.3.2024.,OŠ Vuk Karadžić,Niš,VII-1,28,2,14\n"
    "12.3.2024.,Vuk Karadžić,Niš,VII-2,31,1,14\n7.11.2023,Čegar,Vranje,,40,0,\n"
)
ROWS = [
    ["Посете"],
    ["Датум", "Школа", "Општина", "Одељења", "Ученика", "Наставника", "км"],
    [45363, "Вук Караџић", "Ниш", "VII-1", 28, 2, 14],
    [45363, "Вук Караџић", "Ниш", "VII-2", 31, 1, 14],
    ["7.11.2023.", "Чегар", "Врање", "", 40, 0],
]


@pytest.mark.parametrize(
    "content",
    [
        TWO.encode("utf-8-sig"),
        ("Посете школама 2023/24;;;;;;\n;;;;;;\n" + TWO).encode(),
        TWO.replace("Vuk Karadžić;Niš", "Вук Караџић;Ниш").encode("cp1251"),
        LATIN.encode("cp1250"),
        a_workbook(ROWS),
    ],
)
def test_a_file_is_read_as_people_have_it(content):
    sheet = read(content)

    assert sheet.problems == ()
    assert [(one.on_day, one.classes, one.counts.pupils, one.counts.teachers) for one in sheet.sittings] == [
        (dt.date(2024, 3, 12), "VII-1", 28, 2),
        (dt.date(2024, 3, 12), "VII-2", 31, 1),
        (dt.date(2023, 11, 7), "", 40, 0),
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (";Чегар;;;5;;", (2, "Датум", "missing")),
        ("maj 2024;Чегар;;;5;;", (2, "Датум", "not_a_day")),
        ("5.10.2026.;Чегар;;;5;;", (2, "Датум", "not_a_past_day")),
        ("1.2.2024.;;;;5;;", (2, "Школа", "missing")),
        ("1.2.2024.;Чегар;;;oko 30;;", (2, "Ученика", "not_a_number_of_people")),
        ("1.2.2024.;Чегар;;;2001;;", (2, "Ученика", "not_a_number_of_people")),
        ("1.2.2024.;Чегар;;;0;0;", (2, "Ученика", "nobody_counted")),
        ("1.2.2024.;Чегар;;;5;;-3", (2, "км", "not_kilometres")),
        ("1.2.2024.;Чегар;;а;5;;\n1.2.2024.;Чегар;;а;5;;", (3, "Датум", "line_twice")),
    ],
)
def test_each_problem_is_told_with_its_line(line, problem):
    sheet = read(f"{HEAD}\n{line}\n")

    assert [(one.line, one.column, one.problem) for one in sheet.problems] == [problem]


def test_columns_that_are_not_there_are_named():
    assert [one.column for one in read("Датум;шта\n1.2.2024.;x\n").problems] == ["host", "pupils"]


@pytest.mark.both_databases
def test_an_import_stores_visits_that_count_in_reports_and_no_paper_is_due(actor, session):
    outcome = stored(actor, read(TWO), file_name="posete.csv")

    assert (outcome.rows, outcome.new, outcome.same, outcome.problems) == (3, 3, 0, ())
    assert counts(session) == [2, 3, 3, 12]
    report = attendance_report(Filters(Period(dt.date(2023, 1, 1), dt.date(2024, 12, 31))), [Group.CITY], language="en")
    assert (report.totals.visits, report.totals.pupils, report.totals.teachers) == (2, 99, 3)
    assert violations() == []
    assert papers.visits_missing_certificates() == []
    assert [visit.number for visit in session.scalars(select(Visit).order_by(Visit.number))] == [
        "P-2023-0001",
        "P-2024-0001",
    ]


@pytest.mark.both_databases
def test_the_same_file_again_changes_nothing(actor, session):
    stored(actor, read(TWO))
    before = counts(session)

    outcome = stored(actor, read(TWO))

    assert (outcome.new, outcome.same, outcome.batch_id) == (0, 3, None)
    assert counts(session) == before


def test_other_numbers_for_a_visit_that_is_stored_are_a_problem(actor, session):
    stored(actor, read(TWO))

    outcome = stored(actor, read(TWO.replace(";40;", ";41;")))

    assert [(one.line, one.problem) for one in outcome.problems] == [(4, "visit_stored_otherwise")]


@pytest.mark.parametrize(
    ("line", "problem"),
    [("1.2.2024.;Непозната;;;5;;", "unknown_host"), ("1.2.2024.;Чегар;Ниш;;5;;", "unknown_host")],
)
def test_one_wrong_line_and_nothing_is_stored(actor, session, line, problem):
    outcome = stored(actor, read(f"{TWO}{line}\n"))

    assert [(one.line, one.column, one.problem) for one in outcome.problems] == [(5, "host", problem)]
    assert counts(session) == [0, 0, 0, 0]


def test_two_hosts_of_one_name_want_the_town(actor):
    make_host("Чегар", place="Лесковац")

    assert [one.problem for one in stored(actor, read(f"{HEAD}\n1.2.2024.;Чегар;;;5;;\n")).problems] == [
        "several_hosts"
    ]
    assert stored(actor, read(f"{HEAD}\n1.2.2024.;Чегар;Лесковац;;5;;\n")).problems == ()


def test_a_dry_run_stores_nothing(actor, session):
    assert stored(actor, read(TWO), dry_run=True).new == 3
    assert counts(session) == [0, 0, 0, 0]


@pytest.mark.both_databases
def test_an_import_is_taken_back_whole_and_can_come_again(actor, session):
    batch_id = stored(actor, read(TWO)).batch_id

    take_back_visits(actor, batch_id, now=MONDAY)

    assert counts(session) == [0, 0, 0, 0]
    with pytest.raises(Conflict) as again:
        take_back_visits(actor, batch_id, now=MONDAY)
    assert again.value.reason == "undone_already"
    assert stored(actor, read(TWO)).new == 3


@pytest.mark.both_databases
def test_an_import_on_which_something_hangs_stays(actor, session):
    batch_id = stored(actor, read(TWO)).batch_id
    visit_id = session.scalars(select(Visit.id).order_by(Visit.id)).first()
    with transaction() as writing:
        writing.add(ToldNote(visit_id=visit_id, what=next(iter(ToldWhat)), how=next(iter(ToldHow)), told_at=MONDAY))

    with pytest.raises(batches.HangsOnIt) as refusal:
        take_back_visits(actor, batch_id, now=MONDAY)

    assert refusal.value.thing == "told_note"
    assert counts(session) == [2, 3, 3, 12]


@pytest.mark.both_databases
def test_an_import_that_somebody_corrected_stays(actor, session):
    batch_id = stored(actor, read(TWO)).batch_id
    with transaction() as writing:
        visit = writing.scalars(select(Visit)).first()
        audit.record(actor, "kilometres changed", visit, at=MONDAY)

    with pytest.raises(batches.HangsOnIt) as refusal:
        take_back_visits(actor, batch_id, now=MONDAY)

    assert refusal.value.thing == "audit_entry"


def test_only_who_may_imports_and_takes_back(actor, session):
    batch_id = stored(actor, read(TWO)).batch_id
    with pytest.raises(NotAllowed):
        stored(an_actor(Role.SAFEGUARDING, centre_id=actor.centre_id), read(TWO))
    with pytest.raises(NotFound):
        take_back_visits(an_actor(Role.COORDINATOR), batch_id, now=MONDAY)


@pytest.mark.both_databases
def test_a_visit_that_gets_the_number_of_one_taken_back_gets_its_papers(actor, session):
    """SQLite gives the ids of deleted rows again."""
    batch_id = stored(actor, read(TWO)).batch_id
    take_back_visits(actor, batch_id, now=MONDAY)

    begun = a_locked_visit()

    assert papers.visits_missing_certificates() == [begun.visit.id]


@contextmanager
def counts_read():
    """Rows of head counts that the transactions inside read, by any plan: one number for each."""
    told: list[int] = []
    asked = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'head_count'"

    def note(session):
        told.append(session.connection().scalar(text(asked)))

    event.listen(Session, "before_commit", note)
    try:
        yield told
    finally:
        event.remove(Session, "before_commit", note)


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_count_that_is_stored_reads_the_counts_of_its_own_presentation(session, actor):
    """A law that looks through all of them makes ten times the past a hundred times as slow."""
    months = [f"{month}.{year}" for year in (2021, 2022, 2023) for month in range(1, 13)]
    lines = [f"{day}.{month};Чегар;Врање;;40;2;" for month in months for day in range(1, 21)]

    with counts_read() as told:
        stored(actor, read("\n".join([HEAD, *lines])))

    assert counts(session)[0] == len(lines)
    assert len(lines) < sum(told) < 50 * len(lines), told
