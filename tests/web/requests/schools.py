"""A school with its request, and the page that its link opens."""

import datetime as dt

from sqlalchemy import func, select

from scheduler.core import tokens
from scheduler.core.db import db, transaction
from scheduler.requests.models import DateProposal
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.people import make_centre
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.visits import make_presentation, make_visit

TODAY = MONDAY.date()
SOON, LATER = TODAY + dt.timedelta(days=5), TODAY + dt.timedelta(days=30)


class School:
    """A request with its visit, and the secret link to its page."""

    def __init__(self, state=RequestState.CONFIRMED, visit=VisitState.CONFIRMED, on_day=SOON, **programme):
        self.centre_id = make_centre().id
        self.programme = make_programme(centre_id=self.centre_id, **programme)
        self.row = make_school_request(state, programme=self.programme)
        self.visit = self.presentation = None
        if visit is not None:
            given = {"programme": self.programme, "host_id": self.row.host_id, "school_request_id": self.row.id}
            self.visit = make_visit(visit, on_day=on_day, **given)
            self.presentation = make_presentation(self.visit)
        with transaction():
            self.secret = tokens.mint("status", self.row.id, lasts=dt.timedelta(days=30), now=MONDAY)

    def at(self, page: str = "", language: str = "en") -> str:
        return f"/status/{self.secret}{page}?lang={language}"

    def propose(self, *days: dt.date, until: dt.datetime) -> list[int]:
        with transaction() as session:
            rows = [
                DateProposal(school_request_id=self.row.id, on_day=one, starts_local=dt.time(10), held_until=until)
                for one in days
            ]
            session.add_all(rows)
            session.flush()
            return [row.id for row in rows]


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))
