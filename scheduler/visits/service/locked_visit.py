"""A visit opened for change: its rows locked and loaded, its rights checked, its presenters' time held.

Locks are always taken in this order: the visit's row, then its presenters by id. So two changes never wait for each
other, and what one reads the other has finished with.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import flag_modified

from scheduler import policy
from scheduler.acts import Act
from scheduler.core.db import advisory_lock
from scheduler.core.errors import Conflict, GroundReason, NotFound
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.visits.models.visits import Assignment, CalendarEntry, Presentation, Visit
from scheduler.visits.queries.agenda import promise_of, promised_stops, stops_of_visit
from scheduler.visits.rules.arrival import arrival_problems
from scheduler.visits.terms.plans import CrewMember, PresenterTaken, Stop
from scheduler.visits.terms.reasons import VisitReason
from scheduler.visits.terms.states import HELD_STATES, LIVING, PRESENTER_LOCK, STAFFED, AssignmentState


@dataclass
class OpenVisit:
    """A locked visit: its presentations that still need a crew, and their living assignments, in order."""

    visit: Visit
    presentations: list[Presentation]
    assignments: list[Assignment]
    every: list[Presentation]  # of whatever state, in order
    absent: list[Assignment]  # of those who did not come
    entries: list[CalendarEntry] | None = None  # its calendar texts, once they were read

    def of(self, presenter_id: int, *states: AssignmentState) -> list[Assignment]:
        """One presenter's assignments in these states."""
        return [row for row in self.assignments if row.presenter_id == presenter_id and row.state in states]

    def in_state(self, *states: AssignmentState) -> list[Assignment]:
        """Assignments in these states, those of adults first: a minor is never a step ahead of her adult."""
        rows = [row for row in self.assignments if row.state in states]
        return sorted(rows, key=lambda row: (self.minor(row), row.id))

    def minor(self, row: Assignment) -> bool:
        """Whether an assignment is a minor's on the day of the visit."""
        return is_minor(row.presenter.adult_on, self.visit.on_day)

    def crew_of(self, presentation: Presentation) -> list[CrewMember]:
        """Who stands in one presentation's crew, in any living state."""
        return [as_member(row) for row in self.seats_of(presentation)]

    def seats_of(self, presentation: Presentation) -> list[Assignment]:
        """The assignments of one presentation, in order."""
        return [row for row in self.assignments if row.presentation_id == presentation.id]

    def presentation(self, presentation_id: int) -> Presentation:
        """One of its presentations, whatever its state."""
        return next(row for row in self.every if row.id == presentation_id)

    @property
    def presenter_ids(self) -> set[int]:
        return {row.presenter_id for row in self.assignments}

    @property
    def starts_at(self) -> dt.datetime:
        return min(presentation.starts_at for presentation in self.presentations)


def as_member(row: Assignment) -> CrewMember:
    """An assignment as rules see it; its presenter and her user must be loaded."""
    person = row.presenter
    user = person.user
    return CrewMember(person.id, person.kind, user.given_spelled, user.family_spelled, person.adult_on, row.state)


def open_visit(act: Act, visit_id: int, *, version: int | None = None) -> OpenVisit:
    """Lock a visit and load what every change of it needs.

    `version` is the one that the actor's page showed. Raises: NotFound; Conflict("changed_meanwhile") when time, crew
    or state have changed since (TRUST R10).
    """
    _lock(act.session, select(Visit.id).where(Visit.id == visit_id), "visit")
    opened = loaded_visit(act.session, visit_id)
    require_seen(opened.visit, version)
    return opened


def open_visits(act: Act, visit_ids: Collection[int]) -> list[OpenVisit]:
    """The same for many visits, locked in the order of their ids: as many questions as for one."""
    act.session.scalars(select(Visit.id).where(Visit.id.in_(visit_ids)).order_by(Visit.id).with_for_update()).all()
    return loaded_visits(act.session, visit_ids)


def open_visit_of(act: Act, presentation_id: int) -> OpenVisit:
    """The same for the visit of a presentation. Raises: NotFound."""
    return loaded_visit(act.session, lock_visit_of(act.session, presentation_id))


def lock_visit(session: Session, visit_id: int) -> Visit:
    """Only the row of a visit, locked, for what changes neither its time nor its crew. Raises: NotFound."""
    visit = session.get(Visit, visit_id, with_for_update=True, populate_existing=True)
    if visit is None:
        raise NotFound("visit")
    return visit


