"""Past years of visits from a file: read as people have them, with who presented, all or nothing, taken back whole."""

import datetime as dt
from contextlib import contextmanager

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from scheduler.attendance.imports import read_past_visits
from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.service.past_visits import import_past_visits, take_back_visits
from scheduler.certificates.queries import papers
from scheduler.cli.invariants import violations
from scheduler.core import audit
from scheduler.core.db import db, transaction
from scheduler.core.errors import NotAllowed, NotFound
from scheduler.imports import batches
from scheduler.imports.staging import Filing
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.policy import Role
from scheduler.readiness.models import ToldNote
from scheduler.readiness.terms import ToldHow, ToldWhat
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.terms.counting import Filters, Group, Period
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import AssignmentState
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.counting import a_locked_visit
from tests.factories.people import an_actor, make_presenter
from tests.factories.places import make_host
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import make_consent, make_vetting
from tests.refusals import conflict
from tests.workbooks import a_workbook


@pytest.fixture
def actor(session):
    """A coordinator whose centre has a programme, in a country with the two schools of the files."""
    actor = an_actor(Role.COORDINATOR)
    make_programme(centre_id=actor.centre_id)
    make_host("Вук Караџић", place="Ниш", register_id="1")
    make_host("Чегар", place="Врање", register_id="2")
    return actor


HEAD = "Датум;Школа;Општина;Одељења;Ученика;Наставника;км"
CREW_HEAD = "datum;škola;vreme;učenika;predavači"
TWO = (
    f"{HEAD}\n12.3.2024.;ОШ „Вук Караџић“;Ниш;VII-1;28;2;14\n12.3.2024.;Vuk Karadžić;Niš;VII-2;31;1;14\n"
    "7.11.2023;Чегар;Врање;;40;0;\n"
)
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


def read(text):
    content = text if isinstance(text, bytes) else text.encode("utf-8-sig")
    return read_past_visits(content, today=MONDAY.date())


def stored(actor, sheet, **given):
    return import_past_visits(actor, sheet, Filing(MONDAY, actor.centre_id, **given))


def counts(session):
    session.rollback()
    return [
        session.scalar(select(func.count()).select_from(model))
        for model in (Visit, Presentation, Attendance, HeadCount)
    ]


def problems(outcome):
    return [(one.line, one.column, one.problem) for one in outcome.problems]


@pytest.mark.parametrize(
    "content",
    [
        TWO.encode("utf-8-sig"), ("Посете школама 2023/24;;;;;;\n;;;;;;\n" + TWO).encode(),
        TWO.replace("Vuk Karadžić;Niš", "Вук Караџић;Ниш").encode("cp1251"), LATIN.encode("cp1250"), a_workbook(ROWS),
    ],
)  # fmt: skip
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
    assert problems(read(f"{HEAD}\n{line}\n")) == [problem]


def test_columns_that_are_not_there_are_named_and_an_hour_that_the_clocks_skipped_is_told(actor):
    assert [one.column for one in read("Датум;шта\n1.2.2024.;x\n").problems] == ["host", "pupils"]
    assert problems(imported(actor, "31.3.2024.;Чегар;2:30;28;")) == [(2, "starts", "no_such_time")]


@pytest.mark.both_databases
def test_an_import_stores_visits_once_that_count_in_reports_and_no_paper_is_due(actor, session):
    assert stored(actor, read(TWO), dry_run=True).new == 3
    assert counts(session) == [0, 0, 0, 0]

    outcome = stored(actor, read(TWO), file_name="posete.csv")
    again = stored(actor, read(TWO))

    assert (outcome.rows, outcome.new, outcome.same, outcome.problems) == (3, 3, 0, ())
    assert (again.new, again.same, again.batch_id) == (0, 3, None)
    assert counts(session) == [2, 3, 3, 12]
    report = attendance_report(Filters(Period(dt.date(2023, 1, 1), dt.date(2024, 12, 31))), [Group.CITY], language="en")
    assert (report.totals.visits, report.totals.pupils, report.totals.teachers) == (2, 99, 3)
    assert violations() == []
    assert papers.visits_missing_certificates() == []
    numbers = session.scalars(select(Visit.number).order_by(Visit.number)).all()
    assert numbers == ["P-2023-0001", "P-2024-0001"]


def test_one_wrong_line_is_told_and_nothing_of_its_file_is_stored(actor, session):
    for line in ("1.2.2024.;Непозната;;;5;;", "1.2.2024.;Чегар;Ниш;;5;;"):
        assert problems(stored(actor, read(f"{TWO}{line}\n"))) == [(5, "host", "unknown_host")]
    assert counts(session) == [0, 0, 0, 0]
    stored(actor, read(TWO))
    [other] = stored(actor, read(TWO.replace(";40;", ";41;"))).problems
    assert (other.line, other.problem) == (4, "visit_stored_otherwise")


