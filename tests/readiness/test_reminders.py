"""A visit comes near: its school and crew are reminded, each once, by day, in no night and in no holidays."""

import datetime as dt

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.core.db import db, transaction
from scheduler.messages.models import OutboxMessage
from scheduler.messages.service import switch_reminder
from scheduler.messages.terms import Reminder
from scheduler.places.models import Holiday
from scheduler.policy import Role
from scheduler.readiness.models import ReminderNote
from scheduler.readiness.service.reminders import send_reminders
from scheduler.staffing.service.move import move_visit
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.plans import NewTimes
from tests.at_once import all_at_once
from tests.factories.people import an_actor
from tests.factories.staffing import UNTIL
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene

DAY = dt.timedelta(days=1)
SOON = ("visit_soon", "crew_soon", "offer_ends")


def before(days: int, hour: int = 10) -> dt.datetime:
    """So many days before the visit, at noon in Belgrade."""
    return dt.datetime.combine(VISIT_DAY - days * DAY, dt.time(hour), tzinfo=dt.UTC)


def remind(days: int, hour: int = 10) -> int:
    return send_reminders(now=before(days, hour))


def written(*kinds: str) -> list[tuple[str, str]]:
    db.session.rollback()
    wanted = sa.select(OutboxMessage.kind, OutboxMessage.address).where(OutboxMessage.kind.in_(kinds or SOON))
    return [tuple(row) for row in db.session.execute(wanted.order_by(OutboxMessage.id))]


def a_confirmed_scene() -> Scene:
    scene = Scene()
    scene.confirmed_by(scene.educator())
    return scene


@pytest.mark.both_databases
def test_school_and_crew_are_reminded_a_week_and_a_day_before(session):
    a_confirmed_scene()
    assert [remind(days) for days in (8, 7, 7, 6, 2)] == [0, 2, 0, 0, 0]
    assert sorted(kind for kind, _to in written()) == ["crew_soon", "visit_soon"]
    assert [remind(days) for days in (1, 1, 0)] == [2, 0, 0]
    assert sorted(kind for kind, _to in written()) == ["crew_soon", "crew_soon", "visit_soon", "visit_soon"]


def test_the_mails_say_when_who_and_where_to_go_on(session):
    a_confirmed_scene()
    remind(1)
    rows = {row.kind: row for row in session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind.in_(SOON)))}
    assert rows["crew_soon"].link_path == f"/day/{VISIT_DAY.isoformat()}"
    assert "Mila" not in rows["visit_soon"].subject
    assert "19833" in rows["visit_soon"].text
    assert "19833" in rows["crew_soon"].text


def test_nobody_is_written_to_at_night(session):
    a_confirmed_scene()
    assert [remind(7, hour) for hour in (3, 4, 18)] == [0, 0, 0]
    assert remind(7, 5) == 2  # seven in the morning


def test_a_holiday_puts_a_reminder_off_until_it_would_come_too_late(session):
    a_confirmed_scene()
    with transaction() as writing:
        for days in range(8):
            names = {"name_sr_cyrl": "Распуст", "name_sr_latn": "Raspust", "name_en": "Holidays"}
            writing.add(Holiday(day=VISIT_DAY - days * DAY, **names))
    assert [remind(days) for days in (7, 6, 5, 4, 3)] == [0, 0, 0, 0, 2]


def test_who_was_written_to_since_yesterday_is_not_reminded_of_the_same(session):
    scene = a_confirmed_scene()
    with transaction() as writing:
        for table in (Visit, Assignment):
            writing.execute(sa.update(table).values(state_since=before(7, 8)))
    assert [remind(7), remind(6)] == [0, 2]
    assert scene.visit_id


def test_an_offer_that_ends_within_a_day_is_reminded_of_once(session):
    scene = Scene()
    educator = scene.educator()
    scene.offered_to(educator)
    with transaction() as writing:
        writing.execute(sa.update(Assignment).values(offered_until=before(9), state_since=before(12)))
    assert [remind(11), remind(10, 11), remind(10, 12), remind(9, 11)] == [0, 1, 0, 0]
    assert [kind for kind, _to in written()] == ["offer_ends"]


def test_a_guardian_gets_a_copy_of_what_a_minor_is_reminded_of(session):
    scene = Scene()
    minor = scene.minor()
    scene.confirmed_by(scene.educator(), minor)
    remind(7)
    assert len(written("crew_soon")) == 3


def test_what_a_centre_has_switched_off_is_not_written(session):
    scene = a_confirmed_scene()
    boss = an_actor(Role.ADMINISTRATOR, centre_id=scene.centre_id)
    for kind in (Reminder.SCHOOL_WEEK, Reminder.CREW_WEEK):
        switch_reminder(boss, kind, on=False, now=before(9))
    assert [remind(7), written()] == [0, []]


@pytest.mark.postgres_decides
def test_two_jobs_at_once_remind_once(app, session):
    a_confirmed_scene()
    all_at_once(app, [lambda: remind(7)] * 2)
    assert len(written()) == 2


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.integers(-1, 16).map(lambda days: ("remind", days)), st.just(("move", 0))), max_size=12))
def test_whatever_the_clock_does_nobody_is_reminded_twice_of_a_visit_on_its_day(app, steps):
    scene = a_confirmed_scene()
    day = VISIT_DAY
    for what, days in steps:
        if what == "remind":
            remind(days, 10)
        else:
            day = day + 7 * DAY if day == VISIT_DAY else VISIT_DAY
            hours = dict.fromkeys(db.session.scalars(sa.select(Presentation.id)), dt.time(10))
            move_visit(scene.coordinator, scene.visit_id, NewTimes(day, hours, UNTIL), now=before(20))
    db.session.rollback()
    told = sa.select(ReminderNote.kind, ReminderNote.for_day, ReminderNote.presenter_id)
    notes = db.session.execute(told.where(ReminderNote.visit_id == scene.visit_id)).all()
    mails = sa.select(OutboxMessage.id).where(OutboxMessage.kind.in_(SOON), OutboxMessage.about_id == scene.visit_id)
    assert len(set(notes)) == len(notes) == len(db.session.scalars(mails).all())
