"""What happens to a visit from outside: its school tells its shifts, it is stopped, it is called off too late."""

import datetime as dt

from scheduler.acts import change
from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import SYSTEM
from scheduler.requests.service.desk import follow_visit
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.service.locked_visit import open_visit
from scheduler.visits.service.transitions import move_assignment
from scheduler.visits.terms.states import (
    PRESENTATION_MACHINE,
    VISIT_MACHINE,
    AssignmentState,
    PresentationState,
    VisitState,
)
from tests.factories import MONDAY
from tests.factories.visits import VISIT_DAY
from tests.visits.scene import Scene


def tell(scene: Scene, **given) -> None:
    """Odd grades in the morning in the week of the visit; the others in the afternoon, from 14:00."""
    fair = {
        "bells": {(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))},
        "grouping": Grouping.GRADES,
        "rotation": Rotation.WEEK,
        "first_grades": frozenset({1, 3, 5, 7}),
        "anchor_day": VISIT_DAY,
    }
    tell_school_time(scene.coordinator, scene.host.id, SchoolTime(**(fair | given)), version=0, now=MONDAY)


LATE = dt.datetime(2026, 10, 5, 8, 30, tzinfo=dt.UTC)  # 47 and a half hours before would be earlier still


def stop(scene: Scene) -> None:
    """Snow: what closing a municipality does to a visit."""
    with change(SYSTEM, MONDAY) as act:
        opened = open_visit(act, scene.visit_id)
        for row in reversed(opened.in_state(AssignmentState.OFFERED, AssignmentState.ACCEPTED)):
            move_assignment(act, row, AssignmentState.WITHDRAWN, reason="closure")
        act.move(VISIT_MACHINE, opened.visit, VisitState.DISRUPTED, reason="Snow")
        for row in opened.presentations:
            act.move(PRESENTATION_MACHINE, row, PresentationState.DISRUPTED, reason="Snow")
        if opened.visit.school_request is not None:
            follow_visit(SYSTEM, opened.visit.school_request, RequestState.DISRUPTED, now=MONDAY, reason="Snow")
