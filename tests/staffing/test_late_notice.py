"""A visit called off less than 48 hours before: the crew says that it has read it, and what was driven is kept."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from scheduler.core.db import transaction
from scheduler.core.errors import NotAllowed, NotFound, Rejected
from scheduler.policy import Role
from scheduler.reports.queries.attendance import attendance_report
from scheduler.reports.queries.not_held import not_held
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import Filters
from scheduler.reports.wording import side_figures
from scheduler.staffing.queries.late_notice import called_off_for, late_rows
from scheduler.staffing.service.late_notice import log_kilometres, note_read
from scheduler.visits.models.late_notice import LateNotice
from scheduler.visits.service.cancel import cancel_visit
from tests.closures.incidents import LATE
from tests.factories import MONDAY
from tests.factories.people import make_user, presenter_actor
from tests.refusals import database_refusal
from tests.visits.scene import Scene, audit_of, mails, visit_of

YEAR = Filters(year_of(2026))


@pytest.fixture
def scene(session):
    return Scene()


@pytest.fixture
def called_off(scene):
    """An educator of a visit that is called off the day before."""
    educator = scene.educator()
    scene.confirmed_by(educator)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)
    return presenter_actor(educator)


def notices(session):
    wanted = sa.select(LateNotice.presenter_id, LateNotice.read_at, LateNotice.kilometres)
    return session.execute(wanted.order_by(LateNotice.presenter_id)).all()


@pytest.mark.both_databases
def test_who_had_promised_is_asked_once_to_say_that_she_has_read_it(session, scene):
    first, second = scene.educator(), scene.educator()
    scene.confirmed_by(first, second)

    for _press in range(2):
        cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)

    assert notices(session) == [(one, None, None) for one in sorted((first.id, second.id))]
    letters = [mail.text for mail in mails(session, "crew_visit_cancelled")]
    assert ["„Прочитано”" in text or "I have read it" in text for text in letters] == [True, True]


def test_a_visit_called_off_in_good_time_asks_for_nothing(session, scene):
    scene.confirmed_by(scene.educator())

    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE - dt.timedelta(days=7))

    assert notices(session) == []
    (mail,) = mails(session, "crew_visit_cancelled")
    assert "I have read it" not in mail.text
    assert "Прочитано" not in mail.text


@pytest.mark.both_databases
def test_read_is_said_once_and_kilometres_may_be_mended(session, scene, called_off):
    number, later = visit_of(session, scene).number, LATE + dt.timedelta(hours=2)

    note_read(called_off, number, None, now=LATE)
    note_read(called_off, number, 84, now=later)
    note_read(called_off, number, 80, now=later)

    assert notices(session) == [(called_off.presenter_id, LATE, 80)]
    actions = [one for one in audit_of(session, "visit") if one.startswith(("cancellation", "driven"))]
    assert actions == ["cancellation read", "driven kilometres noted", "driven kilometres noted"]


def test_the_coordinator_sees_who_has_not_read_it_first(session, scene):
    anna, boris = scene.educator(), scene.educator()
    scene.confirmed_by(anna, boris)
    cancel_visit(scene.coordinator, scene.visit_id, reason="Прекид наставе", now=LATE)
    visit = visit_of(session, scene)

    note_read(presenter_actor(anna), visit.number, None, now=LATE)

    rows = late_rows(visit.id, visit.on_day)
    assert [(row.presenter_id, row.read_at) for row in rows] == [(boris.id, None), (anna.id, LATE)]


def test_the_presenters_page_shows_it_for_two_weeks_after_the_day(session, scene, called_off):
    visit = visit_of(session, scene)
    end = dt.datetime.combine(visit.on_day, dt.time(12), dt.UTC) + dt.timedelta(days=14)

    shown = [len(called_off_for(called_off, at)) for at in (LATE, end, end + dt.timedelta(days=1))]

    assert shown == [1, 1, 0]


@pytest.mark.both_databases
def test_driven_kilometres_stand_beside_the_counts_and_not_in_them(session, scene, called_off):
    note_read(called_off, visit_of(session, scene).number, 84, now=LATE)

    assert not_held(YEAR)["kilometres_called_off"] == 84
    report = attendance_report(YEAR)
    assert report.totals.kilometres == 0
    from dataclasses import replace

    shown = side_figures(replace(report, not_held=not_held(YEAR)), "en")
    assert [one.value for one in shown if one.label == "Kilometres driven for visits called off late"] == [84]
    assert not_held(Filters(year_of(2025)))["kilometres_called_off"] == 0


def test_a_coordinator_of_the_centre_notes_kilometres_for_a_presenter_and_nobody_reads_it_for_her(
    session, scene, called_off
):
    number, her_id = visit_of(session, scene).number, called_off.presenter_id

    log_kilometres(scene.coordinator, number, her_id, 42, now=LATE)

    for act, error in (
        (lambda: log_kilometres(make_user(Role.COORDINATOR).actor(), number, her_id, 1, now=LATE), NotFound),
        (lambda: log_kilometres(called_off, number, her_id, 1, now=LATE), NotAllowed),
        (lambda: note_read(presenter_actor(scene.educator()), number, None, now=LATE), NotFound),
        (lambda: note_read(scene.coordinator, number, None, now=LATE), NotAllowed),
    ):
        with pytest.raises(error):
            act()
    for wrong in (None, -1, 2001):
        with pytest.raises(Rejected):
            log_kilometres(scene.coordinator, number, her_id, wrong, now=LATE)
    assert notices(session) == [(her_id, None, 42)]


@pytest.mark.both_databases
def test_the_database_refuses_a_second_question_and_kilometres_of_no_day(session, scene, called_off):
    (row,) = session.scalars(sa.select(LateNotice)).all()
    again = {"visit_id": row.visit_id, "presenter_id": row.presenter_id, "asked_at": MONDAY}
    with pytest.raises(IntegrityError), transaction() as inside:
        inside.execute(sa.insert(LateNotice).values(**again))
    with database_refusal("ck_late_notice_driven_in_a_day") as inside:
        inside.execute(sa.update(LateNotice).values(kilometres=2001))
