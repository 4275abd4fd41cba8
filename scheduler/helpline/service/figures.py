"""What a person can do with the helpline's figures: enter, correct, sign off, open again, publish."""

import datetime as dt
import logging
from collections.abc import Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import policy
from scheduler.acts import Act, change
from scheduler.core import clock
from scheduler.core.db import advisory_lock
from scheduler.core.errors import Conflict, GroundReason, NotFound, Reason, Rejected
from scheduler.helpline import queries, rules
from scheduler.helpline.models import (
    HelplineCode,
    HelplineCount,
    HelplinePeriod,
    HelplinePublication,
    HelplinePublicCell,
)
from scheduler.helpline.terms import (
    TOTALS,
    CodeList,
    CorrectionCause,
    HelplineDraft,
    HelplineMargin,
    HelplineReason,
)
from scheduler.policy import Actor

log = logging.getLogger(__name__)
HELPLINE_LOCK = 76  # kind of lock: what is entered and published in one centre comes one after the other


def enter_month(actor: Actor, draft: HelplineDraft, *, now: dt.datetime) -> int:
    """Store the figures of some days of one month; the id of the period.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    centre_id = actor.centre_id
    policy.require(actor, "create", "helpline", centre=centre_id)
    if centre_id is None:
        raise NotFound("centre")
    with change(actor, now) as act:
        advisory_lock(act.session, HELPLINE_LOCK, [centre_id])
        codes = rules.list_for(draft.first_day, queries.code_lists(centre_id))
        _refuse(act, centre_id, draft, codes)
        store_list(act.session, codes)
        row = HelplinePeriod(centre_id=centre_id, code_list=codes.version, **period_values(draft))
        act.session.add(row)
        act.session.flush()
        _write_margins(act.session, row.id, draft)
        act.record("helpline figures entered", row, {"changes": {}})
        period_id = row.id
    log.info("helpline figures entered", extra={"helpline_period_id": period_id})
    return period_id


def correct_month(
    actor: Actor, period_id: int, draft: HelplineDraft, why: CorrectionCause, version: int, *, now: dt.datetime
) -> None:
    """Change stored figures, for a reason; what changed stands in the audit. `version`: of the figures that were read.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}; Conflict("figures_are_signed", "changed_meanwhile").
    """
    with change(actor, now) as act:
        row = _locked(act, period_id, "update")
        if row.signed_at is not None:
            raise Conflict(HelplineReason.FIGURES_ARE_SIGNED)
        if row.version != version:
            raise Conflict(GroundReason.CHANGED_MEANWHILE)
        codes = queries.code_list(row.code_list)
        _refuse(act, row.centre_id, draft, codes, but=row.id)
        counts = act.session.scalars(select(HelplineCount).where(HelplineCount.period_id == row.id))
        different = rules.differences(queries.figures_of(row, counts), draft)
        if not different:
            return
        act.session.execute(delete(HelplineCount).where(HelplineCount.period_id == row.id))
        for name, value in period_values(draft).items():
            setattr(row, name, value)
        row.version += 1
        act.session.flush()
        _write_margins(act.session, row.id, draft)
        act.record("helpline figures corrected", row, {"why": why, "changes": different})


def sign_month(actor: Actor, period_id: int, version: int, *, now: dt.datetime) -> None:
    """Lock the figures as they were read. Raises: NotAllowed, NotFound; Conflict."""
    with change(actor, now) as act:
        row = _locked(act, period_id, "sign")
        if row.signed_at is not None:
            raise Conflict(HelplineReason.FIGURES_ARE_SIGNED)
        if row.version != version:
            raise Conflict(GroundReason.CHANGED_MEANWHILE)
        row.signed_at, row.signed_by_id = now, actor.user_id
        act.record("helpline figures signed off", row)


def open_month(actor: Actor, period_id: int, why: CorrectionCause, *, now: dt.datetime) -> None:
    """Open signed figures for a correction, for a reason. What was published of them stays as it was told.

    Raises: NotAllowed, NotFound; Conflict("figures_not_signed").
    """
    with change(actor, now) as act:
        row = _locked(act, period_id, "correct")
        if row.signed_at is None:
            raise Conflict(HelplineReason.FIGURES_NOT_SIGNED)
        act.record("helpline figures opened", row, {"why": why})
        act.session.flush()  # the database opens what the audit says of
        row.signed_at, row.signed_by_id = None, None
        row.version += 1


def publish(actor: Actor, first: dt.date, last: dt.date, *, now: dt.datetime) -> int:
    """Tell the public the signed figures of these days, once and for good; the id of the publication.

    A period is part of one publication at most, so no two of them can be subtracted from each other.
    Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    centre_id = actor.centre_id
    policy.require(actor, "publish", "helpline", centre=centre_id)
    if centre_id is None:
        raise NotFound("centre")
    with change(actor, now) as act:
        advisory_lock(act.session, HELPLINE_LOCK, [centre_id])
        months = queries.months_of(centre_id, first, last)
        if problems := rules.problems_with_publishing(months, first, last):
            raise Rejected(problems)
        days = {"first_day": months[0].figures.first_day, "last_day": months[-1].figures.last_day}
        row = HelplinePublication(centre_id=centre_id, code_list=months[0].code_list, published_at=now, **days)
        act.session.add(row)
        act.session.flush()
        numbers = rules.published_numbers([one.figures for one in months])
        act.session.add_all(HelplinePublicCell(publication_id=row.id, **vars(one)) for one in numbers)
        for period in act.session.scalars(select(HelplinePeriod).where(HelplinePeriod.id.in_([m.id for m in months]))):
            period.publication_id = row.id
        act.record("helpline figures published", row, {"from": days["first_day"], "to": days["last_day"]})
        publication_id = row.id
    log.info("helpline figures published", extra={"publication_id": publication_id})
    return publication_id


