"""Bells of many schools from a file."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler.core.errors import NotAllowed
from scheduler.core.imports.staging import Filing
from scheduler.places.imports.bells import read_bells
from scheduler.places.models import BellSchedule, HostSchoolTime
from scheduler.places.service.bells import import_bells, take_back_bells
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import make_host
from tests.places.files import GOOD


@pytest.fixture
def actor(session):
    make_host("Вук Караџић", place="Ниш")
    make_host("Чегар", place="Врање")
    return an_actor(Role.COORDINATOR)


def stored(actor, text, **given):
    return import_bells(actor, read_bells(text.encode()), Filing(MONDAY, actor.centre_id, **given))


def told(outcome):
    return [(one.line, one.column, one.problem) for one in outcome.problems]


def counts(session):
    session.rollback()
    return [session.scalar(select(func.count()).select_from(model)) for model in (HostSchoolTime, BellSchedule)]


@pytest.mark.both_databases
def test_a_line_is_what_a_school_would_tell_stored_once_and_taken_back(actor, session):
    outcome = stored(actor, GOOD)

    assert (outcome.rows, outcome.new, told(outcome)) == (2, 2, [])
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

    assert told(outcome) == [problem]
    assert counts(session) == [0, 0]


def test_what_a_school_told_is_not_written_over_and_who_may_not_is_refused(actor, session):
    stored(actor, GOOD)

    assert told(stored(actor, GOOD.replace("7.30", "7.15"))) == [(4, "host", "told_otherwise")]

    with pytest.raises(NotAllowed):
        stored(an_actor(Role.SAFEGUARDING), GOOD)


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
    told = line.schools[0].told
    assert told == SchoolTime(
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
        ("zamena smena", "posle zime", "not_days"),
        ("skraćeni dani", "31.2.2027.", "not_days"),
        ("skraćeni čas", "10", "not_in_limits"),
        ("odeljenja prve grupe", "prva!?", "not_letters"),
        ("međusmena", "podne", "not_a_time"),
        ("razredi međusmene", "9", "not_grades"),
        ("dan kad druga smena počinje drugačije", "nedelja", "not_a_working_day"),
        ("tog dana druga smena od", "13:30", "missing"),
    ],
)
def test_each_problem_of_the_rarer_columns_is_told(heading, cell, problem):
    sheet = read_bells(f"škola;prva smena;druga smena;{heading}\nЧегар;8:00;14:00;{cell}\n".encode())

    assert [(one.line, one.problem) for one in sheet.problems] == [(2, problem)]


def test_grades_and_letters_at_once_are_told():
    sheet = read_bells("škola;prva smena;druga smena;prva grupa;slova prve grupe\nЧегар;8;14;neparni;a\n".encode())

    assert [one.problem for one in sheet.problems] == ["grades_or_letters"]
