"""A young person's own page: her visits and hours, what she can present, her consent, who sees what."""

import datetime as dt
from collections.abc import Mapping

from babel.support import LazyProxy
from flask import render_template
from flask.typing import ResponseReturnValue

from scheduler.certificates.queries.presenters import own_papers
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.places.rules.hosts import first_year_of
from scheduler.safeguarding import queries as safeguarding_queries
from scheduler.safeguarding.terms import ConsentMethod, ConsentRow
from scheduler.staffing.queries.hours_record import hours_record, learnt_programmes
from scheduler.staffing.queries.own_days import days_of
from scheduler.staffing.queries.trainings import trainings_of
from scheduler.web import labels
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _l
from scheduler.web.own.blueprint import bp
from scheduler.web.own.views import OWN_DAYS_AHEAD

LAST_VISITS = 8  # the record has all of them
AGREED_TO: Mapping[str, LazyProxy] = {
    "takes_part": _l("that you take part in visits and speak in front of classes"),
    "travels": _l("that you travel to other towns for it"),
    "rides": _l("that you ride in the car of an adult who goes along"),
    "photo": _l("that you are photographed at a visit"),
}
GIVEN_HOW: Mapping[ConsentMethod, LazyProxy] = {
    ConsentMethod.LINK: _l("through a link that only the guardian got"),
    ConsentMethod.PAPER: _l("on paper, signed, seen by two of the centre's staff"),
}


@bp.get("/my-part")
@may("read", "youth")
def my_part() -> ResponseReturnValue:
    actor, now = current_actor(), clock.now()
    if actor.presenter_id is None:
        raise NotFound("presenter")
    today = clock.local_day(now)
    record = hours_record(actor, first_year_of(today), today=today)
    proofs = safeguarding_queries.page_of(actor.presenter_id, today)
    return render_template(
        "own/my_part.html",
        coming=[one for day in days_of(actor, today, today + OWN_DAYS_AHEAD, today=today) for one in day.visits],
        record=record,
        papers=own_papers(actor),
        past=list(reversed(record.lines))[:LAST_VISITS],
        person=proofs.clearance.presenter,
        topics=labels.TOPICS,
        trained=trainings_of(actor.presenter_id),
        subjects=labels.TRAINING_SUBJECTS,
        programmes=learnt_programmes(actor),
        proofs=proofs,
        consents=[one for one in proofs.consents if _stands(one, today)],
        agreed=AGREED_TO,
        how=GIVEN_HOW,
    )


def _stands(one: ConsentRow, today: dt.date) -> bool:
    """Whether a consent covers today or days to come."""
    return not one.withdrawn and one.valid_until >= today
