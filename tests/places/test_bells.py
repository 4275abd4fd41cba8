"""Shifts and bells: from a file, as a school tells them, at once by several; the same comes back."""

import datetime as dt
import threading

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotAllowed, NotFound
from scheduler.imports import batches
from scheduler.imports.batches import ColumnName, HangsOnIt
from scheduler.imports.staging import Filing
from scheduler.places import queries
from scheduler.places.imports.bells import read_bells
from scheduler.places.models import BellSchedule, Host, HostSchoolTime
from scheduler.places.service.bells import import_bells, take_back_bells
from scheduler.places.service.call_notes import write_call_note
from scheduler.places.service.hosts import import_hosts, take_back_hosts
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import ANONYMOUS, Role, school_contact
from tests.at_once import all_at_once
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import make_host, make_municipality
from tests.places.files import GOOD, sheet_of
from tests.refusals import rejection


@pytest.fixture
def actor(session):
    make_host("Вук Караџић", place="Ниш")
    make_host("Чегар", place="Врање")
    return an_actor(Role.COORDINATOR)


def stored(actor, text, **given):
    return import_bells(actor, read_bells(text.encode()), Filing(MONDAY, actor.centre_id, **given))


def told_of(outcome):
    return [(one.line, one.column, one.problem) for one in outcome.problems]


def counts(session):
    session.rollback()
    return [session.scalar(select(func.count()).select_from(model)) for model in (HostSchoolTime, BellSchedule)]


@pytest.mark.both_databases
def test_a_line_is_what_a_school_would_tell_stored_once_and_taken_back(actor, session):
    outcome = stored(actor, GOOD)

    assert (outcome.rows, outcome.new, told_of(outcome)) == (2, 2, [])
    assert counts(session) == [2, 3]
    assert stored(actor, GOOD).same == 2
    take_back_bells(actor, outcome.batch_id, now=MONDAY)
    assert counts(session) == [0, 0]

    sheet = read_bells(GOOD.encode())

    assert sheet.problems == ()
    assert sheet.schools[0].told == SchoolTime(
        bells={(Shift.MORNING, False): Bells(dt.time(8, 0)), (Shift.AFTERNOON, False): Bells(dt.time(14, 0))},
        grouping=Grouping.GRADES,
        rotation=Rotation.WEEK,
        first_grades=frozenset({1, 3, 5, 7}),
        anchor_day=dt.date(2026, 8, 31),
    )
    assert sheet.schools[1].told == SchoolTime(bells={(Shift.MORNING, False): Bells(dt.time(7, 30))})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Чегар;Врање;;;;;;;;", (5, "Прва смена", "missing")),
        ("Чегар;Врање;ujutru;;;;;;;", (5, "Прва смена", "not_a_time")),
        (";;8:00;;;;;;;", (5, "Школа", "missing")),
        ("Чегар;Врање;8:00;;90;;;;;", (5, "Трајање часа", "not_in_limits")),
        ("Чегар;Врање;8:00;;;;;ponekad;;", (5, "Смене се мењају", "unknown_rotation")),
        ("Чегар;Врање;8:00;14:00;;;;недељно;;", (5, "Рачуна се од", "missing")),
        ("Чегар;Врање;8:00;;;;;;9;", (5, "Прва група", "not_grades")),
        ("Чегар;Врање;8:00;22:00;;;;;;", (5, "Друга смена", "lessons_past_midnight")),
        ("Непозната;;8:00;;;;;;;", (5, "host", "unknown_host")),
        ("Чегар;Врање;8:00;;;;;;;", (5, "host", "host_twice")),
    ],
)
def test_one_wrong_line_is_told_and_nothing_is_stored(actor, session, line, problem):
    outcome = stored(actor, f"{GOOD}{line}\n")
    assert told_of(outcome) == [problem]
    assert counts(session) == [0, 0]


def test_what_a_school_told_is_not_written_over_by_others_and_grades_and_letters_exclude_each_other(actor, session):
    stored(actor, GOOD)
    assert told_of(stored(actor, GOOD.replace("7.30", "7.15"))) == [(4, "host", "told_otherwise")]
    with pytest.raises(NotAllowed):
        stored(an_actor(Role.SAFEGUARDING), GOOD)
    sheet = read_bells("škola;prva smena;druga smena;prva grupa;slova prve grupe\nЧегар;8;14;neparni;a\n".encode())
    assert [one.problem for one in sheet.problems] == ["grades_or_letters"]


