"""Pure rule of a campaign's forecast: what it has at its end, at today's pace, and how far that may be wrong.

The pace is the mean of the last whole weeks of the campaign, eight at most, each of seven days and the last one ending
yesterday; what is held and not locked yet counts in them as announced. What is agreed counts as agreed: a forecast
never lies below what is done and agreed.

The range holds the truth in about four cases of five, if the weeks to come are like those. It is Student's interval for
a sum of weeks to come, mean and spread both taken from few weeks. A week's spread is the larger of two: of the weekly
sums themselves, and of sums of whole presentations that come by chance (a compound Poisson: the mean weekly sum of
squares), so that equal weeks, or a single one, are never taken for certainty.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from math import ceil, floor, sqrt

from scheduler.programmes.terms import CampaignVerdict, CityRisk
from scheduler.reports.terms.control_room import CampaignWeek, CityLine, Forecast, Heads

WEEK = dt.timedelta(days=7)
MOST_WEEKS = 8
# Student's t that nine of ten values lie below, by degrees of freedom from 1: four of five lie around nought within it.
T_90 = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415)

Weeks = Sequence[Sequence[int]]  # of each week, the people of each of its presentations


def days_left(first_day: dt.date, last_day: dt.date, today: dt.date) -> int:
    """Days of a campaign that are still to come, today among them."""
    return max(0, (last_day - max(today, first_day)).days + 1)


def weeks_of(held: Iterable[Heads], first_day: dt.date, last_day: dt.date, today: dt.date) -> Weeks:
    """The whole weeks of a campaign before today, the last one first, with the people of each presentation."""
    end = min(today, last_day + dt.timedelta(days=1))
    number = min(MOST_WEEKS, max(0, (end - first_day).days // WEEK.days))
    weeks: list[list[int]] = [[] for _week in range(number)]
    for one in held:
        back = (end - one.on_day).days
        if 0 < back <= number * WEEK.days:
            weeks[(back - 1) // WEEK.days].append(one.people)
    return weeks


def forecast(done: int, waiting: int, agreed: int, weeks: Weeks, days: int) -> Forecast:
    """What there is when `days` more have gone by. Without a whole week behind, only what is agreed is known."""
    has = done + waiting
    if days <= 0:
        return Forecast(done, waiting, 0, has, has, has, len(weeks))
    if not weeks:
        return Forecast(done, waiting, agreed, has + agreed, has + agreed, None, 0)
    more, off = _more(weeks, days / WEEK.days)
    low, point, high = (has + max(agreed, value) for value in (floor(more - off), round(more), ceil(more + off)))
    return Forecast(done, waiting, agreed, point, low, high, len(weeks))


def _more(weeks: Weeks, to_come: float) -> tuple[float, float]:
    """The people of the weeks to come, and by how many that may be wrong."""
    number = len(weeks)
    sums = [sum(week) for week in weeks]
    mean = sum(sums) / number
    by_chance = sum(people**2 for week in weeks for people in week) / number
    of_weeks = sum((one - mean) ** 2 for one in sums) / (number - 1) if number > 1 else 0.0
    spread = sqrt(max(by_chance, of_weeks) * to_come * (1 + to_come / number))
    return mean * to_come, T_90[max(number - 2, 0)] * spread


def verdict_of(target: int | None, said: Forecast) -> CampaignVerdict:
    """What a forecast says of a target."""
    if not target:
        return CampaignVerdict.NO_TARGET
    if said.done >= target:
        return CampaignVerdict.REACHED
    if said.low >= target:
        return CampaignVerdict.LIKELY
    if said.high is not None and said.high < target:
        return CampaignVerdict.UNLIKELY
    return CampaignVerdict.OPEN


def risk_of(city: CityLine, school_days: int, free_days: int, *, known: bool) -> CityRisk | None:
    """Why a city may stay without a visit; None where something is held or agreed.

    `school_days`: how many the programme's notice and the end of the campaign leave. `free_days`: on how many of them
    an educator could come. `known`: the campaign ends before the days of which nobody knows that yet.
    """
    if city.held or city.agreed:
        return None
    if known and not school_days:
        return CityRisk.NO_SCHOOL_DAY
    if known and not free_days:
        return CityRisk.NOBODY_CAN
    return CityRisk.REQUESTS_WAIT if city.requests else CityRisk.NOBODY_ASKED


def by_week(held: Iterable[tuple[dt.date, int]], first_day: dt.date, last_day: dt.date) -> tuple[CampaignWeek, ...]:
    """Presentations (day, pupils) by calendar week, also those weeks in which nothing was held."""
    begins = first_day - dt.timedelta(days=first_day.weekday())
    number = max(0, (last_day - begins).days // WEEK.days + 1)
    sums = [[0, 0] for _week in range(number)]
    for on_day, pupils in held:
        place = (on_day - begins).days // WEEK.days
        if 0 <= place < number:
            sums[place][0] += 1
            sums[place][1] += pupils
    return tuple(CampaignWeek(begins + place * WEEK, *both) for place, both in enumerate(sums))
