"""One act: who acts, when, and the transaction in which it happens. Services hand it on; only doors make one."""

import datetime as dt
import logging
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
from scheduler.core.errors import Conflict, GroundReason, Reason, SchedulerError
from scheduler.core.machines import Machine
from scheduler.core.refusals import crossed, refused_by
from scheduler.policy import Actor

log = logging.getLogger(__name__)


class DefenceReason(Reason):
    """What the database refuses by itself when a race slips past the rules, under its own name."""

    PRESENTER_IS_VETTED = "presenter_is_vetted"
    PRESENTER_IS_OLD_ENOUGH = "presenter_is_old_enough"
    MINOR_HAS_CONSENT = "minor_has_consent"
    MINOR_HAS_AN_ADULT = "minor_has_an_adult"
    MINOR_KEEPS_AN_ADULT = "minor_keeps_an_adult"
    NOBODY_IN_TWO_PLACES = "nobody_in_two_places"
    NOBODY_HELD_TWICE = "nobody_held_twice"
    NOBODY_HELD_AND_PROMISED = "nobody_held_and_promised"
    PRESENTER_IS_NOT_SUSPENDED = "presenter_is_not_suspended"
    PRESENTER_IS_NOT_STOPPED = "presenter_is_not_stopped"
    STOP_STAYS = "stop_stays"
    STOP_IS_LIFTED_BY_ANOTHER = "stop_is_lifted_by_another"
    ERASED_GOES_NOWHERE = "erased_goes_nowhere"
    ORIGIN_STAYS = "origin_stays"
    PRESENCE_STAYS = "presence_stays"
    PRESENCE_COMES_AFTERWARDS = "presence_comes_afterwards"
    WITHDRAWAL_STAYS = "withdrawal_stays"
    CONSENT_IS_WRITTEN_ONCE = "consent_is_written_once"
    RIDE_IS_AGREED_ONCE = "ride_is_agreed_once"
    GUARDIAN_IS_WRITTEN_ONCE = "guardian_is_written_once"
    GUARDIAN_IS_NO_MINOR = "guardian_is_no_minor"
    GUARDIAN_IS_THIS_MINORS = "guardian_is_this_minors"
    GUARDIAN_WAITS = "guardian_waits"
    FIRST_GUARDIAN_IS_CONFIRMED = "first_guardian_is_confirmed"
    ACCOUNT_CONSENTS_ON_PAPER = "account_consents_on_paper"
    PAPER_IS_WRITTEN_ONCE = "paper_is_written_once"
    PAPER_IS_SEEN_BY_TWO = "paper_is_seen_by_two"
    PAPER_IS_FOR_A_FIRST_CONSENT = "paper_is_for_a_first_consent"
    SECOND_LOOK_IS_ANOTHER_PERSONS = "second_look_is_another_persons"
    BIRTH_DATE_STAYS_KNOWN = "birth_date_stays_known"
    BIRTH_DATE_IS_CORRECTED_BY_TWO = "birth_date_is_corrected_by_two"
    CORRECTION_IS_WRITTEN_ONCE = "correction_is_written_once"
    PROTECTION_FOLLOWS_THE_BIRTH_DATE = "protection_follows_the_birth_date"
    LOCKED_COUNTS_STAY = "locked_counts_stay"
    LOCKED_VISIT_STAYS = "locked_visit_stays"
    VISIT_KEEPS_ITS_HOST = "visit_keeps_its_host"
    STATE_FOLLOWS = "state_follows"
    WAY_STAYS = "way_stays"
    CERTIFICATE_IS_EARNED = "certificate_is_earned"
    CERTIFICATE_STAYS = "certificate_stays"
    AUDIT_ENTRY_KEEPS = "audit_entry_keeps"
    AUDIT_ENTRY_STAYS = "audit_entry_stays"
    ROWS_ARE_NOT_SWEPT_AWAY = "rows_are_not_swept_away"
    HAS_A_VISIT = "has_a_visit"


# What a job that goes through many things logs, to go on with the next: also what only a bug can make the database
# refuse, for whoever else waits (a lapsed offer, a check that ended) has nothing to do with that bug.
LEFT_BEHIND = (SchedulerError, IntegrityError)

DEFENCE_REASONS: dict[str, DefenceReason] = {
    **{one.value: one for one in DefenceReason},
    "one_living_visit_a_request": DefenceReason.HAS_A_VISIT,
    "visit.school_request_id": DefenceReason.HAS_A_VISIT,  # the same: SQLite names the column
}


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

    Raises: Conflict with the `DefenceReason` that refused (MINOR_HAS_AN_ADULT), or CHANGED_MEANWHILE.
    """
    try:
        with transaction() as session:
            yield Act(session, actor, now)
            session.flush()
    except IntegrityError as error:
        raise Conflict(_reason_of(error)) from error
    except StaleDataError as error:
        raise Conflict(GroundReason.CHANGED_MEANWHILE) from error


def defence_of(error: Exception) -> DefenceReason | None:
    """The reason under which the database itself refused, and its line in the log; None for anything else."""
    name = refused_by(error) if isinstance(error, IntegrityError) else ""
    if name in DEFENCE_REASONS:
        log.warning("refused by the database", extra={"constraint": name})
    return DEFENCE_REASONS.get(name)


def _reason_of(error: IntegrityError) -> Reason:
    """What the database refused; a rule of it that no race can break was broken by a bug, and is raised as that."""
    if (reason := defence_of(error)) is not None:
        return reason
    name = refused_by(error)
    if not crossed(error):
        raise error
    log.warning("crossed", extra={"constraint": name})
    return GroundReason.CHANGED_MEANWHILE
