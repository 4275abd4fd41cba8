"""People, hours and what the search for free dates knows of them, made up."""

import datetime as dt
from typing import Any

from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.booking.terms.free_dates import Days, FreeFacts, Seeker
from scheduler.people.terms import Hours, PresenterKind, TeachingLanguage, Topic
from scheduler.places.terms.hosts import Point
from scheduler.programmes.terms import Audience
from scheduler.visits.terms.plans import CrewRule, UnderLaw

TODAY = dt.date(2026, 10, 5)  # a Monday
ALWAYS = (Days(dt.date(2020, 1, 1), dt.date(2030, 12, 31)),)
NIS, PIROT, BEOGRAD = Point(43.3209, 21.8958), Point(43.1531, 22.5861), Point(44.8125, 20.4612)
EDUCATOR, INFLUENCER = PresenterKind.EDUCATOR, PresenterKind.INFLUENCER
WORKING = tuple(Hours(weekday, dt.time(8), dt.time(16)) for weekday in range(5))
DAY = dt.timedelta(days=1)


def a_seeker(presenter_id: int = 1, kind: PresenterKind = EDUCATOR, **given: Any) -> Seeker:
    """Somebody from Niš whom every rule lets go, on working days from 8 to 16."""
    fair: dict[str, Any] = {
        "law": UnderLaw(None, None, suspended=False),
        "home": NIS,
        "topics": (Topic.SAFE_INTERNET,),
        "languages": (TeachingLanguage.SERBIAN,),
        "hours": WORKING,
        "vetted": ALWAYS,
        "agreed": (),
    }
    return Seeker(presenter_id, kind, **(fair | given))


def facts(*people: Seeker, **given: Any) -> FreeFacts:
    """A school in Niš with lessons on each working day asks for a talk in Serbian with one educator."""
    days = [TODAY + number * DAY for number in range(HORIZON_DAYS)]
    fair: dict[str, Any] = {
        "today": TODAY,
        "zone": "Europe/Belgrade",
        "point": NIS,
        "open_days": frozenset(day for day in days if day.weekday() < 5),
        "shut_days": frozenset(),
        "told": None,
        "topic": Topic.SAFE_INTERNET,
        "language": TeachingLanguage.SERBIAN,
        "audience": Audience.PUPILS,
        "rule": CrewRule(1, 0),
        "notice_days": 0,
        "minutes": 45,
        "set_up_minutes": 15,
        "classes": (),
        "people": people,
    }
    return FreeFacts(**(fair | given))


VRANJE, SUBOTICA = Point(42.5513, 21.9003), Point(46.1005, 19.6651)
