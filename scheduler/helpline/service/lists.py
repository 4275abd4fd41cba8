"""Versions of the topics and criminal acts that a centre makes for itself; what is counted by an older one stays so."""

import datetime as dt
import logging

from sqlalchemy import delete, func, select

from scheduler import policy
from scheduler.acts import change
from scheduler.core.db import advisory_lock
from scheduler.core.errors import Conflict, NotFound, Rejected
from scheduler.helpline import queries, rules
from scheduler.helpline.models import HelplineCode, HelplineList, HelplinePeriod
from scheduler.helpline.service.figures import HELPLINE_LOCK, store_list
from scheduler.helpline.terms import SHIPPED_LISTS, CodeList, HelplineReason, ListDraft
from scheduler.policy import Actor

log = logging.getLogger(__name__)
ALL_CENTRES = 0  # versions of every centre are numbered in one row


def add_list(actor: Actor, draft: ListDraft, *, now: dt.datetime) -> int:
    """Make a version of the lists that is used from a day on; its number.

    Raises: NotAllowed, NotFound; Rejected with {field: reason}.
    """
    centre_id = actor.centre_id
    policy.require(actor, "create", "topics", centre=centre_id)
    if centre_id is None:
        raise NotFound("centre")
    with change(actor, now) as act:
        advisory_lock(act.session, HELPLINE_LOCK, [ALL_CENTRES, centre_id])
        codes, problems = rules.read_lists(draft, queries.code_lists(centre_id)[-1])
        if problems:
            raise Rejected(problems)
        newest = act.session.scalar(select(func.max(HelplineList.code_list))) or SHIPPED_LISTS
        version = newest + 1
        row = HelplineList(
            centre_id=centre_id,
            code_list=version,
            first_day=draft.first_day,
            added_at=now,
            added_by_id=actor.user_id,
        )
        act.session.add(row)
        act.session.flush()
        store_list(act.session, CodeList(version, draft.first_day, codes))
        act.record("topics listed", row, {"from": draft.first_day, "codes": len(codes)})
    log.info("topics listed", extra={"code_list": version})
    return version


def take_list_back(actor: Actor, version: int, *, now: dt.datetime) -> None:
    """Remove a version by which nothing is counted. Raises: NotAllowed, NotFound; Conflict("list_is_counted_by")."""
    with change(actor, now) as act:
        advisory_lock(act.session, HELPLINE_LOCK, [ALL_CENTRES, actor.centre_id or 0])
        row = act.session.scalar(select(HelplineList).where(HelplineList.code_list == version))
        policy.require(actor, "delete", "topics", centre=row.centre_id if row else None)
        if row is None:
            raise NotFound("code list")
        if act.session.scalar(select(HelplinePeriod.id).where(HelplinePeriod.code_list == version).limit(1)):
            raise Conflict(HelplineReason.LIST_IS_COUNTED_BY)
        act.record("list taken back", row, {"from": row.first_day})
        act.session.execute(delete(HelplineCode).where(HelplineCode.code_list == version))
        act.session.delete(row)