def test_two_hosts_of_one_name_want_the_town(actor):
    make_host("Чегар", place="Лесковац")
    [problem] = stored(actor, read(f"{HEAD}\n1.2.2024.;Чегар;;;5;;\n")).problems
    assert problem.problem == "several_hosts"
    assert stored(actor, read(f"{HEAD}\n1.2.2024.;Чегар;Лесковац;;5;;\n")).problems == ()


@pytest.mark.both_databases
@pytest.mark.parametrize("thing", ["told_note", "audit_entry"])
def test_an_import_on_which_something_hangs_or_that_somebody_corrected_stays(actor, session, thing):
    batch_id = stored(actor, read(TWO)).batch_id
    with transaction() as writing:
        visit = writing.scalars(select(Visit).order_by(Visit.id)).first()
        if thing == "audit_entry":
            audit.record(actor, "kilometres changed", visit, at=MONDAY)
        else:
            what, how = next(iter(ToldWhat)), next(iter(ToldHow))
            writing.add(ToldNote(visit_id=visit.id, what=what, how=how, told_at=MONDAY))

    with pytest.raises(batches.HangsOnIt) as refusal:
        take_back_visits(actor, batch_id, now=MONDAY)

    assert refusal.value.thing == thing
    assert counts(session) == [2, 3, 3, 12]


def test_only_who_may_imports_and_takes_back(actor, session):
    batch_id = stored(actor, read(TWO)).batch_id
    with pytest.raises(NotAllowed):
        stored(an_actor(Role.SAFEGUARDING, centre_id=actor.centre_id), read(TWO))
    with pytest.raises(NotFound):
        take_back_visits(an_actor(Role.COORDINATOR), batch_id, now=MONDAY)


@pytest.mark.both_databases
def test_an_import_is_taken_back_whole_and_can_come_again(actor, session):
    batch_id = stored(actor, read(TWO)).batch_id
    take_back_visits(actor, batch_id, now=MONDAY)
    assert counts(session) == [0, 0, 0, 0]
    with conflict("undone_already"):
        take_back_visits(actor, batch_id, now=MONDAY)
    assert stored(actor, read(TWO)).new == 3


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


@pytest.mark.postgres_decides
def test_past_visits_imported_by_four_at_once_are_stored_once(app, actor):
    raised = all_at_once(app, [lambda: stored(actor, read(TWO))] * 4)
    assert raised == [None] * 4
    assert counts(db.session()) == [2, 3, 3, 12]


@pytest.mark.postgres_decides
def test_an_import_taken_back_and_stored_again_at_once_is_there_once_or_not_at_all(app, actor):
    batch_id = stored(actor, read(TWO)).batch_id
    raised = all_at_once(app, [lambda: take_back_visits(actor, batch_id, now=MONDAY), lambda: stored(actor, read(TWO))])
    assert raised == [None, None]
    assert counts(db.session()) in ([2, 3, 3, 12], [0, 0, 0, 0])


def educator(actor, given, family, **more):
    return make_presenter(centre_id=actor.centre_id, given_name=given, family_name=family, **more).id


def young(actor, given, family, born=dt.date(2008, 6, 1)):
    return educator(actor, given, family, kind=PresenterKind.INFLUENCER, birth_date=born)


def imported(actor, *lines):
    return stored(actor, read("\n".join([CREW_HEAD, *lines])))


def crews(session):
    session.rollback()
    rows = session.execute(
        select(Presentation.on_day, Presentation.starts_local, Assignment.presenter_id, Assignment.state)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .order_by(Presentation.starts_at, Assignment.presenter_id)
    )
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    "written",
    [
        "Јелена Илић", "jelena ilic", "Ilić Jelena", "J. Ilić", "Илић Ј.", "dr Jelena Ilić", "Илић",
        "JELENA@centre.example",
    ],
)  # fmt: skip
def test_a_presenter_is_known_by_the_ways_in_which_people_write_her(actor, session, written):
    who = educator(actor, "Јелена", "Илић", email="jelena@centre.example")
    educator(actor, "Марко", "Савић")
    outcome = imported(actor, f"12.3.2024.;Чегар;10:00;28;{written}")
    assert problems(outcome) == []
    assert crews(session) == [(dt.date(2024, 3, 12), dt.time(10), who, AssignmentState.PRESENT)]


@pytest.mark.both_databases
@pytest.mark.parametrize("between", [", ", "; ", " / ", " + ", " и ", " i ", "\n"])
def test_several_stand_in_one_cell_and_count_once_each(actor, session, between):
    first, second = educator(actor, "Јелена", "Илић"), educator(actor, "Марко", "Савић")
    outcome = imported(actor, f'12.3.2024.;Чегар;10:00;28;"Jelena Ilić{between}Марко Савић{between}Ilić"')
    assert problems(outcome) == []
    assert [row[2] for row in crews(session)] == sorted((first, second))
    assert violations() == []


