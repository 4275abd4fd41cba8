"""What a presenter was asked and answered, once she is asked no more."""

import datetime as dt

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from scheduler.core.db import db
from scheduler.staffing.terms.past_offers import PastOffer
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import DUE, AssignmentState

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