def store_list(session: Session, codes: CodeList) -> None:
    """Keep a version of the lists beside the figures that are counted by it; a second time changes nothing."""
    kept = select(HelplineCode).where(HelplineCode.code_list == codes.version)
    known = {(row.margin, row.code) for row in session.scalars(kept)}
    session.add_all(
        HelplineCode(code_list=codes.version, **vars(one)) for one in codes.codes if (one.margin, one.code) not in known
    )
    session.flush()


def period_values(draft: HelplineDraft) -> dict[str, object]:
    """The columns of a period that a draft says."""
    days = {"first_day": draft.first_day, "last_day": draft.last_day}
    return days | {str(name): draft.total(name) for name in TOTALS}


def _write_margins(session: Session, period_id: int, draft: HelplineDraft) -> None:
    session.add_all(
        HelplineCount(period_id=period_id, margin=margin, code=code, number=number)
        for margin, split in draft.margins.items()
        for code, number in split.items()
        if number
    )
    session.flush()


def _locked(act: Act, period_id: int, verb: str) -> HelplinePeriod:
    advisory_lock(act.session, HELPLINE_LOCK, [act.actor.centre_id or 0])
    row = act.session.get(HelplinePeriod, period_id, with_for_update=True, populate_existing=True)
    policy.require(act.actor, verb, "helpline", centre=row.centre_id if row else None)
    if row is None:
        raise NotFound("helpline period")
    return row


def _refuse(act: Act, centre_id: int, draft: HelplineDraft, codes: CodeList, but: int | None = None) -> None:
    """Raises: Rejected."""
    problems: dict[str, Reason] = {**problems_with(draft, codes, act.now)}
    touched = queries.months_of(centre_id, draft.first_day, draft.last_day) if not problems else []
    if any(one.id != but for one in touched):
        problems["first_day"] = HelplineReason.DAYS_ENTERED_ALREADY
    if problems:
        raise Rejected(problems)


def problems_with(draft: HelplineDraft, codes: CodeList, now: dt.datetime) -> Mapping[str, Reason]:
    """What is wrong with figures by themselves, by field."""
    problems = rules.problems_with_days(draft.first_day, draft.last_day, clock.local_day(now))
    problems |= rules.problems_with_sums(draft)
    for margin, split in draft.margins.items():
        districts = tuple(queries.districts_by_iso()) if margin is HelplineMargin.DISTRICT and split else ()
        if set(split) - set(rules.codes_of(margin, codes, districts)):
            problems.setdefault(margin, GroundReason.UNKNOWN)
    if any(number < 0 for number in rules.cells_of(draft).values()):
        problems["communications"] = GroundReason.COUNT_OUT_OF_RANGE
    return problems
