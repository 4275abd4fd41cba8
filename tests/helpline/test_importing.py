"""The helpline's figures from a file: dry run, all or nothing, and back."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from scheduler.core.clock import local_day
from scheduler.core.imports.batches import HangsOnIt
from scheduler.core.imports.staging import Filing
from scheduler.helpline import queries
from scheduler.helpline.imports import read_helpline
from scheduler.helpline.models import HelplineCount, HelplinePeriod
from scheduler.helpline.service import figures
from scheduler.helpline.service.importing import import_helpline, take_back_helpline
from scheduler.helpline.terms import HelplineMargin
from scheduler.policy import Role
from tests.factories import MONDAY
from tests.factories.people import an_actor
from tests.workbooks import a_workbook

HEAD = "први дан;последњи дан;шта се броји;шифра;број"
GOOD = f"""{HEAD}
1.1.2024;31.1.2024;pozivi;;80
1.1.2024;31.1.2024;mails;;20
1.1.2024;31.1.2024;communications;;100
1.1.2024;31.1.2024;саветодавни;;24
1.1.2024;31.1.2024;policija;;6
1.1.2024;31.1.2024;тема;grooming;20
1.4.2024;26.4.2024;позиви;;7
"""


@pytest.fixture
def ana(session):
    return an_actor(Role.COORDINATOR)


def read(text):
    return read_helpline(text if isinstance(text, bytes) else text.encode(), today=local_day(MONDAY))


def taken_in(actor, text, **given):
    return import_helpline(actor, read(text), Filing(MONDAY, actor.centre_id, "a.csv", **given))


def stored(actor):
    return queries.months_of(actor.centre_id, dt.date(2024, 1, 1), dt.date(2024, 12, 31))


@pytest.mark.both_databases
def test_whole_periods_are_stored_once_and_taken_back_whole(ana, session):
    assert taken_in(ana, GOOD, dry_run=True).new == 2
    assert stored(ana) == []

    outcome = taken_in(ana, GOOD)

    january, april = stored(ana)
    told = january.figures
    assert [told.total(name) for name in ("communications", "calls", "cases", "forwarded")] == [100, 80, 30, 6]
    assert told.margin(HelplineMargin.TOPIC) == {"grooming": 20}
    assert (april.figures.last_day, april.figures.total("communications")) == (dt.date(2024, 4, 26), 7)
    assert (taken_in(ana, GOOD).same, len(stored(ana))) == (2, 2)

    take_back_helpline(ana, outcome.batch_id, now=MONDAY)
    assert session.scalar(select(func.count(HelplinePeriod.id))) == 0
    assert session.scalar(select(func.count(HelplineCount.id))) == 0


def test_an_import_that_was_signed_since_stays_and_a_workbook_is_read_as_well(ana):
    outcome = taken_in(ana, GOOD)
    figures.sign_month(ana, stored(ana)[0].id, 1, now=MONDAY)

    with pytest.raises(HangsOnIt):
        take_back_helpline(ana, outcome.batch_id, now=MONDAY)

    lines = [[int(cell) if cell.isdigit() else cell for cell in line.split(";")] for line in GOOD.strip().splitlines()]

    assert taken_in(ana, a_workbook(lines)).new == 2


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1.2.2024;29.2.2024;communications;;9", ("communications: 9 – 0", "sum_disagrees")),
        ("1.2.2024;29.2.2024;тема;grooming;9", ("topic: 0 – 9", "sum_disagrees")),
        ("1.2.2024;1.3.2024;calls;;9", ("последњи дан", "not_one_month")),
        ("1.9.2026;30.9.2026;calls;;9", ("последњи дан", "in_the_future")),
        ("31.2.2024;31.2.2024;calls;;9", ("први дан", "not_a_day")),
        ("1.2.2024;29.2.2024;Petar from Nis;;9", ("шта се броји", "unknown_figure")),
        ("1.2.2024;29.2.2024;calls;Petar;9", ("шифра", "unknown_figure")),
        ("1.2.2024;29.2.2024;topic;;9", ("шифра", "missing")),
        ("1.2.2024;29.2.2024;calls;;many", ("број", "not_a_number")),
        ("1.1.2024;31.1.2024;calls;;1", ("шта се броји", "number_twice")),
        ("1.2.2024;29.2.2024;calls;;0101990710008", ("број", "identity_number")),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(ana, line, problem):
    outcome = taken_in(ana, GOOD + line)

    assert problem in [(one.column, one.problem) for one in outcome.problems]
    assert stored(ana) == []


def test_a_code_that_no_list_has_and_days_that_are_stored_otherwise_are_refused(ana):
    strange = taken_in(ana, f"{HEAD}\n1.1.2024;31.1.2024;advisory;;9\n1.1.2024;31.1.2024;topic;Petar;9\n")
    assert [(one.column, one.problem) for one in strange.problems] == [("topic", "unknown_code")]

    taken_in(ana, GOOD)
    other = taken_in(ana, f"{HEAD}\n27.1.2024;31.1.2024;calls;;9\n")
    assert [(one.column, one.problem) for one in other.problems] == [("first_day", "days_entered_already")]
