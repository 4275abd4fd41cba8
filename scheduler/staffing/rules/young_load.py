"""How much a minor is given in a week and in a month: pure, with the limits passed in."""

import datetime as dt
from collections.abc import Iterable

from scheduler.staffing.terms.young_load import YoungLimits, YoungVisit
from scheduler.visits.rules.limits import week_of_day
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.reasons import WhyNot


def too_much_for_a_minor(visits: Iterable[YoungVisit], day: dt.date, limits: YoungLimits) -> list[Why]:
    """What speaks against all of these visits of one minor in the week and in the month of a day.

    Each visit counts once, and with the minutes of all her presentations in it; ways are not counted.
    """
    every = list(visits)
    week = [one for one in every if week_of_day(one.on_day) == week_of_day(day)]
    month = [one for one in every if (one.on_day.year, one.on_day.month) == (day.year, day.month)]
    found = []
    for some, most_visits, most_hours, why in (
        (week, limits.week_visits, limits.week_hours, WhyNot.YOUNG_WEEK_FULL),
        (month, limits.month_visits, limits.month_hours, WhyNot.YOUNG_MONTH_FULL),
    ):
        held, minutes = len({one.visit_id for one in some}), sum(one.minutes for one in some)
        if held > most_visits or minutes > most_hours * 60:
            found.append(Why(why, held, most_visits))
    return found
