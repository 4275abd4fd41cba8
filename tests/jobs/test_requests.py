import datetime as dt

import pytest
from sqlalchemy import select

from scheduler.core.db import db
from scheduler.jobs.requests import forget_unfinished
from scheduler.requests.models import BookingAnswers, SchoolRequest
from scheduler.requests.service.answers import keep_answers
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.requests import make_school_request

DAY = dt.timedelta(days=1)


@pytest.mark.usefixtures("attached")
def test_the_job_ends_what_nobody_finished_and_leaves_the_rest(app):
    now = MONDAY
    make_school_request(RequestState.UNVERIFIED, submitted_at=now - 8 * DAY)
    make_school_request(RequestState.UNVERIFIED, submitted_at=now - 6 * DAY)
    make_school_request(RequestState.NEW, submitted_at=now - 8 * DAY)
    keep_answers(None, {}, now=now - 2 * DAY)
    keep_answers(None, {"host": {}}, now=now)

    forget_unfinished.call_local()
    forget_unfinished.call_local()

    db.session.rollback()
    states = db.session.scalars(select(SchoolRequest.state).order_by(SchoolRequest.id)).all()
    assert states == [RequestState.EXPIRED, RequestState.UNVERIFIED, RequestState.NEW]
    assert db.session.scalars(select(BookingAnswers.answers)).all() == ['{"host": {}}']
