"""An address that was mistyped is corrected; a school that lost its links gets all its visits in one mail."""

import datetime as dt
import logging
from collections.abc import Sequence

from scheduler.booking.queries.holds import held_for_request
from scheduler.booking.queries.own_visits import living_request_of, own_visits
from scheduler.booking.terms.own_visits import VisitOfAddress
from scheduler.core import audit, tokens
from scheduler.core.db import db, transaction
from scheduler.core.errors import Conflict, NotFound, TooMany
from scheduler.messages.service import queue_message, stop_unsent
from scheduler.messages.terms import LinkWish, MessageDraft
from scheduler.people import rules as people_rules
from scheduler.people.models import Centre
from scheduler.policy import ANONYMOUS, SYSTEM
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.school_request import MAILS_WINDOW, MOST_CORRECTIONS
from scheduler.requests.rules.states import OVER
from scheduler.requests.service.bookings import others_of_booking
from scheduler.requests.service.locked_request import STATUS_HOURS, locked_request, whom_to_call
from scheduler.requests.service.unproved import count_mail, may_write_again, write_to_unproved
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import RequestState
from scheduler.requests.wording import state_words

log = logging.getLogger(__name__)

LIST_LASTS = dt.timedelta(days=7)


def correct_address(request_id: int, address: str, *, network: str, now: dt.datetime) -> None:
    """Send the mail that proves the address to another one instead: the browser that booked saw that it was mistyped.

    It says all that the first one said, also of a date that is kept. What went to the first address opens nothing any
    more. Only before the proof, at most twice, and each mail counts as every mail that a stranger causes. Raises:
    NotFound; Conflict("address_proven"); TooMany.
    """
    with transaction() as session:
        row = locked_request(session, SYSTEM, "update", request_id)
        if row.state is not RequestState.UNVERIFIED:
            raise Conflict(RequestReason.ADDRESS_PROVEN)
        typed = people_rules.address_of(address)
        if typed == row.contact_email:
            return
        if row.addresses_corrected >= MOST_CORRECTIONS:
            raise TooMany(RequestReason.TOO_MANY_CORRECTIONS, wait=MAILS_WINDOW)
        count_mail(session, typed, network, now)
        tokens.end_links("prove", row.id, now=now)
        stop_unsent("prove_address", about=(SchoolRequest.__tablename__, row.id))
        for one in (row, *others_of_booking(session, row)):
            one.contact_email = typed
        row.addresses_corrected += 1
        audit.record(ANONYMOUS, "address corrected", row, at=now)
        write_to_unproved(row, now, _kept_until(row.id))
    log.info("address corrected", extra={"request_id": request_id})


def send_own_visits(address: str, *, language: str, network: str, now: dt.datetime) -> None:
    """One mail that lists all visits of this address, by school and day, with a link to open them; whether there are
    any is never shown.

    What nobody has proven is listed for nobody: of that the newest is asked to be proven once more, so a stranger
    causes one mail with each call, as with each request, and the day's limit of an address holds. Raises: TooMany past
    the day's limit, for every address alike.

    Links that staff rooms have lost stop no booking, and whoever asks for links of others learns nothing by a refusal:
    only mails to unproven addresses count by the network, apart, and past its limit those alone stay away.
    """
    with transaction() as session:
        typed = people_rules.address_of(address)
        count_mail(session, typed, "", now)
        waits = living_request_of(typed, RequestState.UNVERIFIED)
        if waits is not None and may_write_again(session, typed, network, now):
            write_to_unproved(locked_request(session, SYSTEM, "read", waits), now, _kept_until(waits))
        if visits := own_visits(typed):
            queue_message(_list_of(visits, typed, language), now=now)


def _list_of(visits: Sequence[VisitOfAddress], address: str, language: str) -> MessageDraft:
    newest = max(visits, key=lambda one: one.request_id)
    centre = db.session().get_one(Centre, newest.centre_id)
    hours = int(LIST_LASTS / dt.timedelta(hours=1))
    return MessageDraft(
        kind="own_visits",
        address=address,
        language=language,
        values={"visits": [_said_of(one, language) for one in visits], "days": LIST_LASTS.days}
        | whom_to_call(centre, language),
        link=LinkWish("visits", newest.request_id, "/book/mine/{token}", hours),
        about=(SchoolRequest.__tablename__, newest.request_id),
        centre_id=newest.centre_id,
        for_school=True,
    )


def _said_of(one: VisitOfAddress, language: str) -> dict[str, object]:
    return {
        "number": one.number,
        "host": one.host(language),
        "programme": one.programme(language),
        "day": one.on_day,
        "times": one.times,
        "first_day": one.first_day,
        "last_day": one.last_day,
        "over": one.state in OVER,
        "state": state_words(one.school_state, language).sentence,
    }


def open_own_visit(token: str, number: str, *, now: dt.datetime) -> str:
    """A fresh secret for the page of one visit of the list behind `token`. Raises: Gone; NotFound."""
    with transaction() as session:
        link = tokens.living_link(token, "visits", now=now)
        address = session.get_one(SchoolRequest, link.subject_id).contact_email
        chosen = next((one for one in own_visits(address) if one.number == number), None)
        if chosen is None:
            raise NotFound("request")
        return tokens.mint("status", chosen.request_id, lasts=dt.timedelta(hours=STATUS_HOURS), now=now)


def _kept_until(request_id: int) -> dt.datetime | None:
    held = held_for_request(request_id)
    return held.until if held else None
