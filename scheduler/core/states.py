"""State machines as data, and the one function that moves a thing from one state to the next.

No state column is written anywhere else: a law test looks for it. Each move writes one audit row.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from scheduler.core import audit
from scheduler.core.db import Base
from scheduler.core.errors import Conflict


class Stateful(Protocol):
    """A row with a state, and the moment that state began."""

    state: Any
    state_since: Any


@dataclass(frozen=True)
class Machine:
    """All states of one kind of thing, and which may follow which."""

    name: str
    moves: Mapping[Any, frozenset[Any]]
    starts: frozenset[Any]
    needs_reason: frozenset[Any] = field(default_factory=frozenset)

    def may(self, now: StrEnum, to: StrEnum) -> bool:
        """Whether `to` may follow `now`."""
        return to in self.moves.get(now, frozenset())

    def ends(self) -> frozenset[Any]:
        """States that nothing follows."""
        return frozenset(state for state, following in self.moves.items() if not following)


def move(
    machine: Machine, thing: Base, to: StrEnum, *, actor: audit.Doer, at: dt.datetime, reason: str = ""
) -> None:
    """Take `thing` to the state `to` and write the audit row, inside the caller's transaction.

    Raises: Conflict("wrong_state") when `to` may not follow the present state; Conflict("reason_missing") when
    that state wants a reason and none is given.
    """
    row: Any = thing
    before = row.state
    if not machine.may(before, to):
        raise Conflict("wrong_state")
    if to in machine.needs_reason and not reason:
        raise Conflict("reason_missing")
    row.state = to
    row.state_since = at
    details = {"from": before.value, "to": to.value} | ({"reason": reason} if reason else {})
    audit.record(actor, f"{machine.name} {to.value}", thing, at=at, details=details)
