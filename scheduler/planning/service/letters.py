"""What people are told by mail when a visit changes. Only queued here; a minor's address never goes to a school."""

import datetime as dt
from collections.abc import Iterable, Mapping

from scheduler.core import clock
from scheduler.core.language import pick, worded
from scheduler.core.text import to_latin
from scheduler.messages.service import queue_message
from scheduler.messages.terms import LinkWish, MessageDraft
from scheduler.people.models import Presenter
from scheduler.planning import rules
from scheduler.planning.models import Assignment
from scheduler.planning.service.under_lock import OpenVisit, as_member
from scheduler.planning.terms import AssignmentState
from scheduler.requests.queries import contacts_of, on_duty
from scheduler.safeguarding.queries import guardians_of

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
    """One mail to each presenter of these assignments, however many presentations she has, as `tell_people`."""
    tell_people(kind, opened, {row.presenter_id: row.presenter for row in rows}, now=now, path=path, **values)


def tell_people(
    kind: str,
    opened: OpenVisit,
    people: Mapping[int, Presenter],
    *,
    now: dt.datetime,
    path: str = PAGE_OF_OFFERS,
    **values: object,
) -> None:
    """One mail to each of these presenters; their users must be loaded.

    A minor's guardian gets a copy of each (TRUST S49), without the button that leads to the minor's own pages.
    """
    guardians = guardians_of(people, clock.local_day(now, opened.visit.zone))
    for person in people.values():
        language = person.user.language
        readers = [(person.user.email, "")]
        if person.id in guardians:
            readers.append((guardians[person.id], person.user.given_name))
        for address, copy_of in readers:
            queue_message(
                MessageDraft(
                    kind=kind,
                    address=address,
                    language=language,
                    values=facts(opened, language) | values | {"path": path},
                    about=("visit", opened.visit.id),
                    centre_id=opened.visit.centre_id,
                    copy_of=copy_of,
                ),
                now=now,
            )


def tell_school(kind: str, opened: OpenVisit, *, now: dt.datetime, **values: object) -> None:
    """One mail to each contact of the school request, with the link to its status; nothing without an address."""
    asked = opened.visit.school_request
    if asked is None:
        return
    hours = link_hours(opened.visit.on_day, now)
    for contact in contacts_of(asked):
        queue_message(
            MessageDraft(
                kind=kind,
                address=contact.address,
                language=contact.language,
                values=facts(opened, contact.language) | {"who": who_comes(opened, now)} | values,
                link=LinkWish("status", contact.request_id, "/status/{token}", hours),
                about=("visit", opened.visit.id),
                centre_id=opened.visit.centre_id,
            ),
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


def link_hours(on_day: dt.date, now: dt.datetime) -> int:
    """For how long a school's link must live: past the visit, however far that lies ahead."""
    until_then = max(on_day - clock.local_day(now), dt.timedelta(0))
    return int((until_then + LINK_OUTLIVES_VISIT) / dt.timedelta(hours=1))


def who_comes(opened: OpenVisit, now: dt.datetime) -> str:
    """Names of those who have accepted, as the school may read them, each once."""
    firm = opened.in_state(AssignmentState.ACCEPTED, AssignmentState.PRESENT)
    members = {row.presenter_id: as_member(row) for row in firm}
    today = clock.local_day(now, opened.visit.zone)
    return ", ".join(rules.who_is_shown(members.values(), min(today, opened.visit.on_day)))


def facts(opened: OpenVisit, language: str) -> dict[str, object]:
    """What every mail about a visit says of it, in the language of its reader."""
    visit = opened.visit
    cyrl, english = visit.programme.name_sr_cyrl, visit.programme.name_en
    return {
        "number": visit.number,
        "day": visit.on_day,
        "times": ", ".join(f"{presentation.starts_local:%H:%M}" for presentation in opened.presentations),
        "host": pick(language, visit.host.name_sr_cyrl, visit.host.name_sr_latn),
        "place": pick(language, visit.host.place_sr_cyrl, visit.host.place_sr_latn),
        "programme": worded(language, cyrl, to_latin(cyrl), english),
    }
