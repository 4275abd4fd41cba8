"""A visit opened for change: its rows locked and loaded, its rights checked, its presenters' time held.

Locks are always taken in this order: the visit's row, then its presenters by id. So two changes never wait for each
other, and what one reads the other has finished with.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from scheduler import policy
from scheduler.core.db import hold, transaction
from scheduler.core.errors import Conflict, GroundReason, NotFound, Reason
from scheduler.core.refusals import crossed, refused_by
from scheduler.people.models import Presenter
from scheduler.people.rules import is_minor
from scheduler.places.models import Host
from scheduler.policy import Actor
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.agenda import promise_of, promised_stops, stops_of_visit
from scheduler.visits.rules.arrival import arrival_problems
from scheduler.visits.service.calendar_entries import write_entries
from scheduler.visits.terms.plans import CrewMember, Stop, Taken
from scheduler.visits.terms.reasons import Defence, VisitReason
from scheduler.visits.terms.states import LIVING, PRESENTER_LOCK, STAFFED, AssignmentState, PresentationState

DEFENCES: dict[str, Reason] = {
    **{one.value: one for one in Defence},
    "one_living_visit_a_request": VisitReason.HAS_A_VISIT,
    "visit.school_request_id": VisitReason.HAS_A_VISIT,  # the same: SQLite names the column
}

log = logging.getLogger(__name__)


@contextmanager
def change() -> Iterator[Session]:
    """A transaction in which the database's own refusals become words.

    Raises: Conflict with the `Defence` that refused (MINOR_HAS_AN_ADULT), or CHANGED_MEANWHILE.
    """
    try:
        with transaction() as session:
            yield session
            session.flush()
    except IntegrityError as error:
        raise Conflict(_reason_of(error)) from error
    except StaleDataError as error:
        raise Conflict(GroundReason.CHANGED_MEANWHILE) from error


def _reason_of(error: IntegrityError) -> Reason:
    """What the database refused; a rule of it that no race can break was broken by a bug, and is raised as that."""
    name = refused_by(error)
    if name in DEFENCES:
        return DEFENCES[name]
    if not crossed(error):
        raise error
    log.warning("crossed", extra={"constraint": name})
    return GroundReason.CHANGED_MEANWHILE


@dataclass
class OpenVisit:
    """A locked visit: its presentations that still need a crew, and their living assignments, in order."""

    visit: Visit
    presentations: list[Presentation]
    assignments: list[Assignment]

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
        return [as_member(row) for row in self.assignments if row.presentation_id == presentation.id]

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
    return CrewMember(person.id, person.kind, user.given_name, user.family_name, person.adult_on, row.state)


def open_visit(session: Session, visit_id: int, *, version: int | None = None) -> OpenVisit:
    """Lock a visit and load what every change of it needs.

    `version` is the one that the actor's page showed. Raises: NotFound; Conflict("changed_meanwhile") when time, crew
    or state have changed since (TRUST R10).
    """
    visit = session.scalar(
        select(Visit)
        .where(Visit.id == visit_id)
        .options(
            selectinload(Visit.host).selectinload(Host.municipality),
            selectinload(Visit.programme),
            selectinload(Visit.school_request),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if visit is None:
        raise NotFound("visit")
    require_seen(visit, version)
    presentations = session.scalars(
        select(Presentation)
        .where(Presentation.visit_id == visit_id, Presentation.state.in_(STAFFED))
        .order_by(Presentation.ordinal)
        .execution_options(populate_existing=True)
    ).all()
    return OpenVisit(visit, list(presentations), living_assignments(session, visit_id))


def require_seen(visit: Visit, version: int | None) -> None:
    """Refuse who acts on a page that is out of date. Raises: Conflict("changed_meanwhile")."""
    if version is not None and visit.version != version:
        raise Conflict(GroundReason.CHANGED_MEANWHILE)


def refuse_counted(session: Session, visit_id: int) -> None:
    """Heads have been counted: the visit stays where it was held. Raises: Conflict("counted_in_part")."""
    counted = (PresentationState.DELIVERED, PresentationState.PART_DELIVERED)
    if session.scalar(
        select(Presentation.id).where(Presentation.visit_id == visit_id, Presentation.state.in_(counted)).limit(1)
    ):
        raise Conflict(VisitReason.COUNTED_IN_PART)


def living_assignments(session: Session, visit_id: int) -> list[Assignment]:
    """The living assignments of a visit, with presenters and their users, as stored now."""
    rows = session.scalars(
        select(Assignment)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(Presentation.visit_id == visit_id, Assignment.state.in_(LIVING))
        .options(
            joinedload(Assignment.presenter).joinedload(Presenter.user),
            joinedload(Assignment.presenter).joinedload(Presenter.home),
        )
        .order_by(Assignment.id)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def require(actor: Actor, verb: str, thing: str, opened: OpenVisit) -> None:
    """Refuse who may not do that with this visit. Raises: NotAllowed, NotFound."""
    visit = opened.visit
    policy.require(
        actor,
        verb,
        thing,
        centre=visit.centre_id,
        request=visit.school_request_id,
        presenters=opened.presenter_ids,
    )


def hold_time(session: Session, presenter_ids: Iterable[int]) -> None:
    """Until this transaction ends, nobody else gives these presenters' time away."""
    hold(session, PRESENTER_LOCK, presenter_ids)


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
                raise Taken(presenter_id, problem, promise_of(presenter_id, other.presentation_id))


def raise_version(opened: OpenVisit) -> None:
    """What changed lies in other rows (crew, presentations): pages that show the visit are out of date all the same."""
    flag_modified(opened.visit, "state_since")


def touch(session: Session, opened: OpenVisit, presentations: Iterable[Presentation], now: dt.datetime) -> None:
    """Time, place, status or crew changed: calendars learn it by a higher SEQUENCE and a fresh text."""
    for presentation in presentations:
        presentation.sequence += 1
        presentation.edited_at = now
    raise_version(opened)
    session.flush()
    write_entries(session, opened.visit.id, now=now)
