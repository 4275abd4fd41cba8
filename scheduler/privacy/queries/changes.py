"""Who changed what of a thing of the centre, from the record of what happened: to be read, never to decide by."""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, or_, select, true

from scheduler.core.audit import AuditEntry, user_behind
from scheduler.core.db import db
from scheduler.core.names import whole_name
from scheduler.people.models import User

MOST_CHANGES = 30


@dataclass(frozen=True)
class ChangeLine:
    """One change: when, by whom (empty: by the product, or by somebody who was erased), and what was before and after.

    `told` are the plain details that a history may say: a day, roles or districts before and after.
    """

    at: dt.datetime
    who: str
    action: str
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)


def changes_of(
    things: Mapping[str, Collection[int] | None], actions: Collection[str], *, limit: int = MOST_CHANGES
) -> list[ChangeLine]:
    """The newest changes of some rows by the names of their tables (None: all rows of it), of these kinds only.

    One question. Whoever asks has checked that the reader may see the things.
    """
    of_these = [
        and_(AuditEntry.thing == thing, true() if ids is None else AuditEntry.thing_id.in_(ids))
        for thing, ids in things.items()
    ]
    wanted = (
        select(AuditEntry, User.given_spelled, User.family_spelled)
        .outerjoin(User, User.id == user_behind(AuditEntry.actor))
        .where(or_(*of_these), AuditEntry.action.in_(actions))
    )
    entries = db.session.execute(wanted.order_by(AuditEntry.id.desc()).limit(limit)).all()
    return [_line(one, "" if given is None else whole_name(given, family)) for one, given, family in entries]


def _line(entry: AuditEntry, who: str) -> ChangeLine:
    details = json.loads(entry.details)
    changes = {name: (old, new) for name, (old, new) in details.get("changes", {}).items()}
    told = {name: details[name] for name in ("day", "first_day", "from", "to", "why") if name in details}
    return ChangeLine(entry.at, who, entry.action, changes, told)
