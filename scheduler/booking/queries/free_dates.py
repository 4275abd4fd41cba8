"""Free dates: everything that the rule asks for, in five questions, however many presenters and visits there are."""

import datetime as dt
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ScalarSelect, Select, String, bindparam, case, cast, func, literal, select
from sqlalchemy.orm import joinedload

from scheduler.booking.rules import free_dates as booking_free_dates
from scheduler.booking.rules import holds
from scheduler.booking.rules.days_that_suit import HORIZON_DAYS, minutes_of_all
from scheduler.booking.terms.free_dates import Days, FreeDates, FreeDay, FreeFacts, FreeWish, Seeker
from scheduler.booking.terms.holds import HoldWish, Slot
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.models import AvailabilityException, AvailableHours, Presenter, PresenterLanguage, PresenterSkill
from scheduler.people.rules import is_minor
from scheduler.people.terms import ExceptionRow, Hours, PresenterKind, TeachingLanguage
from scheduler.places.models import Host, Municipality
from scheduler.places.queries import host_row, lesson_calendar, municipality_row
from scheduler.places.rules.presence import days_of_classes
from scheduler.places.rules.school_days import LessonCalendar
from scheduler.places.terms.hosts import Level, MunicipalityRow, Point
from scheduler.places.terms.school_time import DaysOfGrades, SchoolTime
from scheduler.programmes.models import Programme
from scheduler.programmes.queries import programme_of, programme_row
from scheduler.programmes.terms import Audience, ProgrammeRow
from scheduler.requests.queries.hours import OpenSchool
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.queries import consents_to_more, good_vettings, reaches, takes_nothing_new
from scheduler.staffing.queries.young_load import limits
from scheduler.staffing.terms.young_load import YoungVisit
from scheduler.visits.queries.agenda import time_taken
from scheduler.visits.terms.plans import CrewRule, TakenTime, UnderLaw

