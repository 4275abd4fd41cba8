"""Who drives to the demo's visits, by the plan; and one drive that was longer."""

import datetime as dt
from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.demo.plans import Guide
from scheduler.demo.rows import added
from scheduler.demo.year import World
from scheduler.people.models import Presenter, User
from scheduler.visits.models.drive import Drive
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.rules.arrival import who_drives
from scheduler.visits.terms.states import AssignmentState, VisitState

DRIVEN_TO = (VisitState.CONFIRMED, VisitState.READY, VisitState.DELIVERED)
WAY_ROUND = 18  # kilometres, and minutes


def write_drives(session: Session, world: World, now: dt.datetime) -> None:
    """Of each visit that was confirmed or held, the farthest of age, by the rule that plans it."""
    guides, points = {one.email: one for one in world.guides}, {spot.host_id: spot.point for spot in world.spots}
    crews: dict[tuple[int, int, int, dt.date], dict[int, Guide]] = defaultdict(dict)
    found = session.execute(
        select(Visit.id, Visit.host_id, Visit.kilometres, Visit.on_day, Presenter.id, User.email)
        .join(Presentation, Presentation.visit_id == Visit.id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .join(User, User.id == Presenter.user_id)
        .where(Visit.state.in_(DRIVEN_TO), Assignment.state.in_((AssignmentState.ACCEPTED, AssignmentState.PRESENT)))
        .order_by(Visit.id, Presenter.id)
    )
    for visit_id, host_id, kilometres, day, who, email in found:
        crews[visit_id, host_id, kilometres, day][who] = guides[email]
    planned = []
    for (visit_id, host_id, kilometres, day), crew in crews.items():
        homes = [(who, one.home, one.adult_on is None or one.adult_on <= day) for who, one in crew.items()]
        if driver := who_drives(homes, points[host_id]):
            drive = {"visit_id": visit_id, "presenter_id": driver[0]}
            planned.append(drive | {"planned_kilometres": kilometres, "planned_minutes": driver[1]})
    added(session, Drive, planned)
    _correct_newest(session, now)


def _correct_newest(session: Session, now: dt.datetime) -> None:
    """Whoever drove to the visit that was held last says that it was farther."""
    held = select(Drive, Visit).join(Visit, Visit.id == Drive.visit_id).where(Visit.state == VisitState.DELIVERED)
    drive, visit = session.execute(held.order_by(Visit.on_day.desc(), Drive.id).limit(1)).one()
    drive.driven_kilometres = visit.kilometres = drive.planned_kilometres + WAY_ROUND
    drive.driven_minutes, drive.corrected_at = drive.planned_minutes + WAY_ROUND, now
    drive.reason = "Мост је био затворен, ишло се около."
