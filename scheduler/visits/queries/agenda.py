"""Where presenters have to be, and to whom their time was promised: what the travel rule reads inside a transaction."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CompoundSelect, Select, and_, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import joinedload

from scheduler.core import clock
from scheduler.core.audit import AuditEntry
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.models import User
from scheduler.places.models import Host, Municipality
from scheduler.places.rules.trips import trip_of
from scheduler.places.terms.hosts import Point
from scheduler.places.terms.trips import Trip
from scheduler.policy import Spot, spot
from scheduler.visits.models.held_time import DateHold, HeldTime
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.rules.limits import week_of_day
from scheduler.visits.terms.plans import Promise, Stop, TakenTime
from scheduler.visits.terms.states import DUE, OFF_VISITS, PROMISED, AssignmentState, PresentationState


def time_taken(
    presenter_ids: Collection[int],
    days: tuple[dt.date, dt.date],
    *,
    now: dt.datetime,
    except_visit: int = 0,
) -> Sequence[TakenTime]:
    """Whose time is taken on these local days, both included, in order of time: the one answer to that, one query.

    Taken is what was promised, and what is held for a booking until that is over. A held date is no visit yet: where a
    visit's number stands, it has its own below zero. Who goes to a visit online has no way to go.
    """
    first, last = _moments_of(days)  # so that the index leaves out what is long past
    asked = {
        "ids": presenter_ids,
        "first_day": days[0],
        "last_day": days[1],
        "first": first,
        "last": last,
        "except_visit": except_visit,
        "now": now,
    }
    return _times_of(db.session().execute(_taken_rows(), asked))


def _times_of(rows: Iterable[Any]) -> Sequence[TakenTime]:
    point = cache(lambda lat, lon: None if None in (lat, lon) else Point(lat, lon))  # many stops are in one place
    found = [
        TakenTime(who, day, Stop(visit, seat, begins, ends, point(lat, lon), district), minutes)
        for who, seat, day, begins, ends, minutes, visit, district, lat, lon in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.stop.busy_from, one.stop.presentation_id)))


DAYS: tuple[Any, Any] = (bindparam("first_day"), bindparam("last_day"))


@cache  # put into words once: each page of free dates asks it
def _taken_rows() -> CompoundSelect[Any]:
    lat, lon = func.coalesce(Host.lat, Municipality.lat), func.coalesce(Host.lon, Municipality.lon)
    in_the_school = Visit.online_link == ""
    promised = (
        select(
            Assignment.presenter_id,
            Assignment.presentation_id,
            Assignment.on_day,
            Assignment.busy_from,
            Assignment.busy_until,
            Presentation.minutes,
            Presentation.visit_id,
            Municipality.district_id,
            case((in_the_school, lat)),
            case((in_the_school, lon)),
        )
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .join(Host, Host.id == Visit.host_id)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .where(
            Assignment.presenter_id.in_(bindparam("ids", expanding=True)),
            or_(*(Assignment.state == one for one in PROMISED)),
            Assignment.on_day.between(*DAYS),
            Assignment.busy_from.between(bindparam("first"), bindparam("last")),
            Visit.id != bindparam("except_visit"),
        )
    )
    return union_all(promised, _held_time())


def _moments_of(days: tuple[dt.date, dt.date]) -> tuple[dt.datetime, dt.datetime]:
    """All moments that could be of these local days anywhere, with what is set up before, and more."""
    first, last = days[0] - TWO_DAYS, days[1] + TWO_DAYS
    return dt.datetime.combine(first, dt.time(0), dt.UTC), dt.datetime.combine(last, dt.time(0), dt.UTC)


def _held_time() -> Select[*tuple[Any, ...]]:
    """The dates that are held for a booking, in the columns of what was promised."""
    return (
        select(
            HeldTime.presenter_id,
            -HeldTime.date_hold_id,
            DateHold.on_day,
            HeldTime.busy_from,
            HeldTime.busy_until,
            DateHold.minutes,
            -HeldTime.date_hold_id,
            Municipality.district_id,
            func.coalesce(Host.lat, Municipality.lat),
            func.coalesce(Host.lon, Municipality.lon),
        )
        .join(DateHold, DateHold.id == HeldTime.date_hold_id)
        .outerjoin(Host, Host.id == DateHold.host_id)
        .outerjoin(Municipality, Municipality.id == func.coalesce(DateHold.municipality_id, Host.municipality_id))
        .where(
            HeldTime.presenter_id.in_(bindparam("ids", expanding=True)),
            DateHold.until > bindparam("now"),
            DateHold.on_day.between(*DAYS),
        )
    )


def held_promise(hold_id: int) -> Promise:
    """For whom a time is held, and until when: what a coordinator is told who wants it. Raises: NotFound."""
    wanted = select(DateHold).where(DateHold.id == hold_id)
    hold = db.session().scalar(wanted.options(joinedload(DateHold.host), joinedload(DateHold.municipality)))
    if hold is None:
        raise NotFound("hold")
    place = hold.host or hold.municipality
    return Promise(
        visit_number="",
        host_sr_cyrl=place.name_sr_cyrl if place else "",
        host_sr_latn=place.name_sr_latn if place else "",
        starts_at=hold.busy_from,
        ends_at=hold.busy_until,
        zone=hold.host.zone if hold.host else clock.BELGRADE,
        promised_by="",
        promised_at=hold.state_since,
        where=Spot(None, hold.host_id, hold.municipality.district_id if hold.municipality else None),
        held_until=hold.until,
    )


A_WEEK = dt.timedelta(days=7)
REACH = dt.timedelta(hours=24)  # a drive across the country is shorter
TWO_DAYS = dt.timedelta(days=2)  # more than the moments: a local day is not one of UTC
OFFERED = f"assignment {AssignmentState.OFFERED.value}"


def point_of(host: Host) -> Point | None:
    """Where a host lies: its own point, else its municipality's, which must be loaded; None abroad."""
    if host.lat is not None and host.lon is not None:
        return Point(host.lat, host.lon)
    return Point(host.municipality.lat, host.municipality.lon) if host.municipality else None