DAY = dt.timedelta(days=1)
ANY_HOUR = tuple(Hours(weekday, dt.time(0), dt.time(23, 59)) for weekday in range(7))
WEEK_AROUND = dt.timedelta(days=8)  # a week begins before the first day, and a drive before a stop


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
    taken: tuple[TakenTime, ...]  # what was promised, and what is held
    missing: str  # the school year of today, where one of the calendars does not have it yet

    def free_dates(self, wish: FreeWish) -> FreeDates:
        """On which of the next days, and at what times, somebody can really come; names nobody."""
        return booking_free_dates.free_dates(self.facts_of(wish), clock.moment_of)

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
        them again would prove nothing more.
        """
        people = tuple(one for one in self.people if one.presenter_id in presenter_ids)
        return replace(self, people=people, taken=tuple(_taken(presenter_ids, (day, day), now)))

    def facts_of(self, wish: FreeWish) -> FreeFacts:
        """What the rule is asked with."""
        programme = self.place.programme
        classes = wish.classes if wish.audience is Audience.PUPILS else ()
        people, rule = self._seekers(wish), CrewRule(programme.educators, programme.influencers)
        if wish.crew:  # of who has agreed to go there before, nobody is asked how far she goes, or her usual hours
            people = tuple(replace(one, reach_km=None, hours=one.hours or ANY_HOUR) for one in people)
            kinds = Counter(one.kind for one in people)
            rule = CrewRule(kinds[PresenterKind.EDUCATOR], kinds[PresenterKind.INFLUENCER])
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
            rule=rule,
            notice_days=programme.notice_days,
            minutes=wish.minutes or minutes_of_all(wish.kept, wish.sittings, programme.minutes),
            set_up_minutes=programme.set_up_minutes,
            classes=wish.classes,
            people=people,
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
                ),
            )
            if (mine := promised.get(one.presenter_id))
            else one
            for one in self.people
            if not wish.crew or one.presenter_id in wish.crew
        )


def open_calendar(
    wish: FreeWish, *, now: dt.datetime, only: dt.date | None = None, place: AskedPlace | None = None
) -> OpenCalendar:
    """Read what free dates are made of: five questions, however many presenters and visits there are.

    Of the next days, or of one of them alone. What is known of the place is not asked again. Raises: NotFound.
    """
    place = place or asked_place(wish)
    today = clock.local_day(now, place.zone)
    first, last = today, today + (HORIZON_DAYS - 1) * DAY
    if only:  # of a day out of reach nothing is said: it is none of those that were read
        first = last = min(max(only, first), last)
    lessons = place.lessons(first, last)
    told = place.school.told() if place.school and wish.audience is Audience.PUPILS else None
    people, able = _people(place, wish.language, (first, last), now)
    return OpenCalendar(
        place,
        today,
        days=lessons.by_grade(place.town, place.levels, first, last),
        shut=lessons.shut(place.town, first, last),
        told=told,
        people=people,
        taken=tuple(_taken(able, (first, last), now)) if able else (),
        missing=lessons.missing(today),
    )


def nobodys_calendar(place: AskedPlace, *, now: dt.datetime) -> OpenCalendar:
    """The same without days and without anybody: where and how long alone, for whoever is placed already."""
    return OpenCalendar(place, clock.local_day(now, place.zone), {None: frozenset()}, frozenset(), None, (), (), "")


def free_dates(wish: FreeWish, *, now: dt.datetime, place: AskedPlace | None = None) -> FreeDates:
    """On which of the next days, and at what times, somebody can really come; names nobody. Raises: NotFound."""
    return open_calendar(wish, now=now, place=place).free_dates(wish)


def other_dates(wish: HoldWish, *, now: dt.datetime) -> list[Slot]:
    """Three other dates for who was not quick enough. Raises: NotFound."""
    return open_calendar(wish.wish, now=now).other_dates(wish)


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


def _people(
    place: AskedPlace, language: TeachingLanguage, span: tuple[dt.date, dt.date], now: dt.datetime
) -> tuple[tuple[Seeker, ...], list[int]]:
    """One question: everybody of the programme's centre, with the hours and papers of who has topic and language.

    And who these are. What hangs on somebody stands in one text each: of a thousand people many have the same hours,
    so that a text is read once.
    """
    programme = place.programme
    asked = {
        "centre": programme.centre_id,
        "topic": programme.topic,
        "language": language,
        "first": span[0],
        "last": span[1],
        "now": now,
        "town": place.town.id if place.town else None,
    }
    rows: Any = db.session().execute(_people_asked(), asked)
    people = tuple(
        Seeker(
            one,
            kind,
            UnderLaw(*of_law),
            Point(lat, lon),
            (programme.topic,) if skills else (),
            (language,) if spoken else (),
            _hours_in(hours or ""),
            tuple(ExceptionRow(0, first, last, said == "1") for first, last, said in _parts(differs)),
            tuple(Days(first, last) for first, last, _said in _parts(vetted)),
            tuple(Days(first, last) for first, last, _said in _parts(agreed)),
            reach_km=reach_km,
        )
        for one, kind, lat, lon, reach_km, skills, spoken, hours, differs, vetted, agreed, *of_law in rows
    )
    return people, [one.presenter_id for one in people if one.topics and one.languages]


@cache  # put into words once: that takes longer than the answer
def _people_asked() -> Select[Any]:
    who = Presenter.id
    topic = (PresenterSkill.presenter_id == who) & (PresenterSkill.topic == bindparam("topic"))
    spoken_there = (PresenterLanguage.presenter_id == who) & (PresenterLanguage.language == bindparam("language"))
    skilled, speaks = PresenterSkill.id.is_not(None), PresenterLanguage.id.is_not(None)
    known = (case((skilled & speaks, text)) for text in _texts_of())
    living = Municipality.lat, Municipality.lon, Presenter.reach_km
    law = Presenter.adult_on, Presenter.may_present_from, Presenter.suspended_at.is_not(None) | takes_nothing_new()
    return (
        select(who, Presenter.kind, *living, skilled, speaks, *known, *law)
        .select_from(Presenter)
        .join(Municipality, Municipality.id == Presenter.home_id)
        .outerjoin(PresenterSkill, topic)  # once each at most
        .outerjoin(PresenterLanguage, spoken_there)
        .where(Presenter.centre_id == bindparam("centre"))
        .order_by(who)
    )


@lru_cache(maxsize=1024)  # of the texts, which are what they say
def _hours_in(text: str) -> tuple[Hours, ...]:
    found = (part.split() for part in text.split(",") if part)
    hours = (Hours(int(day), dt.time.fromisoformat(since), dt.time.fromisoformat(until)) for day, since, until in found)
    return tuple(sorted(hours, key=lambda row: (row.weekday, row.from_local)))


def _parts(text: str | None) -> Iterator[tuple[dt.date, dt.date, str]]:
    """First day, last day, and what is said of them."""
    for part in sorted(text.split(",")) if text else ():
        first, last, said = part.split()
        yield dt.date.fromisoformat(first), dt.date.fromisoformat(last), said


def _texts_of() -> list[ScalarSelect[str]]:
    """Of a presenter: weekly hours, days that differ (1: available after all), good vettings, and consents that reach
    the town where she would come.
    """
    first: Any = bindparam("first")
    last: Any = bindparam("last")
    now: Any = bindparam("now")
    week, away, vetting, consent = AvailableHours, AvailabilityException, Vetting, GuardianConsent
    said = case((away.available.is_(True), "1"), else_="0")
    own = (week.presenter_id, away.presenter_id, vetting.presenter_id, consent.presenter_id)
    columns = (
        (week.weekday, week.from_local, week.until_local),
        (away.first_day, away.last_day, said),
        (vetting.checked_on, vetting.valid_until, literal("-")),
        (consent.given_on, consent.valid_until, literal("-")),
    )
    good = (
        (),
        (away.last_day >= first, away.first_day <= last),
        (vetting.valid_until >= first, vetting.checked_on <= last, *good_vettings()),
        (
            *(consent.valid_until >= first, consent.given_on <= last, *consents_to_more(now)),
            reaches(Presenter.home_id, bindparam("town")),
        ),
    )
    return [
        _joined(*of).where(who == Presenter.id, *wanted).scalar_subquery()
        for who, of, wanted in zip(own, columns, good, strict=True)
    ]


def _joined(*columns: Any) -> Select[Any]:
    one, two, three = (cast(column, String) for column in columns)
    texts = select(func.aggregate_strings(one + literal(" ") + two + literal(" ") + three, ","))
    return texts.correlate(Presenter)


def _taken(ids: Collection[int], span: tuple[dt.date, dt.date], now: dt.datetime) -> list[TakenTime]:
    """What each of them has promised, from the week and the month of the first day to those of the last.

    A date that is held for a booking is a promise until its time is over.
    """
    first, last = span[0].replace(day=1), span[1].replace(day=monthrange(span[1].year, span[1].month)[1])
    return time_taken(ids, (min(first, span[0] - WEEK_AROUND), max(last, span[1] + WEEK_AROUND)), now=now)
