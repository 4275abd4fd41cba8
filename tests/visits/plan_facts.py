"""Places and wishes that the rules of visits and of booking are asked about."""

from typing import Any

from scheduler.places.rules.hosts import road_minutes
from scheduler.places.terms.hosts import Point
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.terms.pages import RequestedPresentationRow
from scheduler.requests.terms.school_request import DayPart

NIS = Point(43.32, 21.90)


def so_far(minutes: int) -> Point:
    """A place to the north at so many minutes by road."""
    places = (Point(NIS.latitude + step / 1000, NIS.longitude) for step in range(10_000))
    return next(place for place in places if road_minutes(NIS, place) == minutes)


def a_wish(**given: Any) -> RequestedPresentationRow:
    fair: dict[str, Any] = {
        "ordinal": 1,
        "audience": Audience.PUPILS,
        "level": SchoolLevel.PRIMARY,
        "classes": "7b",
        "pupils": 25,
        "parents": 0,
        "teachers": 1,
        "day_part": DayPart.ANY,
        "starts_local": None,
    }
    return RequestedPresentationRow(**(fair | given))
