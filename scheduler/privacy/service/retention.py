"""Retention: each row of `RetentionRow` is one or more rules; a rule is a condition on rows, and what is done to them.

A run goes rule by rule, in pieces: each piece is one short transaction on a named way. What is forgotten no longer
meets its condition, so a second run changes nothing.
"""

import datetime as dt
import logging

from sqlalchemy import func, select

from scheduler.acts import LEFT_BEHIND
from scheduler.core import audit
from scheduler.core.db import db, transaction
from scheduler.core.ways import opened_way
from scheduler.people.models import Centre
from scheduler.policy import SYSTEM
from scheduler.privacy.service import retention_rules
from scheduler.privacy.service.journal import leave_no_page_behind
from scheduler.privacy.service.retention_rules import Deadlines, RetentionRule
from scheduler.privacy.terms import RetentionRow, RetentionRun
from scheduler.requests.service.submission import expire_unproved

log = logging.getLogger(__name__)


def forget_traces(*, now: dt.datetime) -> int:
    """Only what is kept for hours and belongs to no centre; how many rows. Twice at once is once.

    The journal is left to the night: emptying it makes whoever writes wait for whoever reads.
    """
    of_traces = [rule for rule in retention_rules.RULES if rule.kept is RetentionRow.TRACE]
    return sum(_forget(rule, Deadlines(now)) for rule in of_traces)


def run_retention(*, now: dt.datetime, dry_run: bool = False) -> RetentionRun:
    """Forget what has lasted its time; with `dry_run` only count it. Twice at once, or twice a night, is once.

    Raises: what kept a rule from going through, after all the others.
    """
    by = Deadlines(now)
    counts: dict[RetentionRow, int] = {kept: 0 for kept in RetentionRow if kept is not RetentionRow.BACKUP}
    if not dry_run:
        expire_unproved(now)
    failed: Exception | None = None
    for rule in retention_rules.RULES:
        try:
            counts[rule.kept] += _count(rule, by) if dry_run else _forget(rule, by)
        except LEFT_BEHIND as error:  # the other rows wait for nobody's bug
            log.exception("retention rule left behind", extra={"row": rule.kept.value})
            failed = failed or error
    done = RetentionRun(counts)
    if done.total and not dry_run:
        _note(done, now)
        leave_no_page_behind()
    log.info("retention run", extra={"rows": done.total, "dry_run": dry_run})
    if failed is not None:
        raise failed
    return done


def _count(rule: RetentionRule, by: Deadlines) -> int:
    return db.session().scalar(select(func.count()).select_from(rule.model).where(rule.wanted(by))) or 0


def _forget(rule: RetentionRule, by: Deadlines) -> int:
    """All rows that meet the condition now, a piece in each transaction; none is taken up twice."""
    total, last = 0, 0
    while ids := _piece(rule, by, last):
        total, last = total + len(ids), ids[-1]
    return total


def _piece(rule: RetentionRule, by: Deadlines, last: int) -> list[int]:
    with transaction() as session:
        wanted = select(rule.model.id).where(rule.wanted(by), rule.model.id > last).order_by(rule.model.id)
        ids = list(session.scalars(wanted.limit(rule.piece)))
        if ids:
            with opened_way(session, rule.way):
                rule.forget(session, ids, by.now)
        return ids


def _note(done: RetentionRun, now: dt.datetime) -> None:
    """One line in the audit of each centre: how many of each, and nothing of whom."""
    told = {kept.value: number for kept, number in done.counts.items() if number}
    with transaction() as session:
        for centre in session.scalars(select(Centre).order_by(Centre.id)):
            audit.record(SYSTEM, "retention run", centre, at=now, details=told)