def place_of(visit: Visit) -> Point | None:
    """Where the crew of a visit has to be: nowhere while it is held online, so no drive is judged."""
    return None if visit.online_link else point_of(visit.host)


def trip_to(home: Point, visit: Visit, presentations: Sequence[Presentation], *, minor: bool = False) -> Trip | None:
    """The way to these presentations of a visit and back; None where nobody drives, or nothing is left to be held.

    `minor`: a minor reads it, without kilometres.
    """
    if not presentations:
        return None
    arrives, over = min(row.busy_from for row in presentations), max(row.ends_at for row in presentations)
    moments = (at.astimezone(ZoneInfo(visit.zone)) for at in (arrives, over))
    return trip_of(home, place_of(visit), *moments, minor=minor)


def stops_of_visit(visit: Visit, presentations: Iterable[Presentation]) -> list[Stop]:
    """Where the crew of a visit has to be; its host must be loaded."""
    point = place_of(visit)
    return [Stop(visit.id, row.id, row.busy_from, row.busy_until, point) for row in presentations]


def promised_stops(
    presenter_ids: Collection[int], around: Sequence[Stop], *, except_visit: int, now: dt.datetime
) -> dict[int, list[Stop]]:
    """What each presenter has promised within a day of some stops, without one visit's own.

    A date that is held for a booking is a promise until its time is over; its stop has a visit's number below zero.
    """
    if not around:
        return {}
    days = [around[0].busy_from.date()]
    taken = time_taken(presenter_ids, weeks_around(around, days), now=now, except_visit=except_visit)
    return stops_and_load(taken, around, days)[0]


def _weeks_of(days: Collection[dt.date]) -> tuple[dt.date, dt.date]:
    return week_of_day(min(days)), week_of_day(max(days)) + A_WEEK - dt.timedelta(days=1)


def _near(around: Sequence[Stop]) -> tuple[dt.datetime, dt.datetime]:
    return min(stop.busy_from for stop in around) - REACH, max(stop.busy_until for stop in around) + REACH


def weeks_around(around: Sequence[Stop], days: Collection[dt.date]) -> tuple[dt.date, dt.date]:
    """The days of which `stops_and_load` asks."""
    weeks = _weeks_of(days)
    if not around:
        return weeks
    near = _near(around)
    return min(near[0].date() - TWO_DAYS, weeks[0]), max(near[1].date() + TWO_DAYS, weeks[1])


