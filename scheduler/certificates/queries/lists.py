"""The list of a centre's certificates, found and narrowed; and of the visits that have none yet, why not."""

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from scheduler import policy
from scheduler.attendance.models import Attendance
from scheduler.attendance.terms import COUNTS_FOR_REPORTS, AttendanceState
from scheduler.certificates.models import Certificate
from scheduler.certificates.queries.papers import imported, row_of
from scheduler.certificates.rules import holder_key, number_typed
from scheduler.certificates.terms import (
    CertificateFilters,
    CertificateKind,
    CertificateRow,
    CertificateShow,
    CertificateState,
    UncertifiedVisit,
    WaitsFor,
)
from scheduler.config import name_secrets
from scheduler.core.counting import capped_count
from scheduler.core.db import db
from scheduler.core.paging import Page, counted_until, first_row
from scheduler.core.sorting import Columns, ordered_by
from scheduler.core.text import to_latin
from scheduler.imports.batches import ImportedRow
from scheduler.places.models import Host
from scheduler.places.queries import has_words, words_typed
from scheduler.policy import Actor, in_reach
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.states import HELD_STATES, PresentationState, VisitState

ON_A_PAGE = 25  # each row is a card on a phone
SORTS: Columns = {
    "number": (Certificate.running_number,),
    "holder": (Certificate.holder_name,),
    "visit": (Host.search_key,),
    "day": (Visit.on_day,),
    "state": (Certificate.state,),
}
_SHOWN = {
    CertificateShow.VALID: (CertificateState.ISSUED,),
    CertificateShow.REPLACED: (CertificateState.REISSUED,),
    CertificateShow.REVOKED: (CertificateState.REVOKED,),
}
_TAKES_PLACE = (PresentationState.PLANNED, PresentationState.CONFIRMED, *HELD_STATES)
_STAGES = (WaitsFor.COUNT, WaitsFor.SIGNATURE, WaitsFor.LOCK, WaitsFor.ISSUE)


def certificates_of_centre(
    actor: Actor, page: int, filters: CertificateFilters, per_page: int = ON_A_PAGE
) -> Page[CertificateRow]:
    """The certificates of the actor's centre that meet the filters, newest first or as asked. Raises: NotAllowed."""
    policy.require(actor, "list", "certificate", centre=policy.own_part(actor))
    wanted = (
        select(Certificate)
        .join(Visit, Visit.id == Certificate.visit_id)
        .join(Host, Host.id == Visit.host_id)
        .where(_reached(actor), *narrowed(filters))
    )
    total, more = capped_count(wanted, counted_until(page, per_page))
    rows = db.session.execute(
        wanted.add_columns(Visit.number, Host.id, Host.name_sr_cyrl, Host.name_sr_latn)
        .order_by(*ordered_by(filters.sort, SORTS), Certificate.id.desc())
        .limit(per_page)
        .offset(first_row(page, per_page))
    )
    return Page(
        [
            replace(row_of(row), visit_number=number, host_id=host_id, host_sr_cyrl=cyrillic, host_sr_latn=latin)
            for row, number, host_id, cyrillic, latin in rows
        ],
        page,
        total,
        per_page,
        more,
    )


def _reached(actor: Actor) -> ColumnElement[bool]:
    """Of a paper: its visit is the actor's to see. As a part of its own, so that papers are walked in their order."""
    visit = aliased(Visit)
    return select(visit.id).where(visit.id == Certificate.visit_id, in_reach(actor, visit)).exists()


def valid_ones(actor: Actor, filters: CertificateFilters) -> Select[Certificate]:
    """The question for those of the actor's list that hold, meet the filters and go to schools: no presenter's.

    Raises: NotAllowed.
    """
    policy.require(actor, "list", "certificate", centre=policy.own_part(actor))
    return (
        select(Certificate)
        .join(Visit, Visit.id == Certificate.visit_id)
        .join(Host, Host.id == Visit.host_id)
        .where(in_reach(actor, Visit), *narrowed(filters), Certificate.state == CertificateState.ISSUED)
        .where(Certificate.presenter_id.is_(None))
    )


