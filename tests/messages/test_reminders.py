"""Reminders: their table, when they wait, and which a centre switches off."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core.audit import AuditEntry
from scheduler.core.db import transaction
from scheduler.core.errors import Conflict, GroundReason, NotAllowed, NotFound
from scheduler.messages.kinds import TEMPLATES
from scheduler.messages.models import ReminderSwitch
from scheduler.messages.queries import switches_of
from scheduler.messages.rules import REMINDERS, days_of, reminder_waits
from scheduler.messages.service import switch_reminder
from scheduler.messages.terms import Reminder
from scheduler.policy import SYSTEM, Role
from tests.factories import MONDAY
from tests.factories.people import an_actor, make_centre

THE_DAY = dt.date(2026, 12, 10)


def at(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2026, 12, day, hour, tzinfo=dt.UTC)


def test_each_reminder_stands_in_the_table_with_its_mail():
    assert set(REMINDERS) == set(Reminder)
    assert [one for one, rule in REMINDERS.items() if not (TEMPLATES / "mails" / f"{rule.kind}.jinja").exists()] == []
    assert [one for one, rule in REMINDERS.items() if rule.first > rule.last] == []
    assert {one for one, rule in REMINDERS.items() if rule.always} == {Reminder.VETTING, Reminder.CONSENT}


def test_a_week_before_is_seven_to_three_days_before():
    assert days_of(Reminder.SCHOOL_WEEK, THE_DAY) == (dt.date(2026, 12, 13), dt.date(2026, 12, 17))


@pytest.mark.parametrize(
    ("now", "lessons", "waits"),
    [
        (at(5, 6), True, True),
        (at(5, 7), True, False),
        (at(5, 19), True, False),
        (at(5, 20), True, True),
        (at(6, 12), False, True),
        (at(7, 12), False, False),  # three days before it is the last day
        (at(8, 12), False, False),
        (at(7, 6), False, True),
    ],
)
def test_a_reminder_waits_for_the_morning_and_for_lessons(now, lessons, waits):
    assert reminder_waits(Reminder.SCHOOL_WEEK, THE_DAY, now, lessons=lessons) is waits


@pytest.mark.parametrize(("day", "waits"), [(2, True), (3, False), (9, False)])
def test_what_to_prepare_waits_for_lessons_until_a_week_is_left(day, waits):
    assert reminder_waits(Reminder.CHECKLIST, THE_DAY, at(day, 12), lessons=False) is waits


def test_a_switch_is_turned_once_by_an_administrator_and_traced(session):
    with transaction():
        centre = make_centre().id
    boss = an_actor(Role.ADMINISTRATOR, centre_id=centre)
    for on in (True, False, False, True):
        switch_reminder(boss, Reminder.SURVEY, on=on, now=MONDAY)
    assert [row.is_on for row in switches_of(centre).values()] == [True]
    told = session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.thing == "reminder_switch").order_by(AuditEntry.id)
    )
    assert list(told) == ["reminder switched off", "reminder switched on"]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR, Role.SYSTEM}))
def test_nobody_else_turns_it(session, role):
    with transaction():
        centre = make_centre().id
    with pytest.raises(NotAllowed):
        switch_reminder(an_actor(role, centre_id=centre), Reminder.SURVEY, on=False, now=MONDAY)


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", [Reminder.VETTING, Reminder.CONSENT])
def test_checks_and_consents_are_always_reminded_of(session, kind):
    with transaction():
        centre = make_centre().id
    boss = an_actor(Role.ADMINISTRATOR, centre_id=centre)
    with pytest.raises(Conflict) as refused:
        switch_reminder(boss, kind, on=False, now=MONDAY)
    assert refused.value.reason is GroundReason.WRONG_STATE
    with pytest.raises(sa.exc.IntegrityError, match="checks_always_on"), transaction() as writing:
        writing.add(ReminderSwitch(centre_id=centre, kind=kind, is_on=False))


def test_who_has_no_centre_has_no_switch(app):
    with pytest.raises(NotFound):
        switch_reminder(SYSTEM, Reminder.SURVEY, on=False, now=MONDAY)
