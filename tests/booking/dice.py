"""Random wishes, people and promises, each by a number: what free dates and the planner are tried with."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

from scheduler.booking.terms.free_dates import Days, FreeFacts, Seeker
from scheduler.core.clock import moment_of
from scheduler.people.terms import ExceptionRow, Hours, TeachingLanguage, Topic
from scheduler.places.terms.hosts import Point
from scheduler.places.terms.school_time import Bells, Grouping, Rotation, SchoolTime, Shift
from scheduler.programmes.terms import Audience
from scheduler.visits.rules.timetable import span_of
from scheduler.visits.terms.plans import CrewRule, Stop, UnderLaw
from tests.booking.free_facts import (
    ALWAYS,
    BEOGRAD,
    DAY,
    EDUCATOR,
    INFLUENCER,
    NIS,
    PIROT,
    SUBOTICA,
    TODAY,
    VRANJE,
    WORKING,
    facts,
)

NEAR = [TODAY + number * DAY for number in range(5)]  # the random people have all their days here


TWO_SHIFTS = SchoolTime(
    bells={(Shift.MORNING, False): Bells(dt.time(8)), (Shift.AFTERNOON, False): Bells(dt.time(14))},
    grouping=Grouping.GRADES,
    rotation=Rotation.WEEK,
    first_grades=frozenset({1, 3, 5, 7}),
    anchor_day=TODAY,
)


def a_stop(visit_id: int, day: dt.date, starts: dt.time, minutes: int = 45, point: Point | None = NIS) -> Stop:
    span = span_of(moment_of(day, starts), minutes, 15)
    return Stop(visit_id, visit_id, span.busy_from, span.busy_until, point)


class Dice:
    """A random wish, by a number: most people can go on most days, or nothing would be compared."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def mostly(self, usual: Any, *others: Any) -> Any:
        return self.random.choice(others) if self.random.random() < 0.15 else usual

    def promises(self) -> tuple[Stop, ...]:
        """Visits of one or two presentations, in any order, also such as nobody could drive between."""
        stops = []
        for visit_id in range(1, self.random.choice([0, 1, 1, 2, 3, 5]) + 1):
            day, hour = self.random.choice(NEAR), self.random.randint(7, 19)
            point = self.mostly(self.random.choice([NIS, PIROT, BEOGRAD, VRANJE]), None)
            for number in range(self.random.randint(1, 2)):
                stop = a_stop(visit_id, day, dt.time(hour + number, self.random.choice([0, 20])), point=point)
                stops.append(replace(stop, presentation_id=visit_id * 10 + number))
        return tuple(stops)

    def hours(self) -> tuple[Hours, ...]:
        begins = [(self.random.randint(0, 5), self.random.randint(7, 18)) for _ in range(self.random.randint(0, 6))]
        return tuple(
            Hours(day, dt.time(hour), dt.time(min(hour + self.random.randint(1, 9), 22))) for day, hour in begins
        )

    def seeker(self, presenter_id: int) -> Seeker:
        kind = self.random.choice([EDUCATOR, INFLUENCER])
        promised = self.promises()
        counted = Counter(stop.busy_until.date() for stop in promised)
        more = self.mostly(0, 2, 10)
        papers = [self.mostly(ALWAYS, (), (Days(NEAR[0], NEAR[1]), Days(NEAR[3], NEAR[4]))) for _ in range(2)]
        away = self.mostly((), (Days(NEAR[1], NEAR[1]),), (Days(NEAR[2], NEAR[4]), Days(NEAR[4], NEAR[4])))
        adult_on = self.mostly(None, NEAR[2], dt.date(2027, 9, 1)) if kind is INFLUENCER else None
        return Seeker(
            presenter_id,
            kind,
            UnderLaw(adult_on, self.mostly(None, NEAR[1]), self.mostly(False, True)),
            self.mostly(NIS, PIROT, BEOGRAD, SUBOTICA),
            self.mostly((Topic.SAFE_INTERNET, Topic.PRIVACY), (Topic.PRIVACY,)),
            self.mostly((TeachingLanguage.SERBIAN,), (TeachingLanguage.HUNGARIAN,)),
            self.mostly(WORKING, self.hours(), self.hours()),
            tuple(ExceptionRow(0, span.first_day, span.last_day, self.random.random() < 0.5) for span in away),
            papers[0],
            papers[1],
            promised,
            {day: count + more for day, count in counted.items()},
        )

    def wish(self) -> FreeFacts:
        return facts(
            *(self.seeker(number) for number in range(1, self.random.randint(1, 6))),
            point=self.mostly(NIS, PIROT, VRANJE, None),
            zone=self.mostly("Europe/Belgrade", "Asia/Tokyo", "America/New_York"),
            shut_days=self.mostly(frozenset(), frozenset(NEAR[:1])),
            audience=self.mostly(Audience.PUPILS, Audience.PARENTS, Audience.TEACHERS),
            rule=self.random.choice([CrewRule(1, 0), CrewRule(2, 0), CrewRule(1, 1), CrewRule(1, 2)]),
            notice_days=self.mostly(0, 2),
            minutes=self.random.choice([30, 45, 90]),
            set_up_minutes=self.random.choice([0, 15]),
            told=self.random.choice([None, TWO_SHIFTS]),
            classes=self.random.choice([(), (), ("VII-2",), ("VII-2", "VI-1"), ("VI-1, choir",), ("VI-1, VII-2",)]),
        )
