"""Visits as lists show them, with presentations, crews and names: two questions, however many; of one visit one."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Bundle

from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.sorting import Columns, Sort, ordered_by
from scheduler.people.models import Presenter, User
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.programmes.models import Programme
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.clearance import ONLINE
from scheduler.visits.rules.crew import is_whole
from scheduler.visits.rules.timetable import wall_end
from scheduler.visits.terms.plans import CrewMember, CrewRule
from scheduler.visits.terms.rows import CrewRow, PresentationRow, VisitRow
from scheduler.visits.terms.states import LEFT, LIVING, OPEN_VISITS, AssignmentState, PresentationState, VisitState

SORTS: Columns = {
    "day": (Visit.on_day,),
    "host": (Host.search_key,),
    "programme": (Programme.name_sr_cyrl,),
    "state": (case({state: place for place, state in enumerate(VisitState)}, value=Visit.state),),
}
_OF_SITTING = (
    *("id", "ordinal", "starts_local", "minutes", "starts_at", "ends_at", "audience", "level", "classes", "venue"),
    *("expected_pupils", "expected_parents", "expected_teachers", "state", "reason", "outside_shift"),
    *("minutes_given", "notice_hours", "uid"),
)
_OF_VISIT = (
    *("id", "number", "centre_id", "host_id", "school_request_id", "on_day", "zone", "state", "reason", "version"),
    *("clock_wrong", "kilometres", "teacher_stays", "safeguarding_contact", "goes_short"),
    *("online_link", "confirmed_at", "moved_at", "moved_from_day", "moved_from_times", "programme_id", "campaign_id"),
)
_OF_HOST = ("place_sr_cyrl", "place_sr_latn", "address_sr_cyrl", "address_sr_latn")
_VISIT_COLUMNS: tuple[Any, ...] = (
    *(getattr(Visit, name) for name in _OF_VISIT),
    Host.name_sr_cyrl.label("host_sr_cyrl"),
    Host.name_sr_latn.label("host_sr_latn"),
    *(getattr(Host, name) for name in _OF_HOST),
    case((Visit.online_link != "", ONLINE), else_=Host.municipality_id).label("town_id"),  # as `town_of` has it
    Programme.name_sr_cyrl.label("programme_sr_cyrl"),
    Programme.name_en.label("programme_en"),
    Programme.educators,
    Programme.influencers,
)
_SEAT_COLUMNS: tuple[Any, ...] = (
    Presentation.visit_id,
    *(getattr(Presentation, name) for name in _OF_SITTING),
    Assignment.state.label("seat"),
    Assignment.offered_until,
    Assignment.reason.label("left_because"),
    Assignment.presenter_id,
    Presenter.kind,
    Presenter.adult_on,
    User.given_spelled,
    User.family_spelled,
)


@dataclass(frozen=True)
class OneVisit:
    """A visit, and what was asked beside it."""

    row: VisitRow
    beside: tuple[Any, ...]


def visits_where(*wanted: ColumnElement[bool], sort: Sort | None = None, level: bool = False) -> list[VisitRow]:
    """Visits in order of time or as asked. `level`: in as many questions where there are none."""
    return _with_seats(_visits(sort).where(*wanted), level=level)


def one_visit(number: str, *beside: Any, joined: Mapping[Any, ColumnElement[bool]] = MappingProxyType({})) -> OneVisit:
    """A visit with its seats, and what else is asked `beside` it: one question. Raises: NotFound.

    Tables that are `joined` to it have at most one row of a visit.
    """
    wanted = select(Bundle("visit", *_VISIT_COLUMNS), Bundle("seat", *_SEAT_COLUMNS), *beside)
    wanted = _seated(wanted.select_from(Visit).join(Visit.host).join(Visit.programme).outerjoin(Visit.presentations))
    for table, condition in joined.items():
        wanted = wanted.outerjoin(table, condition)
    rows = db.session().execute(wanted.where(Visit.number == number)).all()
    if not rows:
        raise NotFound("visit")
    seats = [row.seat for row in rows if row.seat.id is not None]
    return OneVisit(_with_crew(_visit_row(rows[0].visit, seats)), tuple(rows[0][2:]))


def page_of_visits(*wanted: ColumnElement[bool], sort: Sort | None, page: int) -> Page[VisitRow]:
    """A page of the same; one question more counts them."""
    total = db.session().scalar(select(func.count()).select_from(Visit).where(*wanted)) or 0
    some = _visits(sort).where(*wanted).limit(PER_PAGE).offset(first_row(page))
    return Page(_with_seats(some), page, total)


def _visits(sort: Sort | None) -> Select[Any]:
    found = select(*_VISIT_COLUMNS).select_from(Visit).join(Visit.host).join(Visit.programme)
    return found.order_by(*ordered_by(sort, SORTS), Visit.on_day, Visit.number)


def _with_seats(wanted: Select[Any], *, level: bool = False) -> list[VisitRow]:
    visits = db.session().execute(wanted).all()
    seats: dict[int, list[Any]] = defaultdict(list)
    of_these = Presentation.visit_id.in_([visit.id for visit in visits])
    seated = _seated(select(*_SEAT_COLUMNS).select_from(Presentation)).where(of_these)
    for row in db.session().execute(seated).all() if visits or level else ():
        seats[row.visit_id].append(row)
    return [_with_crew(_visit_row(visit, seats[visit.id])) for visit in visits]


def _seated(presentations: Select[Any]) -> Select[Any]:
    """With a row for each seat, in the order of time."""
    return (
        presentations.outerjoin(Assignment, Assignment.presentation_id == Presentation.id)
        .outerjoin(Presenter, Presenter.id == Assignment.presenter_id)
        .outerjoin(User, User.id == Presenter.user_id)
        .order_by(Presentation.starts_at, Presentation.ordinal, Assignment.id)
    )


def _with_crew(row: VisitRow) -> VisitRow:
    """Whether its crew is short: asked only of a visit that somebody left, missed, or was confirmed without."""
    gone = {AssignmentState.WITHDRAWN, AssignmentState.ABSENT}
    left = row.goes_short or any(gone & set(member.states.values()) for member in row.crew)
    if not left or row.state not in (*OPEN_VISITS, VisitState.DELIVERED):
        return row
    crews = [crew_of(row, presentation) for presentation in row.presentations]
    return replace(row, short_crew=bool(crews) and not is_whole(crews, row.rule, row.on_day))


def _visit_row(visit: Any, seats: Sequence[Any]) -> VisitRow:
    """`seats`: its presentations, each once for everybody who was ever asked to it, or once alone."""
    named = visit._asdict()
    rule = CrewRule(named.pop("educators"), named.pop("influencers"))
    sittings = [_presentation_row(row) for row in {row.id: row for row in seats}.values()]
    merged = tuple(row for row in sittings if row.state is PresentationState.MERGED_INTO)
    held = tuple(row for row in sittings if row.state is not PresentationState.MERGED_INTO)
    return VisitRow(**named, rule=rule, presentations=held, merged=merged, crew=_crew_rows(seats, visit.on_day))


def _presentation_row(row: Any) -> PresentationRow:
    named = {name: getattr(row, name) for name in _OF_SITTING}
    return PresentationRow(**named, ends_local=wall_end(row.starts_local, row.minutes))


def _crew_rows(seats: Iterable[Any], day: dt.date) -> tuple[CrewRow, ...]:
    """Each presenter once, adults first; of several assignments to one presentation the last one counts."""
    of_presenter: dict[int, list[Any]] = {}
    for row in seats:
        if row.presenter_id is not None:
            of_presenter.setdefault(row.presenter_id, []).append(row)
    crew = [_crew_row(rows, day) for rows in of_presenter.values()]
    return tuple(sorted(crew, key=lambda row: (row.minor, row.full_name, row.presenter_id)))


def _crew_row(rows: Sequence[Any], day: dt.date) -> CrewRow:
    person = last = rows[-1]
    return CrewRow(
        presenter_id=person.presenter_id,
        kind=person.kind,
        given_name=person.given_spelled,
        family_name=person.family_spelled,
        minor=is_minor(person.adult_on, day),
        adult_on=person.adult_on,
        states={row.id: row.seat for row in rows},
        offered_until=last.offered_until,
        reason=last.left_because if all(row.seat not in LIVING for row in rows) else "",
        left=any(row.seat in LEFT for row in rows),
    )


def crew_of(row: VisitRow, presentation: PresentationRow) -> list[CrewMember]:
    """The crew of one presentation as rules see it."""
    return [member_of(one, one.states[presentation.id]) for one in row.crew if presentation.id in one.states]


def member_of(row: CrewRow, state: AssignmentState) -> CrewMember:
    """Somebody of a crew as rules see her."""
    return CrewMember(row.presenter_id, row.kind, row.given_name, row.family_name, row.adult_on, state)
