"""Words of attendance, and the states a presentation's counts go through (PRODUCT.md, section 4)."""

from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.machines import Machine


class AttendanceState(StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"
    COUNTERSIGNED = "countersigned"
    ASSUMED = "assumed"  # the school was silent for so many days; flagged
    LOCKED = "locked"
    CORRECTED = "corrected"  # locked again, with a reason, as a new version


class CountSource(StrEnum):
    EDUCATOR = "educator"
    SCHOOL = "school"
    COORDINATOR = "coordinator"  # a correction


_S = AttendanceState

ATTENDANCE_MACHINE = Machine(
    name="attendance",
    starts=frozenset({_S.OPEN}),
    moves={
        _S.OPEN: frozenset({_S.SUBMITTED}),
        _S.SUBMITTED: frozenset({_S.OPEN, _S.COUNTERSIGNED, _S.ASSUMED}),
        _S.COUNTERSIGNED: frozenset({_S.LOCKED}),
        _S.ASSUMED: frozenset({_S.LOCKED, _S.COUNTERSIGNED}),
        _S.LOCKED: frozenset({_S.CORRECTED}),
        _S.CORRECTED: frozenset({_S.CORRECTED}),
    },
    needs_reason=frozenset({_S.CORRECTED}),
)
COUNTS_FOR_REPORTS = (AttendanceState.LOCKED, AttendanceState.CORRECTED)


@dataclass(frozen=True)
class Counts:
    """People in the room, by audience."""

    pupils: int = 0
    parents: int = 0
    teachers: int = 0
    others: int = 0