WHOLE = (
    "škola;opština;prva smena;druga smena;međusmena;razredi međusmene;odeljenja prve grupe;smene se menjaju;"
    "računa se od;zamena smena;skraćeni dani;skraćeni čas;druga smena skraćeno;"
    "dan kad druga smena počinje drugačije;tog dana druga smena od\n"
    'ОШ Вук Караџић;Ниш;8:00;14:00;11:00;2, 4;"1, 3";по датумима;31.8.2026.;"1.2.2027.\n5.4.2027.";'
    '"23.12.2026., 24.12.2026.";30 min;12.30;petak;13:30\n'
)


@pytest.mark.both_databases
def test_a_line_tells_the_middle_shift_letters_turns_and_shortened_days(actor, session):
    line = read_bells(WHOLE.encode())

    assert line.problems == ()
    told_of = line.schools[0].told
    assert told_of == SchoolTime(
        bells={
            (Shift.MORNING, False): Bells(dt.time(8)),
            (Shift.MIDDLE, False): Bells(dt.time(11)),
            (Shift.AFTERNOON, False): Bells(dt.time(14)),
            (Shift.MORNING, True): Bells(dt.time(8), lesson_minutes=30),
            (Shift.MIDDLE, True): Bells(dt.time(11), lesson_minutes=30),
            (Shift.AFTERNOON, True): Bells(dt.time(12, 30), lesson_minutes=30),
        },
        grouping=Grouping.LETTERS,
        rotation=Rotation.PERIOD,
        first_sections=frozenset({"1", "3"}),
        middle_grades=frozenset({2, 4}),
        anchor_day=dt.date(2026, 8, 31),
        turns=frozenset({dt.date(2027, 2, 1), dt.date(2027, 4, 5)}),
        short_days=frozenset({dt.date(2026, 12, 23), dt.date(2026, 12, 24)}),
        afternoon_weekday=4,
        afternoon_starts=dt.time(13, 30),
    )
    outcome = stored(actor, WHOLE)
    assert [one.problem for one in outcome.problems] == []
    assert stored(actor, WHOLE).same == 1  # what is stored reads as what the file says
    take_back_bells(actor, outcome.batch_id, now=MONDAY)
    assert counts(session) == [0, 0]


@pytest.mark.parametrize(
    ("heading", "cell", "problem"),
    [
        ("zamena smena", "posle zime", "not_days"), ("skraćeni dani", "31.2.2027.", "not_days"),
        ("skraćeni čas", "10", "not_in_limits"), ("odeljenja prve grupe", "prva!?", "not_letters"),
        ("međusmena", "podne", "not_a_time"), ("razredi međusmene", "9", "not_grades"),
        ("dan kad druga smena počinje drugačije", "nedelja", "not_a_working_day"),
        ("tog dana druga smena od", "13:30", "missing"),
    ],
)  # fmt: skip
def test_each_problem_of_the_rarer_columns_is_told(heading, cell, problem):
    sheet = read_bells(f"škola;prva smena;druga smena;{heading}\nЧегар;8:00;14:00;{cell}\n".encode())
    assert [(one.line, one.problem) for one in sheet.problems] == [(2, problem)]


TOLD = SchoolTime(
    bells={
        (Shift.MORNING, False): Bells(dt.time(7, 30)),
        (Shift.AFTERNOON, False): Bells(dt.time(13, 30), lessons=6),
        (Shift.AFTERNOON, True): Bells(dt.time(11, 30), 30),
        (Shift.MIDDLE, False): Bells(dt.time(11), lessons=4),
    },
    grouping=Grouping.LETTERS,
    rotation=Rotation.PERIOD,
    first_sections=frozenset({"1", "b"}),
    middle_grades=frozenset({3}),
    anchor_day=dt.date(2026, 9, 1),
    turns=frozenset({dt.date(2027, 1, 19)}),
    short_days=frozenset({dt.date(2026, 12, 18), dt.date(2027, 1, 19)}),
    afternoon_weekday=4,
    afternoon_starts=dt.time(13),
)
PLAIN = SchoolTime(bells={(Shift.MORNING, False): Bells(dt.time(8))})


