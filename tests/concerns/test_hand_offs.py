"""A child told something: who was told and when, nothing else (TRUST S52)."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.concerns.models import HandOff
from scheduler.concerns.queries.hand_offs import hand_offs_of, months_of_concerns
from scheduler.concerns.service.hand_offs import note_hand_off, take_back_hand_off
from scheduler.concerns.terms import HandedTo, HandOffDraft, MonthOfConcerns
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import Conflict, NotFound, OutOfReach
from scheduler.policy import Role
from tests.factories.concerns import LATER, a_held_scene
from tests.factories.people import an_actor, presenter_actor
from tests.factories.safeguarding import a_cleared_educator
from tests.factories.staffing import THE_DAY
from tests.factories.visits import VISIT_DAY
from tests.refusals import rejection

AT = dt.time(11, 40)
SCHOOL = HandOffDraft(HandedTo.SCHOOL, AT)


@pytest.fixture
def scene(session):
    return a_held_scene()


def rows() -> list[HandOff]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(HandOff).order_by(HandOff.id)))


def test_trust_s52_a_hand_off_holds_who_was_told_and_when_and_no_text_at_all(scene):
    note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY)

    (kept,) = rows()
    assert (kept.told, kept.told_at) == (HandedTo.SCHOOL, dt.datetime(2026, 10, 6, 9, 40, tzinfo=dt.UTC))
    texts = [one.name for one in HandOff.__table__.columns if isinstance(one.type, sa.String)]
    assert texts == ["told"]  # one of two words
    line = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.thing == "hand_off")).one()
    assert (line.action, line.details) == ("hand-off noted", "{}")


def test_pressed_twice_it_is_one_the_other_is_another_and_months_are_read_by_the_officer_of_the_centre_alone(scene):
    first = note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY)

    assert note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY) == first
    assert note_hand_off(scene.as_ana, scene.visit.number, HandOffDraft(HandedTo.HELPLINE, AT), now=THE_DAY) != first
    assert len(rows()) == 2

    note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY)
    note_hand_off(scene.as_boris, scene.visit.number, HandOffDraft(HandedTo.HELPLINE, AT), now=THE_DAY)
    first = VISIT_DAY.replace(month=1, day=1)

    assert months_of_concerns(scene.officer, first) == [MonthOfConcerns(VISIT_DAY.replace(day=1), 1, 1, 0)]
    assert months_of_concerns(an_actor(Role.SAFEGUARDING), first) == []


def test_it_is_taken_back_within_the_hour_by_who_noted_it(scene):
    noted = note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY)

    with pytest.raises(NotFound):
        take_back_hand_off(scene.as_boris, noted, now=THE_DAY)
    with pytest.raises(Conflict, match="hand_off_stays"):
        take_back_hand_off(scene.as_ana, noted, now=THE_DAY + LATER)
    assert take_back_hand_off(scene.as_ana, noted, now=THE_DAY) == scene.visit.number
    assert rows() == []


def test_it_is_not_noted_ahead_of_the_clock_of_the_school(scene):
    ahead = HandOffDraft(HandedTo.SCHOOL, dt.time(14, 1))  # it is 14:00 there

    with rejection(at="in_the_future"):
        note_hand_off(scene.as_ana, scene.visit.number, ahead, now=THE_DAY)
    with rejection(at="not_on_its_day"):
        note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY - dt.timedelta(days=1))


def test_who_was_not_there_notes_none_and_a_colleague_reads_none_of_hers(scene):
    stranger = presenter_actor(a_cleared_educator(centre_id=scene.ana.centre_id))
    note_hand_off(scene.as_ana, scene.visit.number, SCHOOL, now=THE_DAY)

    with pytest.raises(OutOfReach):
        note_hand_off(stranger, scene.visit.number, SCHOOL, now=THE_DAY)
    assert hand_offs_of(scene.as_boris, scene.visit.id, THE_DAY) == []
    assert [one.own for one in hand_offs_of(scene.officer, scene.visit.id, THE_DAY)] == [False]
