"""The calendar texts of a visit, written in the transaction that changed it; feeds and mails only join them."""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.language import languages
from scheduler.people.models import Presenter
from scheduler.places.models import Host
from scheduler.places.terms.hosts import Point
from scheduler.visits import ics
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.rules.crew import who_is_shown
from scheduler.visits.terms.plans import CrewMember, EntryFacts
from scheduler.visits.terms.states import AssignmentState, EntryStatus


def write_entries(session: Session, visit_id: int, *, now: dt.datetime) -> None:
    """Store the VEVENT of each presentation of a visit, by status and language, in the caller's transaction.

    What the visit only borrows, as the host's address or a presenter's name, may have changed without an edit of the
    presentation. Then it counts as edited now: no calendar ever gets two texts under one SEQUENCE.
    """
    visit = session.scalars(
        select(Visit)
        .where(Visit.id == visit_id)
        .options(selectinload(Visit.host).selectinload(Host.municipality), selectinload(Visit.programme))
    ).one()
    presentations = session.scalars(
        select(Presentation)
        .where(Presentation.visit_id == visit_id)
        .options(
            selectinload(Presentation.assignments).joinedload(Assignment.presenter).joinedload(Presenter.user),
        )
        .order_by(Presentation.ordinal)
        .execution_options(populate_existing=True)
    ).all()
    ids = [presentation.id for presentation in presentations]
    stored = _stored(session, ids)
    session.execute(delete(CalendarEntry).where(CalendarEntry.presentation_id.in_(ids)))
    for presentation in presentations:
        texts = _texts(visit, presentation)
        before = stored.get(presentation.id, texts)
        if before != texts and f"\nSEQUENCE:{presentation.sequence}\r" in next(iter(before.values())):
            presentation.sequence += 1
            presentation.edited_at = now
            texts = _texts(visit, presentation)
        session.add_all(
            CalendarEntry(presentation_id=presentation.id, status=status, language=language, text=text)
            for (status, language), text in texts.items()
        )
    session.flush()


Texts = dict[tuple[EntryStatus, str], str]


def _stored(session: Session, presentation_ids: list[int]) -> dict[int, Texts]:
    """The texts written last, by presentation."""
    found: dict[int, Texts] = {}
    rows = session.scalars(select(CalendarEntry).where(CalendarEntry.presentation_id.in_(presentation_ids)))
    for row in rows:
        found.setdefault(row.presentation_id, {})[row.status, row.language] = row.text
    return found


def _texts(visit: Visit, presentation: Presentation) -> Texts:
    facts = _facts(visit, presentation)
    kinds = ((status, language) for status in EntryStatus for language in languages())
    return {(status, language): ics.vevent(facts, status, language) for status, language in kinds}


def _facts(visit: Visit, presentation: Presentation) -> EntryFacts:
    host, known = visit.host, settings()
    return EntryFacts(
        uid=presentation.uid,
        sequence=presentation.sequence,
        edited_at=presentation.edited_at,
        starts_at=presentation.starts_at,
        ends_at=presentation.ends_at,
        zone=presentation.zone,
        visit_number=visit.number,
        programme_sr_cyrl=visit.programme.name_sr_cyrl,
        programme_en=visit.programme.name_en,
        host_sr_cyrl=host.name_sr_cyrl,
        host_sr_latn=host.name_sr_latn,
        address_sr_cyrl=_address(host.address_sr_cyrl, host.postcode, host.place_sr_cyrl),
        address_sr_latn=_address(host.address_sr_latn, host.postcode, host.place_sr_latn),
        room=presentation.room,
        classes=presentation.classes,
        point=Point(host.lat, host.lon) if host.lat is not None and host.lon is not None else None,
        crew=_crew(presentation),
        page_url=f"{known.base_url}/visits/{visit.number}",
        helpline=known.helpline_number,
        online=bool(visit.online_link),
    )


def _address(street: str, postcode: str, place: str) -> str:
    return ", ".join(part for part in (street, f"{postcode} {place}".strip()) if part)


def _crew(presentation: Presentation) -> tuple[str, ...]:
    """Who has accepted. Ages are judged by the day of the last edit, so that the text changes only with an edit."""
    members = [
        CrewMember(
            row.presenter_id,
            row.presenter.kind,
            row.presenter.user.given_name,
            row.presenter.user.family_name,
            row.presenter.adult_on,
            row.state,
        )
        for row in presentation.assignments
        if row.state in (AssignmentState.ACCEPTED, AssignmentState.PRESENT)
    ]
    edited = clock.local_day(presentation.edited_at, presentation.zone)
    return tuple(who_is_shown(members, min(edited, presentation.on_day)))
