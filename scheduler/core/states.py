"""The functions that move a thing from one state to another (the machines themselves: core/machines.py).

No state column is written anywhere else: a law test looks for it. Each move writes one audit row.
"""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import inspect, update
from sqlalchemy.orm.attributes import set_committed_value

from scheduler.core import audit
from scheduler.core.db import Base, db
from scheduler.core.errors import Conflict, GroundReason
from scheduler.core.machines import Machine


def move(machine: Machine, thing: Base, to: StrEnum, *, actor: audit.Doer, at: dt.datetime, reason: str = "") -> None:
    """Take `thing` to the state `to` and write the audit row, inside the caller's transaction.

    Raises: Conflict("wrong_state") when `to` may not follow the present state; Conflict("reason_missing") when
    that state wants a reason and none is given.
    """
    row: Any = thing
    details = _said(machine, row.state, to, reason)
    if machine.held:
        _write_the_step_before(row)
    row.state = to
    row.state_since = at
    audit.record(actor, f"{machine.name} {to.value}", thing, at=at, details=details)


def start(machine: Machine, thing: Base, to: StrEnum, *, actor: audit.Doer, at: dt.datetime) -> None:
    """Store a new thing whose first step is taken in the act that makes it: one INSERT, and the audit row of `move`.

    Raises: Conflict("wrong_state") when nothing may begin in the state `to`, or it may not follow the present one.
    """
    row: Any = thing
    details = _said(machine, row.state, to)
    if to not in machine.starts:
        raise Conflict(GroundReason.WRONG_STATE)
    row.state, row.state_since = to, at
    session = db.session()
    session.add(row)
    session.flush()
    audit.record(actor, f"{machine.name} {to.value}", thing, at=at, details=details)


def move_each(machine: Machine, things: Sequence[Base], to: StrEnum, *, actor: audit.Doer, at: dt.datetime) -> None:
    """The same for many locked rows of one table: two statements, however many they are. Raises: as `move`."""
    rows: Sequence[Any] = things
    if not rows:
        return
    told = {row.id: _said(machine, row.state, to) for row in rows}
    model: Any = type(rows[0])
    version = inspect(model).version_id_col
    session = db.session()
    session.flush()  # what waits to be written was the step before
    values = {"state": to, "state_since": at} | ({} if version is None else {version.key: version + 1})
    where = update(model).where(model.id.in_(told))
    session.execute(where.values(values), execution_options={"synchronize_session": False})
    for row in rows:
        known = values if version is None else values | {version.key: getattr(row, version.key) + 1}
        for name, value in known.items():
            set_committed_value(row, name, value)
    audit.record_each(actor, f"{machine.name} {to.value}", model.__tablename__, told, at=at)


def _said(machine: Machine, before: StrEnum, to: StrEnum, reason: str = "") -> dict[str, str]:
    """What the audit row of a step says. Raises: Conflict when it is none."""
    if not machine.may(before, to):
        raise Conflict(GroundReason.WRONG_STATE)
    if to in machine.needs_reason and not reason:
        raise Conflict(GroundReason.REASON_MISSING)
    return {"from": before.value, "to": to.value} | ({"reason": reason} if reason else {})


def take_back(
    machine: Machine, thing: Base, to: StrEnum, *, since: dt.datetime, actor: audit.Doer, at: dt.datetime
) -> None:
    """Undo the step that led here: the thing is in `to` again, and has been since `since`, as if nothing had happened.

    Its audit row says so: what happened stays written. Raises: Conflict("wrong_state") when that step has no way back.
    """
    row: Any = thing
    before = row.state
    if not machine.may_take_back(before, to):
        raise Conflict(GroundReason.WRONG_STATE)
    if machine.held:
        _write_the_step_before(row)
    row.state = to
    row.state_since = since
    audit.record(
        actor, f"{machine.name} back to {to.value}", thing, at=at, details={"from": before.value, "to": to.value}
    )


def _write_the_step_before(row: Any) -> None:
    """Two steps in one act are two UPDATEs: the database takes only what may follow (`core.defences.follows`)."""
    known = inspect(row)
    if known.persistent and known.attrs.state.history.has_changes():
        known.session.flush()
