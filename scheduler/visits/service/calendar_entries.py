"""The calendar texts of a visit, written in the transaction that changed it; feeds and mails only join them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.acts import Act
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.language import languages
from scheduler.places.terms.hosts import Point
from scheduler.places.terms.venue import NO_VENUE
from scheduler.visits import ics
from scheduler.visits.models.visits import CalendarEntry, Presentation
from scheduler.visits.rules.crew import cards_of
from scheduler.visits.service.locked_visit import OpenVisit, as_member, loaded_visits, raise_version
from scheduler.visits.terms.plans import EntryFacts
from scheduler.visits.terms.rows import PresenterCard
from scheduler.visits.terms.states import OFF_VISITS, AssignmentState, EntryStatus, PresentationState, VisitState

CALLED_OFF = (PresentationState.CANCELLED, PresentationState.DISRUPTED)
NOT_BY_ITSELF = (PresentationState.MERGED_INTO, PresentationState.MOVED)  # held as part of another, or elsewhere
Texts = dict[tuple[EntryStatus, str], str]


def touch(act: Act, opened: OpenVisit, presentations: Iterable[Presentation]) -> None:
    """Time, place, status or crew changed: calendars learn it by a higher SEQUENCE and a fresh text."""
    for presentation in presentations:
        presentation.sequence += 1
        presentation.edited_at = act.now
    raise_version(opened)
    write_entries(act.session, opened, now=act.now)


def write_entries(session: Session, opened: OpenVisit, *, now: dt.datetime) -> None:
    """Store the VEVENT of each presentation of a visit, by status and language, where it is not what is stored.

    What the visit only borrows, as the host's address or a presenter's name, may have changed without an edit of the
    presentation. Then it counts as edited now: no calendar ever gets two texts under one SEQUENCE.
    """
    if opened.entries is None:
        ids = [presentation.id for presentation in opened.every]
        wanted = select(CalendarEntry).where(CalendarEntry.presentation_id.in_(ids))
        opened.entries = list(session.scalars(wanted.execution_options(populate_existing=True)))
    stored: dict[int, dict[tuple[EntryStatus, str], CalendarEntry]] = defaultdict(dict)
    for row in opened.entries:
        stored[row.presentation_id][row.status, row.language] = row
    for presentation in opened.every:
        rows, texts = stored[presentation.id], texts_of(opened, presentation)
        before = {key: row.text for key, row in rows.items()} or texts
        if before != texts and f"\nSEQUENCE:{presentation.sequence}\r" in next(iter(before.values())):
            presentation.sequence += 1
            presentation.edited_at = now
            texts = texts_of(opened, presentation)
        for (status, language), text in texts.items():
            if (status, language) in rows:
                rows[status, language].text = text
                continue
            row = CalendarEntry(presentation_id=presentation.id, status=status, language=language, text=text)
            session.add(row)
            opened.entries.append(row)
    session.flush()


def texts_of(opened: OpenVisit, presentation: Presentation) -> Texts:
    """What each of its entries would say now."""
    facts = _facts(opened, presentation)
    kinds = ((status, language) for status in EntryStatus for language in languages())
    return {(status, language): ics.vevent(facts, status, language) for status, language in kinds}


def calendar_of_school(visit_ids: Collection[int], title: str, language: str) -> bytes:
    """Visits of one booking as one file for the calendars of their school; of what is called off, that it is.

    Under the same UIDs as everywhere, and without anybody's name: such a file is handed on (TRUST S54).
    """
    return ics.calendar([text for _at, text in entries_without_names(visit_ids, language)], title)


def entries_without_names(
    visit_ids: Collection[int], language: str, *, offered: Collection[VisitState] = ()
) -> Iterator[tuple[dt.datetime, str]]:
    """When each presentation was edited, and its VEVENT without anybody's name; in states `offered` it is tentative."""
    return _entries(visit_ids, language, offered, crew=(), young=(), page_url="")


