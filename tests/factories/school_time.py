"""Shifts and bells of schools, told by the service."""

import datetime as dt
from typing import Any

from scheduler.places.service.school_time import tell_school_time
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.policy import SYSTEM
from tests.factories import MONDAY


def bells(afternoon: int = 14) -> dict[tuple[Shift, bool], Bells]:
    """The morning shift begins at eight, the other one at this hour."""
    return {(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(afternoon))}


def tell_shifts(host_id: int, **given: Any) -> None:
    """Odd grades always in the morning, even ones always in the afternoon from 14:00, unless something is given."""
    fair: dict[str, Any] = {
        "bells": bells(),
        "grouping": Grouping.GRADES,
        "rotation": Rotation.NONE,
        "first_grades": frozenset({1, 3, 5, 7}),
    }
    tell_school_time(SYSTEM, host_id, SchoolTime(**(fair | given)), version=0, now=MONDAY)
