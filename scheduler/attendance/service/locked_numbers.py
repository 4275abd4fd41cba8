"""Attendance and its numbers under the lock of their visit, inside the caller's transaction."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act
from scheduler.attendance.models import Attendance, HeadCount
from scheduler.attendance.terms import (
    ATTENDANCE_MACHINE,
    COUNTS_FOR_REPORTS,
    AttendanceReason,
    AttendanceState,
    CountSource,
    HeadCounts,
)
from scheduler.core.db import db
from scheduler.core.errors import Conflict
from scheduler.core.language import pick
from scheduler.messages.service import queue_messages
from scheduler.messages.terms import MessageDraft
from scheduler.people.models import Centre
from scheduler.places.models import Host
from scheduler.policy import SYSTEM
from scheduler.programmes.models import Programme
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.lineage import contacts_of_each
from scheduler.requests.service.desk import follow_visit
from scheduler.requests.service.locked_request import SchoolLetter, letters_to, request_of_visit, whom_to_call
from scheduler.requests.terms.school_request import RequestState
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.service.locked_visit import OpenVisit, lock_visit
from scheduler.visits.service.notify import times_of
from scheduler.visits.terms.states import HELD_STATES, PresentationState

PAGE_OF_NUMBERS = "/status/{token}/attendance"
LINK_HOURS = 24 * 365
COUNTABLE = (PresentationState.CONFIRMED, *HELD_STATES)


def visit_of_school(act: Act, visit_id: int) -> Visit:
    """The visit, locked, for what its school says afterwards. Raises: NotAllowed, NotFound."""
    visit = lock_visit(act.session, visit_id)
    policy.require(act.actor, "create", "feedback", centre=policy.spot(visit), request=visit.school_request_id)
    return visit


def attendances_of(act: Act, opened: OpenVisit) -> dict[int, Attendance]:
    """The attendance of each presentation of a visit that has one, locked, in their order: the job takes them too."""
    rows = act.session.scalars(
        select(Attendance)
        .join(Presentation, Presentation.id == Attendance.presentation_id)
        .where(Presentation.visit_id == opened.visit.id)
        .order_by(Presentation.ordinal)
        .with_for_update(of=Attendance)
        .execution_options(populate_existing=True)
    )
    return {row.presentation_id: row for row in rows}


def counts_of(act: Act, attendance: Attendance, source: CountSource) -> HeadCounts | None:
    """What one source said in the present version."""
    rows = act.session.execute(
        select(HeadCount.audience, HeadCount.people).where(
            HeadCount.presentation_id == attendance.presentation_id,
            HeadCount.source == source,
            HeadCount.version == attendance.version,
        )
    ).all()
    return HeadCounts(**{audience.value: people for audience, people in rows}) if rows else None


def announced_of(presentation: Presentation) -> HeadCounts:
    """How many were to come, as the crew reads it."""
    return HeadCounts(presentation.expected_pupils, presentation.expected_parents, presentation.expected_teachers)


def store_counts(act: Act, attendance: Attendance, source: CountSource, counts: HeadCounts) -> None:
    """The four numbers of one source, in the attendance's version."""
    act.session.add_all(
        HeadCount(
            presentation_id=attendance.presentation_id,
            audience=audience,
            source=source,
            version=attendance.version,
            people=people,
            counts=False,
            entered_at=act.now,
        )
        for audience, people in counts.by_audience().items()
    )
    act.session.flush()


def let_count(act: Act, attendance: Attendance, source: CountSource) -> None:
    """Of all numbers said, let this source's newest count; the others first stop, so that the index never sees two."""
    said = HeadCount.presentation_id == attendance.presentation_id
    newest = said, HeadCount.source == source, HeadCount.version == attendance.version
    act.session.execute(update(HeadCount).where(said, HeadCount.counts).values(counts=False))
    chosen = act.session.execute(update(HeadCount).where(*newest).values(counts=True).returning(HeadCount.id))
    if not chosen.all():
        raise Conflict(AttendanceReason.COUNT_MISSING)


def lock_numbers(act: Act, attendance: Attendance) -> None:
    act.move(ATTENDANCE_MACHINE, attendance, AttendanceState.LOCKED)
    attendance.locked_at = act.now


