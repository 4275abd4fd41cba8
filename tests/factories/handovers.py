"""Handovers: who is away, who stands in."""

import datetime as dt
from typing import Any

from scheduler.core.db import transaction
from scheduler.requests.models import Handover, HandoverDistrict
from tests.factories import MONDAY


def make_handover(away: Any, stand_in: Any, **given: Any) -> Handover:
    """A stored handover of two users of one centre, for a week from MONDAY. `district_ids` as needed."""
    with transaction() as session:
        districts = [HandoverDistrict(district_id=one) for one in given.pop("district_ids", ())]
        day = MONDAY.date()
        fair: dict[str, Any] = {
            "centre_id": away.centre_id, "away_id": away.id, "stand_in_id": stand_in.id, "first_day": day,
            "last_day": day + dt.timedelta(days=6),
        }  # fmt: skip
        row = Handover(**(fair | given))
        row.districts = districts
        session.add(row)
    return row
