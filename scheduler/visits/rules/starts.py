"""Which presentations of a plan are outside the shifts of their classes, or after their school year."""

import datetime as dt
from collections.abc import Sequence

from scheduler.places.rules.presence import class_away, left_on
from scheduler.places.terms.school_time import DaysOfGrades, SchoolClock
from scheduler.programmes.terms import Audience
from scheduler.visits.terms.plans import PresentationPlan


def is_bound_to_shifts(plan: PresentationPlan) -> bool:
    """Whether somebody of it is in the building in a shift only; parents and teachers come outside shifts."""
    return plan.audience is Audience.PUPILS and bool(plan.classes)


def outside_shifts(hours: SchoolClock, day: dt.date, plans: Sequence[PresentationPlan]) -> list[int]:
    """Places of the plans of whose classes one is not in the building then, by the school's own words."""
    return [
        place
        for place, plan in enumerate(plans)
        if is_bound_to_shifts(plan) and class_away(hours, plan.classes, day, plan.starts_local, plan.minutes)
    ]


def left_school(days: DaysOfGrades, day: dt.date, plans: Sequence[PresentationPlan]) -> list[int]:
    """Places of the plans with a class whose grade has ended its school year on a day."""
    return [place for place, plan in enumerate(plans) if is_bound_to_shifts(plan) and left_on(days, plan.classes, day)]
