"""Who may take young presenters along in her car, and who may ride: each fact on its own days (decision 78)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from scheduler.core.db import db
from scheduler.people.models import Presenter
from scheduler.safeguarding.models import DrivingCheck, GuardianConsent
from scheduler.safeguarding.queries import good_consents
from scheduler.safeguarding.rules import vetting_on
from scheduler.safeguarding.terms import VettingResult, VettingRow
from scheduler.staffing.terms.driving import DrivingChecks, ProvenDays, RideFacts


def driving_checks_of(presenter_id: int, day: dt.date) -> DrivingChecks:
    """An adult's checks as a driver, the newest first, and where they stand on a day."""
    rows = db.session().scalars(
        select(DrivingCheck)
        .where(DrivingCheck.presenter_id == presenter_id)
        .order_by(DrivingCheck.checked_on.desc(), DrivingCheck.id.desc())
    )
    checks = tuple(VettingRow(row.id, row.result, row.checked_on, row.valid_until) for row in rows)
    return DrivingChecks(vetting_on(checks, day), checks)


def ride_facts(presenter_ids: Collection[int]) -> RideFacts:
    """Of these people, who drives and who rides: adults with a good check, minors whose guardian agreed to rides."""
    refused = aliased(DrivingCheck)
    undone = exists().where(
        refused.presenter_id == DrivingCheck.presenter_id,
        refused.result == VettingResult.REFUSED,
        refused.checked_on >= DrivingCheck.checked_on,
    )
    drivers = select(DrivingCheck.presenter_id, DrivingCheck.checked_on, DrivingCheck.valid_until).where(
        DrivingCheck.presenter_id.in_(presenter_ids), DrivingCheck.result == VettingResult.CLEARED, ~undone
    )
    drivers = drivers.join(Presenter, Presenter.id == DrivingCheck.presenter_id).where(Presenter.has_car.is_(True))
    agreed = select(GuardianConsent.presenter_id, GuardianConsent.given_on, GuardianConsent.valid_until).where(
        GuardianConsent.presenter_id.in_(presenter_ids), GuardianConsent.rides.is_(True), *good_consents()
    )
    found: list[dict[int, list[ProvenDays]]] = [defaultdict(list), defaultdict(list)]
    for days, wanted in zip(found, (drivers, agreed), strict=True):
        for who, first, last in db.session().execute(wanted):
            days[who].append(ProvenDays(first, last))
    return RideFacts(*found)
