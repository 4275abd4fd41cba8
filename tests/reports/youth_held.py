"""Visits that young people presented at, for reports and their pages."""

import datetime as dt
from typing import Any

from scheduler.attendance.terms import AttendanceState, HeadCounts
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import Filters
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import AssignmentState, PresentationState, VisitState
from tests.factories.attendance import make_attendance
from tests.factories.programmes import make_programme
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.factories.visits import make_assignment, make_presentation, make_visit

DAY = dt.date(2026, 10, 6)


class YouthHeld:
    """Two visits with young people, one without, one that nobody has locked."""

    def __init__(self) -> None:
        self.programme = make_programme(influencers=1)
        centre = self.programme.centre_id
        self.ana = a_cleared_educator(centre_id=centre)
        self.tara, self.mila = (
            a_cleared_minor(centre_id=centre),
            a_cleared_minor(centre_id=centre, birth_date=dt.date(2011, 3, 1)),
        )
        self.first = self.visit((60, self.ana, self.tara), (40, self.ana, self.tara, self.mila))
        self.second = self.visit((30, self.ana, self.tara), on_day=dt.date(2026, 11, 5))
        self.alone = self.visit((20, self.ana), on_day=dt.date(2026, 11, 9))
        self.open = self.visit((70, self.ana, self.mila), on_day=dt.date(2026, 11, 12), state=AttendanceState.SUBMITTED)

    def visit(self, *talks: Any, on_day: dt.date = DAY, state: AttendanceState = AttendanceState.LOCKED) -> Visit:
        """Held on a day: of each talk how many pupils, and who was there; a teacher was in every room."""
        visit = make_visit(VisitState.DELIVERED, programme=self.programme, on_day=on_day)
        for hour, (pupils, *crew) in enumerate(talks, 8):
            talk = make_presentation(visit, dt.time(hour), PresentationState.DELIVERED, minutes=30)
            for one in crew:
                make_assignment(talk, one.id, AssignmentState.PRESENT)
            make_attendance(talk, HeadCounts(pupils=pupils, teachers=1), state)
        return visit

    @property
    def filters(self) -> Filters:
        return Filters(year_of(2026), self.programme.centre_id)
