"""Who may go on a day, by vetting, age and a guardian's consent: the same question that the database's triggers ask."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import and_, exists, or_, select

from scheduler.core.db import db
from scheduler.core.errors import Conflict
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.queries import (
    consent_covers,
    has_consent,
    has_vetting,
    vetting_covers,
    wait_with_new_promises,
)
from scheduler.visits.models.visits import Assignment
from scheduler.visits.rules.crew import uncleared
from scheduler.visits.terms.plans import UnderLaw, Why
from scheduler.visits.terms.reasons import WhyNot
from scheduler.visits.terms.states import TO_COME


def clearance(presenter_ids: Collection[int], day: dt.date) -> dict[int, list[Why]]:
    """For each presenter, why she may not go on a day: "unvetted", "too_young", "no_consent"; empty: she may."""
    people = db.session().scalars(select(Presenter).where(Presenter.id.in_(presenter_ids)).order_by(Presenter.id)).all()
    clear, agreed = has_vetting(presenter_ids, day), has_consent(presenter_ids, day)
    return {
        person.id: uncleared(
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


def no_new_promise(presenter_ids: Collection[int], day: dt.date, now: dt.datetime) -> dict[int, list[Why]]:
    """Of minors who take no new visit on that day meanwhile, why: what they have promised stays as it is."""
    waiting = wait_with_new_promises(presenter_ids, day, now)
    return {who: [Why(WhyNot.GUARDIAN_CHANGES if changes else WhyNot.OLDER_TEXT)] for who, changes in waiting.items()}


def refuse_new_promise(person: Presenter, day: dt.date, now: dt.datetime) -> None:
    """Raises: Conflict("guardian_changes", "older_text") where a minor takes no new visit meanwhile."""
    if is_minor(person.adult_on, day):
        for why in no_new_promise([person.id], day, now).get(person.id, []):
            raise Conflict(why.code)


def uncleared_crew(now: dt.datetime) -> list[int]:
    """Who stands in the crew of a visit to come on a day on which she may not go: one query, asked each minute."""
    day, who = Assignment.on_day, Assignment.presenter_id
    checked = exists().where(Vetting.presenter_id == who, *vetting_covers(day))
    agreed = exists().where(GuardianConsent.presenter_id == who, *consent_covers(day))
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
