"""What waits: requests in the inbox, the waiting list and its dates, letters; and requests that came to nothing."""

import datetime as dt

from sqlalchemy import case, null
from sqlalchemy.orm import Session

from scheduler.config import settings
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import Failure, MessageState
from scheduler.people.terms import TeachingLanguage
from scheduler.requests.models import DateProposal, RequestedPresentation, SchoolRequest
from scheduler.requests.terms.school_request import RequestChannel
from scheduler.waitlist.models import OpenDate
from tools.bench.seed.days import DAYS_TO_COME, Calendar
from tools.bench.seed.scratch import DAY, NUMBER, as_text, padded, planted
from tools.bench.seed.sizes import Size
from tools.bench.seed.work import PATIENCE, contact, owner, wished

TEN = dt.time(10)
ASKED = ("new", "triage", "needs_info", "proposed", "agreed", "new")
ENDED = ("declined", "expired", "withdrawn")
ASKED_WITHIN_DAYS = 60  # school days
IN_TWENTY_OPEN_DATES = 20  # one date to give for so many who wait


def plant_asked(session: Session, size: Size, calendar: Calendar) -> None:
    """After the requests of visits: those in the inbox, those on the waiting list, and as many that ended."""
    first = size.every_visit
    _plant(session, size, calendar, (first, size.asked), ASKED)
    _plant(session, size, calendar, (first + size.asked, size.waiting), ("waitlisted",))
    _plant(session, size, calendar, (first + size.asked + size.waiting, size.asked), ENDED)
    proposed = NUMBER.join(SchoolRequest, SchoolRequest.id == NUMBER.c.i + first)
    planted(
        session,
        DateProposal,
        proposed.join(DAY, DAY.c.day == SchoolRequest.first_day),
        {
            "school_request_id": SchoolRequest.id,
            "on_day": DAY.c.day,
            "starts_local": TEN,
            "held_until": calendar.now + PATIENCE,
        },
        NUMBER.c.i <= size.asked,
        SchoolRequest.state == "proposed",
    )


def _plant(session: Session, size: Size, calendar: Calendar, region: tuple[int, int], states: tuple[str, ...]) -> None:
    before, count = region
    i, asked = NUMBER.c.i, DAY.alias("asked_on")
    wanted_from = DAY.c.n == calendar.past + 1 + i % (DAYS_TO_COME - 1)
    asked_on = asked.c.n == calendar.past - i % ASKED_WITHIN_DAYS
    other = i % 10 == 0
    state = case(dict(enumerate(states)), value=i % len(states))
    centre = case((other, 2), else_=1)
    source = NUMBER.join(DAY, wanted_from).join(asked, asked_on)
    here = (i > before, i <= before + count)
    planted(
        session,
        SchoolRequest,
        source,
        {
            "id": i,
            "number": "R-" + asked.c.year + "-" + padded(i, 6),
            "booking": "R-" + asked.c.year + "-" + padded(i, 6),
            "centre_id": centre,
            "programme_id": case((other, 5), else_=i % 4 + 1),
            "host_id": i * 11 % size.hosts + 1,
            "channel": RequestChannel.WEB,
            "language": "sr_Cyrl",
            "teaching_language": TeachingLanguage.SERBIAN,
            "first_day": DAY.c.day,
            "last_day": DAY.c.last_day,
            **contact(i * 11 % size.hosts + 1),
            "special_needs": case((i % 7 == 0, True), else_=False),
            "state": state,
            "state_since": asked.c.over,
            "reason": case((state == "declined", "Нема слободних термина."), else_=""),
            "question": case((state == "needs_info", "Колико ученика долази?"), else_=""),
            "for_waiting_list": case((state == "waitlisted", True), else_=False),
            "owner_id": case((state == "new", null()), else_=owner(i, centre)),
            "submitted_at": asked.c.over,
            "proved_at": asked.c.over,
        },
        *here,
    )
    ordinal = NUMBER.alias("ordinal")
    planted(session, RequestedPresentation, NUMBER.join(ordinal, ordinal.c.i <= 2), wished(i, ordinal.c.i), *here)


def plant_open_dates(session: Session, size: Size, calendar: Calendar) -> None:
    """Dates that the first centre has to give to whoever waits."""
    i = NUMBER.c.i
    planted(
        session,
        OpenDate,
        NUMBER.join(DAY, DAY.c.n == calendar.past + 20 + i % (DAYS_TO_COME - 20)),
        {
            "centre_id": 1,
            "programme_id": i % 4 + 1,
            "on_day": DAY.c.day,
            "starts_local": TEN,
            "hold_hours": 72,
            "state_since": calendar.now,
        },
        i <= max(1, size.waiting // IN_TWENTY_OPEN_DATES),
    )


def plant_letters(session: Session, size: Size, calendar: Calendar) -> None:
    """Mails about requests, of the last month; every fiftieth could not be sent."""
    i = NUMBER.c.i
    failed = i % 50 == 0
    planted(
        session,
        OutboxMessage,
        NUMBER.join(DAY, DAY.c.n == calendar.past - i % 20),
        {
            "message_id": "bench-" + padded(i, 9) + "@" + settings().uid_domain,
            "kind": "request_agreed",
            "address": "school-" + as_text(i) + "@bench.example",
            "language": "sr_Cyrl",
            "subject": "Договорено је предавање",
            "text": "Поштовани, договорено је предавање у вашој школи. Хвала.",
            "html": "<p>Поштовани, договорено је предавање у вашој школи. Хвала.</p>",
            "about": "school_request",
            "about_id": i % size.every_visit + 1,
            "centre_id": case((i % 10 == 0, 2), else_=1),
            "state": case((failed, MessageState.FAILED.value), else_=MessageState.SENT.value),
            "attempts": 1,
            "created_at": DAY.c.over,
            "not_before": DAY.c.over,
            "sent_at": case((failed, null()), else_=DAY.c.over),
            "failure": case((failed, Failure.REFUSED.value), else_=null()),
        },
        i <= size.letters,
    )