def all_counted(opened: OpenVisit, rows: Mapping[int, Attendance]) -> bool:
    """Whether every presentation of the visit that was to be held has been counted."""
    to_count = [one.id for one in opened.every if one.state in (PresentationState.PLANNED, *COUNTABLE)]
    return all(one in rows and rows[one].state is not AttendanceState.OPEN for one in to_count)


def report_when_locked(act: Act, opened: OpenVisit, rows: Mapping[int, Attendance]) -> None:
    """When the last presentation of a visit is locked, its school request is reported."""
    if not rows or any(row.state not in COUNTS_FOR_REPORTS for row in rows.values()) or not all_counted(opened, rows):
        return
    asked = request_of_visit(act.session, opened.visit.school_request_id)
    if asked is not None and asked.state is RequestState.DELIVERED:
        follow_visit(SYSTEM, asked, RequestState.REPORTED, now=act.now)


def write_to_school(
    session: Session, visit: Visit, kind: str, *, now: dt.datetime, page: str = PAGE_OF_NUMBERS
) -> None:
    """Mail each contact of a visit's school a secret link, to the numbers and the certificates, in this transaction.

    Nobody is written to where no request, or no address, stands behind the visit.
    """
    school_request = session.get(SchoolRequest, visit.school_request_id or 0)
    if school_request is not None:
        write_to_schools([(school_request, visit, session.get_one(Host, visit.host_id))], kind, now=now, page=page)


def write_to_schools(
    asked: Sequence[tuple[SchoolRequest, Visit, Host]], kind: str, *, now: dt.datetime, page: str = PAGE_OF_NUMBERS
) -> Counter[int]:
    """The same to the schools of many visits: one question and one statement, however many they are.

    How many mails leave, by visit; a visit whose school has no address is not among them.
    """
    drafts = drafts_to_schools(asked, kind, page)
    queue_messages(drafts, now=now)
    return Counter(draft.about[1] for draft in drafts if draft.about is not None)


def drafts_to_schools(
    asked: Sequence[tuple[SchoolRequest, Visit, Host]], kind: str, page: str = PAGE_OF_NUMBERS
) -> list[MessageDraft]:
    """What would be written, to each contact in the contact's language."""
    contacts = contacts_of_each([row for row, _visit, _host in asked])
    known = _facts_of([visit for _row, visit, _host in asked])
    return [
        draft
        for row, visit, host in asked
        for draft in letters_to(contacts[row.id], _letter(visit, kind, page), _values(row, host, known[visit.id]))
    ]


def _letter(visit: Visit, kind: str, page: str) -> SchoolLetter:
    return SchoolLetter(kind, ("visit", visit.id), visit.centre_id, LINK_HOURS, page)


@dataclass(frozen=True)
class _LetterFacts:
    """What a letter after a visit says of it: the day and hours, of which programme, by which centre."""

    visit: Visit
    programme: Programme
    centre: Centre
    times: str


def _facts_of(visits: Sequence[Visit]) -> dict[int, _LetterFacts]:
    """Of many visits in two questions."""
    session, ids = db.session(), [row.id for row in visits]
    rows = session.execute(
        select(Visit, Programme, Centre)
        .join(Programme, Programme.id == Visit.programme_id)
        .join(Centre, Centre.id == Visit.centre_id)
        .where(Visit.id.in_(ids))
    )
    begun: dict[int, list[Presentation]] = defaultdict(list)
    of_them = select(Presentation).where(Presentation.visit_id.in_(ids), Presentation.state.in_(COUNTABLE))
    for one in session.scalars(of_them.order_by(Presentation.ordinal)):
        begun[one.visit_id].append(one)
    return {
        visit.id: _LetterFacts(visit, programme, centre, times_of(begun[visit.id])) for visit, programme, centre in rows
    }


def _values(asked: SchoolRequest, host: Host, held: _LetterFacts) -> Callable[[str], dict[str, object]]:
    facts = {"number": asked.number, "day": held.visit.on_day, "times": held.times}
    return lambda language: {
        **facts,
        **whom_to_call(held.centre, language),
        "host": pick(language, host.name_sr_cyrl, host.name_sr_latn),
        "programme": held.programme.name(language),
    }


def let_papers_wait(session: Session, visit_id: int) -> None:
    """Numbers, names or papers of a visit changed: the next sweep of certificates looks at it again.

    Past the version of the visit: no page that shows it is out of date.
    """
    session.execute(update(Visit).where(Visit.id == visit_id, Visit.papers_settled).values(papers_settled=False))
