"""What people are told by mail when a visit changes. Only queued here; a minor's address never goes to a school."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import groupby

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.language import pick
from scheduler.messages.service import queue_message
from scheduler.messages.terms import MessageDraft
from scheduler.people.models import Centre, Presenter
from scheduler.people.queries import home_point
from scheduler.people.rules import is_minor
from scheduler.programmes.terms import Audience
from scheduler.requests.queries.stand_ins import on_duty
from scheduler.requests.service.locked_request import SchoolLetter, whom_to_call, write_to_contacts
from scheduler.requests.wording import mail_words
from scheduler.safeguarding.queries import guardians_of
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.queries.agenda import trip_to
from scheduler.visits.rules.cancelling import LATE_CANCEL
from scheduler.visits.rules.crew import who_is_shown
from scheduler.visits.service.calendar_parts import CalendarParts, calendar_of_presenter
from scheduler.visits.service.locked_visit import OpenVisit, as_member
from scheduler.visits.terms.states import PROMISED, AssignmentState

LINK_OUTLIVES_VISIT = dt.timedelta(days=120)  # its counts and its certificates come by the same link
PAGE_OF_OFFERS = "/offers"


def tell_presenters(
    kind: str,
    opened: OpenVisit,
    rows: Iterable[Assignment],
    *,
    now: dt.datetime,
    path: str = PAGE_OF_OFFERS,
    **values: object,
) -> None:
    """One mail to each presenter of these assignments, however many presentations she has; its times are her own."""
    seats = list(rows)
    told_of: dict[int, set[int]] = defaultdict(set)
    for row in seats:
        told_of[row.presenter_id].add(row.presentation_id)
    people = {row.presenter_id: row.presenter for row in seats}
    _tell_each(kind, opened, people, told_of, values | {"path": path}, now)


def tell_people(
    kind: str,
    opened: OpenVisit,
    people: Mapping[int, Presenter],
    *,
    now: dt.datetime,
    path: str = PAGE_OF_OFFERS,
    **values: object,
) -> None:
    """One mail to each of these presenters, who need not be in the crew; their users must be loaded."""
    _tell_each(kind, opened, people, {}, values | {"path": path}, now)


def _tell_each(
    kind: str,
    opened: OpenVisit,
    people: Mapping[int, Presenter],
    told_of: Mapping[int, Collection[int]],
    values: Mapping[str, object],
    now: dt.datetime,
) -> None:
    """A minor's guardian gets a copy of each (TRUST S49), without the button that leads to the minor's own pages."""
    today = clock.local_day(now, opened.visit.zone)
    guardians = guardians_of(people, today)
    parts = CalendarParts(kind, [opened])
    for person in people.values():
        language, presentation_ids = person.user.language, told_of.get(person.id, ())
        hours = _hours_of(opened, person, presentation_ids) if presentation_ids else {}
        readers = [(person.user.email, "")]
        if person.id in guardians:
            readers.append((guardians[person.id], person.user.given_spelled))
        for address, copy_of in readers:
            queue_message(
                MessageDraft(
                    kind=kind,
                    address=address,
                    language=language,
                    values={**facts(opened, language), **hours, **values},
                    about=("visit", opened.visit.id),
                    centre_id=opened.visit.centre_id,
                    copy_of=copy_of,
                    calendar=None if copy_of else parts.of_presenter(opened, person, presentation_ids),
                    to_minor=person.id in guardians or is_minor(person.adult_on, today),
                ),
                now=now,
            )


def _hours_of(opened: OpenVisit, person: Presenter, presentation_ids: Collection[int]) -> dict[str, object]:
    """ "times" of what a mail to a presenter is about, and her "trip" where she goes; nothing where it is gone."""
    own = [row for row in opened.presentations if row.id in presentation_ids]
    minor = is_minor(person.adult_on, opened.visit.on_day)
    goes = opened.of(person.id, *PROMISED)
    trip = trip_to(home_point(person), opened.visit, own, minor=minor) if goes else None  # home loaded
    return {"times": times_of(own), "trip": trip} if own else {}


def tell_released(
    opened: OpenVisit,
    rows: Iterable[Assignment],
    *,
    now: dt.datetime,
    asked_only: Collection[int] = (),
    by_herself: int | None = None,
) -> None:
    """Tell presenters that they lost these seats: of the whole visit, or of a part while they go to the rest.
    `asked_only`: presenters who had an offer and had not answered it. `by_herself`: who gave them up knows it, and is
    written to only where a mail has put the visit into her calendar."""
    parts = CalendarParts("visit_released", [opened] if by_herself else [])
    for presenter_id, group in groupby(sorted(rows, key=lambda row: row.presenter_id), lambda row: row.presenter_id):
        lost, kept = list(group), {row.presentation_id for row in opened.of(presenter_id, *PROMISED)}
        if presenter_id == by_herself and not parts.holds(opened, calendar_of_presenter(lost[0].presenter)):
            continue
        stays = [row for row in opened.presentations if row.id in kept]
        if stays:
            tell_presenters("seat_released", opened, lost, now=now, stays=times_of(stays))
        else:
            tell_presenters("visit_released", opened, lost, now=now, unanswered=presenter_id in asked_only)


def tell_school(kind: str, opened: OpenVisit, *, now: dt.datetime, **values: object) -> None:
    """One mail to each contact of the school request, with the link to its status; nothing without an address."""
    asked = opened.visit.school_request
    if asked is None:
        return
    visit = opened.visit
    letter = SchoolLetter(kind, ("visit", visit.id), visit.centre_id, link_hours(visit.on_day, now))
    centre = db.session().get_one(Centre, visit.centre_id)
    more = {
        "who": who_comes(opened, now),
        "change_until": change_until(opened, now),
        "with_pupils": any(row.audience is Audience.PUPILS for row in opened.presentations),
    } | values
    parts = CalendarParts(kind, [opened])
    write_to_contacts(
        asked,
        letter,
        lambda language: facts_for_school(opened, centre, language) | more,
        calendar_of=lambda contact: parts.of_contact(opened, contact),
        now=now,
    )


def tell_coordinators(kind: str, opened: OpenVisit, *, now: dt.datetime, **values: object) -> None:
    """One mail to each coordinator of the centre, or to who stands in for her, with the visit's page."""
    town = opened.visit.host.municipality
    for address, language in on_duty(opened.visit.centre_id, town.district_id if town else None, now):
        queue_message(
            MessageDraft(
                kind=kind,
                address=address,
                language=language,
                values=facts(opened, language) | values | {"path": f"/visits/{opened.visit.number}"},
                about=("visit", opened.visit.id),
                centre_id=opened.visit.centre_id,
            ),
            now=now,
        )


