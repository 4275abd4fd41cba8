"""One act: who acts, when, and the transaction in which it happens. Services hand it on; only doors make one."""

import datetime as dt
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from scheduler.core import audit, states
from scheduler.core.db import Base, transaction
from scheduler.core.errors import N_, Conflict, GroundReason, Reason, SchedulerError
from scheduler.core.machines import Machine
from scheduler.core.refusals import crossed, refused_by
from scheduler.policy import Actor

log = logging.getLogger(__name__)


class DefenceReason(Reason):
    """What the database refuses by itself when a race slips past the rules, under its own name."""

    PRESENTER_IS_VETTED = "presenter_is_vetted", N_("No valid vetting covers that day.")
    PRESENTER_IS_OLD_ENOUGH = "presenter_is_old_enough", N_("Too young to present on that day.")
    MINOR_HAS_CONSENT = "minor_has_consent", N_("No consent of a guardian covers that day.")
    MINOR_HAS_AN_ADULT = "minor_has_an_adult", N_("First put an adult into the crew: a young person never goes alone.")
    MINOR_KEEPS_AN_ADULT = "minor_keeps_an_adult", N_("First find another adult: a young person never stays alone.")
    NOBODY_IN_TWO_PLACES = "nobody_in_two_places", N_("Promised to another visit at that time.")
    NOBODY_HELD_TWICE = "nobody_held_twice", N_("Choose another date: this one has just been taken.")
    NOBODY_HELD_AND_PROMISED = "nobody_held_and_promised", N_("Choose another date: this one has just been taken.")
    PRESENTER_IS_NOT_SUSPENDED = "presenter_is_not_suspended", N_("Suspended: takes no new visits.")
    PRESENTER_IS_NOT_STOPPED = "presenter_is_not_stopped", N_("Takes no new visit at the moment.")
    STOP_STAYS = "stop_stays", N_("Lift it with a reason: nothing else ends it.")
    STOP_IS_LIFTED_BY_ANOTHER = "stop_is_lifted_by_another", N_("Ask a colleague: nobody lifts her own stop.")
    ERASED_GOES_NOWHERE = "erased_goes_nowhere", N_("Release this person from the visits to come first.")
    ORIGIN_STAYS = "origin_stays", N_("Enter another address: an account already uses this one.")
    PRESENCE_STAYS = "presence_stays", N_("A young person was there: who was with her stays written.")
    PRESENCE_COMES_AFTERWARDS = "presence_comes_afterwards", N_("Nobody was there before it began: say it afterwards.")
    WITHDRAWAL_STAYS = "withdrawal_stays", N_("A consent that was withdrawn stays so: the guardian may give a new one.")
    CONSENT_IS_WRITTEN_ONCE = (
        "consent_is_written_once",
        N_("A consent stays as it was given: withdraw it, or ask for a new one."),
    )
    RIDE_IS_AGREED_ONCE = "ride_is_agreed_once", N_("A consent to rides stays as it was given: ask for a new one.")
    GUARDIAN_IS_WRITTEN_ONCE = "guardian_is_written_once", N_("A guardian stays as she was named: name the next one.")
    GUARDIAN_IS_NO_MINOR = (
        "guardian_is_no_minor",
        N_("This is the address of a young presenter: enter the guardian's own."),
    )
    GUARDIAN_IS_THIS_MINORS = "guardian_is_this_minors", N_("Name the guardian of this young person first.")
    GUARDIAN_WAITS = "guardian_waits", N_("The next guardian can consent a day after she is named at the earliest.")
    FIRST_GUARDIAN_IS_CONFIRMED = (
        "first_guardian_is_confirmed",
        N_("A first consent by link counts once a second person has confirmed the guardian."),
    )
    ACCOUNT_CONSENTS_ON_PAPER = (
        "account_consents_on_paper",
        N_("Enter an address without an account here. A guardian who has one consents on paper, which two others see."),
    )
    PAPER_IS_WRITTEN_ONCE = (
        "paper_is_written_once",
        N_("A signed paper stays as it was recorded. Turn it down and record another."),
    )
    PAPER_IS_SEEN_BY_TWO = "paper_is_seen_by_two", N_("A consent on paper counts when two people have seen that paper.")
    PAPER_IS_FOR_A_FIRST_CONSENT = (
        "paper_is_for_a_first_consent",
        N_(
            "After a withdrawal only the guardian can give the consent again, or a paper counts a week after the"
            " guardian was told about it."
        ),
    )
    SECOND_LOOK_IS_ANOTHER_PERSONS = (
        "second_look_is_another_persons",
        N_("Ask another colleague: this account does not count as a second person here."),
    )
    BIRTH_DATE_STAYS_KNOWN = (
        "birth_date_stays_known",
        N_("A birth date is corrected, never taken away: it protects the young."),
    )
    BIRTH_DATE_IS_CORRECTED_BY_TWO = (
        "birth_date_is_corrected_by_two",
        N_("A birth date is corrected by two people: propose it first."),
    )
    CORRECTION_IS_WRITTEN_ONCE = (
        "correction_is_written_once",
        N_("A correction that was proposed stays as it is: propose another one."),
    )
    PROTECTION_FOLLOWS_THE_BIRTH_DATE = (
        "protection_follows_the_birth_date",
        N_("From which day somebody may present, and is an adult, follows the birth date: correct that one."),
    )
    LOCKED_COUNTS_STAY = "locked_counts_stay", N_("These numbers are locked: correct them, with a reason.")
    LOCKED_VISIT_STAYS = (
        "locked_visit_stays",
        N_("The numbers of this visit are locked: when and how it was held stays."),
    )
    VISIT_KEEPS_ITS_HOST = "visit_keeps_its_host", N_("A visit stays with its school and its centre: plan another one.")
    STATE_FOLLOWS = "state_follows", N_("This step does not follow from where it stands: look at it again.")
    WAY_STAYS = "way_stays", N_("A way past the rules of the database is not turned into another one.")
    CERTIFICATE_IS_EARNED = "certificate_is_earned", N_("First lock the numbers of every presentation of this visit.")
    CERTIFICATE_STAYS = "certificate_stays", N_("A certificate stays as it was printed: issue it again, or revoke it.")
    AUDIT_ENTRY_KEEPS = "audit_entry_keeps", N_("What was written down about an act is never deleted.")
    AUDIT_ENTRY_STAYS = "audit_entry_stays", N_("What was written down about an act is never changed.")
    ROWS_ARE_NOT_SWEPT_AWAY = "rows_are_not_swept_away", N_("Nobody empties this table as a whole.")
    HAS_A_VISIT = "has_a_visit", N_("This request has a visit already.")


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


class _Rehearsed(Exception):
    """Ends a rehearsal."""


@contextmanager
def rehearsal(actor: Actor, now: dt.datetime) -> Iterator[Act]:
    """The same as `change`, always rolled back: a preview is the very act. Raises: as `change`."""
    with suppress(_Rehearsed), change(actor, now) as act:
        yield act
        raise _Rehearsed


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
