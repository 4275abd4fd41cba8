"""Free dates: everything that the rule asks for, in six questions, however many presenters and visits there are."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import CompoundSelect, Date, Integer, Time, case, cast, exists, literal, null, select, union_all
from sqlalchemy.orm import joinedload

from scheduler.booking.rules import free_dates as booking_free_dates
from scheduler.booking.rules import holds
from scheduler.booking.rules.free_dates import HORIZON_DAYS
from scheduler.booking.terms.free_dates import Days, FreeDates, FreeFacts, FreeWish, Seeker
from scheduler.booking.terms.holds import HoldWish, Slot
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.models import AvailabilityException, AvailableHours, Presenter, PresenterLanguage, PresenterSkill
from scheduler.people.terms import ExceptionRow, Hours, TeachingLanguage
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
from scheduler.safeguarding.queries import consents_to_more, good_vettings, reaches
from scheduler.visits.queries.agenda import time_taken
from scheduler.visits.terms.plans import CrewRule, TakenTime, UnderLaw

DAY = dt.timedelta(days=1)
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

    def free_dates(self, wish: FreeWish) -> FreeDates:
        """On which of the next days, and at what times, somebody can really come; names nobody."""
        return booking_free_dates.free_dates(self._facts(wish), clock.moment_of)

    def able_at(self, wish: HoldWish) -> list[tuple[int, list[int]]]:
        """Who could go if that date were taken now. For services alone."""
        slot, facts = wish.slot, self._facts(wish.wish)
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

    def _facts(self, wish: FreeWish) -> FreeFacts:
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
            minutes=wish.minutes or programme.minutes,
            set_up_minutes=programme.set_up_minutes,
            classes=wish.classes,
            people=self._seekers(wish.own_hold),
            at=wish.at,
        )

    def _seekers(self, own_hold: int) -> tuple[Seeker, ...]:
        """Everybody with what they have promised. A hold keeps everybody away but who holds it."""
        promised: dict[int, list[TakenTime]] = defaultdict(list)
        for one in self.taken:
            if not own_hold or one.stop.visit_id != -own_hold:
                promised[one.presenter_id].append(one)
        return tuple(
            replace(
                one,
                promised=tuple(taken.stop for taken in promised[one.presenter_id]),
                presentations=Counter(taken.on_day for taken in promised[one.presenter_id]),
            )
            for one in self.people
        )


def open_calendar(
    wish: FreeWish, *, now: dt.datetime, only: dt.date | None = None, place: AskedPlace | None = None
) -> OpenCalendar:
    """Read what free dates are made of: six questions, however many presenters and visits there are.

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
    )


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
    """Two questions: everybody of the centre, and the hours and papers of who has topic and language; who these are."""
    people = _presenters(place.programme, language)
    able = [one.presenter_id for one in people if one.topics and one.languages]
    if not able:
        return tuple(people), able
    known = _known(_facts_of(able, *span, now, place.town.id if place.town else None))
    found = (
        replace(
            one,
            hours=tuple(known["hours", one.presenter_id]),
            exceptions=tuple(known["exception", one.presenter_id]),
            vetted=tuple(known["vetting", one.presenter_id]),
            agreed=tuple(known["consent", one.presenter_id]),
        )
        for one in people
    )
    return tuple(found), able


def _presenters(programme: ProgrammeRow, language: TeachingLanguage) -> list[Seeker]:
    """Everybody of the programme's centre, with this one topic and this one language if they have them."""
    skilled = exists().where(PresenterSkill.presenter_id == Presenter.id, PresenterSkill.topic == programme.topic)
    speaks = exists().where(PresenterLanguage.presenter_id == Presenter.id, PresenterLanguage.language == language)
    rows = db.session().execute(
        select(
            Presenter.id,
            Presenter.kind,
            Presenter.adult_on,
            Presenter.may_present_from,
            Presenter.suspended_at,
            Municipality.lat,
            Municipality.lon,
            Presenter.reach_km,
            skilled.label("skilled"),
            speaks.label("speaks"),
        )
        .join(Municipality, Municipality.id == Presenter.home_id)
        .where(Presenter.centre_id == programme.centre_id)
        .order_by(Presenter.id)
    )
    return [
        Seeker(
            row.id,
            row.kind,
            UnderLaw(row.adult_on, row.may_present_from, row.suspended_at is not None),
            Point(row.lat, row.lon),
            (programme.topic,) if row.skilled else (),
            (language,) if row.speaks else (),
            reach_km=row.reach_km,
        )
        for row in rows
    ]


Known = dict[tuple[str, int], list[Any]]


def _known(facts: CompoundSelect[Any]) -> Known:
    """Weekly hours, days that differ, good vettings and consents; by what it is and whose."""
    known: Known = defaultdict(list)
    for row in db.session().execute(facts):
        if row.what == "hours":
            value: Any = Hours(row.weekday, row.from_local, row.until_local)
        elif row.what == "exception":
            value = ExceptionRow(0, row.first_day, row.last_day, row.weekday == 1)
        else:
            value = Days(row.first_day, row.last_day)
        known[row.what, row.presenter_id].append(value)
    return known


def _facts_of(
    ids: Collection[int], first: dt.date, last: dt.date, now: dt.datetime, town_id: int | None
) -> CompoundSelect[Any]:
    """Four tables under each other. Whether an exception says "available" stands where hours have their weekday.

    Of consents those that reach the town where she would come.
    """
    day, number, time = cast(null(), Date), cast(null(), Integer), cast(null(), Time)
    week, away, vetting, consent = AvailableHours, AvailabilityException, Vetting, GuardianConsent
    hours = select(
        literal("hours").label("what"),
        week.presenter_id.label("presenter_id"),
        day.label("first_day"),
        day.label("last_day"),
        week.weekday.label("weekday"),
        week.from_local.label("from_local"),
        week.until_local.label("until_local"),
    ).where(week.presenter_id.in_(ids))
    said = case((away.available.is_(True), 1), else_=0)
    exceptions = select(literal("exception"), away.presenter_id, away.first_day, away.last_day, said, time, time).where(
        away.presenter_id.in_(ids), away.last_day >= first, away.first_day <= last
    )
    vettings = select(
        literal("vetting"), vetting.presenter_id, vetting.checked_on, vetting.valid_until, number, time, time
    ).where(vetting.presenter_id.in_(ids), vetting.valid_until >= first, vetting.checked_on <= last, *good_vettings())
    consents = (
        select(literal("consent"), consent.presenter_id, consent.given_on, consent.valid_until, number, time, time)
        .join(Presenter, Presenter.id == consent.presenter_id)
        .where(consent.presenter_id.in_(ids), consent.valid_until >= first, consent.given_on <= last)
        .where(*consents_to_more(now), reaches(Presenter.home_id, town_id))
    )
    return union_all(hours, exceptions, vettings, consents)


def _taken(ids: Collection[int], span: tuple[dt.date, dt.date], now: dt.datetime) -> list[TakenTime]:
    """What each of them has promised, from the week of the first day to the week of the last.

    A date that is held for a booking is a promise until its time is over.
    """
    return time_taken(ids, (span[0] - WEEK_AROUND, span[1] + WEEK_AROUND), now=now)
