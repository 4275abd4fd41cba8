"""One seat, one winner: all who were asked accept at one moment, and the job runs beside itself, on both databases."""

import pytest
import sqlalchemy as sa
from flask import Flask

from scheduler.core.db import db
from scheduler.core.errors import Conflict
from scheduler.messages.models import OutboxMessage
from scheduler.staffing.service.decisions import go_short
from scheduler.staffing.service.substitutes import send_waves
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import LIVING, AssignmentState, SubstituteSearchState, VisitState
from tests.at_once import all_at_once
from tests.staffing.search_scene import FRIDAY, MINUTE, TO_THE_SCHOOL, Ill
from tests.visits.scene import mails

pytestmark = pytest.mark.both_databases


def seats(ill: Ill) -> list[AssignmentState]:
    db.session.rollback()
    return list(
        db.session.scalars(
            sa.select(Assignment.state)
            .join(Presentation, Presentation.id == Assignment.presentation_id)
            .where(Presentation.visit_id == ill.visit_id, Assignment.state.in_(LIVING))
        )
    )


def test_all_who_were_asked_accept_at_once_one_goes_and_the_others_are_told(app: Flask):
    ill = Ill(others=3)
    ill.falls_ill()
    send_waves(now=FRIDAY)

    answers = all_at_once(app, [ill.answering(who, now=FRIDAY + MINUTE) for who in ill.others])

    refused = [answer for answer in answers if isinstance(answer, Conflict)]
    assert (answers.count(None), [one.reason for one in refused]) == (1, ["offer_gone", "offer_gone"])
    assert seats(ill) == [AssignmentState.ACCEPTED]
    assert db.session.scalar(sa.select(Visit.state).where(Visit.id == ill.visit_id)) is VisitState.CONFIRMED
    assert ill.state() is SubstituteSearchState.FILLED
    assert ill.kinds_to(TO_THE_SCHOOL) == ["crew_settled"]
    released = sa.select(sa.func.count()).select_from(OutboxMessage).where(OutboxMessage.kind == "visit_released")
    assert db.session.scalar(released) == 2


def test_many_sweeps_at_once_send_one_wave(app: Flask):
    ill = Ill(others=6)
    ill.falls_ill()

    answers = all_at_once(app, [lambda: send_waves(now=FRIDAY) for _sweep in range(6)])

    assert answers == [None] * 6
    assert len(ill.whom()) == len(seats(ill)) == len(mails(db.session, "visit_offered")) == 3
    assert ill.search().wave == 1


def test_a_yes_beside_a_short_crew_is_one_of_the_two_and_the_school_reads_it_once(app: Flask):
    ill = Ill(young=True, influencers=1)
    mina = ill.can(ill.minor())
    ill.falls_ill(ill.tara)
    send_waves(now=FRIDAY)
    at = FRIDAY + MINUTE

    answers = all_at_once(app, [ill.answering(mina, now=at), lambda: go_short(ill.coordinator, ill.visit_id, now=at)])

    assert answers.count(None) == 1
    assert [one for one in answers if one is not None and not isinstance(one, Conflict)] == []
    assert ill.state() in (SubstituteSearchState.FILLED, SubstituteSearchState.SHORT)
    assert ill.kinds_to(TO_THE_SCHOOL) == ["crew_settled"]