def numbers_of(actor: Actor, filters: CertificateFilters, limit: int) -> list[str]:
    """The numbers of those, as they were issued. Raises: NotAllowed."""
    wanted = valid_ones(actor, filters).with_only_columns(Certificate.number).order_by(Certificate.id).limit(limit)
    return list(db.session.scalars(wanted))


def narrowed(filters: CertificateFilters, paper: Any = Certificate) -> list[ColumnElement[bool]]:
    """What the filters let through, of papers whose hosts are joined."""
    wanted: list[ColumnElement[bool]] = []
    if filters.show in _SHOWN:
        wanted.append(paper.state.in_(_SHOWN[filters.show]))
    if filters.kind is not None:
        wanted.append(paper.kind == filters.kind)
    if filters.typed.strip():
        words = words_typed(filters.typed)
        at_host = [and_(*has_words(words), paper.presenter_id.is_(None))] if words else []
        wanted.append(or_(*at_host, *_numbered(filters.typed, paper), *_held_by(filters.typed, paper)))
    return wanted


def _numbered(typed: str, paper: Any) -> list[ColumnElement[bool]]:
    """The check number as anybody may type it, or a beginning of the running number."""
    begun = paper.running_number.startswith(typed.strip().upper()[:40], autoescape=True)
    number = number_typed(typed)
    return [begun] if number is None else [begun, paper.number == number]


def _held_by(typed: str, paper: Any) -> list[ColumnElement[bool]]:
    """A part of a name as it is printed; a whole name in any script is found by its key, also when it is forgotten."""
    whole = [holder_key(CertificateKind.TEACHER, typed, secret=secret) for secret in name_secrets()]
    part = " ".join(word[:1].upper() + word[1:] for word in typed.split())
    spellings = {part, to_latin(part)}
    name = paper.holder_name
    return [paper.holder_key.in_(whole), *(name.contains(one, autoescape=True) for one in sorted(spellings))]


def uncertified(actor: Actor, page: int, today: dt.date, per_page: int = ON_A_PAGE) -> Page[UncertifiedVisit]:
    """Visits of the actor's centre that were held and have no certificate yet, the oldest first. Raises: NotAllowed.

    What came with a file of past years is not among them.
    """
    policy.require(actor, "list", "certificate", centre=policy.own_part(actor))
    least = _stage()
    had = select(Certificate.id).where(Certificate.visit_id == Visit.id, Certificate.about == "")
    wanted: Any = (
        select(Visit.number, Visit.on_day, Host.id, Host.name_sr_cyrl, Host.name_sr_latn, least)
        .join(Host, Host.id == Visit.host_id)
        .where(
            in_reach(actor, Visit),
            ~Visit.papers_settled,
            Visit.state.in_((VisitState.CONFIRMED, VisitState.READY, VisitState.DELIVERED)),
            Visit.on_day <= today,
            ~had.exists(),
            ~imported().where(ImportedRow.thing_id == Visit.id).exists(),
            least.is_not(None),
        )
    )
    total, more = capped_count(wanted, counted_until(page, per_page))
    rows = db.session.execute(
        wanted.order_by(Visit.on_day, Visit.id).limit(per_page).offset(first_row(page, per_page)),
    )
    found = [
        UncertifiedVisit(number, on_day, host_id, cyrillic, latin, _STAGES[stage])
        for number, on_day, host_id, cyrillic, latin, stage in rows
    ]
    return Page(found, page, total, per_page, more)


def _stage() -> ScalarSelect[int]:
    """How far the least far of the visit's presentations is, as a place in `_STAGES`; NULL when none takes place."""
    state = Attendance.state
    place = case(
        (or_(state.is_(None), state == AttendanceState.OPEN), 0),
        (state == AttendanceState.SUBMITTED, 1),
        (state.in_(COUNTS_FOR_REPORTS), 3),
        else_=2,
    )
    return (
        select(func.min(place))
        .select_from(Presentation)
        .outerjoin(Attendance, Attendance.presentation_id == Presentation.id)
        .where(Presentation.visit_id == Visit.id, Presentation.state.in_(_TAKES_PLACE))
        .correlate(Visit)
        .scalar_subquery()
    )
