"""A visit that stands is mended: who cannot go leaves, it moves, who goes instead is suggested; as by hand."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select

from scheduler.acts import Act
from scheduler.booking.queries.school_days import TIME_TO_ANSWER
from scheduler.closures.queries import plans_of, visit_with_crew
from scheduler.closures.service.replan import replan_visit
from scheduler.proposals.terms.plan import Mending, ProposedSeat, StandingVisit, Trouble
from scheduler.staffing.service.absence import ABSENCE_REASON
from scheduler.staffing.service.crew import suggest_presenter, withdraw_presenter
from scheduler.staffing.service.move import move_visit
from scheduler.visits.models.visits import Visit
from scheduler.visits.service.locked_visit import OpenVisit, open_visit
from scheduler.visits.terms.plans import NewTimes, PresentationPlan
from scheduler.visits.terms.states import TO_COME

MENDED_REASON = "plan_mended"  # why somebody is out of a crew who could have gone
REASONS = {Trouble.CONSENT: "not_cleared"}  # of who cannot go, where she did not say so herself
AN_HOUR = dt.timedelta(hours=1)


def mend_visit(
    act: Act, stood: StandingVisit, seat: ProposedSeat, plans: tuple[PresentationPlan, ...], mends: Mending
) -> int:
    """Bring a visit from how it stood to a seat of the plan; its id, or that of the new one where a closure had stopped
    it. `plans`: its presentations there. Raises: as the services by which people do so.
    """
    if stood.stopped:
        wanted = plans_of(visit_with_crew(stood.visit_id)) if stood.kept else plans
        number = replan_visit(act.actor, stood.visit_id, seat.on_day, wanted, now=act.now)
        visit_id = act.session.scalars(select(Visit.id).where(Visit.number == number)).one()
    else:
        visit_id = stood.visit_id
        _leave(act, visit_id, seat, mends)
        _move(act, visit_id, seat, [] if stood.kept else [one.starts_local for one in plans])
    for who in seat.crew:  # who is in the crew already stays as she is
        suggest_presenter(act.actor, visit_id, who, now=act.now)
    return visit_id


def _leave(act: Act, visit_id: int, seat: ProposedSeat, mends: Mending) -> None:
    """Whoever is not of the new crew leaves, minors first: nobody leaves one behind."""
    opened = open_visit(act, visit_id)
    gone = {row.presenter_id for row in opened.assignments if row.state in TO_COME} - set(seat.crew)
    young = {row.presenter_id for row in opened.assignments if opened.minor(row)}
    for who in sorted(gone, key=lambda one: (one not in young, one)):
        hers = REASONS.get(mends.trouble, ABSENCE_REASON)
        reason = hers if who == mends.presenter_id else MENDED_REASON
        withdraw_presenter(act.actor, visit_id, who, reason=reason, now=act.now)


def _move(act: Act, visit_id: int, seat: ProposedSeat, hours: Sequence[dt.time]) -> None:
    """To its new day and hours, or with its own; who stays in the crew is asked again there, as after every move."""
    opened = open_visit(act, visit_id)
    starts = dict(zip(_in_order(opened), hours, strict=True)) if hours else {}
    begins = opened.starts_at + (seat.on_day - opened.visit.on_day)
    until = max(min(act.now + TIME_TO_ANSWER, begins - AN_HOUR), act.now + AN_HOUR)
    move_visit(act.actor, visit_id, NewTimes(seat.on_day, starts, until, outside_shift=None), now=act.now)


def _in_order(opened: OpenVisit) -> list[int]:
    return [row.id for row in sorted(opened.presentations, key=lambda row: row.starts_at)]
