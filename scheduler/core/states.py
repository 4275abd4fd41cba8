"""The two functions that move a thing from one state to another (the machines themselves: core/machines.py).

No state column is written anywhere else: a law test looks for it. Each move writes one audit row.
"""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import inspect

from scheduler.core import audit
from scheduler.core.db import Base
from scheduler.core.errors import Conflict, GroundReason
from scheduler.core.machines import Machine


def move(machine: Machine, thing: Base, to: StrEnum, *, actor: audit.Doer, at: dt.datetime, reason: str = "") -> None:
    """Take `thing` to the state `to` and write the audit row, inside the caller's transaction.

    Raises: Conflict("wrong_state") when `to` may not follow the present state; Conflict("reason_missing") when
    that state wants a reason and none is given.
    """
    row: Any = thing
    before = row.state
    if not machine.may(before, to):
        raise Conflict(GroundReason.WRONG_STATE)
    if to in machine.needs_reason and not reason:
        raise Conflict(GroundReason.REASON_MISSING)
    if machine.held:
        _write_the_step_before(row)
    row.state = to
    row.state_since = at
    details = {"from": before.value, "to": to.value} | ({"reason": reason} if reason else {})
    audit.record(actor, f"{machine.name} {to.value}", thing, at=at, details=details)


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
