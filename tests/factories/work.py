"""Long work, written straight into its table."""

import datetime as dt
from typing import Any

from scheduler.people.models import User
from scheduler.work.models import LongWork
from scheduler.work.terms import WorkKind
from tests.factories import MONDAY, stored


def make_work(user: User, kind: WorkKind = WorkKind.CHECK_HOSTS, **given: Any) -> LongWork:
    """Work that this user wants and nobody has begun."""
    fair: dict[str, Any] = {"kind": kind, "centre_id": user.centre_id, "user_id": user.id, "created_at": MONDAY}
    return stored(LongWork(**(fair | given)))


def later(**parts: float) -> dt.datetime:
    """So long after MONDAY."""
    return MONDAY + dt.timedelta(**parts)
