"""Schools that wait for their plan, presenters who could go, and proposals of the planner."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from scheduler.core.db import transaction
from scheduler.people.models import Presenter
from scheduler.people.terms import TeachingLanguage
from scheduler.policy import Actor, Role
from scheduler.programmes.models import Programme
from scheduler.proposals.service.propose import begin_proposal, finish_proposal
from scheduler.proposals.terms.plan import (
    PlanScope,
    ProposalDraft,
    ProposalSums,
    ProposedRow,
    ProposedSeat,
    WaitCause,
    Waiting,
)
from scheduler.requests.models import SchoolRequest
from scheduler.requests.terms.school_request import RequestState
from tests.factories import MONDAY
from tests.factories.people import make_centre, make_user, works
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme
from tests.factories.requests import make_school_request
from tests.factories.safeguarding import a_cleared_educator

FIRST, LAST = dt.date(2026, 10, 12), dt.date(2026, 10, 16)
FAIR = ProposalSums(cost=120, served_weight=20, asked_weight=30, km=40, steps=3, bound_weight=30)


@dataclass
class Region:
    """A centre with its coordinator and a programme; schools that ask in one week, educators who are free in it."""

    coordinator: Actor
    programme: Programme
    asked: list[SchoolRequest]
    educators: list[Presenter]

    def draft(self, **given: Any) -> ProposalDraft:
        based_on = given.pop("based_on", None)
        return ProposalDraft(PlanScope(**({"first_day": FIRST, "last_day": LAST} | given)), based_on)

    def seat(self, place: int, who: int = 0, **given: Any) -> ProposedSeat:
        """The request of that place, on its day of the week at ten."""
        fair = {"on_day": FIRST + place * dt.timedelta(days=1), "starts_local": dt.time(10)}
        return ProposedSeat(self.asked[place].id, educator_id=self.educators[who].id, **(fair | given))

    def proposed(self, *seats: ProposedSeat, told: dict[str, Any] | None = None, **given: Any) -> int:
        """A finished proposal with these seats; all other requests wait."""
        with transaction():
            row = begin_proposal(self.coordinator, self.draft(**given), now=MONDAY)
            placed = {seat.request_id: ProposedRow(seat.request_id, seat, told=told or {}) for seat in seats}
            lacking = Waiting(WaitCause.TAKEN)
            rows = [placed.get(one.id) or ProposedRow(one.id, waiting=lacking, told=told or {}) for one in self.asked]
            finish_proposal(self.coordinator, row.id, rows, FAIR, now=MONDAY)
        return row.id


def a_region(
    requests: int = 3,
    educators: int = 2,
    numbered: int = 0,
    state: RequestState = RequestState.AGREED,
    **programme: Any,
) -> Region:
    """Requests of schools in Niš for the week of 12 October, agreed unless another state is named; educators of Niš.

    `numbered`: beside the demo's requests, the number of the first.
    """
    with transaction():
        centre, town = make_centre(), make_municipality()
        coordinator = make_user(Role.COORDINATOR, centre_id=centre.id).actor()
        given = make_programme(centre_id=centre.id, **({"notice_days": 0} | programme))
        asked = [
            make_school_request(
                state,
                programme=given,
                host_id=make_host(municipality_id=town.id).id,
                first_day=FIRST,
                last_day=LAST,
                teaching_language=TeachingLanguage.SERBIAN,
                **({"number": f"R-2026-{numbered + place}"} if numbered else {}),
            )
            for place in range(requests)
        ]
        people = [works(a_cleared_educator(centre_id=centre.id, home_id=town.id)) for _ in range(educators)]
    return Region(coordinator, given, asked, people)