def lock_visits(session: Session, visit_ids: Collection[int]) -> list[Visit]:
    """The same for those of many that there are, in the order of their ids, as every change locks."""
    rows = session.scalars(
        select(Visit)
        .where(Visit.id.in_(visit_ids))
        .order_by(Visit.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)


def lock_visit_of(session: Session, presentation_id: int) -> int:
    """The same for the visit of a presentation; its id. Raises: NotFound."""
    of_it = select(Visit.id).join(Presentation, Presentation.visit_id == Visit.id)
    return _lock(session, of_it.where(Presentation.id == presentation_id), "presentation")


def _lock(session: Session, wanted: Select[int], thing: str) -> int:
    """Lock first, read afterwards: what is read by another statement is what the last change has left."""
    visit_id = session.scalar(wanted.with_for_update(of=Visit))
    if visit_id is None:
        raise NotFound(thing)
    return visit_id


def loaded_visit(session: Session, visit_id: int) -> OpenVisit:
    """A visit with all that a change or a calendar text needs of it, as stored now; who changes it locks it first."""
    [opened] = loaded_visits(session, [visit_id])
    return opened


def loaded_visits(session: Session, visit_ids: Collection[int]) -> list[OpenVisit]:
    """The same for many visits, by day."""
    visits = session.scalars(
        select(Visit)
        .where(Visit.id.in_(visit_ids))
        .order_by(Visit.on_day, Visit.id)
        .options(
            joinedload(Visit.host).joinedload(Host.municipality),
            joinedload(Visit.programme),
            joinedload(Visit.school_request),
        )
        .execution_options(populate_existing=True)
    ).all()
    every = session.scalars(
        select(Presentation)
        .where(Presentation.visit_id.in_(visit_ids))
        .order_by(Presentation.ordinal)
        .execution_options(populate_existing=True)
    ).all()
    seats = session.scalars(
        select(Assignment)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id.in_(visit_ids), Assignment.state.in_((*LIVING, AssignmentState.ABSENT)))
        .options(
            joinedload(Assignment.presenter).joinedload(Presenter.user),
            joinedload(Assignment.presenter).joinedload(Presenter.home),
        )
        .order_by(Assignment.id)
        .execution_options(populate_existing=True)
    ).all()
    of_visit = {row.id: row.visit_id for row in every}
    sittings: dict[int, list[Presentation]] = defaultdict(list)
    crew: dict[int, list[Assignment]] = defaultdict(list)
    for row in every:
        sittings[row.visit_id].append(row)
    for seat in seats:
        crew[of_visit[seat.presentation_id]].append(seat)
    return [_opened(visit, sittings[visit.id], crew[visit.id]) for visit in visits]


def _opened(visit: Visit, every: list[Presentation], seats: list[Assignment]) -> OpenVisit:
    return OpenVisit(
        visit,
        presentations=[row for row in every if row.state in STAFFED],
        assignments=[row for row in seats if row.state in LIVING],
        every=every,
        absent=[row for row in seats if row.state not in LIVING],
    )


def require_seen(visit: Visit, version: int | None) -> None:
    """Refuse who acts on a page that is out of date. Raises: Conflict("changed_meanwhile")."""
    if version is not None and visit.version != version:
        raise Conflict(GroundReason.CHANGED_MEANWHILE)


def refuse_counted(opened: OpenVisit) -> None:
    """Heads have been counted: the visit stays where it was held. Raises: Conflict("counted_in_part")."""
    if counted_in_part(opened):
        raise Conflict(VisitReason.COUNTED_IN_PART)


def counted_in_part(opened: OpenVisit) -> bool:
    return any(row.state in HELD_STATES for row in opened.every)


def require(actor: Actor, verb: str, thing: str, opened: OpenVisit) -> None:
    """Refuse who may not do that with this visit. Raises: NotAllowed, NotFound."""
    visit = opened.visit
    policy.require(
        actor,
        verb,
        thing,
        centre=policy.spot(visit),
        request=visit.school_request_id,
        presenters=opened.presenter_ids,
    )


def hold_time(session: Session, presenter_ids: Iterable[int]) -> None:
    """Until this transaction ends, nobody else gives these presenters' time away."""
    advisory_lock(session, PRESENTER_LOCK, presenter_ids)


def refuse_clashes(
    opened: OpenVisit, presenter_ids: Iterable[int], now: dt.datetime, stops: Sequence[Stop] | None = None
) -> None:
    """The travel rule, inside the transaction and under the presenters' locks, over what they have promised already
    and what is held for a booking.

    `stops` are where the visit is going to be; without them, where it is. Of each presenter only her own presentations
    count. Raises: Taken, which says to which visit the time went, when, and who gave it.
    """
    visit_id = opened.visit.id
    here = stops if stops is not None else stops_of_visit(opened.visit, opened.presentations)
    wanted = sorted(set(presenter_ids))
    promised = promised_stops(wanted, here, except_visit=visit_id, now=now)
    for presenter_id in wanted:
        seats = {row.presentation_id for row in opened.of(presenter_id, *LIVING)}
        own = [stop for stop in here if stop.presentation_id in seats]
        for problem in arrival_problems([*promised.get(presenter_id, ()), *own]):
            involved = {problem.earlier.visit_id, problem.later.visit_id}
            if visit_id in involved and involved != {visit_id}:
                other = problem.earlier if problem.later.visit_id == visit_id else problem.later
                raise PresenterTaken(presenter_id, problem, promise_of(presenter_id, other.presentation_id))


def raise_version(opened: OpenVisit) -> None:
    """What changed lies in other rows (crew, presentations): pages that show the visit are out of date all the same."""
    flag_modified(opened.visit, "state_since")
