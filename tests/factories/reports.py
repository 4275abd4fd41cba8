"""Signed-off periods, written straight into the table (the service counts for itself)."""

import datetime as dt
from typing import Any

from scheduler.core.db import transaction
from scheduler.reports.models import SignedPeriod
from scheduler.reports.terms.counting import COUNT_FIELDS
from tests.factories import MONDAY


def make_signed_period(signed_by: Any, **given: Any) -> SignedPeriod:
    """The year 2022 of a person's centre, with nothing held in it."""
    fair: dict[str, Any] = dict.fromkeys(COUNT_FIELDS, 0) | {
        "centre_id": signed_by.centre_id,
        "first_day": dt.date(2022, 1, 1),
        "last_day": dt.date(2022, 12, 31),
        "signed_at": MONDAY,
        "signed_by_id": signed_by.id,
    }
    with transaction() as session:
        row = SignedPeriod(**(fair | given))
        session.add(row)
    return row
