"""Of a hand-off the count stays; a concern goes some years after it ended."""

import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.concerns.models import HandOff
from scheduler.concerns.service.hand_offs import note_hand_off
from scheduler.concerns.service.speaking_up import speak_up_about
from scheduler.concerns.service.stops import end_concern, lift_stop
from scheduler.concerns.terms import HandedTo, HandOffDraft
from scheduler.core.db import db
from scheduler.privacy.service.retention import run_retention
from scheduler.privacy.terms import RetentionRow
from scheduler.safeguarding.terms import LiftedBecause
from tests.factories.concerns import a_held_scene
from tests.factories.staffing import THE_DAY

pytestmark = [pytest.mark.postgres_decides, pytest.mark.usefixtures("app")]


def at(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day, 2, 40, tzinfo=dt.UTC)


def forgotten(kept: RetentionRow, now: dt.datetime) -> int:
    """How many rows of this kind one run forgets; what it would, the dry one said."""
    counted = run_retention(now=now, dry_run=True).counts[kept]
    assert run_retention(now=now).counts[kept] == counted
    return counted


def test_of_a_hand_off_the_count_stays_and_a_concern_goes_three_years_after_it_ended():
    scene = a_held_scene()
    note_hand_off(scene.as_ana, scene.visit.number, HandOffDraft(HandedTo.SCHOOL, dt.time(11, 40)), now=THE_DAY)
    concern_id = speak_up_about(scene.officer, scene.ana.id, now=THE_DAY)
    lift_stop(scene.officer, scene.ana.id, LiftedBecause.SETTLED, now=THE_DAY)
    end_concern(scene.officer, concern_id, now=THE_DAY)

    assert forgotten(RetentionRow.CONCERN, at(2029, 10, 6)) == 0
    assert forgotten(RetentionRow.CONCERN, at(2029, 10, 7)) == 1  # her stop went with her profile before
    assert forgotten(RetentionRow.CONCERN, at(2029, 10, 8)) == 0
    kept = db.session.scalars(select(HandOff)).one()
    assert (kept.visit_id, kept.noted_by_id, kept.told) == (None, None, HandedTo.SCHOOL)