@pytest.mark.both_databases
def test_what_a_school_told_comes_back_as_it_was_told_also_when_told_anew(app):
    host, actor = make_host(), an_actor()
    for version, told in enumerate((TOLD, PLAIN, TOLD)):
        tell_school_time(actor, host.id, told, version=version, now=MONDAY)
        row = queries.school_time_of(host.id)
        assert (row.told, row.version) == (told, version + 1)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"rotation": Rotation.WEEK}, "rotation_begins_somewhere"),
        ({"grouping": Grouping.GRADES}, "first_grades_are_named"),
        ({"grouping": Grouping.LETTERS}, "first_letters_are_named"),
        ({"afternoon_weekday": 4}, "other_start_has_its_day"),
        ({"afternoon_weekday": 9, "afternoon_starts": dt.time(13)}, "weekday_exists"),
    ],
)
def test_the_database_refuses_an_impossible_rotation(app, given, name):
    fair = {"grouping": Grouping.TOGETHER, "rotation": Rotation.NONE, "changed_at": MONDAY}
    host = make_host()
    with pytest.raises(IntegrityError, match=name), transaction() as session:
        session.execute(insert(HostSchoolTime).values(host_id=host.id, **(fair | given)))


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"lesson_minutes": 5}, "a_lesson_is_a_lesson"),
        ({"break_minutes": 31}, "breaks_end"),
        ({"lessons": 0}, "lessons_fit_a_shift"),
        ({"shift": Shift.MORNING}, "each_shift_once|bell_schedule.school_time_id"),
    ],
)
def test_the_database_refuses_impossible_bells(app, given, name):
    host = make_host()
    tell_school_time(an_actor(), host.id, PLAIN, version=0, now=MONDAY)
    fair = {
        "school_time_id": 1, "shift": Shift.AFTERNOON, "short": False, "starts_local": dt.time(14),
        "lesson_minutes": 45, "break_minutes": 5, "long_break_after": 2, "long_break_minutes": 20, "lessons": 7,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match=name), transaction() as session:
        session.execute(insert(BellSchedule).values(**(fair | given)))


def test_who_may_tell_and_what_is_incomplete_or_out_of_date_is_refused(app):
    mine, other = make_host(), make_host("Свети Сава")
    contact = school_contact(7, mine.id)

    tell_school_time(contact, mine.id, PLAIN, version=0, now=MONDAY)

    with pytest.raises(NotFound):
        tell_school_time(contact, other.id, PLAIN, version=0, now=MONDAY)
    with pytest.raises(NotAllowed):
        tell_school_time(ANONYMOUS, mine.id, PLAIN, version=0, now=MONDAY)
    with pytest.raises(NotFound):
        tell_school_time(an_actor(), 999, PLAIN, version=0, now=MONDAY)
    with pytest.raises(NotAllowed):
        write_call_note(contact, mine.id, "…", now=MONDAY)

    host, actor = make_host(), an_actor()
    with rejection(morning_starts="missing"):
        tell_school_time(actor, host.id, SchoolTime(bells={}), version=0, now=MONDAY)
    tell_school_time(actor, host.id, PLAIN, version=0, now=MONDAY)
    with pytest.raises(Conflict):
        tell_school_time(actor, host.id, TOLD, version=0, now=MONDAY)


EIGHT = 8


