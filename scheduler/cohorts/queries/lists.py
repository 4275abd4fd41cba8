"""Cohorts as pages, papers and services read them. What became of a part is read from its request and its visit."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from scheduler import policy
from scheduler.attendance.models import HeadCount
from scheduler.cohorts.models import Cohort, CohortPart
from scheduler.cohorts.rules import state_of_part
from scheduler.cohorts.terms import (
    HIGHEST_LEVEL,
    CohortFilters,
    CohortPage,
    CohortPartRow,
    CohortRow,
    CohortState,
    LooseTraining,
)
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.names import whole_name
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.core.sorting import Columns, Sort, ordered_by
from scheduler.people.models import Presenter, User
from scheduler.places.models import Host, Municipality
from scheduler.places.rules.hosts import days_of_school_year, school_year
from scheduler.policy import Actor
from scheduler.programmes.models import Programme
from scheduler.programmes.terms import Audience, ProgrammeKind
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.rules.states import HIDDEN, OVER
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import GONE_VISITS, HELD_STATES, AssignmentState, VisitState

SORTS: Columns = {
    "code": (Cohort.code,),
    "host": (Host.search_key,),
    "level": (Cohort.level,),
    "size": (Cohort.size,),
    "ends": (Cohort.ends_on,),
}
_OF_COHORT = (
    *("id", "code", "centre_id", "programme_id", "host_id", "school_level", "grade", "size", "level"),
    *("began_on", "ends_on", "gave_up_on", "version"),
)
_ROWS: Select[Any] = (
    select(
        *(getattr(Cohort, name) for name in _OF_COHORT),
        Host.name_sr_cyrl.label("host_sr_cyrl"),
        Host.name_sr_latn.label("host_sr_latn"),
        Host.place_sr_cyrl,
        Host.place_sr_latn,
        func.coalesce(Municipality.city_sr_cyrl, "").label("city_sr_cyrl"),
        func.coalesce(Municipality.city_sr_latn, "").label("city_sr_latn"),
    )
    .select_from(Cohort)
    .join(Host, Host.id == Cohort.host_id)
    .outerjoin(Municipality, Municipality.id == Host.municipality_id)
)


def cohorts(
    actor: Actor, filters: CohortFilters, today: dt.date, page: int = 1, sort: Sort | None = None
) -> Page[CohortRow]:
    """The cohorts of the actor's centre, those of the newest school year first: three questions. Raises: NotAllowed."""
    policy.require(actor, "read", "cohort", centre=policy.own_part(actor))
    wanted = (policy.in_reach(actor, Cohort), *_narrowed(filters, today))
    counted = select(func.count()).select_from(_ROWS.where(*wanted).subquery())
    total = db.session().scalar(counted) or 0
    some = _ROWS.where(*wanted).order_by(*ordered_by(sort, SORTS), Cohort.ends_on.desc(), Cohort.code.desc())
    return Page(_with_parts(some.limit(PER_PAGE).offset(first_row(page))), page, total)


def towns_of(actor: Actor) -> list[tuple[str, str]]:
    """The towns in which there are cohorts: (Cyrillic, Latin)."""
    city = Municipality.city_sr_cyrl, Municipality.city_sr_latn
    wanted = (
        select(*city)
        .select_from(Cohort)
        .join(Host, Host.id == Cohort.host_id)
        .join(Municipality, Municipality.id == Host.municipality_id)
        .where(policy.in_reach(actor, Cohort))
        .distinct()
        .order_by(*city)
    )
    return [(row.city_sr_cyrl, row.city_sr_latn) for row in db.session().execute(wanted)]


def years_of(actor: Actor) -> list[int]:
    """The years in which the school years of cohorts end, the newest first."""
    days = db.session().scalars(select(Cohort.ends_on).where(policy.in_reach(actor, Cohort)).distinct())
    return sorted({day.year for day in days}, reverse=True)


def cohort_page(actor: Actor, code: str) -> CohortPage:
    """One cohort by its code, for staff of its centre. Raises: NotAllowed; NotFound."""
    policy.require(actor, "read", "cohort", centre=policy.own_part(actor))
    return _page(_one(_ROWS.where(Cohort.code == code, policy.in_reach(actor, Cohort)), crews=True))


def cohort_of_request(request_id: int) -> CohortRow | None:
    """The cohort of which a request is a part; its caller has checked the right."""
    of = select(CohortPart.cohort_id).where(CohortPart.school_request_id == request_id)
    return next(iter(_with_parts(_ROWS.where(Cohort.id.in_(of)))), None)


def cohort_by_id(cohort_id: int) -> CohortRow:
    """One cohort; its caller has checked the right. Raises: NotFound."""
    return _one(_ROWS.where(Cohort.id == cohort_id))


def with_more_earned() -> Select[int]:
    """The ids of cohorts whose parts have earned more than their level says."""
    return select(Cohort.id).where(_skills_held() > Cohort.level).order_by(Cohort.id)


