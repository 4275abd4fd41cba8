"""Bells of many schools from a file."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler.core.errors import NotAllowed
from scheduler.core.staging import Filing
from scheduler.places import service
from scheduler.places.imports import read_bells
from scheduler.places.models import BellSchedule, HostSchoolTime
from scheduler.places.terms import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.factories.places import make_host

HEAD = (
    "Школа;Општина;Прва смена;Друга смена;Трајање часа;Велики одмор;Број часова;Смене се мењају;Прва група;Рачуна се од"
)
GOOD = (
    f"Звоњење 2026/27;;;;;;;;;\n{HEAD}\nОШ Вук Караџић;Ниш;8:00;14.00;45 min;20;7;недељно;непарни;31.8.2026.\n"
    "Чегар;Врање;7.30;;;;;;;\n"
)


@pytest.fixture
def actor(session):
    make_host("Вук Караџић", place="Ниш")
    make_host("Чегар", place="Врање")
    return an_actor(Role.COORDINATOR)


def stored(actor, text, **given):
    return service.import_bells(actor, read_bells(text.encode()), Filing(MONDAY, actor.centre_id, **given))


def told(outcome):
    return [(one.line, one.column, one.problem) for one in outcome.problems]


def counts(session):
    session.rollback()
    return [session.scalar(select(func.count()).select_from(model)) for model in (HostSchoolTime, BellSchedule)]


@pytest.mark.both_databases
def test_bells_are_stored_once_and_taken_back(actor, session):
    outcome = stored(actor, GOOD)

    assert (outcome.rows, outcome.new, told(outcome)) == (2, 2, [])
    assert counts(session) == [2, 3]
    assert stored(actor, GOOD).same == 2
    service.take_back_bells(actor, outcome.batch_id, now=MONDAY)
    assert counts(session) == [0, 0]


def test_a_line_is_what_a_school_would_tell(actor, session):
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


def test_what_a_school_told_is_not_written_over(actor, session):
    stored(actor, GOOD)

    assert told(stored(actor, GOOD.replace("7.30", "7.15"))) == [(4, "host", "told_otherwise")]


def test_who_may_not_is_refused(actor):
    with pytest.raises(NotAllowed):
        stored(an_actor(Role.SAFEGUARDING), GOOD)
