"""Requests of a centre that wait by themselves, the schools that they typed, mails that did not arrive, posts."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, select, union

from scheduler import policy
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.query_hints import some_row
from scheduler.messages.models import OutboxMessage
from scheduler.messages.terms import MessageState
from scheduler.places.models import Host, HostMerger
from scheduler.policy import Actor, in_reach
from scheduler.posts.queries import posts_that_wait
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import OPEN, REMINDED, waits_too_long
from scheduler.requests.terms.school_request import RequestState
from scheduler.turns.queries.search import mails_in_reach
from scheduler.turns.rules import (
    PASSES_WITHIN,
    POSTED_WITHIN,
    WITHOUT_VISIT,
    turn_of_mail,
    turn_of_post,
    turn_of_request,
    turn_of_typed_host,
)
from scheduler.turns.terms import AboutHost, RequestStanding, TurnRow, Verdict
from scheduler.visits.models.visits import Visit
from scheduler.visits.terms.states import GONE_VISITS

SHOWN_OF_TEXT = 60  # letters of a post in a list
MOST_MAILS = 50  # that did not arrive: the list of mails has all
ABOUT_HOST = (Host.name_sr_cyrl, Host.name_sr_latn, Host.place_sr_cyrl, Host.place_sr_latn, Host.kind)


def about_host(row: Any, phone: str) -> AboutHost:
    return AboutHost(row.name_sr_cyrl, row.name_sr_latn, row.place_sr_cyrl, row.place_sr_latn, row.kind, phone)


class Moment(NamedTuple):
    """When it is judged, and after how many days without a word a request stands still: once for all requests."""

    now: dt.datetime
    today: dt.date
    silent_days: int

    @classmethod
    def of(cls, now: dt.datetime) -> "Moment":
        return cls(now, clock.local_day(now), settings().silent_days)


def verdict_of(asked: Any, has_visit: bool, moment: Moment) -> Verdict:
    """What the rule says of a request, of as little as it asks."""
    state, since = asked.state, asked.state_since
    too_long = waits_too_long(state, since, moment.now, moment.silent_days)
    asked_days, silent = (asked.first_day, asked.last_day), moment.silent_days
    standing = RequestStanding(state, since, *asked_days, asked.attention, has_visit, too_long, silent)
    return turn_of_request(standing, moment.today)


def silent_since(now: dt.datetime) -> dt.datetime:
    """Who waits for a word since then has waited for too long."""
    return now - dt.timedelta(days=settings().silent_days)


def standing_still(since: dt.datetime) -> ColumnElement[bool]:
    """Of which the rule says so, as a condition: as long as their counts are not to be looked at first."""
    return and_(is_silent(since), ~SchoolRequest.attention, ~has_visit())


def has_visit() -> ColumnElement[bool]:
    living = select(Visit.school_request_id).where(
        Visit.school_request_id == SchoolRequest.id, Visit.state.not_in(GONE_VISITS)
    )
    return some_row(living.correlate(SchoolRequest))


def is_silent(since: dt.datetime) -> ColumnElement[bool]:
    """Requests that wait for a word for so long that a coordinator is to end it, if the rule says so."""
    return and_(SchoolRequest.state.in_(REMINDED), SchoolRequest.state_since <= since)


def host_typed() -> ColumnElement[bool]:
    merged = exists().where(HostMerger.host_id == Host.id)
    return and_(Host.listed.is_(False), ~merged, SchoolRequest.state.in_(OPEN))


# What the rule asks of a request, and what lists show of it: what the school wrote is read by none.
ASKED_OF_REQUEST = (
    *(SchoolRequest.id, SchoolRequest.number, SchoolRequest.state, SchoolRequest.state_since),
    *(SchoolRequest.first_day, SchoolRequest.last_day, SchoolRequest.attention, SchoolRequest.host_id),
    *(SchoolRequest.version, SchoolRequest.contact_phone, SchoolRequest.recent_incident),
)


def waiting_requests(actor: Actor, now: dt.datetime) -> list[TurnRow]:
    """Every request that may wait for the coordinators by itself, and the schools that they typed; the rule decides."""
    state = SchoolRequest.state
    soon = clock.local_day(now) + PASSES_WITHIN
    waits = (
        state.in_((RequestState.NEW, RequestState.TRIAGE)),
        SchoolRequest.attention,
        is_silent(silent_since(now)),
        and_(state.in_(WITHOUT_VISIT), ~has_visit()),
        and_(state == RequestState.WAITLISTED, SchoolRequest.last_day <= soon),
        SchoolRequest.host_id.in_(select(Host.id).where(Host.listed.is_(False))),
    )
    found = (select(SchoolRequest.id).where(in_reach(actor, SchoolRequest), one) for one in waits)
    return judged_requests(actor, now, SchoolRequest.id.in_(union(*found)))  # beside an OR all of a centre are read


def judged_requests(actor: Actor, now: dt.datetime, waits: ColumnElement[bool]) -> list[TurnRow]:
    wanted: Any = (
        select(*ASKED_OF_REQUEST, *ABOUT_HOST, has_visit().label("has_visit"), host_typed().label("host_typed"))
        .join(Host, Host.id == SchoolRequest.host_id)
        .where(in_reach(actor, SchoolRequest), SchoolRequest.state.in_(OPEN), waits)
        .order_by(SchoolRequest.state_since, SchoolRequest.id)
    )
    moment = Moment.of(now)
    return [turn for row in db.session().connection().execute(wanted) for turn in _request_turns(row, moment)]


def _request_turns(row: Any, moment: Moment) -> Iterator[TurnRow]:
    """What waits about a request: itself, and the school that typed its name, which is a row of its own."""
    turn = TurnRow(
        verdict=verdict_of(row, row.has_visit, moment),
        host=about_host(row, row.contact_phone),
        on_day=row.first_day,
        number=row.number,
        request_number=row.number,
        request_id=row.id,
        version=row.version,
        since=row.state_since,
        call_first=row.recent_incident,
    )
    yield turn
    if row.host_typed:
        yield replace(turn, verdict=turn_of_typed_host(row.state_since), request_id=None, host_id=row.host_id)


def failed_mails(actor: Actor) -> list[TurnRow]:
    """What somebody sends or ends: mails that were given up, and those that are held."""
    wanted = (
        select(OutboxMessage.id, OutboxMessage.subject, OutboxMessage.created_at, OutboxMessage.state)
        .where(
            OutboxMessage.centre_id == actor.centre_id,
            OutboxMessage.state.in_((MessageState.FAILED, MessageState.HELD)),
            *mails_in_reach(actor),
        )
        .order_by(OutboxMessage.id.desc())
        .limit(MOST_MAILS)
    )
    return [
        TurnRow(turn_of_mail(row.state), mail_id=row.id, subject=row.subject, since=row.created_at)
        for row in db.session().execute(wanted)
    ]


def posts_to_judge(actor: Actor, today: dt.date) -> list[TurnRow]:
    """Posts whose day is near or here, that the actor posts or nobody yet; none for who plans no posts."""
    if policy.scope_of(actor, "update", "post") is None:
        return []
    found = []
    for number, state, on_day, text, english in posts_that_wait(actor, today + POSTED_WITHIN):
        said, verdict = text[:SHOWN_OF_TEXT] or number, turn_of_post(state, on_day, today)
        found.append(TurnRow(verdict, number=number, subject=said, subject_en=english[:SHOWN_OF_TEXT], on_day=on_day))
    return found