def own_cohort(actor: Actor) -> CohortRow:
    """The cohort of the request that the actor's secret link opens. Raises: NotAllowed; NotFound."""
    policy.require(actor, "read", "cohort", centre=None, request=actor.request_id)
    found = cohort_of_request(actor.request_id or 0)
    if found is None:
        raise NotFound("cohort")
    return found


def living_cohorts(centre_id: int, host_id: int, today: dt.date) -> list[CohortRow]:
    """The cohorts of a school to which a part can be added; the caller has checked the right."""
    of = Cohort.centre_id == centre_id, Cohort.host_id == host_id
    return _with_parts(_ROWS.where(*of, _living(today)).order_by(Cohort.code))


def loose_trainings(actor: Actor, today: dt.date) -> list[LooseTraining]:
    """Requests for trainings of this school year that belong to no cohort, the oldest first: three questions."""
    policy.require(actor, "read", "cohort", centre=policy.own_part(actor))
    begins, _ends = days_of_school_year(school_year(today))
    asked, of = RequestedPresentation, RequestedPresentation.school_request_id == SchoolRequest.id
    pupils = select(func.coalesce(func.sum(asked.pupils), 0)).where(of).scalar_subquery()
    joined = select(CohortPart.id).where(CohortPart.school_request_id == SchoolRequest.id).exists()
    kind = Programme.kind == ProgrammeKind.COHORT_TRAINING
    trainings = db.session().scalars(select(Programme.id).where(Programme.centre_id == actor.centre_id, kind)).all()
    wanted = (
        select(SchoolRequest.number, SchoolRequest.host_id, SchoolRequest.state, Host.name_sr_cyrl, Host.name_sr_latn)
        .add_columns(pupils.label("pupils"))
        .join(Host, Host.id == SchoolRequest.host_id)
        .where(
            policy.in_reach(actor, SchoolRequest),
            SchoolRequest.programme_id.in_(trainings),
            SchoolRequest.state.not_in(HIDDEN | OVER),
            SchoolRequest.last_day >= begins,
            ~joined,
        )
        .order_by(SchoolRequest.submitted_at, SchoolRequest.id)
        .limit(PER_PAGE)
    )
    rows = db.session().execute(wanted).all() if trainings else []
    at_hosts = Cohort.host_id.in_({row.host_id for row in rows}), policy.in_reach(actor, Cohort)
    living = select(Cohort.host_id, Cohort.id, Cohort.code).where(*at_hosts, _living(today))
    there: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in db.session().execute(living.order_by(Cohort.code)) if rows else ():
        there[row.host_id].append((row.id, row.code))
    return [
        LooseTraining(row.number, row.name_sr_cyrl, row.name_sr_latn, row.pupils, row.state, tuple(there[row.host_id]))
        for row in rows
    ]


def day_of_part(request_id: int) -> dt.date | None:
    """The day on which a part is held, while its visit stands."""
    stands = Visit.school_request_id == request_id, Visit.state.not_in((*GONE_VISITS, VisitState.DISRUPTED))
    return db.session().scalar(select(Visit.on_day).where(*stands).limit(1))


def violations() -> list[str]:
    """Cohorts that say more than their parts; for `invariants check`. The database refuses both."""
    said = [
        f"cohort {row.code}: level {row.level} is more than its parts have earned"
        for row in db.session().execute(
            select(Cohort.code, Cohort.level).where(Cohort.level > _skills_held()).order_by(Cohort.code)
        )
    ]
    elsewhere = (
        select(Cohort.code, SchoolRequest.number)
        .join(CohortPart, CohortPart.cohort_id == Cohort.id)
        .join(SchoolRequest, SchoolRequest.id == CohortPart.school_request_id)
        .where(SchoolRequest.centre_id != Cohort.centre_id)
        .order_by(SchoolRequest.number)
    )
    return said + [
        f"cohort {row.code}: its part {row.number} is of another centre" for row in db.session().execute(elsewhere)
    ]


def _one(wanted: Select[Any], *, crews: bool = False) -> CohortRow:
    rows = _with_parts(wanted, crews=crews)
    if not rows:
        raise NotFound("cohort")
    return rows[0]


def _page(row: CohortRow) -> CohortPage:
    """With the teacher: the contact of its latest request, for as long as requests keep contacts."""
    asked = SchoolRequest.number, SchoolRequest.contact_name, SchoolRequest.contact_email, SchoolRequest.contact_phone
    latest = (
        select(*asked)
        .join(CohortPart, CohortPart.school_request_id == SchoolRequest.id)
        .where(CohortPart.cohort_id == row.id)
        .order_by(SchoolRequest.submitted_at.desc(), SchoolRequest.id.desc())
        .limit(1)
    )
    found = db.session().execute(latest).one_or_none()
    if found is None:
        return CohortPage(row)
    return CohortPage(row, found.contact_name, found.contact_email, found.contact_phone, found.number)


def of_school_year(year: int) -> ColumnElement[bool]:
    """The cohorts whose school year ends in that year."""
    return Cohort.ends_on.between(dt.date(year, 1, 1), dt.date(year, 12, 31))


def _living(today: dt.date) -> ColumnElement[bool]:
    """As `rules.lives` says it of one."""
    return and_(Cohort.gave_up_on.is_(None), Cohort.ends_on >= today)


