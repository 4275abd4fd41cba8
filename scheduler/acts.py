"""One act: who acts, when, and the transaction in which it happens. Services hand it on; only doors make one."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from scheduler.core import audit, states
from scheduler.core.db import Base, transaction
from scheduler.core.errors import Conflict
from scheduler.core.machines import Machine
from scheduler.core.refusals import refused_by
from scheduler.policy import Actor


@dataclass(frozen=True)
class Act:
    """What every step of an act needs; whatever it is about comes beside it."""

    session: Session
    actor: Actor
    now: dt.datetime

    def by(self, actor: Actor) -> "Act":
        """The same transaction and moment in somebody else's name: what the product itself does because of an act."""
        return replace(self, actor=actor)

    def move(self, machine: Machine, thing: Base, to: StrEnum, *, reason: str = "") -> None:
        """`core.states.move` in the name of whoever acts. Raises: Conflict("wrong_state", "reason_missing")."""
        states.move(machine, thing, to, actor=self.actor, at=self.now, reason=reason)

    def record(self, action: str, thing: Base, details: Mapping[str, Any] | None = None) -> None:
        """`core.audit.record` in the name of whoever acts."""
        audit.record(self.actor, action, thing, at=self.now, details=details)


@contextmanager
def change(actor: Actor, now: dt.datetime) -> Iterator[Act]:
    """A transaction in which the database's own refusals become words.

    Raises: Conflict with the name of what refused ("minor_has_an_adult"), or "changed_meanwhile".
    """
    try:
        with transaction() as session:
            yield Act(session, actor, now)
            session.flush()
    except IntegrityError as error:
        raise Conflict(refused_by(error)) from error
    except StaleDataError as error:
        raise Conflict("changed_meanwhile") from error
