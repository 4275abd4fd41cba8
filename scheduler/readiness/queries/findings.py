"""What speaks by now against a visit that was right when it was planned: for the nightly re-check."""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import exists, select

from scheduler import policy
from scheduler.closures.queries import is_free
from scheduler.core.db import db
from scheduler.people import queries as people_queries
from scheduler.places import queries as place_queries
from scheduler.places.models import Host
from scheduler.places.rules.presence import class_standing, left_on
from scheduler.places.rules.school_time import classes_in
from scheduler.places.terms.hosts import HostRow
from scheduler.places.terms.school_time import AskedTime
from scheduler.policy import Actor
from scheduler.programmes.terms import Audience
from scheduler.readiness.rules import CHECKLIST_DAYS, checklist_is_open
from scheduler.readiness.terms import READY_ITEMS, Checklist, FindingFact, OpenWish, WishLine
from scheduler.requests.models import RequestedPresentation
from scheduler.requests.queries.hours import school_clock
from scheduler.visits.models.finding import Finding
from scheduler.visits.models.visits import DateWish, Presentation, Readiness, Visit
from scheduler.visits.rules.timetable import wall_end
from scheduler.visits.terms.states import OPEN_VISITS, ClockWrong, FindingKind, VisitState

CHECK_STATES = (VisitState.OFFERED, VisitState.CONFIRMED, VisitState.READY)
NOT_IN_SCHOOL = frozenset(
    {ClockWrong.TOO_EARLY, ClockWrong.TOO_LATE, ClockWrong.RUNS_OVER}
)  # what is unknown speaks against nothing


def visits_to_check(now: dt.datetime) -> list[int]:
    """Visits that are offered or confirmed and have not begun, the nearest first."""
    to_come = exists().where(Presentation.visit_id == Visit.id, Presentation.starts_at > now)
    wanted = select(Visit.id).where(Visit.state.in_(CHECK_STATES), to_come)
    return list(db.session().scalars(wanted.order_by(Visit.on_day, Visit.id)))


def found_against(
    visit: Visit, presentations: Sequence[Presentation], presenter_ids: Collection[int]
) -> set[FindingFact]:
    """Everything that speaks against a visit now: the day, the hour of each class, the hours of each presenter."""
    host = place_queries.host_of(visit.host_id)
    away = _away(visit.on_day, presentations, sorted(presenter_ids))
    found = {FindingFact(FindingKind.AWAY, presenter_id=who) for who in away}
    if _closed(host, visit.on_day, presentations):
        return found | {FindingFact(FindingKind.CLOSED, why=ClockWrong.CLOSED)}
    coming = _coming_for_it(visit.school_request_id)
    return found | _not_in_school(host, visit.on_day, [row for row in presentations if row.ordinal not in coming])


def _closed(host: HostRow, day: dt.date, presentations: Sequence[Presentation]) -> bool:
    """A closure shuts every door; a day without lessons only keeps the pupils of schools away."""
    if place_queries.closed_days(host, day, day):
        return True
    pupils = any(row.audience is Audience.PUPILS for row in presentations)
    teaches = host.teaches_primary or host.teaches_secondary
    return pupils and teaches and not place_queries.school_days(host, day, day)


def _coming_for_it(request_id: int | None) -> set[int]:
    """Presentations of which the school has said that the class comes for it, or stays: its shift says nothing."""
    wanted = select(RequestedPresentation.ordinal).where(
        RequestedPresentation.school_request_id == request_id, RequestedPresentation.outside_shift.is_(True)
    )
    return set(db.session().scalars(wanted))