def how_many(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def told(hour: int) -> SchoolTime:
    return SchoolTime(bells={(Shift.MORNING, False): Bells(dt.time(7, hour))})


@pytest.mark.postgres_decides
def test_school_time_sent_eight_times_at_once_is_told_once_and_of_eight_tellings_one_counts(app: Flask):
    host_id, actor = make_host().id, an_actor()
    raised = all_at_once(
        app, [lambda n=n: tell_school_time(actor, host_id, told(n), version=0, now=MONDAY) for n in range(EIGHT)]
    )
    refused = {error.reason for error in raised if isinstance(error, Conflict)}
    assert (raised.count(None), refused, how_many(HostSchoolTime)) == (1, {"changed_meanwhile"}, 1)
    host_id, actor = make_host().id, an_actor()
    raised = all_at_once(app, [lambda: tell_school_time(actor, host_id, told(1), version=0, now=MONDAY)] * EIGHT)
    assert (raised, how_many(HostSchoolTime), how_many(BellSchedule)) == ([None] * EIGHT, 2, 2)


@pytest.mark.postgres_decides
def test_columns_named_by_eight_at_once_are_remembered_once(app: Flask):
    def name() -> None:
        with transaction() as session:
            batches.remember(session, 1, "hosts", {"Школа": "name", "Место": "place"})

    raised = all_at_once(app, [name] * EIGHT)

    assert (raised, how_many(ColumnName)) == ([None] * EIGHT, 2)


@pytest.mark.postgres_decides
def test_bells_imported_by_eight_at_once_are_stored_once(app: Flask):
    make_host("Вук Караџић", place="Ниш")
    make_host("Чегар", place="Врање")
    actor = an_actor()
    raised = all_at_once(
        app, [lambda: import_bells(actor, read_bells(GOOD.encode()), Filing(MONDAY, actor.centre_id))] * EIGHT
    )
    assert (raised, how_many(HostSchoolTime), how_many(BellSchedule)) == ([None] * EIGHT, 2, 3)


@pytest.mark.postgres_decides
def test_what_is_told_while_an_import_is_taken_back_is_never_lost_with_it(app: Flask, monkeypatch):
    """Bells told for an imported school between the look at what hangs on it and its end would go with it unseen."""
    actor = an_actor(Role.ADMINISTRATOR)
    make_municipality("Ниш")
    batch_id = import_hosts(actor, sheet_of("1,Вук,primary,Ниш,018 123"), Filing(MONDAY, actor.centre_id)).batch_id
    host_id = db.session.scalars(select(Host.id)).one()
    looked, used = threading.Event(), threading.Event()
    look = batches._refuse_what_hangs

    def looks_and_waits(*given) -> None:
        look(*given)
        looked.set()
        used.wait(timeout=1)  # who is kept out by our locks never gets that far

    def tell() -> None:
        looked.wait(timeout=20)
        tell_school_time(actor, host_id, told(1), version=0, now=MONDAY)
        used.set()

    monkeypatch.setattr(batches, "_refuse_what_hangs", looks_and_waits)

    undone, told_it = all_at_once(app, [lambda: take_back_hosts(actor, batch_id, now=MONDAY), tell])

    assert (undone, type(told_it)) == (None, NotFound)
    assert (how_many(Host), how_many(HostSchoolTime)) == (0, 0)


@pytest.mark.postgres_decides
def test_an_import_that_was_used_a_moment_before_stays(app: Flask):
    actor = an_actor(Role.ADMINISTRATOR)
    make_municipality("Ниш")
    batch_id = import_hosts(actor, sheet_of("1,Вук,primary,Ниш,018 123"), Filing(MONDAY, actor.centre_id)).batch_id
    host_id = db.session.scalars(select(Host.id)).one()
    tell_school_time(actor, host_id, told(1), version=0, now=MONDAY)
    with pytest.raises(HangsOnIt):
        take_back_hosts(actor, batch_id, now=MONDAY)
    assert (how_many(Host), how_many(HostSchoolTime)) == (1, 1)


@pytest.mark.postgres_decides
def test_an_import_taken_back_eight_times_at_once_is_taken_back_once(app: Flask):
    actor = an_actor(Role.ADMINISTRATOR)
    make_municipality("Ниш")
    batch_id = import_hosts(
        actor, sheet_of("1,Вук,primary,Ниш,018 123", "2,Сава,primary,Ниш,018 123"), Filing(MONDAY, actor.centre_id)
    ).batch_id
    raised = all_at_once(app, [lambda: take_back_hosts(actor, batch_id, now=MONDAY)] * EIGHT)
    assert raised.count(None) == 1
    assert {error.reason for error in raised if isinstance(error, Conflict)} == {"undone_already"}
    assert how_many(Host) == 0
