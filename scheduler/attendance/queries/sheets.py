"""Filled sheets that are kept beside the numbers of a visit; their pictures are opened apart."""

import hashlib
from typing import Any

from sqlalchemy import Select, select

from scheduler import policy
from scheduler.attendance.queries.counting import crew_of
from scheduler.attendance.sheet_models import SheetScan
from scheduler.attendance.terms import KeptSheet
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.people.models import User
from scheduler.policy import Actor
from scheduler.visits.models.visits import Presentation, Visit


def sheets_of(visit_id: int) -> list[KeptSheet]:
    """All that are kept of a visit, the newest first. Whether the reader may count it is checked by the caller."""
    rows = db.session.execute(_sheets().where(Presentation.visit_id == visit_id))
    return [_as_sheet(row) for row in rows]


def sheet_at(actor: Actor, number: str, sheet_id: int) -> KeptSheet:
    """One sheet of the visit with that number, for who may count it. Raises: NotAllowed, NotFound."""
    visit = db.session.scalar(select(Visit).where(Visit.number == number)) if number.isprintable() else None
    if visit is None:
        raise NotFound("visit")
    policy.require(actor, "create", "attendance", centre=policy.spot(visit), presenters=crew_of(visit.id))
    row = db.session.execute(_sheets().where(Presentation.visit_id == visit.id, SheetScan.id == sheet_id)).first()
    if row is None:
        raise NotFound("sheet")
    return _as_sheet(row)


def violations() -> list[str]:
    """Each sheet whose bytes are not those of its hash: no trigger computes one on SQLite. A few are read at a time."""
    stored = select(SheetScan.id, SheetScan.sha256, SheetScan.size, SheetScan.content).order_by(SheetScan.id)
    rows = db.session().execute(stored.execution_options(yield_per=10))
    return [
        f"sheet {ident} is not the one that was kept"
        for ident, digest, size, content in rows
        if size != len(content) or digest != hashlib.sha256(content).hexdigest()
    ]


def _sheets() -> Select[SheetScan, int, User]:
    return (
        select(SheetScan, Presentation.ordinal, User)
        .join(Presentation, Presentation.id == SheetScan.presentation_id)
        .outerjoin(User, User.id == SheetScan.added_by_id)
        .order_by(SheetScan.id.desc())
    )


def _as_sheet(row: Any) -> KeptSheet:
    scan, ordinal, user = row
    return KeptSheet(
        id=scan.id,
        presentation_id=scan.presentation_id,
        ordinal=ordinal,
        kind=scan.kind,
        sha256=scan.sha256,
        size=scan.size,
        added_at=scan.added_at,
        added_by_id=scan.added_by_id,
        added_by=user.full_name if user is not None else "",
    )
