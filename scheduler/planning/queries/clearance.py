"""Who may go on a day, by vetting, age and a guardian's consent: the same question that the database's triggers ask."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from scheduler.core.db import db
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.planning.terms import Why
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.terms import VettingResult


def vetted(presenter_ids: Collection[int], day: dt.date) -> set[int]:
    """Who of them holds a clear vetting that covers a day and that no later check undid."""
    refused = aliased(Vetting)
    undone = exists().where(
        refused.presenter_id == Vetting.presenter_id,
        refused.result == VettingResult.REFUSED,
        refused.checked_on >= Vetting.checked_on,
    )
    rows = db.session().scalars(
        select(Vetting.presenter_id).where(
            Vetting.presenter_id.in_(presenter_ids),
            Vetting.result == VettingResult.CLEARED,
            Vetting.checked_on <= day,
            Vetting.valid_until >= day,
            ~undone,
        )
    )
    return set(rows)


def consented(presenter_ids: Collection[int], day: dt.date) -> set[int]:
    """For whom of them a guardian's consent to take part covers a day."""
    rows = db.session().scalars(
        select(GuardianConsent.presenter_id).where(
            GuardianConsent.presenter_id.in_(presenter_ids),
            GuardianConsent.takes_part,
            GuardianConsent.withdrawn_at.is_(None),
            GuardianConsent.given_on <= day,
            GuardianConsent.valid_until >= day,
        )
    )
    return set(rows)


def clearance(presenter_ids: Collection[int], day: dt.date) -> dict[int, list[Why]]:
    """For each presenter, why she may not go on a day: "unvetted", "too_young", "no_consent"; empty: she may."""
    people = db.session().scalars(select(Presenter).where(Presenter.id.in_(presenter_ids)).order_by(Presenter.id)).all()
    clear, agreed = vetted(presenter_ids, day), consented(presenter_ids, day)
    reasons: dict[int, list[Why]] = {}
    for person in people:
        why = [] if person.id in clear else [Why("unvetted")]
        if person.may_present_from is not None and day < person.may_present_from:
            why.append(Why("too_young"))
        if is_minor(person.adult_on, day) and person.id not in agreed:
            why.append(Why("no_consent"))
        if person.suspended_at is not None:
            why.append(Why("suspended"))
        reasons[person.id] = why
    return reasons


def not_cleared(presenter_ids: Collection[int], day: dt.date) -> list[Why]:
    """Every reason why somebody of them may not go on a day."""
    return [why for reasons in clearance(presenter_ids, day).values() for why in reasons]
