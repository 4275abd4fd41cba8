"""Free dates: everything that the rule asks for, in five questions, however many presenters and visits there are.

Days are asked of the nearest presenters first, and of others only where they could change the answer (decision 16).
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from scheduler.booking.queries import seekers
from scheduler.booking.queries.seekers import Errand, taken_from
from scheduler.booking.rules import free_dates as booking_free_dates
from scheduler.booking.rules import holds
from scheduler.booking.rules.days_that_suit import HORIZON_DAYS, minutes_of_all
from scheduler.booking.rules.free_dates import JudgedDays
from scheduler.booking.rules.nearest import WantedPeople, wanted_of
from scheduler.booking.terms.free_dates import FreeDates, FreeDay, FreeFacts, FreeWish, Seeker
from scheduler.booking.terms.holds import HoldWish, Slot
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.rules import is_minor
from scheduler.people.terms import Hours, PresenterKind
from scheduler.places.lessons import lesson_calendar
from scheduler.places.models import Host, Municipality
from scheduler.places.queries import host_row, municipality_row
from scheduler.places.rules.presence import days_of_classes
from scheduler.places.rules.school_days import LessonCalendar
from scheduler.places.terms.hosts import Level, MunicipalityRow, Point
from scheduler.places.terms.school_time import DaysOfGrades, SchoolTime
from scheduler.programmes.models import Programme
from scheduler.programmes.queries import programme_of, programme_row
from scheduler.programmes.terms import Audience, ProgrammeRow
from scheduler.requests.queries.hours import OpenSchool
from scheduler.staffing.queries.young_load import limits
from scheduler.staffing.terms.young_load import YoungVisit
from scheduler.visits.terms.plans import CrewRule, TakenTime

Answer = TypeVar("Answer")
DAY = dt.timedelta(days=1)
ANY_HOUR = tuple(Hours(weekday, dt.time(0), dt.time(23, 59)) for weekday in range(7))


@dataclass(frozen=True)
class AskedPlace:
    """Where somebody would come, and with what: a school that is open, or any school of a municipality."""

    programme: ProgrammeRow
    school: OpenSchool | None
    town: MunicipalityRow | None  # none abroad

    @property
    def zone(self) -> str:
        return self.school.host.zone if self.school else clock.BELGRADE

    @property
    def point(self) -> Point | None:
        return self.school.host.point if self.school else self.town.point if self.town else None

    @property
    def levels(self) -> list[Level]:
        return self.school.levels if self.school else [*Level]

    def lessons(self, first: dt.date, last: dt.date) -> LessonCalendar:
        return self.school.lessons(first, last) if self.school else lesson_calendar(first, last)


@dataclass(frozen=True)
class OpenCalendar:
    """What free dates of a programme at a place are made of, read once, however often it is asked.

    Asked by wishes for that programme, place, language and audience, for any length, classes, hour and hold.
    """

    place: AskedPlace
    today: dt.date
    days: DaysOfGrades
    shut: frozenset[dt.date]
    told: SchoolTime | None
    people: tuple[Seeker, ...]  # of the programme's centre, without what they have promised
    taken: Sequence[TakenTime]  # what was promised, and what is held
    missing: str  # the first school year of its days that a calendar does not have yet; abroad none is asked for

    def free_dates(self, wish: FreeWish) -> FreeDates:
        """On which of the next days, and at what times, somebody can really come; names nobody."""
        return booking_free_dates.free_dates(self.facts_of(wish), clock.moment_of)

    def starts_on(self, wish: FreeWish, day: dt.date) -> tuple[dt.time, ...]:
        """The free times of one day."""
        return booking_free_dates.starts_on(self.facts_of(wish), day, clock.moment_of)

    def against(self, wish: FreeWish, day: dt.date) -> list[FreeDay]:
        """Every rule that speaks against a day at the hours that the wish keeps."""
        return booking_free_dates.against(self.facts_of(wish), day, clock.moment_of)

    def able_at(self, wish: HoldWish) -> list[tuple[int, list[int]]]:
        """Who could go if that date were taken now. For services alone."""
        slot, facts = wish.slot, self.facts_of(wish.wish)
        if wish.by_the_centre:
            facts = replace(facts, notice_days=0)
        return booking_free_dates.able_at(
            facts, slot.on_day, slot.starts_local, clock.moment_of, by_the_bell=wish.by_the_bell
        )

    def other_dates(self, wish: HoldWish) -> list[Slot]:
        """Three other dates for who was not quick enough: the same times nearest to what was wished."""
        return holds.other_dates(self.free_dates(wish.wish), wish.slot)

    def of_locked(self, presenter_ids: Collection[int], day: dt.date, *, now: dt.datetime) -> "OpenCalendar":
        """The same calendar of these presenters alone, with what they have promised by now: one question.

        Nobody promises their time while their locks are held. No lock guards their hours and papers, so that reading
        them again would prove nothing more. Where everybody has promised what she had before, it is this calendar
        itself: who could go is known by then.
        """
        taken = taken_from(seekers.able(self.people), (day, day), now)
        if taken == self.taken:
            return self
        people = tuple(one for one in self.people if one.presenter_id in presenter_ids)
        return replace(self, people=people, taken=taken)

    def facts_of(self, wish: FreeWish) -> FreeFacts:
        """What the rule is asked with."""
        facts, people = self.facts_without_people(wish), self._seekers(wish)
        if not wish.crew:
            return replace(facts, people=people)
        # Of who has agreed to go there before, nobody is asked how far she goes, or her usual hours.
        people = tuple(replace(one, reach_km=None, hours=one.hours or ANY_HOUR) for one in people)
        kinds = Counter(one.kind for one in people)
        rule = CrewRule(kinds[PresenterKind.EDUCATOR], kinds[PresenterKind.INFLUENCER])
        return replace(facts, people=people, rule=rule)

    def facts_without_people(self, wish: FreeWish) -> FreeFacts:
        """The same, before anybody is looked at."""
        programme = self.place.programme
        classes = wish.classes if wish.audience is Audience.PUPILS else ()
        return FreeFacts(
            today=self.today,
            zone=self.place.zone,
            point=self.place.point,
            open_days=days_of_classes(self.days, classes),
            shut_days=self.shut,
            told=self.told,
            topic=programme.topic,
            language=wish.language,
            audience=wish.audience,
            rule=CrewRule(programme.educators, programme.influencers),
            notice_days=programme.notice_days,
            minutes=wish.minutes or minutes_of_all(wish.kept, wish.sittings, programme.minutes),
            set_up_minutes=programme.set_up_minutes,
            classes=wish.classes,
            people=(),
            at=wish.at,
            sitting_minutes=None if wish.minutes else programme.minutes,
            kept=wish.kept,
            bounds=wish.bounds,
            young_limits=limits(),
        )

    def _seekers(self, wish: FreeWish) -> tuple[Seeker, ...]:
        """Everybody, or the crew, with what they have promised. A hold keeps everybody away but who holds it."""
        promised: dict[int, list[TakenTime]] = defaultdict(list)
        own = {-wish.own_hold, wish.own_visit} - {0}
        for one in self.taken:
            if one.stop.visit_id not in own:
                promised[one.presenter_id].append(one)
        return tuple(
            replace(
                one,
                promised=tuple(taken.stop for taken in mine),
                presentations=Counter(taken.on_day for taken in mine),
                young=tuple(
                    YoungVisit(taken.stop.visit_id, taken.on_day, taken.minutes)
                    for taken in mine
                    if is_minor(one.law.adult_on, taken.on_day)
                )
                if one.law.adult_on  # of who is known to be of age no day is asked about
                else (),
            )
            if (mine := promised.get(one.presenter_id))
            else one
            for one in self.people
            if not wish.crew or one.presenter_id in wish.crew
        )


class NearCalendar:
    """The days of the same calendar, of the nearest presenters; of others only while they could change an answer.

    It names nobody either, and nobody is held by it: who could go is a question to all of them.
    """

    def __init__(self, wish: FreeWish, place: AskedPlace, now: dt.datetime) -> None:
        self._errand = _errand(wish, place, _next_days(place, now), now)
        known = seekers.nearest(self._errand)
        self._others, people = known.others, known.people
        taken = taken_from(seekers.able(people), self._errand.span, now)
        self._calendar = _calendar_of(place, wish, self._errand, people, taken)
        self._asked: list[WantedPeople] = []

    @property
    def place(self) -> AskedPlace:
        return self._calendar.place

    @property
    def today(self) -> dt.date:
        return self._calendar.today

    @property
    def missing(self) -> str:
        return self._calendar.missing

    def free_dates(self, wish: FreeWish) -> FreeDates:
        """On which of the next days, and at what times, somebody can really come."""
        return self._settled(wish, _judged_dates)

    def against(self, wish: FreeWish, day: dt.date) -> list[FreeDay]:
        """Every rule that speaks against a day at the hours that the wish keeps."""
        return self._settled(wish, lambda facts: booking_free_dates.judged_against(facts, day, clock.moment_of))

    def other_dates(self, wish: HoldWish) -> list[Slot]:
        """Three other dates for who was not quick enough: the same times nearest to what was wished."""
        return holds.other_dates(self.free_dates(wish.wish), wish.slot)

    def _settled(self, wish: FreeWish, judge: Callable[[FreeFacts], tuple[Answer, JudgedDays]]) -> Answer:
        """What is found, once all have been asked who could make more of it."""
        answer, judged = judge(self._calendar.facts_of(wish))
        wanted = wanted_of(judged, self._others)
        if not wanted or any(wanted <= asked for asked in self._asked):
            return answer
        self._asked.append(wanted)
        self._calendar = self._with(wanted)
        return judge(self._calendar.facts_of(wish))[0]

    def _with(self, wanted: WantedPeople) -> OpenCalendar:
        """The same calendar with those who are wanted besides."""
        calendar, errand = self._calendar, self._errand
        read = seekers.everybody(errand) if wanted.everybody else seekers.besides(errand, wanted)
        known = {one.presenter_id for one in calendar.people}
        more = [one for one in read if one.presenter_id not in known]
        people = sorted([*calendar.people, *more], key=lambda one: one.presenter_id)
        taken = taken_from(seekers.able(more), errand.span, errand.now)
        return replace(calendar, people=tuple(people), taken=(*calendar.taken, *taken))


def open_calendar(
    wish: FreeWish, *, now: dt.datetime, only: dt.date | None = None, place: AskedPlace | None = None
) -> OpenCalendar:
    """Read what free dates are made of: five questions, however many presenters and visits there are.

    Of the next days, or of one of them alone. What is known of the place is not asked again. Raises: NotFound.
    """
    place = place or asked_place(wish)
    first, last = _next_days(place, now)
    if only:  # of a day out of reach nothing is said: it is none of those that were read
        first = last = min(max(only, first), last)
    errand = _errand(wish, place, (first, last), now)
    people = seekers.everybody(errand)
    return _calendar_of(place, wish, errand, people, taken_from(seekers.able(people), errand.span, now))


def near_calendar(wish: FreeWish, *, now: dt.datetime, place: AskedPlace | None = None) -> OpenCalendar | NearCalendar:
    """The next days alone, without who could go: as many questions, and no more to read because a centre is large.

    A crew that is named is looked for among all. Raises: NotFound.
    """
    if wish.crew:
        return open_calendar(wish, now=now, place=place)
    return NearCalendar(wish, place or asked_place(wish), now)


def _next_days(place: AskedPlace, now: dt.datetime) -> tuple[dt.date, dt.date]:
    today = clock.local_day(now, place.zone)
    return today, today + (HORIZON_DAYS - 1) * DAY


def _errand(wish: FreeWish, place: AskedPlace, span: tuple[dt.date, dt.date], now: dt.datetime) -> Errand:
    return Errand(place.programme, wish.language, place.town, place.point, span, now)


def _judged_dates(facts: FreeFacts) -> tuple[FreeDates, JudgedDays]:
    return booking_free_dates.judged_dates(facts, clock.moment_of)


def _calendar_of(
    place: AskedPlace, wish: FreeWish, errand: Errand, people: tuple[Seeker, ...], taken: Sequence[TakenTime]
) -> OpenCalendar:
    """What is known of the place, and of these people."""
    today, (first, last) = clock.local_day(errand.now, place.zone), errand.span
    lessons = place.lessons(first, last)
    return OpenCalendar(
        place,
        today,
        days=lessons.by_grade(place.town, place.levels, first, last),
        shut=lessons.shut(place.town, first, last),
        told=place.school.told() if place.school and wish.audience is Audience.PUPILS else None,
        people=people,
        taken=taken,
        missing=(lessons.missing(today) or lessons.missing(last)) if place.town else "",
    )


def nobodys_calendar(place: AskedPlace, *, now: dt.datetime) -> OpenCalendar:
    """The same without days and without anybody: where and how long alone, for whoever is placed already."""
    return OpenCalendar(place, clock.local_day(now, place.zone), {None: frozenset()}, frozenset(), None, (), (), "")


def free_dates(wish: FreeWish, *, now: dt.datetime, place: AskedPlace | None = None) -> FreeDates:
    """On which of the next days, and at what times, somebody can really come; names nobody. Raises: NotFound."""
    return near_calendar(wish, now=now, place=place).free_dates(wish)


def other_dates(wish: HoldWish, *, now: dt.datetime) -> list[Slot]:
    """Three other dates for who was not quick enough. Raises: NotFound."""
    return holds.other_dates(free_dates(wish.wish, now=now), wish.slot)


def place_of(wish: FreeWish, school: OpenSchool) -> AskedPlace:
    """The same of a school that is open: one question, which programme. Raises: NotFound."""
    return AskedPlace(programme_of(wish.programme_id), school, school.host.municipality)


def asked_place(wish: FreeWish) -> AskedPlace:
    """One question: the place with its district, and the programme. Raises: NotFound."""
    of_programme = Programme.id == wish.programme_id
    of = joinedload(Programme.centre), joinedload(Programme.audiences)
    if wish.host_id is not None:
        loaded = joinedload(Host.municipality).joinedload(Municipality.district)
        hosts = select(Host, Programme).join(Programme, of_programme).where(Host.id == wish.host_id)
        row = db.session().execute(hosts.options(loaded, *of)).unique().one_or_none()
        if row is None:
            raise NotFound("host")
        host = host_row(row[0])
        return AskedPlace(programme_row(row[1]), OpenSchool(host), host.municipality)
    towns = select(Municipality, Programme).join(Programme, of_programme).where(Municipality.id == wish.municipality_id)
    pair = db.session().execute(towns.options(joinedload(Municipality.district), *of)).unique().one_or_none()
    if pair is None:
        raise NotFound("municipality")
    return AskedPlace(programme_row(pair[1]), None, municipality_row(pair[0]))