def entries_without_minors(
    visit_ids: Collection[int], language: str, *, offered: Collection[VisitState] = ()
) -> Iterator[tuple[dt.datetime, str]]:
    """The same for staff: of who comes the adults alone, and the page behind the sign-in."""
    return _entries(visit_ids, language, offered, young=())


def _entries(
    visit_ids: Collection[int], language: str, offered: Collection[VisitState], **otherwise: Any
) -> Iterator[tuple[dt.datetime, str]]:
    for opened in loaded_visits(db.session(), visit_ids):
        state = opened.visit.state
        for one in opened.every:
            if one.state not in NOT_BY_ITSELF:
                status = EntryStatus.TENTATIVE if state in offered else EntryStatus.CONFIRMED
                if state in OFF_VISITS or one.state in CALLED_OFF:
                    status = EntryStatus.CANCELLED
                facts = replace(_facts(opened, one), **otherwise)
                yield one.edited_at, ics.vevent(facts, status, language)


def entry_of_visit(
    opened: OpenVisit,
    presentations: Iterable[Presentation],
    status: EntryStatus,
    language: str,
    *,
    signs_in: bool,
) -> str:
    """One VEVENT for all presentations of a visit that one reader goes to, for a mail: without anybody's name.

    Of a visit with one presentation it is that one's, as in the feed. A mail holds no second UID (RFC 5546, 3.2.2), so
    several stand under that of the visit's first presentation, and their SEQUENCE is the sum of all: it only rises.
    """
    own = sorted(presentations, key=lambda row: (row.starts_at, row.id))
    several = len(own) > 1
    venues = {row.venue for row in own}
    facts = replace(
        _facts(opened, own[0]),
        uid=min(opened.every, key=lambda row: row.id).uid,
        sequence=sum(row.sequence for row in opened.every),
        edited_at=max(row.edited_at for row in opened.every),
        ends_at=max(row.ends_at for row in own),
        hours=tuple((row.starts_at, row.ends_at) for row in own) if several else (),
        venue=venues.pop() if len(venues) == 1 else NO_VENUE,
        classes=", ".join(row.classes for row in own),
        crew=(),
        young=(),
    )
    return ics.vevent(facts if signs_in else replace(facts, page_url=""), status, language)


def _facts(opened: OpenVisit, presentation: Presentation) -> EntryFacts:
    visit, host, known = opened.visit, opened.visit.host, settings()
    crew = _crew(opened, presentation)
    return EntryFacts(
        uid=presentation.uid,
        sequence=presentation.sequence,
        edited_at=presentation.edited_at,
        starts_at=presentation.starts_at,
        ends_at=presentation.ends_at,
        zone=presentation.zone,
        programme_sr_cyrl=visit.programme.name_sr_cyrl,
        programme_en=visit.programme.name_en,
        host_sr_cyrl=host.name_sr_cyrl,
        host_sr_latn=host.name_sr_latn,
        address_sr_cyrl=_address(host.address_sr_cyrl, host.postcode, host.place_sr_cyrl),
        address_sr_latn=_address(host.address_sr_latn, host.postcode, host.place_sr_latn),
        venue=presentation.venue,
        classes=presentation.classes,
        point=Point(host.lat, host.lon) if host.lat is not None and host.lon is not None else None,
        crew=tuple(card.name for card in crew if not card.minor),
        young=tuple(card.name for card in crew if card.minor),
        page_url=f"{known.base_url}/visits/{visit.number}",
        helpline=known.helpline_number,
        online=bool(visit.online_link),
    )


def _address(street: str, postcode: str, place: str) -> str:
    return ", ".join(part for part in (street, f"{postcode} {place}".strip()) if part)


def _crew(opened: OpenVisit, presentation: Presentation) -> list[PresenterCard]:
    """Who has accepted. Ages are judged by the day of the last edit, so that the text changes only with an edit."""
    came = (AssignmentState.ACCEPTED, AssignmentState.PRESENT)
    members = [as_member(row) for row in opened.seats_of(presentation) if row.state in came]
    edited = clock.local_day(presentation.edited_at, presentation.zone)
    return cards_of(members, min(edited, presentation.on_day))