def _held() -> ColumnElement[bool]:
    """Whether something of the request of a part was held."""
    of = select(Presentation.id).join(Visit, Visit.id == Presentation.visit_id)
    held = of.where(Visit.school_request_id == CohortPart.school_request_id, Presentation.state.in_(HELD_STATES))
    return held.correlate(CohortPart).exists()


def _skills_held() -> Any:
    held = select(func.count(CohortPart.skill.distinct())).where(CohortPart.cohort_id == Cohort.id, _held())
    return held.correlate(Cohort).scalar_subquery()


def _narrowed(filters: CohortFilters, today: dt.date) -> list[ColumnElement[bool]]:
    living = _living(today)
    untrained = Cohort.level < HIGHEST_LEVEL
    of_state: dict[CohortState, ColumnElement[bool]] = {
        CohortState.NEW: and_(Cohort.level == 0, living),
        CohortState.IN_TRAINING: and_(Cohort.level > 0, untrained, living),
        CohortState.TRAINED: Cohort.level == HIGHEST_LEVEL,
        CohortState.RUN_OUT: and_(untrained, Cohort.gave_up_on.is_(None), Cohort.ends_on < today),
        CohortState.GIVEN_UP: and_(untrained, Cohort.gave_up_on.is_not(None)),
    }
    found: list[ColumnElement[bool]] = []
    if filters.city is not None:
        found.append(func.coalesce(Municipality.city_sr_cyrl, "") == filters.city)
    if filters.state is not None:
        found.append(of_state[filters.state])
    if filters.level is not None:
        found.append(Cohort.level == filters.level)
    if filters.school_year is not None:
        found.append(of_school_year(filters.school_year))
    if filters.waits:
        asked = select(CohortPart.id).join(SchoolRequest, SchoolRequest.id == CohortPart.school_request_id)
        on_its_way = asked.where(CohortPart.cohort_id == Cohort.id, SchoolRequest.state.not_in(OVER), ~_held())
        found += [living, _skills_held() < HIGHEST_LEVEL, ~on_its_way.correlate(Cohort).exists()]
    return found


def _with_parts(wanted: Select[Any], *, crews: bool = False) -> list[CohortRow]:
    rows = db.session().execute(wanted).all()
    parts = _parts_of([row.id for row in rows], crews=crews) if rows else {}
    return [CohortRow(**row._asdict(), parts=tuple(parts.get(row.id, ()))) for row in rows]


def _parts_of(cohort_ids: Sequence[int], *, crews: bool) -> dict[int, list[CohortPartRow]]:
    """The parts of cohorts in order of their days; those without a day are last."""
    counted = select(func.sum(HeadCount.people)).join(Presentation, Presentation.id == HeadCount.presentation_id)
    pupils = counted.where(
        Presentation.visit_id == Visit.id, HeadCount.audience == Audience.PUPILS, HeadCount.counts
    ).scalar_subquery()
    wanted = (
        select(
            CohortPart.cohort_id,
            CohortPart.skill,
            SchoolRequest.number,
            SchoolRequest.state,
            _held().label("held"),
            Visit.id.label("visit_id"),
            Visit.number.label("visit_number"),
            Visit.on_day,
            pupils.label("pupils"),
        )
        .join(SchoolRequest, SchoolRequest.id == CohortPart.school_request_id)
        .outerjoin(Visit, and_(Visit.school_request_id == SchoolRequest.id, Visit.state.not_in(GONE_VISITS)))
        .where(CohortPart.cohort_id.in_(cohort_ids))
        .order_by(Visit.on_day.is_(None), Visit.on_day, SchoolRequest.submitted_at, SchoolRequest.id)
    )
    rows = db.session().execute(wanted).all()
    leading = _leading([row.visit_id for row in rows if row.visit_id]) if crews else {}
    found: dict[int, list[CohortPartRow]] = defaultdict(list)
    for row in rows:
        state = state_of_part(row.state, held=row.held)
        led_by = tuple(leading.get(row.visit_id, ()))
        about_visit = row.visit_number or "", row.on_day, row.pupils
        found[row.cohort_id].append(CohortPartRow(row.skill, row.number, row.state, state, *about_visit, led_by))
    return found


def _leading(visit_ids: Sequence[int]) -> dict[int, list[str]]:
    """Who leads, or led, these visits: those present where it was held, else those who have accepted."""
    firm = and_(Assignment.state == AssignmentState.ACCEPTED, Visit.state != VisitState.DELIVERED)
    wanted = (
        select(Presentation.visit_id, User.given_spelled, User.family_spelled)
        .select_from(Assignment)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .join(User, User.id == Presenter.user_id)
        .where(Presentation.visit_id.in_(visit_ids), (Assignment.state == AssignmentState.PRESENT) | firm)
        .order_by(Assignment.id)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in db.session().execute(wanted) if visit_ids else ():
        name = whole_name(row.given_spelled, row.family_spelled)
        if name not in found[row.visit_id]:
            found[row.visit_id].append(name)
    return found