def test_names_that_nobody_has_are_told_by_line_and_place_and_nothing_is_stored(actor, session):
    educator(actor, "Јелена", "Илић")
    educator(actor, "Ана", "Перић")
    educator(actor, "Иван", "Перић")
    make_presenter(given_name="Туђа", family_name="Туђић")

    outcome = imported(
        actor, "12.3.2024.;Чегар;10:00;28;Jelena Ilić, Petar Petrović, Perić", "13.3.2024.;Чегар;10:00;28;Tuđa Tuđić"
    )

    assert problems(outcome) == [
        (2, "presenters (2)", "unknown_presenter"),
        (2, "presenters (3)", "several_presenters"),
        (3, "presenters", "unknown_presenter"),
    ]
    assert session.scalar(select(func.count()).select_from(Presentation)) == 0


@pytest.mark.both_databases
def test_nobody_presents_in_two_places_at_a_told_hour_neither_of_a_file_nor_of_what_is_stored(actor, session):
    educator(actor, "Јелена", "Илић")
    here, there = "12.3.2024.;Чегар;10:00;28;Ilić", "12.3.2024.;Вук Караџић;10:30;30;Ilić"
    assert problems(imported(actor, here, there)) == [(3, "presenters", "presenter_in_two_places")]
    assert problems(imported(actor, here)) == []
    assert problems(imported(actor, there)) == [(2, "presenters", "presenter_in_two_places")]


@pytest.mark.both_databases
def test_hours_that_nobody_told_follow_each_other_for_one_presenter(actor, session):
    who = educator(actor, "Јелена", "Илић")
    outcome = imported(
        actor, "12.3.2024.;Чегар;;28;Ilić", "12.3.2024.;Вук Караџић;;30;Ilić", "12.3.2024.;Вук Караџић;9:00;31;Ilić"
    )
    assert problems(outcome) == []
    assert len({row[1] for row in crews(session) if row[2] == who}) == 3
    assert violations() == []


@pytest.mark.parametrize(("first", "second"), [("A", "2:30B"), ("a", "2.30 б"), ("\u0410", "2:30\u0412")])
def test_an_hour_that_came_twice_is_asked_about_and_either_is_taken(actor, session, first, second):
    """Also by the Cyrillic letters that look like A and B: our words show Cyrillic readers just those."""
    asked = imported(actor, "27.10.2024.;Чегар;2:30;28;")
    assert problems(asked) == [(2, "starts", "hour_twice")]
    assert problems(imported(actor, f"27.10.2024.;Чегар;2:30{first};28;", f"27.10.2024.;Чегар;{second};28;")) == []
    starts = session.scalars(select(Presentation.starts_at).order_by(Presentation.starts_at)).all()
    assert starts == [dt.datetime(2024, 10, 27, hour, 30, tzinfo=dt.UTC) for hour in (0, 1)]


def test_a_minor_is_stored_only_with_consent_old_enough_and_beside_an_adult(actor, session):
    educator(actor, "Јелена", "Илић")
    agreed, other = young(actor, "Лука", "Лукић"), young(actor, "Мила", "Милић")
    make_consent(agreed)
    make_vetting(agreed)
    unchecked = young(actor, "Вук", "Вукић")
    make_consent(unchecked)
    grown = young(actor, "Ива", "Ивић", born=dt.date(2005, 1, 1))

    outcome = imported(
        actor,
        "12.3.2024.;Чегар;10:00;28;Ilić, Lukić",
        "13.3.2024.;Чегар;10:00;28;Lukić",
        "14.3.2024.;Чегар;10:00;28;Ilić, Milić",
        "15.3.2022.;Чегар;10:00;28;Ilić, Lukić",
        "16.3.2024.;Чегар;10:00;28;Ivić",
        "17.3.2024.;Чегар;10:00;28;Ilić, Vukić",
    )

    assert problems(outcome) == [
        (3, "presenters", "minor_without_adult"),
        (4, "presenters (2)", "no_consent_then"),
        (5, "presenters (2)", "too_young_then"),
        (7, "presenters (2)", "no_check_then"),
    ]
    assert {other, grown} < set(session.scalars(select(Presenter.id)))


@pytest.mark.both_databases
def test_a_crew_with_a_minor_is_stored_in_any_order_of_names_and_taken_back_whole(actor, session):
    educator(actor, "Јелена", "Илић")
    agreed = young(actor, "Лука", "Лукић")
    make_consent(agreed)
    make_vetting(agreed)
    outcome = imported(actor, "12.3.2024.;Чегар;10:00;28;Lukić, Ilić", "13.3.2024.;Чегар;10:00;28;Ilić")
    assert (problems(outcome), len(crews(session))) == ([], 3)
    take_back_visits(actor, outcome.batch_id, now=MONDAY)
    assert crews(session) == []


def test_many_visits_of_one_presenter_are_settled_in_order_of_the_file(actor, session):
    educator(actor, "Јелена", "Илић")
    days = [dt.date(2019, 1, 1) + dt.timedelta(days=7 * week) for week in range(60)]
    outcome = imported(actor, *(f"{day:%d.%m.%Y.};Чегар;{9 + day.day % 4}:00;28;Ilić" for day in days))
    assert (problems(outcome), outcome.new, len(crews(session))) == ([], 60, 60)
