"""A school with its request, and the page that its link opens."""

import datetime as dt
from typing import Any

from scheduler.core.db import transaction
from scheduler.people.models import Presenter
from scheduler.requests.models import DateProposal
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.terms.states import VisitState
from tests.factories import MONDAY
from tests.factories.people import make_centre
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit
from tests.web.reading import a_link

TODAY = MONDAY.date()
SOON, LATER = TODAY + dt.timedelta(days=5), TODAY + dt.timedelta(days=30)


class School:
    """A request with its visit at 9:55, and the secret link to its page."""

    def __init__(
        self, state: RequestState = RequestState.CONFIRMED, visit: VisitState | None = VisitState.CONFIRMED,
        on_day: dt.date = SOON, request: dict[str, Any] | None = None, **programme: Any,
    ) -> None:  # fmt: skip
        self.centre_id = programme.pop("centre_id", None) or make_centre().id
        self.programme = make_programme(*programme.pop("audiences", ()), centre_id=self.centre_id, **programme)
        self.row = make_school_request(state, programme=self.programme, **(request or {}))
        self.visit = self.presentation = None
        if visit is not None:
            given = {"programme": self.programme, "host_id": self.row.host_id, "school_request_id": self.row.id}
            self.visit = make_visit(visit, on_day=on_day, **given)
            self.presentation = make_presentation(self.visit, dt.time(9, 55))
        self.secret = a_link(self.row.id)
        self.status = f"/status/{self.secret}"

    def at(self, page: str = "", language: str = "en") -> str:
        return f"{self.status}{page}?lang={language}"

    def with_crew(self, *people: Presenter) -> "School":
        """These go; an adult, Jelena Ristić, and a minor, Tara Nedodirljivić, unless others are named."""
        centre = {"centre_id": self.centre_id}
        for person in people or (
            a_cleared_educator(given_name="Jelena", family_name="Ristić", **centre),
            a_cleared_minor(given_name="Tara", family_name="Nedodirljivić", **centre),
        ):
            make_assignment(self.presentation, person.id)
        return self

    def propose(self, *days: dt.date, until: dt.datetime) -> list[int]:
        with transaction() as session:
            rows = [
                DateProposal(school_request_id=self.row.id, on_day=one, starts_local=dt.time(10), held_until=until)
                for one in days
            ]
            session.add_all(rows)
            session.flush()
            return [row.id for row in rows]


def asked(state: RequestState = RequestState.NEW, **request: Any) -> School:
    """A request for which no visit is planned."""
    return School(state, None, request=request)
