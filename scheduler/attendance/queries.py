"""What pages show of counting."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from scheduler.attendance.models import Attendance, HeadCount, NamedAdult
from scheduler.attendance.terms import (
    AttendanceState,
    CountedPresentation,
    CountedVisit,
    Counts,
    CountSource,
)
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.places.models import Host
from scheduler.planning.models import Assignment, Presentation, Visit
from scheduler.planning.terms import LIVING, PresentationState
from scheduler.programmes.terms import Audience

_NOT_HELD = (PresentationState.CANCELLED, PresentationState.MERGED_INTO, PresentationState.DISRUPTED)


def counted_visit(number: str) -> CountedVisit:
    """The visit with that number and the counting of its presentations. Raises: NotFound."""
    visit = db.session.scalar(
        select(Visit).join(Visit.host).options(contains_eager(Visit.host)).where(Visit.number == number)
    )
    if visit is None:
        raise NotFound("visit")
    return _with_counts(visit, visit.host)


def counted_visit_of_request(request_id: int) -> CountedVisit | None:
    """The living visit of a school request, or None while there is none."""
    number = db.session.scalar(
        select(Visit.number)
        .where(Visit.school_request_id == request_id, Visit.cancelled_by.is_(None))
        .order_by(Visit.id.desc())
        .limit(1)
    )
    return counted_visit(number) if number else None


def crew_of(visit_id: int) -> frozenset[int]:
    """Ids of the presenters who have a place in any presentation of the visit."""
    rows = db.session.scalars(
        select(Assignment.presenter_id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id == visit_id, Assignment.state.in_(LIVING))
        .order_by(Assignment.presenter_id)
    )
    return frozenset(rows)


def late_counts(centre_id: int, *, now: dt.datetime) -> int:
    """How many presentations of the centre are over and not yet counted."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Presentation)
            .join(Visit, Visit.id == Presentation.visit_id)
            .outerjoin(Attendance, Attendance.presentation_id == Presentation.id)
            .where(
                Visit.centre_id == centre_id,
                Presentation.ends_at < now,
                Presentation.state.in_((PresentationState.PLANNED, PresentationState.CONFIRMED)),
                (Attendance.id.is_(None)) | (Attendance.state == AttendanceState.OPEN),
            )
        )
        or 0
    )


def waiting_attendance(centre_id: int) -> list[tuple[str, AttendanceState, dt.date, str, str]]:
    """Visits with counts that a coordinator may lock or look at: number, state, day, host's two names; oldest first."""
    rows = db.session.execute(
        select(Visit.number, Attendance.state, Visit.on_day, Host.name_sr_cyrl, Host.name_sr_latn)
        .join(Presentation, Presentation.visit_id == Visit.id)
        .join(Attendance, Attendance.presentation_id == Presentation.id)
        .join(Host, Host.id == Visit.host_id)
        .where(
            Visit.centre_id == centre_id,
            Attendance.state.in_((AttendanceState.SUBMITTED, AttendanceState.COUNTERSIGNED, AttendanceState.ASSUMED)),
        )
        .distinct()
        .order_by(Visit.on_day, Visit.number)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def violations() -> list[str]:
    """What must never be so: more or fewer than one count that counts, or a lock without counts."""
    found = []
    locked_without = db.session.scalars(
        select(Attendance.presentation_id)
        .outerjoin(HeadCount, (HeadCount.presentation_id == Attendance.presentation_id) & (HeadCount.counts.is_(True)))
        .where(Attendance.locked_at.is_not(None))
        .group_by(Attendance.presentation_id)
        .having(func.count(HeadCount.id) != len(Audience))
        .order_by(Attendance.presentation_id)
    )
    found += [f"presentation {row}: locked without exactly one count an audience" for row in locked_without]
    other_version = db.session.scalars(
        select(HeadCount.presentation_id)
        .join(Attendance, Attendance.presentation_id == HeadCount.presentation_id)
        .where(HeadCount.counts.is_(True), HeadCount.version != Attendance.version)
        .distinct()
        .order_by(HeadCount.presentation_id)
    )
    return found + [f"presentation {row}: an old version of the counts counts" for row in other_version]


def _with_counts(visit: Visit, host: Host) -> CountedVisit:
    rows = db.session.execute(
        select(Presentation, Attendance)
        .outerjoin(Attendance, Attendance.presentation_id == Presentation.id)
        .where(Presentation.visit_id == visit.id, Presentation.state.not_in(_NOT_HELD))
        .order_by(Presentation.ordinal)
    ).all()
    counts = _counts_of(presentation.id for presentation, _ in rows)
    names = db.session.scalars(select(NamedAdult.name).where(NamedAdult.visit_id == visit.id).order_by(NamedAdult.id))
    return CountedVisit(
        visit_id=visit.id,
        number=visit.number,
        centre_id=visit.centre_id,
        on_day=visit.on_day,
        host_name_sr_cyrl=host.name_sr_cyrl,
        host_name_sr_latn=host.name_sr_latn,
        host_place_sr_cyrl=host.place_sr_cyrl,
        host_place_sr_latn=host.place_sr_latn,
        presentations=tuple(_one(presentation, attendance, counts) for presentation, attendance in rows),
        named_adults=tuple(names),
    )


def _counts_of(presentation_ids: Iterable[int]) -> dict[int, list[HeadCount]]:
    found: dict[int, list[HeadCount]] = defaultdict(list)
    rows = db.session.scalars(
        select(HeadCount).where(HeadCount.presentation_id.in_(list(presentation_ids))).order_by(HeadCount.id)
    )
    for row in rows:
        found[row.presentation_id].append(row)
    return found


def _as_counts(rows: Iterable[HeadCount]) -> Counts | None:
    people = {row.audience.value: row.people for row in rows}
    return Counts(**people) if people else None


def _one(
    presentation: Presentation, attendance: Attendance | None, counts: dict[int, list[HeadCount]]
) -> CountedPresentation:
    rows = counts.get(presentation.id, [])
    newest = max((row.version for row in rows), default=1)
    by_source = {
        source: _as_counts(row for row in rows if row.source is source and row.version == newest)
        for source in CountSource
    }
    return CountedPresentation(
        presentation_id=presentation.id,
        ordinal=presentation.ordinal,
        starts_at=presentation.starts_at,
        on_day=presentation.on_day,
        starts_local=presentation.starts_local,
        minutes=presentation.minutes,
        zone=presentation.zone,
        audience=presentation.audience,
        classes=presentation.classes,
        room=presentation.room,
        expected=Counts(presentation.expected_pupils, presentation.expected_parents, presentation.expected_teachers),
        state=attendance.state if attendance else AttendanceState.OPEN,
        version=attendance.version if attendance else 1,
        teacher_present=attendance.teacher_present if attendance else None,
        minutes_given=attendance.minutes_given if attendance else None,
        same_pupils=bool(attendance and attendance.same_pupils),
        turned_away=attendance.turned_away if attendance else 0,
        said_by_educator=by_source[CountSource.EDUCATOR],
        said_by_school=by_source[CountSource.SCHOOL],
        counted=_as_counts(row for row in rows if row.counts),
        reason=attendance.reason if attendance else "",
    )
