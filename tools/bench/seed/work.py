"""Visits in every state: the plan of each, its request, presentations, crew and calendar texts."""

import datetime as dt
from typing import Any

from sqlalchemy import case, null
from sqlalchemy.orm import Session

from scheduler.closures.models import Disruption
from scheduler.config import settings
from scheduler.core.clock import BELGRADE
from scheduler.core.language import languages
from scheduler.people.models import Presenter
from scheduler.people.terms import TeachingLanguage
from scheduler.places.models import Closure, Host
from scheduler.places.terms.hosts import ClosureReason
from scheduler.places.terms.venue import Venue
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import DayPart, RequestChannel
from scheduler.visits import ics
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.terms.plans import EntryFacts
from scheduler.visits.terms.states import EntryStatus
from tools.bench.seed.base import OTHER_COORDINATOR, OWNERS
from tools.bench.seed.days import DAYS_TO_COME, FRESH_DAYS, MINUTES, Calendar
from tools.bench.seed.fates import FRESH, TO_COME
from tools.bench.seed.scratch import DAY, FATE, NUMBER, PLAN, SLOT, as_text, padded, planted, written_in
from tools.bench.seed.sizes import A_VISITS_PRESENTATIONS, FEED_EVENTS, FIXED_WEEK, Size, visits_of_feed

FRESH_PERCENT = 6  # and as many are still to come
PATIENCE = dt.timedelta(days=5)
TWO_PRESENTATIONS = 5  # visits whose number ends so have two, all others three
UNKNOWN = dt.datetime(2099, 1, 2, 3, 4, 5, tzinfo=dt.UTC)  # a moment that stands in a text until its own is put there


