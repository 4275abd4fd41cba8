"""Signed-off periods and profiles, written straight into the table (the service counts for itself)."""

import datetime as dt
from typing import Any

from scheduler.core.db import transaction
from scheduler.profiles.models import SignedProfile
from scheduler.profiles.rules import as_kept
from scheduler.profiles.terms import ProfilePaper, ProfileSection, StatementPart
from scheduler.reports.models import SignedPeriod
from scheduler.reports.terms.counting import COUNT_FIELDS
from tests.factories import MONDAY


def make_signed_period(signed_by: Any, **given: Any) -> SignedPeriod:
    """The year 2022 of a person's centre, with nothing held in it."""
    fair: dict[str, Any] = dict.fromkeys(COUNT_FIELDS, 0) | {
        "centre_id": signed_by.centre_id, "first_day": dt.date(2022, 1, 1), "last_day": dt.date(2022, 12, 31),
        "signed_at": MONDAY, "signed_by_id": signed_by.id,
    }  # fmt: skip
    with transaction() as session:
        row = SignedPeriod(**(fair | given))
        session.add(row)
    return row


def make_signed_profile(signed_by: Any, **given: Any) -> SignedProfile:
    """The year 2022 of a person's centre, for staff and for the public; in figures, which every language reads."""
    said = ProfileSection("2022", ((StatementPart("120"),),))
    papers = as_kept({"en": ProfilePaper("en", "2022", "19833", "", sections=(said,))})
    fair: dict[str, Any] = {
        "centre_id": signed_by.centre_id, "first_day": dt.date(2022, 1, 1), "last_day": dt.date(2022, 12, 31),
        "papers": papers, "public_papers": papers, "signed_at": MONDAY, "signed_by_id": signed_by.id,
    }  # fmt: skip
    with transaction() as session:
        row = SignedProfile(**(fair | given))
        session.add(row)
    return row
