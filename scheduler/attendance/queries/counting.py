"""What pages show of counting."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from scheduler import policy
from scheduler.attendance import rules
from scheduler.attendance.models import Attendance, HeadCount, NamedAdult, TallyMark
from scheduler.attendance.terms import (
    AttendanceState,
    CountedPresentation,
    CountedVisit,
    CountSource,
    CrewAt,
    HeadCounts,
)
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.paging import Page
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import GONE_VISITS, AssignmentState, PresentationState

_NOT_HELD = (
    PresentationState.CANCELLED,
    PresentationState.MERGED_INTO,
    PresentationState.DISRUPTED,
    PresentationState.NO_SHOW_HOST,
    PresentationState.NO_SHOW_PRESENTER,
)


_COUNTED = ("presentation_id", "source", "version", "audience", "people", "counts")
TO_BE_HELD = Presentation.state.not_in(_NOT_HELD)
_CREW = (AssignmentState.ACCEPTED, AssignmentState.PRESENT)
_OF_COUNT = tuple(getattr(HeadCount, name) for name in _COUNTED)
_VISITS = (
    select(Visit)
    .join(Visit.host)
    .join(Visit.programme)
    .options(contains_eager(Visit.host), contains_eager(Visit.programme).load_only(Programme.group_size))
)


def counted_visit(actor: Actor, number: str) -> CountedVisit:
    """The visit with that number and the counting of its presentations, for its crew and the staff of its centre.

    Raises: NotAllowed, NotFound.
    """
    visit = db.session.scalar(_VISITS.where(Visit.number == number)) if number.isprintable() else None
    if visit is None:
        raise NotFound("visit")
    policy.require(actor, "read", "attendance", centre=policy.spot(visit), presenters=crew_of(visit.id))
    return _with_counts([visit])[0]


def counted_visit_of_request(actor: Actor, request_id: int) -> CountedVisit | None:
    """The living visit of a school request, or None while there is none. Raises: NotAllowed, NotFound."""
    visit = db.session.scalar(
        _VISITS.where(Visit.school_request_id == request_id, Visit.state.not_in(GONE_VISITS))
        .order_by(Visit.id.desc())
        .limit(1)
    )
    policy.require(actor, "read", "attendance", centre=policy.spot(visit), request=request_id)
    return _with_counts([visit])[0] if visit else None


def crew_of(visit_id: int) -> frozenset[int]:
    """Ids of the presenters who promised to come, or came, to any presentation of the visit."""
    rows = db.session.scalars(
        select(Assignment.presenter_id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id == visit_id, Assignment.state.in_(_CREW))
        .order_by(Assignment.presenter_id)
    )
    return frozenset(rows)


def crewmates(actor: Actor, crew: Sequence[CrewAt]) -> list[CrewAt]:
    """Whom of a presentation's crew a presenter of the visit counts beside herself.

    Its minors only if she has accepted the same presentation: to others they are nobody (TRUST S54). Staff know all.
    """
    goes = actor.presenter_id is None or any(one.presenter_id == actor.presenter_id and not one.absent for one in crew)
    return [one for one in crew if one.presenter_id != actor.presenter_id and (goes or not one.minor)]


def crew_at(presentation_id: int, today: dt.date) -> list[CrewAt]:
    """The crew of one presentation who promised to come, by name; of minors the first name only (TRUST S49)."""
    rows = db.session.execute(
        select(Assignment, Presenter, User)
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .join(User, User.id == Presenter.user_id)
        .where(Assignment.presentation_id == presentation_id, Assignment.state.in_((*_CREW, AssignmentState.ABSENT)))
        .order_by(User.given_name, Presenter.id)
    )
    crew = []
    for seat, person, user in rows:
        minor = is_minor(person.adult_on, min(today, seat.on_day))
        name = user.given_spelled if minor else user.full_name
        crew.append(CrewAt(person.id, name, seat.state is AssignmentState.ABSENT, minor))
    return crew


Row = tuple[CountedVisit, CountedPresentation]
Pair = tuple[int, int]  # a visit and one of its presentations


def rows_of(wanted: Page[Pair]) -> Page[Row]:
    """A page of presentations, each with its visit. The caller had the right."""
    (rows,) = rows_of_each(wanted)
    return rows


def rows_of_each(*lists: Page[Pair]) -> list[Page[Row]]:
    """The same of several lists, loaded together: three questions, however many lists."""
    wanted = {visit_id for page in lists for visit_id, _presentation_id in page.rows}
    visits = _with_counts(_visits(wanted), names=False)
    return [Page(_rows(visits, page.rows), page.number, page.total, page.per_page) for page in lists]


def _rows(counted: Sequence[CountedVisit], wanted: Sequence[Pair]) -> list[Row]:
    """These presentations, each with its whole visit."""
    visits = {visit.visit_id: visit for visit in counted}
    of_visit = {one.presentation_id: one for visit in counted for one in visit.presentations}
    return [(visits[visit_id], of_visit[one]) for visit_id, one in wanted if one in of_visit]


def _visits(visit_ids: Collection[int]) -> Sequence[Visit]:
    return db.session.scalars(_VISITS.where(Visit.id.in_(set(visit_ids))).order_by(Visit.on_day, Visit.id)).all()


def adults_counted(visit_id: int) -> int | None:
    """How many adults the visit had: in each presentation the most that anybody said; None while nobody has counted."""
    said = (
        select(HeadCount.presentation_id, func.sum(HeadCount.people).label("adults"))
        .join(Attendance, Attendance.presentation_id == HeadCount.presentation_id)
        .join(Presentation, Presentation.id == HeadCount.presentation_id)
        .where(
            Presentation.visit_id == visit_id,
            HeadCount.audience != Audience.PUPILS,
            HeadCount.version == Attendance.version,
        )
        .group_by(HeadCount.presentation_id, HeadCount.source)
        .subquery()
    )
    most = select(func.max(said.c.adults).label("adults")).group_by(said.c.presentation_id).subquery()
    total = db.session.scalar(select(func.sum(most.c.adults)))
    return None if total is None else int(total)


def _is_odd(said: HeadCounts | None, expected: HeadCounts, hall: int) -> bool:
    return said is not None and rules.far_off(said, expected, hall) is not None


def _with_counts(visits: Sequence[Visit], *, names: bool = True) -> list[CountedVisit]:
    """The visits with all that pages say about their counting; hosts are loaded. Three questions, however many.

    Lists show no named adults: two.
    """
    ids = [visit.id for visit in visits]
    tallied = select(func.sum(TallyMark.people)).where(TallyMark.presentation_id == Presentation.id).scalar_subquery()
    rows = db.session.execute(
        select(Presentation, Attendance, tallied)
        .outerjoin(Attendance, Attendance.presentation_id == Presentation.id)
        .where(Presentation.visit_id.in_(ids), TO_BE_HELD)
        .order_by(Presentation.ordinal)
    ).all()
    counts = _counts_of(presentation.id for presentation, _, _ in rows)
    halls = {visit.id: visit.programme.group_size for visit in visits}
    held: dict[int, list[CountedPresentation]] = defaultdict(list)
    for presentation, attendance, pressed in rows:
        one = _one(presentation, attendance, counts, halls[presentation.visit_id])
        held[presentation.visit_id].append(_with_tally(one, int(pressed or 0)))
    named: dict[int, list[str]] = defaultdict(list)
    adults = select(NamedAdult).where(NamedAdult.visit_id.in_(ids)).order_by(NamedAdult.id)
    for adult in db.session.scalars(adults) if names else ():
        named[adult.visit_id].append(adult.name)
    return [_visit(visit, held[visit.id], named[visit.id]) for visit in visits]


def _with_tally(one: CountedPresentation, tallied: int) -> CountedPresentation:
    said = (one.said_by_educator, one.said_by_school)
    return replace(one, tallied=tallied, tally_over=any(rules.over_the_tally(tallied, counts) for counts in said))


def _visit(visit: Visit, presentations: list[CountedPresentation], names: list[str]) -> CountedVisit:
    host = visit.host
    return CountedVisit(
        visit_id=visit.id,
        number=visit.number,
        centre_id=visit.centre_id,
        on_day=visit.on_day,
        host_name_sr_cyrl=host.name_sr_cyrl,
        host_name_sr_latn=host.name_sr_latn,
        presentations=tuple(presentations),
        named_adults=tuple(names),
    )


def _counts_of(presentation_ids: Iterable[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    said = select(*_OF_COUNT).where(HeadCount.presentation_id.in_(list(presentation_ids))).order_by(HeadCount.id)
    for row in db.session.execute(said):
        found[row.presentation_id].append(row)
    return found


def as_counts(rows: Iterable[Any]) -> HeadCounts | None:
    """One number an audience, as one; None where nothing was said."""
    people = {row.audience.value: row.people for row in rows}
    return HeadCounts(**people) if people else None


def _newest(rows: Iterable[Any]) -> HeadCounts | None:
    """The last version of what one source said."""
    said = list(rows)
    newest = max((row.version for row in said), default=1)
    return as_counts(row for row in said if row.version == newest)


def _one(
    presentation: Presentation, attendance: Attendance | None, counts: dict[int, list[Any]], hall: int
) -> CountedPresentation:
    rows = counts.get(presentation.id, [])
    expected = HeadCounts(presentation.expected_pupils, presentation.expected_parents, presentation.expected_teachers)
    by_source = {source: _newest(row for row in rows if row.source is source) for source in CountSource}
    said = [by_source[CountSource.EDUCATOR], by_source[CountSource.SCHOOL]]
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
        venue=presentation.venue,
        expected=expected,
        state=attendance.state if attendance else AttendanceState.OPEN,
        version=attendance.version if attendance else 1,
        teacher_present=attendance.teacher_present if attendance else None,
        minutes_given=attendance.minutes_given if attendance else None,
        same_pupils=bool(attendance and attendance.same_pupils),
        turned_away=attendance.turned_away if attendance else 0,
        said_by_educator=by_source[CountSource.EDUCATOR],
        said_by_school=by_source[CountSource.SCHOOL],
        counted=as_counts(row for row in rows if row.counts),
        reason=attendance.reason if attendance else "",
        odd=any(_is_odd(one, expected, hall) for one in said),
        at_the_desk=bool(attendance and attendance.at_the_desk),
    )