def facts_for_school(opened: OpenVisit, centre: Centre, language: str) -> dict[str, object]:
    """The same for a reader at the school, who also learns whom to call."""
    asked = opened.visit.school_request
    state = mail_words(asked.state, language) if asked else {}
    return facts(opened, language) | whom_to_call(centre, language) | state


def change_until(opened: OpenVisit, now: dt.datetime) -> dt.datetime | None:
    """Until when the school may ask for another date, or call off without being late; None once that is over."""
    return late_from(min((row.starts_at for row in opened.presentations), default=now), now)


def late_from(starts_at: dt.datetime, now: dt.datetime) -> dt.datetime | None:
    """The same of what begins then."""
    until = starts_at - LATE_CANCEL
    return until if until > now else None


def link_hours(on_day: dt.date, now: dt.datetime) -> int:
    """For how long a school's link must live: past the visit, however far that lies ahead."""
    until_then = max(on_day - clock.local_day(now), dt.timedelta(0))
    return int((until_then + LINK_OUTLIVES_VISIT) / dt.timedelta(hours=1))


def who_comes(opened: OpenVisit, now: dt.datetime) -> list[str]:
    """Names of those who have accepted, as the school may read them, each once."""
    firm = opened.in_state(AssignmentState.ACCEPTED, AssignmentState.PRESENT)
    members = {row.presenter_id: as_member(row) for row in firm}
    today = clock.local_day(now, opened.visit.zone)
    return who_is_shown(members.values(), min(today, opened.visit.on_day))


def facts(opened: OpenVisit, language: str) -> dict[str, object]:
    """What every mail about a visit says of it, in the language of its reader."""
    visit = opened.visit
    return {
        "number": visit.number,
        "day": visit.on_day,
        "times": times_of(opened.presentations),
        "host": pick(language, visit.host.name_sr_cyrl, visit.host.name_sr_latn),
        "place": pick(language, visit.host.place_sr_cyrl, visit.host.place_sr_latn),
        "programme": visit.programme.name(language),
        "online": bool(visit.online_link),
    }


def times_of(presentations: Iterable[Presentation]) -> str:
    """When they begin, on the wall clock of the host."""
    return ", ".join(f"{time:%H:%M}" for time in sorted(row.starts_local for row in presentations))
