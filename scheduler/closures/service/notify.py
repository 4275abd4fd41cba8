"""What people are told when a closure stops visits: one mail each, however many visits.

A mail takes one entry out of a calendar, so whoever has several of these visits in hers gets a mail about each.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.messages.service import queue_message
from scheduler.messages.terms import LinkWish, MessageDraft
from scheduler.people.models import Centre, Presenter
from scheduler.places.terms.hosts import ClosureRow
from scheduler.policy import Actor
from scheduler.requests.queries.lineage import Contact, contacts_of_each
from scheduler.requests.queries.stand_ins import on_duty
from scheduler.requests.service.locked_request import whom_to_call
from scheduler.safeguarding.queries import guardians_of
from scheduler.visits.models.visits import Assignment
from scheduler.visits.service.calendar_parts import CalendarParts, calendar_of_contact, calendar_of_presenter
from scheduler.visits.service.locked_visit import OpenVisit
from scheduler.visits.service.notify import PAGE_OF_OFFERS, facts, link_hours


def tell_presenters(
    closure: ClosureRow, told: Iterable[tuple[OpenVisit, list[Assignment]]], *, now: dt.datetime
) -> None:
    """One mail to each presenter who had promised a stopped visit; a minor's guardian gets a copy (TRUST S49)."""
    people: dict[int, Presenter] = {}
    seats: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))  # by presenter and visit
    visits: dict[int, OpenVisit] = {}
    for opened, rows in told:
        visits[opened.visit.id] = opened
        for row in rows:
            people[row.presenter_id] = row.presenter
            seats[row.presenter_id][opened.visit.id].append(row.presentation_id)
    parts = CalendarParts("crew_closure", visits.values())
    guardians = guardians_of(people, clock.local_day(now))
    for who, person in people.items():
        language, hers = person.user.language, [visits[visit_id] for visit_id in seats[who]]
        calendar = calendar_of_presenter(person)
        readers = [(person.user.email, "", some) for some in parts.in_mails([(one, calendar) for one in hers])]
        if who in guardians:
            readers.append((guardians[who], person.user.given_spelled, hers))
        for address, copy_of, these in readers:
            ends = [] if copy_of else [opened for opened in these if parts.holds(opened, calendar)]
            queue_message(
                MessageDraft(
                    kind="crew_closure",
                    address=address,
                    language=language,
                    values=_values(closure, these, language) | {"path": PAGE_OF_OFFERS},
                    about=_about(these, ends),
                    centre_id=these[0].visit.centre_id,
                    copy_of=copy_of,
                    calendar=parts.of_presenter(ends[0], person, seats[who][ends[0].visit.id]) if ends else None,
                    to_minor=who in guardians,
                ),
                now=now,
            )


def tell_schools(closure: ClosureRow, visits: Iterable[OpenVisit], *, now: dt.datetime) -> None:
    """One mail to each contact of a stopped visit, with the link to the first one's request."""
    stopped = [(opened, asked) for opened in visits if (asked := opened.visit.school_request) is not None]
    contacts = contacts_of_each([asked for _opened, asked in stopped])
    by_address: dict[str, list[tuple[OpenVisit, Contact]]] = defaultdict(list)
    for opened, asked in stopped:
        for contact in contacts[asked.id]:
            by_address[contact.address.lower()].append((opened, contact))
    parts = CalendarParts("school_closure", [opened for opened, _asked in stopped])
    for theirs in by_address.values():
        contact_of = {opened.visit.id: contact for opened, contact in theirs}
        calendars = {visit_id: calendar_of_contact(contact) for visit_id, contact in contact_of.items()}
        for these in parts.in_mails([(opened, calendars[opened.visit.id]) for opened, _contact in theirs]):
            ends = [opened for opened in these if parts.holds(opened, calendars[opened.visit.id])]
            first = these[0].visit
            contact = contact_of[first.id]
            queue_message(
                MessageDraft(
                    kind="school_closure",
                    address=contact.address,
                    language=contact.language,
                    values=_values(closure, these, contact.language)
                    | whom_to_call(db.session().get_one(Centre, first.centre_id), contact.language),
                    link=LinkWish("status", contact.request_id, "/status/{token}", link_hours(first.on_day, now)),
                    about=_about(these, ends),
                    centre_id=first.centre_id,
                    for_school=True,
                    calendar=parts.of_contact(ends[0], contact_of[ends[0].visit.id]) if ends else None,
                ),
                now=now,
            )


def tell_other_centres(actor: Actor, closure: ClosureRow, visits: Iterable[OpenVisit], *, now: dt.datetime) -> None:
    """One mail to each coordinator of a centre whose visits, in her districts, somebody else's closure stopped."""
    by_place: dict[tuple[int, int | None], list[OpenVisit]] = defaultdict(list)
    for opened in visits:
        if opened.visit.centre_id != actor.centre_id:
            town = opened.visit.host.municipality
            by_place[opened.visit.centre_id, town.district_id if town else None].append(opened)
    read_by: dict[tuple[int, str, str], list[OpenVisit]] = defaultdict(list)
    for (centre_id, district_id), there in by_place.items():
        for address, language in on_duty(centre_id, district_id, now):
            read_by[centre_id, address, language] += there
    for (centre_id, address, language), theirs in read_by.items():
        queue_message(
            MessageDraft(
                kind="centre_closure",
                address=address,
                language=language,
                values=_values(closure, theirs, language) | {"path": f"/closures/{closure.id}"},
                about=_about(theirs),
                centre_id=centre_id,
            ),
            now=now,
        )


def _about(visits: Sequence[OpenVisit], ends: Sequence[OpenVisit] = ()) -> tuple[str, int] | None:
    """The one whose entry ends, or the first of them; none where they lie in several districts, of which limited staff
    may reach one (TRUST S54)."""
    towns = [opened.visit.host.municipality for opened in visits]
    districts = {town.district_id if town else None for town in towns}
    return ("visit", [*ends, *visits][0].visit.id) if len(districts) == 1 else None


def _values(closure: ClosureRow, visits: Sequence[OpenVisit], language: str) -> dict[str, object]:
    ordered = sorted(visits, key=lambda opened: (opened.visit.on_day, opened.visit.id))
    return {
        "reason": closure.reason.value,
        "note": closure.note,
        "visits": [facts(opened, language) for opened in ordered],
        "count": len(ordered),
    }
