"""How far anybody is sent and how much one presenter may have: asked by free dates, candidates and the board alike."""

import datetime as dt
from collections.abc import Collection, Mapping

from scheduler.places.rules.hosts import road_km, road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.visits.terms.plans import Why
from scheduler.visits.terms.reasons import WhyNot

MOST_A_DAY, MOST_A_WEEK = 4, 12  # presentations that one presenter is given without being asked first
FURTHEST_MINUTES = 240  # one way, from where she wakes and to where she sleeps: both and a talk are a long day
DAY = dt.timedelta(days=1)


def too_far(home: Point, place: Point | None, reach_km: int | None, beds: Collection[Point] = ()) -> list[Why]:
    """Whether the way from home is longer than she said she goes, or the way there or back than anybody is sent; a host
    without a point is asked about by people. `beds`: where she wakes on that day and where she sleeps, if not at home.
    """
    road = max(road_minutes(bed, place) for bed in beds or (home,)) if place else 0
    km = round(road_km(home, place)) if place else 0
    beyond = [Why(WhyNot.BEYOND_REACH, km, reach_km)] if reach_km is not None and km > reach_km else []
    return beyond + ([Why(WhyNot.TOO_FAR, road, FURTHEST_MINUTES)] if road > FURTHEST_MINUTES else [])


def is_too_long_a_road(wakes: Point, sleeps: Point) -> bool:
    """Whether a day without a talk, to a night away or from one, would be longer on the road than anybody is sent."""
    return road_minutes(wakes, sleeps) > 2 * FURTHEST_MINUTES


def too_much(of_day: int, of_week: int, more: int = 1) -> list[Why]:
    """Whether so many presentations more are more than one presenter is given in a day or in a week."""
    if of_day + more > MOST_A_DAY:
        return [Why(WhyNot.ENOUGH_OF_DAY, of_day + more, MOST_A_DAY)]
    return [Why(WhyNot.ENOUGH_OF_WEEK, of_week + more, MOST_A_WEEK)] if of_week + more > MOST_A_WEEK else []


def load_on(presentations: Mapping[dt.date, int], day: dt.date) -> tuple[int, int]:
    """How many presentations somebody has on a day and in its week, of those counted by local day."""
    first = week_of_day(day)
    return presentations.get(day, 0), sum(presentations.get(first + number * DAY, 0) for number in range(7))


def week_of_day(day: dt.date) -> dt.date:
    """The Monday of a day."""
    return day - day.weekday() * DAY
