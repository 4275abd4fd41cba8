"""What a presenter is asked, and what she was asked and answered."""

import datetime as dt

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from scheduler import policy
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.policy import Actor
from scheduler.staffing.terms.own_offers import Offer, PastOffer
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.agenda import asked_presenters
from scheduler.visits.queries.lists import visits_where
from scheduler.visits.queries.pages import has_seat
from scheduler.visits.terms.states import DUE, OPEN_VISITS, AssignmentState

PAST_OFFERS_SPAN = dt.timedelta(days=120)  # a school term
MOST_PAST_OFFERS = 20
OFFER_ENDS = (AssignmentState.DECLINED, AssignmentState.LAPSED, AssignmentState.WITHDRAWN, AssignmentState.REPLACED)


def past_offers_of(presenter_id: int, now: dt.datetime) -> list[PastOffer]:
    """One line for each visit that she was asked for and is no more, the last one first.

    Each is made of what ended with her part: it names nobody, and whatever becomes of the visit afterwards (another
    day, another school, another crew) changes it no more (TRUST S54).
    """
    hers, sitting = aliased(Assignment), aliased(Presentation)
    asked_now = (
        exists()
        .where(sitting.visit_id == Presentation.visit_id, hers.presentation_id == sitting.id)
        .where(hers.presenter_id == presenter_id, hers.state.in_(DUE))
    )
    rows = db.session().execute(
        select(Visit.number, Assignment.state, Assignment.state_since, Assignment.offered_until)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(
            Assignment.presenter_id == presenter_id,
            Assignment.state.in_(OFFER_ENDS),
            Assignment.offered_until.is_not(None),
            Assignment.state_since > now - PAST_OFFERS_SPAN,
            ~asked_now,
        )
        .order_by(Assignment.state_since.desc(), Assignment.id.desc())
    )
    newest: dict[str, PastOffer] = {}
    for number, state, since, until in rows:
        newest.setdefault(number, PastOffer(number, state, since, until or since))
    return list(newest.values())[:MOST_PAST_OFFERS]


def offered_visit_id(actor: Actor, number: str) -> int:
    """The visit of an offer that was ever made to the reader: she may answer it. Raises: NotFound."""
    visit_id = db.session().scalar(select(Visit.id).where(Visit.number == number))
    if visit_id is None:
        raise NotFound("visit")
    policy.require(actor, "answer", "offer", presenters=asked_presenters(visit_id))
    return visit_id


def offers_of(presenter_id: int, now: dt.datetime) -> list[Offer]:
    """What waits for a presenter's answer, the nearest day first."""
    offered = has_seat(
        Assignment.presenter_id == presenter_id,
        Assignment.state == AssignmentState.OFFERED,
        Assignment.offered_until > now,
    )
    return [
        Offer(row, mine.offered_until, AssignmentState.OFFERED, row.of(mine))
        for row in visits_where(Visit.state.in_(OPEN_VISITS), offered)
        for mine in row.crew
        if mine.presenter_id == presenter_id
    ]


def visits_with_lapsed_offers(now: dt.datetime) -> list[int]:
    """Visits that have offers whose time is over."""
    asked = select(Presentation.visit_id).join(Assignment, Assignment.presentation_id == Presentation.id)
    lapsed = asked.where(Assignment.state == AssignmentState.OFFERED, Assignment.offered_until <= now)
    return list(db.session().scalars(lapsed.distinct().order_by(Presentation.visit_id)))
