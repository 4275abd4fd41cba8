"""Who may take young presenters along in her car, and who may ride: each fact on its own days (decision 28)."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from scheduler.core.db import db
from scheduler.core.paging import Page, page_of
from scheduler.people.models import Presenter
from scheduler.people.queries import presenters_by_id
from scheduler.safeguarding.models import DrivingCheck, GuardianConsent
from scheduler.safeguarding.queries import good_consents, vettings_of
from scheduler.safeguarding.rules import vetting_on
from scheduler.safeguarding.terms import VettingResult
from scheduler.staffing.terms.driving import DriverLine, DrivingChecks, ProvenDays, RideFacts


def driving_checks_of(presenter_id: int, day: dt.date) -> DrivingChecks:
    """An adult's checks as a driver, the newest first, and where they stand on a day."""
    checks = tuple(vettings_of([presenter_id], DrivingCheck)[presenter_id])
    return DrivingChecks(vetting_on(checks, day), checks)


def drivers_page(centre_id: int, day: dt.date, number: int) -> Page[DriverLine]:
    """Of a centre, whose checks as drivers no refusal undid: what ends first stands first, what has ended last."""
    checked = (
        select(DrivingCheck.presenter_id)
        .join(Presenter, Presenter.id == DrivingCheck.presenter_id)
        .where(Presenter.centre_id == centre_id, Presenter.suspended_at.is_(None))
        .distinct()
        .order_by(DrivingCheck.presenter_id)
    )
    ids = list(db.session().scalars(checked))
    checks, people = (vettings_of(ids, DrivingCheck), presenters_by_id(ids)) if ids else ({}, {})
    lines = [DriverLine(one, people[one].full_name, vetting_on(checks[one], day)) for one in ids]
    ends = {line: line.standing.valid_until for line in lines}
    shown = [(until < day, until, line.full_name, line) for line, until in ends.items() if until is not None]
    return page_of([line for *_order, line in sorted(shown, key=lambda one: one[:3])], number)


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