def plan_visits(session: Session, size: Size, calendar: Calendar) -> None:
    """One line a visit, in the order of the day: settled ones, fresh ones, those to come, the fixed week, calendars."""
    fresh = to_come = size.visits * FRESH_PERCENT // 100
    settled = size.visits - fresh - to_come
    i = NUMBER.c.i
    ending = i % 100
    fate = case(
        (ending.in_((3, 23, 43)), "cancelled"),
        (ending == 63, "stopped"),
        (ending.in_((7, 57)), "corrected"),
        else_="locked",
    )
    _plan(session, size, (0, settled), (i - 1) * calendar.settled // settled + 1, fate)
    day_n = calendar.settled + (i - settled - 1) * FRESH_DAYS // fresh + 1
    _plan(session, size, (settled, fresh), day_n, _in_turn(FRESH))
    day_n = calendar.past + (i - settled - fresh - 1) * DAYS_TO_COME // to_come + 1
    _plan(session, size, (settled + fresh, to_come), day_n, _in_turn(TO_COME))
    day_n = calendar.past + DAYS_TO_COME + (i - size.visits - 1) * 5 // FIXED_WEEK + 1
    _plan(session, size, (size.visits, FIXED_WEEK), day_n, _in_turn(TO_COME))
    if size.feeds:
        _plan_feeds(session, size, calendar)


def _in_turn(fates: tuple[str, ...]) -> Any:
    return case(dict(enumerate(fates)), value=NUMBER.c.i // 10 % len(fates))


def _plan_feeds(session: Session, size: Size, calendar: Calendar) -> None:
    """One visit a day of each educator whose calendar is measured, from the last day to come back into the years."""
    before = size.visits + FIXED_WEEK
    for place, events in enumerate(FEED_EVENTS, 1):
        count = visits_of_feed(events)
        day_n = calendar.past + DAYS_TO_COME - (NUMBER.c.i - before - 1)
        fate = case((day_n > calendar.past, "confirmed"), (day_n > calendar.settled, "submitted"), else_="locked")
        _plan(session, size, (before, count), day_n, fate, educator_id=size.people + place)
        before += count


def _plan(
    session: Session, size: Size, region: tuple[int, int], day_n: Any, fate: Any, *, educator_id: int | None = None
) -> None:
    before, count = region
    i = NUMBER.c.i
    other = (i % 10 == 0) if educator_id is None else (i < 0)
    shorter = (i % 10 == TWO_PRESENTATIONS) if educator_id is None else (i < 0)
    accompanied = (i % 3 == 0) if educator_id is None else (i < 0)
    planted(
        session,
        PLAN,
        NUMBER,
        {
            "i": i,
            "day_n": day_n,
            "half": i % 2,
            "host_id": i * 7 % size.hosts + 1,
            "centre_id": case((other, 2), else_=1),
            "programme_id": case((other, 5), else_=i % 4 + 1),
            "educator_id": (i - 1) % size.educators + 1 if educator_id is None else educator_id,
            "influencer_id": case((accompanied, i // 3 % size.influencers + size.educators + 1), else_=null()),
            "presentations": case((shorter, 2), else_=A_VISITS_PRESENTATIONS),
            "fate": fate,
        },
        i > before,
        i <= before + count,
    )


def _planned() -> Any:
    return PLAN.join(DAY, DAY.c.n == PLAN.c.day_n).join(FATE, FATE.c.name == PLAN.c.fate)


def plant_requests(session: Session) -> None:
    """What led to each visit; the request has the visit's number."""
    i = PLAN.c.i
    ahead = FATE.c.assignment.in_(("suggested", "offered", "accepted"))
    planted(
        session,
        SchoolRequest,
        _planned(),
        {
            "id": i,
            "number": "R-" + DAY.c.year + "-" + padded(i, 6),
            "booking": "R-" + DAY.c.year + "-" + padded(i, 6),
            "centre_id": PLAN.c.centre_id,
            "programme_id": PLAN.c.programme_id,
            "campaign_id": _campaign(),
            "host_id": PLAN.c.host_id,
            "channel": RequestChannel.WEB,
            "language": "sr_Cyrl",
            "teaching_language": TeachingLanguage.SERBIAN,
            "first_day": DAY.c.first_day,
            "last_day": DAY.c.last_day,
            **contact(PLAN.c.host_id),
            "state": FATE.c.request,
            "state_since": case((ahead, DAY.c.planned_at), else_=DAY.c.over),
            "reason": FATE.c.reason,
            "owner_id": owner(i, PLAN.c.centre_id),
            "submitted_at": DAY.c.submitted_at,
            "proved_at": DAY.c.submitted_at,
        },
    )
    ordinal = NUMBER.alias("ordinal")
    source = PLAN.join(ordinal, ordinal.c.i <= PLAN.c.presentations)
    planted(session, RequestedPresentation, source, wished(i, ordinal.c.i))


def contact(host_id: Any) -> dict[str, Any]:
    """Who asks for a school, and what it has."""
    return {
        "contact_name": "Снежана Лукић",
        "contact_email": "school-" + as_text(host_id) + "@bench.example",
        "contact_phone": "000 555 100",
        "room": "Свечана сала",
        "has_projector": True,
        "has_sound": True,
        "teacher_stays": True,
        "safeguarding_contact": "Психолог школе",
    }


def wished(request_id: Any, ordinal: Any) -> dict[str, Any]:
    """One presentation that a school asks for."""
    return {
        "school_request_id": request_id,
        "ordinal": ordinal,
        "audience": _audience(ordinal),
        "level": _level(ordinal),
        "classes": "V-" + as_text(ordinal),
        "pupils": case((ordinal == A_VISITS_PRESENTATIONS, 0), else_=60),
        "parents": case((ordinal == A_VISITS_PRESENTATIONS, 40), else_=0),
        "teachers": 2,
        "day_part": DayPart.MORNING,
    }


def owner(number: Any, centre_id: Any) -> Any:
    ours = case(dict(enumerate(OWNERS)), value=number % len(OWNERS))
    return case((centre_id == 2, OTHER_COORDINATOR), else_=ours)


def _campaign() -> Any:
    """Every other visit of the first programme."""
    return case(((PLAN.c.programme_id == 1) & (PLAN.c.i % 8 == 0), 1), else_=null())


def _audience(ordinal: Any) -> Any:
    return case((ordinal == A_VISITS_PRESENTATIONS, Audience.PARENTS.value), else_=Audience.PUPILS.value)


def _level(ordinal: Any) -> Any:
    return case((ordinal == A_VISITS_PRESENTATIONS, SchoolLevel.NONE.value), else_=SchoolLevel.PRIMARY.value)


def plant_visits(session: Session) -> None:
    over = FATE.c.assignment.in_(("present", "withdrawn"))
    confirmed = FATE.c.assignment.in_(("present", "accepted"))
    since = case((over, DAY.c.over), else_=DAY.c.planned_at)
    planted(
        session,
        Visit,
        _planned(),
        {
            "id": PLAN.c.i,
            "number": visit_number(),
            "centre_id": PLAN.c.centre_id,
            "host_id": PLAN.c.host_id,
            "school_request_id": PLAN.c.i,
            "programme_id": PLAN.c.programme_id,
            "campaign_id": _campaign(),
            "on_day": DAY.c.day,
            "zone": BELGRADE,
            "state": FATE.c.visit,
            "state_since": since,
            "reason": FATE.c.reason,
            "cancelled_by": FATE.c.cancelled_by,
            "confirmed_at": case((confirmed, DAY.c.planned_at), else_=null()),
            "kilometres": PLAN.c.i % 90 + 10,
        },
    )
    _plant_presentations(session)
    _plant_closures(session)


def visit_number() -> Any:
    return "P-" + DAY.c.year + "-" + padded(PLAN.c.i, 6)


def _uid(ident: Any) -> Any:
    return "bench-" + padded(ident, 9) + "@" + settings().uid_domain


def presentation_id() -> Any:
    return (PLAN.c.i - 1) * A_VISITS_PRESENTATIONS + SLOT.c.ordinal


def with_slots(source: Any) -> Any:
    """Of each visit as many presentations as it has."""
    same = (SLOT.c.day_n == PLAN.c.day_n) & (SLOT.c.half == PLAN.c.half) & (SLOT.c.ordinal <= PLAN.c.presentations)
    return source.join(SLOT, same)


def _plant_presentations(session: Session) -> None:
    times = ("starts_local", "starts_at", "ends_at", "busy_from", "busy_until")
    parents = SLOT.c.ordinal == A_VISITS_PRESENTATIONS
    over = FATE.c.assignment.in_(("present", "withdrawn"))
    planted(
        session,
        Presentation,
        with_slots(_planned()),
        {
            "id": presentation_id(),
            "visit_id": PLAN.c.i,
            "ordinal": SLOT.c.ordinal,
            "uid": _uid(presentation_id()),
            "edited_at": DAY.c.planned_at,
            "on_day": DAY.c.day,
            **{name: SLOT.c[name] for name in times},
            "minutes": MINUTES,
            "zone": BELGRADE,
            "audience": _audience(SLOT.c.ordinal),
            "level": _level(SLOT.c.ordinal),
            "classes": "V-" + as_text(SLOT.c.ordinal),
            "room": "Свечана сала",
            "expected_pupils": case((parents, 0), else_=60),
            "expected_parents": case((parents, 40), else_=0),
            "expected_teachers": 2,
            "state": FATE.c.presentation,
            "state_since": case((over, DAY.c.over), else_=DAY.c.planned_at),
            "reason": FATE.c.reason,
        },
    )


def _plant_closures(session: Session) -> None:
    """The snow that stopped a visit shut its town for that day."""
    stopped = PLAN.c.fate == "stopped"
    planted(
        session,
        Closure,
        _planned().join(Host, Host.id == PLAN.c.host_id),
        {
            "id": PLAN.c.i,
            "municipality_id": Host.municipality_id,
            "first_day": DAY.c.day,
            "last_day": DAY.c.day,
            "reason": ClosureReason.SNOW,
            "closed_at": DAY.c.over,
        },
        stopped,
    )
    planted(session, Disruption, _planned(), {"closure_id": PLAN.c.i, "visit_id": PLAN.c.i, "at": DAY.c.over}, stopped)


def plant_crews(session: Session, size: Size, now: dt.datetime) -> None:
    """An educator at each presentation, then an influencer where she may go: the database lets no minor in alone."""
    source = with_slots(_planned())
    planted(session, Assignment, source, _seat(presentation_id(), PLAN.c.educator_id, now))
    planted(
        session,
        Assignment,
        source.join(Presenter, Presenter.id == PLAN.c.influencer_id),
        _seat(presentation_id() + size.every_visit * A_VISITS_PRESENTATIONS, PLAN.c.influencer_id, now),
        Presenter.may_present_from <= DAY.c.day,
    )


def _seat(ident: Any, presenter_id: Any, now: dt.datetime) -> dict[str, Any]:
    over = FATE.c.assignment.in_(("present", "withdrawn"))
    return {
        "id": ident,
        "presentation_id": presentation_id(),
        "presenter_id": presenter_id,
        "on_day": DAY.c.day,
        "busy_from": SLOT.c.busy_from,
        "busy_until": SLOT.c.busy_until,
        "state": FATE.c.assignment,
        "state_since": case((over, DAY.c.over), else_=DAY.c.planned_at),
        "offered_until": now + PATIENCE,
        "reason": FATE.c.reason,
    }


def plant_entries(session: Session, size: Size, calendar: Calendar) -> None:
    """The stored VEVENT of every presentation to come, and of the measured calendars', for each status and language."""
    facts = EntryFacts(
        uid="bench-UIDNUMBER@" + settings().uid_domain, sequence=0, edited_at=UNKNOWN, starts_at=UNKNOWN,
        ends_at=UNKNOWN + dt.timedelta(hours=1), zone=BELGRADE,
        programme_sr_cyrl="Безбедно на интернету, 1. разговор", programme_en="Safe on the internet, talk 1",
        host_sr_cyrl="Вук Караџић 17", host_sr_latn="Vuk Karadžić 17", address_sr_cyrl="Школска 17, 11000 Београд",
        address_sr_latn="Školska 17, 11000 Beograd", venue=Venue("Свечана сала"), classes="V-1", point=None,
        crew=("Ана Петровић",), page_url=f"{settings().base_url}/visits/P-YEAR-NUMBER",
        helpline=settings().helpline_number,
    )  # fmt: skip
    said = {
        "bench-UIDNUMBER@" + settings().uid_domain: _uid(presentation_id()),
        "20990102T030405Z": SLOT.c.starts_text,
        "20990102T040405Z": SLOT.c.ends_text,
        "P-YEAR-NUMBER": visit_number(),
    }
    wanted = (DAY.c.n > calendar.past) | (PLAN.c.educator_id > size.people)
    for status in EntryStatus:
        for language in languages():
            text = ics.vevent(facts, status, language)
            planted(
                session,
                CalendarEntry,
                with_slots(_planned()),
                {
                    "presentation_id": presentation_id(),
                    "status": status,
                    "language": language,
                    "text": written_in(text, said),
                },
                wanted,
            )
