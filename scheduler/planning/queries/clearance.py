"""Who may go on a day, by vetting, age and a guardian's consent: the same question that the database's triggers ask."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import QueryableAttribute, aliased

from scheduler.core.db import db
from scheduler.people.models import Presenter
from scheduler.planning import rules
from scheduler.planning.models import Assignment
from scheduler.planning.terms import TO_COME, UnderLaw, Why
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.terms import VettingResult

Day = dt.date | QueryableAttribute[dt.date]


def good_vettings() -> list[ColumnElement[bool]]:
    """Clear results that no later check undid; each is good on its own days."""
    refused = aliased(Vetting)
    undone = exists().where(
        refused.presenter_id == Vetting.presenter_id,
        refused.result == VettingResult.REFUSED,
        refused.checked_on >= Vetting.checked_on,
    )
    return [Vetting.result == VettingResult.CLEARED, ~undone]


def good_consents() -> list[ColumnElement[bool]]:
    """Consents to take part that stand; each is good on its own days."""
    return [GuardianConsent.takes_part.is_(True), GuardianConsent.withdrawn_at.is_(None)]


def _vetting_covers(day: Day) -> list[ColumnElement[bool]]:
    return [*good_vettings(), Vetting.checked_on <= day, Vetting.valid_until >= day]


def _consent_covers(day: Day) -> list[ColumnElement[bool]]:
    return [*good_consents(), GuardianConsent.given_on <= day, GuardianConsent.valid_until >= day]


def vetted(presenter_ids: Collection[int], day: dt.date) -> set[int]:
    """Who of them holds a clear vetting that covers a day and that no later check undid."""
    wanted = select(Vetting.presenter_id).where(Vetting.presenter_id.in_(presenter_ids), *_vetting_covers(day))
    return set(db.session().scalars(wanted))


def consented(presenter_ids: Collection[int], day: dt.date) -> set[int]:
    """For whom of them a guardian's consent to take part covers a day."""
    wanted = select(GuardianConsent.presenter_id).where(
        GuardianConsent.presenter_id.in_(presenter_ids), *_consent_covers(day)
    )
    return set(db.session().scalars(wanted))


def clearance(presenter_ids: Collection[int], day: dt.date) -> dict[int, list[Why]]:
    """For each presenter, why she may not go on a day: "unvetted", "too_young", "no_consent"; empty: she may."""
    people = db.session().scalars(select(Presenter).where(Presenter.id.in_(presenter_ids)).order_by(Presenter.id)).all()
    clear, agreed = vetted(presenter_ids, day), consented(presenter_ids, day)
    return {
        person.id: rules.uncleared(
            UnderLaw(person.adult_on, person.may_present_from, person.suspended_at is not None),
            day,
            vetted=person.id in clear,
            agreed=person.id in agreed,
        )
        for person in people
    }


def not_cleared(presenter_ids: Collection[int], day: dt.date) -> list[Why]:
    """Every reason why somebody of them may not go on a day."""
    return [why for reasons in clearance(presenter_ids, day).values() for why in reasons]


def uncleared_crew(now: dt.datetime) -> list[int]:
    """Who stands in the crew of a visit to come on a day on which she may not go: one query, asked each minute."""
    day, who = Assignment.on_day, Assignment.presenter_id
    checked = exists().where(Vetting.presenter_id == who, *_vetting_covers(day))
    agreed = exists().where(GuardianConsent.presenter_id == who, *_consent_covers(day))
    rows = db.session().scalars(
        select(who)
        .join(Presenter, Presenter.id == who)
        .where(
            Assignment.state.in_(TO_COME),
            Assignment.busy_until > now,
            or_(
                ~checked,
                Presenter.may_present_from > day,
                and_(Presenter.adult_on > day, ~agreed),
                Presenter.suspended_at.is_not(None),
            ),
        )
        .distinct()
        .order_by(who)
    )
    return list(rows)