def stops_and_load(
    every: Iterable[TakenTime], around: Sequence[Stop], days: Collection[dt.date]
) -> tuple[dict[int, list[Stop]], dict[int, Counter[dt.date]]]:
    """`promised_stops`, and how many presentations each has promised by local day in the weeks of some days.

    The same count as free dates make: a date that is held for a booking is one until its time is over.
    """
    weeks, near = _weeks_of(days), _near(around) if around else None
    stops: dict[int, list[Stop]] = defaultdict(list)
    load: dict[int, Counter[dt.date]] = defaultdict(Counter)
    for taken in every:
        if near and taken.stop.busy_until > near[0] and taken.stop.busy_from < near[1]:
            stops[taken.presenter_id].append(taken.stop)
        if weeks[0] <= taken.on_day <= weeks[1]:
            load[taken.presenter_id][taken.on_day] += 1
    return stops, load


def promise_of(presenter_id: int, presentation_id: int) -> Promise:
    """To what a presenter's time was promised, when, and by whom. Raises: NotFound when it no longer is."""
    if presentation_id < 0:
        return held_promise(-presentation_id)
    row = (
        db.session()
        .execute(
            select(Assignment, Presentation, Visit, Host)
            .join(Presentation, Presentation.id == Assignment.presentation_id)
            .join(Visit, Visit.id == Presentation.visit_id)
            .join(Host, Host.id == Visit.host_id)
            .where(
                Assignment.presenter_id == presenter_id,
                Assignment.presentation_id == presentation_id,
                Assignment.state.in_(PROMISED),
            )
        )
        .first()
    )
    if row is None:
        raise NotFound("promise")
    assignment, presentation, visit, host = row
    entry = db.session().scalar(
        select(AuditEntry)
        .where(AuditEntry.thing == "assignment", AuditEntry.thing_id == assignment.id, AuditEntry.action == OFFERED)
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return Promise(
        visit_number=visit.number,
        host_sr_cyrl=host.name_sr_cyrl,
        host_sr_latn=host.name_sr_latn,
        starts_at=presentation.starts_at,
        ends_at=presentation.ends_at,
        zone=presentation.zone,
        promised_by=_name_of(entry.actor) if entry else "",
        promised_at=entry.at if entry else assignment.state_since,
        where=spot(visit),
    )


def _name_of(label: str) -> str:
    """The name behind an audit row's "user:12"; empty for the product itself and for links."""
    kind, _, number = label.partition(":")
    if kind != "user" or not number.isdigit():
        return ""
    user = db.session().scalar(select(User).where(User.id == int(number)))
    return user.full_name if user else ""


def readers_in_crew(visit_id: int) -> set[int]:
    """Presenters who may read a visit: who is asked, has promised or was due (TRUST S54).

    Who declined, let an offer lapse or left reads it no more: it lives on, with a minor's day perhaps. Of a visit that
    will not be held everybody who was asked to the end reads that it is off.
    """
    asked = _asked(visit_id).join(Visit, Visit.id == Presentation.visit_id)
    to_the_end = and_(
        Visit.state.in_(OFF_VISITS),
        Assignment.state == AssignmentState.WITHDRAWN,
        Presentation.state.in_((PresentationState.CANCELLED, PresentationState.DISRUPTED)),
        Assignment.state_since >= Presentation.state_since,  # released with it: nobody is released after that
    )
    return set(db.session().scalars(asked.where(Assignment.state.in_(DUE) | to_the_end)))


def asked_presenters(visit_id: int) -> set[int]:
    """Who was ever offered a visit, whatever came of it: she may answer, and is told what became of her offer."""
    return set(db.session().scalars(_asked(visit_id)))


def _asked(visit_id: int) -> Select[int]:
    """Who is only suggested knows nothing yet."""
    return (
        select(Assignment.presenter_id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(
            Presentation.visit_id == visit_id,
            Assignment.state != AssignmentState.SUGGESTED,
            Assignment.offered_until.is_not(None),
        )
    )
