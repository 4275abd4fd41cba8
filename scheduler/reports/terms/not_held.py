"""Visits that were called off: whose doing it was, and why."""

from dataclasses import dataclass
from enum import StrEnum

from scheduler.readiness.terms import CancelCause
from scheduler.visits.terms.states import CancelledBy


class OffCause(StrEnum):
    """Why a visit was not held: what was chosen when it was called off, or what was noted on its day."""

    BUSY = CancelCause.BUSY.value
    SHUT = CancelCause.SHUT.value
    ILLNESS = CancelCause.ILLNESS.value
    NO_CREW = CancelCause.NO_CREW.value
    ROAD = CancelCause.ROAD.value
    NO_NEED = CancelCause.NO_NEED.value
    NO_SHOW_HOST = "no_show_host"
    NO_SHOW_PRESENTER = "no_show_presenter"
    OTHER = CancelCause.OTHER.value
    NOT_SAID = "not_said"  # called off before causes were chosen, or on a school's page without one


class WhoseDoing(StrEnum):
    """Who could not: a visit to which nobody can go is called off by the centre, for its presenters."""

    SCHOOL = "school"
    CENTRE = "centre"
    PRESENTERS = "presenters"


@dataclass(frozen=True)
class OffByCause:
    """So many visits were called off by them, for this cause."""

    by: CancelledBy
    cause: OffCause
    visits: int