def _not_in_school(host: HostRow, day: dt.date, presentations: Sequence[Presentation]) -> set[FindingFact]:
    # who comes for it, or stays, was meant, and is not wrong now
    bound = [row for row in presentations if row.audience is Audience.PUPILS and not row.outside_shift and row.classes]
    if not bound:
        return set()
    days, hours = place_queries.days_of_grades(host, day, day), school_clock(host, day, day)
    found = set()
    for row in bound:
        left = left_on(days, row.classes, day)
        found |= {FindingFact(FindingKind.CLOCK, row.ordinal, str(name), ClockWrong.YEAR_ENDED) for name in left}
        asked = AskedTime(row.minutes, row.starts_local)
        for name in classes_in(row.classes):
            if hours is None:
                break
            reason = class_standing(hours, name, day, asked).reason
            if name not in left and reason in NOT_IN_SCHOOL:
                found.add(FindingFact(FindingKind.CLOCK, row.ordinal, str(name), ClockWrong(reason)))
    return found


def _away(day: dt.date, presentations: Sequence[Presentation], people: Sequence[int]) -> list[int]:
    hours, away = people_queries.hours_of(people), people_queries.exceptions_of(people, day, day)
    spans = [(row.starts_local, wall_end(row.starts_local, row.minutes)) for row in presentations]
    return [who for who in people if not is_free(hours[who], away[who], day, spans)]


def findings_of(visit_id: int) -> tuple[FindingFact, ...]:
    """What the re-check found against a visit and nobody has settled, in the order in which it was found."""
    rows = db.session().scalars(
        select(Finding).where(Finding.visit_id == visit_id, Finding.settled_at.is_(None)).order_by(Finding.id)
    )
    return tuple(found_in(row) for row in rows)


def found_in(row: Finding) -> FindingFact:
    """What a stored finding says."""
    return FindingFact(row.kind, row.ordinal, row.class_name, row.why, row.presenter_id)


def open_wish_of(visit_id: int) -> OpenWish | None:
    """The other date that the school asks for, while nobody has answered."""
    row = db.session().scalar(
        select(DateWish).where(DateWish.visit_id == visit_id, DateWish.answered_at.is_(None)).limit(1)
    )
    return OpenWish(row.first_choice, row.second_choice, row.reason, row.asked_at) if row else None


def open_wishes(actor: Actor) -> list[WishLine]:
    """The wishes for another date that wait for the actor's centre, the oldest first. Raises: NotAllowed."""
    policy.require(actor, "read", "visit", centre=actor.centre_id)
    rows = db.session().execute(
        select(Visit.number, Host.name_sr_cyrl, Host.name_sr_latn, DateWish.first_choice, DateWish.asked_at)
        .join(Visit, Visit.id == DateWish.visit_id)
        .join(Host, Host.id == Visit.host_id)
        .where(DateWish.answered_at.is_(None), Visit.state.in_(OPEN_VISITS), Visit.centre_id == actor.centre_id)
        .order_by(DateWish.asked_at, DateWish.id)
    )
    return [WishLine(*row) for row in rows]


def checklists_to_tell(today: dt.date) -> list[int]:
    """Confirmed visits of the next week whose school has neither been told of its checklist nor ticked it."""
    known = exists().where(Readiness.visit_id == Visit.id)
    a_day = dt.timedelta(days=1)  # a host abroad may have another day already, or still
    wanted = select(Visit.id).where(
        Visit.state == VisitState.CONFIRMED,
        Visit.school_request_id.is_not(None),
        Visit.on_day.between(today, today + CHECKLIST_DAYS + a_day),
        ~known,
    )
    return list(db.session().scalars(wanted.order_by(Visit.on_day, Visit.id)))


def checklist_of(visit_id: int, state: VisitState, on_day: dt.date, today: dt.date) -> Checklist:
    """What the school has ticked for a visit."""
    row = db.session().scalar(select(Readiness).where(Readiness.visit_id == visit_id))
    return Checklist(
        ticked=frozenset(item for item in READY_ITEMS if row is not None and getattr(row, item.value)),
        open_now=state is VisitState.CONFIRMED and checklist_is_open(on_day, today),
        ready=state is VisitState.READY,
    )
