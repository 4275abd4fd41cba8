"""All that is stored of a visit, without names and numbers, so that two visits can be held side by side."""

import json
from typing import Any

import sqlalchemy as sa

from scheduler.attendance.models import Attendance, HeadCount
from scheduler.core.audit import AuditEntry
from scheduler.core.db import Base, db
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Assignment, Presentation, Visit

# What names a row: never the same in two visits. Which belongs to which is seen by how `rows_of` hangs them together.
NAMES = {"id", "number", "booking", "uid", "centre_id", "host_id", "programme_id", "school_request_id", "visit_id",
         "presentation_id", "presenter_id", "submitted_by_id"}  # fmt: skip


def values(row: Base) -> dict[str, Any]:
    return {column.name: getattr(row, column.key) for column in row.__table__.columns if column.name not in NAMES}


def rows_of(visit_id: int) -> dict[str, Any]:
    """Everything about a visit, hung together: its request, its presentations with their crews, its history."""
    db.session.rollback()
    session = db.session()
    visit = session.get_one(Visit, visit_id)
    asked = session.get_one(SchoolRequest, visit.school_request_id)
    sittings = session.scalars(
        sa.select(Presentation).where(Presentation.visit_id == visit_id).order_by(Presentation.ordinal)
    ).all()
    seats = {
        one.id: session.scalars(
            sa.select(Assignment).where(Assignment.presentation_id == one.id).order_by(Assignment.id)
        ).all()
        for one in sittings
    }
    counted = session.scalars(
        sa.select(Attendance).where(Attendance.presentation_id.in_(seats)).order_by(Attendance.presentation_id)
    ).all()
    heads = session.scalars(
        sa.select(HeadCount)
        .where(HeadCount.presentation_id.in_(seats))
        .order_by(HeadCount.presentation_id, HeadCount.source, HeadCount.audience)
    ).all()
    people = sorted({seat.presenter_id for crew in seats.values() for seat in crew})
    return {
        "visit": values(visit),
        "same programme, school, centre": (
            visit.programme_id == asked.programme_id, visit.host_id == asked.host_id, visit.centre_id == asked.centre_id
        ),
        "request": values(asked),
        "presentations": [values(one) for one in sittings],
        "crews": [[(people.index(seat.presenter_id), values(seat)) for seat in seats[one.id]] for one in sittings],
        "attendance": [values(one) for one in counted],
        "heads": [(list(seats).index(one.presentation_id), values(one)) for one in heads],
        "history": history(
            [visit, asked, *sittings, *(seat for one in sittings for seat in seats[one.id]), *counted]
        ),
    }  # fmt: skip


def history(things: list[Any]) -> list[tuple[Any, ...]]:
    """The audit rows in order, each thing named by its place among those of its table, each actor by her first act."""
    places: dict[tuple[str, int], int] = {}
    for thing in things:
        places[thing.__tablename__, thing.id] = sum(table == thing.__tablename__ for table, _ in places)
    rows = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    found, actors = [], list[str]()
    for row in rows:
        place = places.get((row.thing, row.thing_id))
        if place is not None:
            actors += [] if row.actor in actors else [row.actor]
            details = {key: "its own" if key == "visit" else said for key, said in json.loads(row.details).items()}
            found.append((row.action, row.thing, place, actors.index(row.actor), row.at, details))
    return found


def sizes() -> dict[str, int]:
    """How many rows each table has, but those that count transactions: services take more of them than one step."""
    db.session.rollback()
    of_transactions = ("feed_version", "figure_version")
    tables = [one for one in Base.metadata.sorted_tables if one.name not in of_transactions]
    return {one.name: db.session.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in tables}
