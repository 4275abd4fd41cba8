"""Free dates: everything that the rule asks for, in six questions, however many presenters and visits there are."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    Time,
    case,
    cast,
    exists,
    literal,
    null,
    select,
    union_all,
)
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
from scheduler.places.models import Host, HostSchoolTime, Municipality
from scheduler.places.queries import host_row, municipality_row, school_time_row
from scheduler.places.rules.hosts import levels_taught
from scheduler.places.rules.presence import days_of_classes
from scheduler.places.terms.hosts import Level, MunicipalityRow, Point
from scheduler.places.terms.school_time import SchoolTime
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience
from scheduler.requests.queries.hours import lesson_days
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.queries import consents_to_more, good_vettings
from scheduler.visits.queries.agenda import time_taken
from scheduler.visits.terms.plans import CrewRule, Stop, UnderLaw

DAY = dt.timedelta(days=1)
WEEK_AROUND = dt.timedelta(days=8)  # a week begins before the first day, and a drive before a stop


def free_dates(wish: FreeWish, *, now: dt.datetime) -> FreeDates:
    """On which of the next days, and at what times, somebody can really come; names nobody. Raises: NotFound."""
    return booking_free_dates.free_dates(_facts(wish, now), clock.moment_of)


def able_at(wish: HoldWish, *, now: dt.datetime) -> list[tuple[int, list[int]]]:
    """Who could go if that date were taken now: the same six questions, of one day. For services alone."""
    slot = wish.slot
    if not 0 <= (slot.on_day - clock.local_day(now)).days < HORIZON_DAYS:
        return []
    facts = _facts(wish.wish, now, slot.on_day)
    if wish.by_the_centre:
        facts = replace(facts, notice_days=0)
    return booking_free_dates.able_at(
        facts, slot.on_day, slot.starts_local, clock.moment_of, by_the_bell=wish.by_the_bell
    )


def other_dates(wish: HoldWish, *, now: dt.datetime) -> list[Slot]:
    """Three other dates for who was not quick enough: the same times nearest to what was wished."""
    return holds.other_dates(free_dates(wish.wish, now=now), wish.slot)


def _facts(wish: FreeWish, now: dt.datetime, only: dt.date | None = None) -> FreeFacts:
    place, programme = _asked(wish)
    today = clock.local_day(now, place.zone)
    first, last = (only, only) if only else (today, today + (HORIZON_DAYS - 1) * DAY)
    days, shut = lesson_days(place.town, place.levels, first, last)
    classes = wish.classes if wish.audience is Audience.PUPILS else ()
    told = _told(wish.host_id) if wish.host_id is not None and wish.audience is Audience.PUPILS else None
    return FreeFacts(
        today=today,
        zone=place.zone,
        point=place.point,
        open_days=days_of_classes(days, classes),
        shut_days=shut,
        told=told,
        topic=programme.topic,
        language=wish.language,
        audience=wish.audience,
        rule=CrewRule(programme.educators, programme.influencers),
        notice_days=programme.notice_days,
        minutes=wish.minutes or programme.minutes,
        set_up_minutes=programme.set_up_minutes,
        classes=wish.classes,
        people=_people(programme, wish, (first, last), now),
        at=wish.at,
    )


@dataclass(frozen=True)
class _Place:
    """Where somebody would come: a host, or any school of a municipality."""

    zone: str
    point: Point | None
    town: MunicipalityRow | None
    levels: list[Level]


def _asked(wish: FreeWish) -> tuple[_Place, Programme]:
    """One question: the place with its district, and the programme."""
    of_programme = Programme.id == wish.programme_id
    if wish.host_id is not None:
        loaded = joinedload(Host.municipality).joinedload(Municipality.district)
        found = select(Host, Programme).join(Programme, of_programme).where(Host.id == wish.host_id).options(loaded)
        row = db.session().execute(found).one_or_none()
        if row is None:
            raise NotFound("host")
        host = host_row(row[0])
        levels = levels_taught(host.teaches_primary, host.teaches_secondary)
        return _Place(host.zone, host.point, host.municipality, levels), row[1]
    towns = (
        select(Municipality, Programme)
        .join(Programme, of_programme)
        .where(Municipality.id == wish.municipality_id)
        .options(joinedload(Municipality.district))
    )
    pair = db.session().execute(towns).one_or_none()
    if pair is None:
        raise NotFound("municipality")
    town = municipality_row(pair[0])
    return _Place(clock.BELGRADE, town.point, town, [*Level]), pair[1]


def _told(host_id: int) -> SchoolTime | None:
    """One question: the bells and shifts of a host."""
    wanted = (
        select(HostSchoolTime)
        .where(HostSchoolTime.host_id == host_id)
        .options(joinedload(HostSchoolTime.bells), joinedload(HostSchoolTime.days))
    )
    row = db.session().scalars(wanted).unique().one_or_none()
    return school_time_row(row).told if row else None


def _people(
    programme: Programme, wish: FreeWish, span: tuple[dt.date, dt.date], now: dt.datetime
) -> tuple[Seeker, ...]:
    """Three questions: everybody of the centre, their hours and papers, and what they have promised."""
    people = _presenters(programme, wish.language)
    able = [one.presenter_id for one in people if one.topics and one.languages]
    if not able:
        return tuple(people)
    known, promised = _known(able, *span, now), _promised(able, span, now, wish.own_hold)
    return tuple(
        replace(
            one,
            hours=tuple(known["hours", one.presenter_id]),
            exceptions=tuple(known["exception", one.presenter_id]),
            vetted=tuple(known["vetting", one.presenter_id]),
            agreed=tuple(known["consent", one.presenter_id]),
            promised=tuple(stop for _day, stop in promised[one.presenter_id]),
            presentations=Counter(day for day, _stop in promised[one.presenter_id]),
        )
        for one in people
    )


def _presenters(programme: Programme, language: TeachingLanguage) -> list[Seeker]:
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
        )
        for row in rows
    ]


Known = dict[tuple[str, int], list[Any]]


def _known(ids: Collection[int], first: dt.date, last: dt.date, now: dt.datetime) -> Known:
    """Weekly hours, days that differ, good vettings and consents; by what it is and whose."""
    known: Known = defaultdict(list)
    for row in db.session().execute(_facts_of(ids, first, last, now)):
        if row.what == "hours":
            value: Any = Hours(row.weekday, row.from_local, row.until_local)
        elif row.what == "exception":
            value = ExceptionRow(0, row.first_day, row.last_day, row.weekday == 1)
        else:
            value = Days(row.first_day, row.last_day)
        known[row.what, row.presenter_id].append(value)
    return known


def _facts_of(ids: Collection[int], first: dt.date, last: dt.date, now: dt.datetime) -> CompoundSelect[Any]:
    """Four tables under each other. Whether an exception says "available" stands where hours have their weekday."""
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
    consents = select(
        literal("consent"), consent.presenter_id, consent.given_on, consent.valid_until, number, time, time
    ).where(
        consent.presenter_id.in_(ids), consent.valid_until >= first, consent.given_on <= last, *consents_to_more(now)
    )
    return union_all(hours, exceptions, vettings, consents)


def _promised(
    ids: Collection[int], span: tuple[dt.date, dt.date], now: dt.datetime, own_hold: int
) -> dict[int, list[tuple[dt.date, Stop]]]:
    """What each of them has promised, from the week of the first day to the week of the last, with its local day.

    A date that is held for a booking is a promise until its time is over, for everybody but who holds it.
    """
    promised: dict[int, list[tuple[dt.date, Stop]]] = defaultdict(list)
    for taken in time_taken(ids, (span[0] - WEEK_AROUND, span[1] + WEEK_AROUND), now=now, except_hold=own_hold):
        promised[taken.presenter_id].append((taken.on_day, taken.stop))
    return promised
