"""A plan that people were told: visits of a region that stand, and repairs of it that the worker has drawn."""

import datetime as dt

from scheduler.core.db import db
from scheduler.jobs import long_work
from scheduler.people.models import Presenter
from scheduler.proposals.queries.grounds import repair_draft
from scheduler.proposals.service.propose import begin_proposal
from scheduler.proposals.terms.plan import Mending, Trouble
from scheduler.visits.models.visits import Visit
from tests.factories import MONDAY
from tests.factories.proposals import FIRST, LAST, Region
from tests.factories.staffing import a_confirmed_visit, a_plan


def stands(region: Region, place: int, who: int = 0, *, day: dt.date = FIRST, at: dt.time = dt.time(10)) -> Visit:
    """The visit of that request, confirmed with one educator."""
    visit = a_confirmed_visit(region.educators[who], asked=region.asked[place], on_day=day, plans=(a_plan(at),))
    db.session.rollback()
    return visit


def away(who: Presenter, first: dt.date = FIRST, last: dt.date | None = LAST) -> Mending:
    """She is away on these days; for good where there is no last one."""
    return Mending(Trouble.ABSENCE if last else Trouble.LEAVES, who.id, first, last)


def mended(region: Region, mends: Mending, **given: object) -> int:
    """A repair that the worker has drawn."""
    draft = repair_draft(region.coordinator, mends, now=MONDAY)
    proposal_id = begin_proposal(region.coordinator, draft, now=MONDAY, **given).id
    long_work.do_long_work.call_local()
    db.session.rollback()
    return proposal_id
