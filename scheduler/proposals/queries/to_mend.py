"""What a repair is drawn from: the visits that stand, as far as they may move, and what the trouble broke of them.

What is past, within its notice, arranged by hand or not as free dates would offer it stays where it is: its crew has
promised that time, as everywhere.
"""

import datetime as dt
from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from scheduler.booking.queries.plan_as_asked import one_after_the_other
from scheduler.booking.queries.school_days import TIME_TO_ANSWER, kept_sittings, plan_of_sitting, wishes_of_requests
from scheduler.booking.terms.free_dates import FreeWish
from scheduler.closures.models import Disruption
from scheduler.closures.queries import days_named, released_crew
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.people.models import Presenter
from scheduler.people.terms import PresenterKind
from scheduler.policy import Actor, in_reach
from scheduler.proposals.queries.to_plan import Reading, StandingWishes, loaded, readings
from scheduler.proposals.rules.mending import StandingFacts, may_move, standing_in, wish_to_mend
from scheduler.proposals.rules.standing import seats_that_stand
from scheduler.proposals.terms.plan import (
    AskedVisit,
    MendGround,
    Mending,
    ProposalDraft,
    ProposedSeat,
    StandingVisit,
    Trouble,
)
from scheduler.requests.models import SchoolRequest
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.terms.states import (
    LIVING,
    OPEN_VISITS,
    STAFFED,
    AssignmentState,
    PresentationState,
    VisitState,
)


def mend_ground(actor: Actor, draft: ProposalDraft, mends: Mending, *, now: dt.datetime) -> MendGround:
    """Everything that may move, and what must; four questions, and two for each visit."""
    stands = {one.request_id: one for one in _standing(actor, draft, mends, now)}
    broken = [one for one in stands.values() if one.broken and not one.left]
    late = [mends.late_id] if mends.late_id is not None else []
    free = [one for one in stands.values() if not one.broken and not one.left]
    read = _read([*(one.request_id for one in (*broken, *free)), *late], stands, draft, now)
    while True:
        without = {one.visit_id for one in (*broken, *free)}
        wanted = [*(one.request_id for one in (*broken, *free)), *late]
        asked = {one: read[one].asked(without=without, mends=mends) for one in wanted if one in read}
        fair = seats_that_stand(asked, [one.seat for one in free], clock.moment_of)
        if len(fair) == len(free):
            break
        free = [one for one in free if one.request_id in fair]  # the others stay, and their time is promised
    kept = {one: stood for one, stood in stands.items() if one in asked or stood.left}
    return MendGround(tuple(asked.values()), kept, frozenset([*(one.request_id for one in broken), *late]))


def broken_by(actor: Actor, draft: ProposalDraft, mends: Mending, *, now: dt.datetime) -> list[StandingVisit]:
    """What a trouble has broken of what stands: to be mended, or left to hands."""
    return [one for one in _standing(actor, draft, mends, now) if one.broken]


def mended_again(
    actor: Actor, seats: Collection[ProposedSeat], draft: ProposalDraft, mends: Mending, *, now: dt.datetime
) -> tuple[dict[int, tuple[AskedVisit, SchoolRequest]], dict[int, StandingVisit]]:
    """What these rows are judged by now, and how their visits stand; who applies has locked these before."""
    ids = [seat.request_id for seat in seats]
    stands = {one.request_id: one for one in _standing(actor, draft, mends, now, of=ids)}
    read = _read(ids, stands, draft, now)
    without = {one.visit_id for one in stands.values()}
    found = {one: (reading.asked(without=without, mends=mends), reading.row) for one, reading in read.items()}
    return found, stands


def _read(
    request_ids: Collection[int], stands: dict[int, StandingVisit], draft: ProposalDraft, now: dt.datetime
) -> dict[int, Reading]:
    rows = loaded([SchoolRequest.id.in_(request_ids)])
    today, usual = clock.local_day(now), wishes_of_requests(rows)
    wishes: dict[int, FreeWish] = {
        one: wish_to_mend(wish, stands[one], draft.scope.last_day, today + TIME_TO_ANSWER) if one in stands else wish
        for one, wish in usual.items()
    }
    stopped = {stood.visit_id: one for one, stood in stands.items() if stood.stopped}
    named = days_named(stopped) if stopped else {}
    liked = {stopped[visit_id]: days for visit_id, days in named.items()}
    return {one.row.id: one for one in readings(rows, draft.scope, now, stand=StandingWishes(wishes, liked))}


def _standing(
    actor: Actor, draft: ProposalDraft, mends: Mending, now: dt.datetime, *, of: Collection[int] | None = None
) -> list[StandingVisit]:
    """The visits of these days that somebody asked for; of a closure those that it stopped, whatever their day."""
    today, scope = clock.local_day(now), draft.scope
    here = Visit.state.in_(OPEN_VISITS) & Visit.on_day.between(max(today, scope.first_day), scope.last_day)
    if mends.trouble is Trouble.CLOSURE:
        stopped = select(Disruption.visit_id).where(Disruption.closure_id == mends.closure_id)
        here |= (Visit.state == VisitState.DISRUPTED) & Visit.id.in_(stopped)
    wanted: list[ColumnElement[bool]] = [in_reach(actor, Visit), Visit.school_request_id.is_not(None), here]
    if of is not None:
        wanted.append(Visit.school_request_id.in_(of))
    rows = _visits(wanted)
    found = (_found(visit) for visit in rows)
    kept = [one for one in found if one is not None]
    judged = (standing_in(one, mends, today) for one in kept)
    return [one for one in judged if one.broken or may_move(one)]


def _visits(wanted: Iterable[ColumnElement[bool]]) -> list[Visit]:
    crews = selectinload(Visit.presentations).selectinload(Presentation.assignments)
    return list(
        db.session().scalars(
            select(Visit)
            .where(*wanted)
            .options(
                crews.joinedload(Assignment.presenter).load_only(Presenter.id, Presenter.kind),
                joinedload(Visit.school_request).options(
                    selectinload(SchoolRequest.presentations), joinedload(SchoolRequest.programme)
                ),
                joinedload(Visit.programme),
            )
            .order_by(Visit.id)
            .execution_options(populate_existing=True)
        )
    )


def _found(visit: Visit) -> StandingFacts | None:
    """A visit as the rule judges it; None of one without a presentation that is to be held."""
    asked, stopped = visit.school_request, visit.state is VisitState.DISRUPTED
    state = (PresentationState.DISRUPTED,) if stopped else STAFFED
    rows = sorted((one for one in visit.presentations if one.state in state), key=lambda one: one.starts_at)
    if not rows or asked is None:
        return None
    crews = [frozenset(seat.presenter_id for seat in row.assignments if seat.state in LIVING) for row in rows]
    kinds = {seat.presenter_id: seat.presenter.kind for row in visit.presentations for seat in row.assignments}
    gone = {seat.presenter_id for row in rows for seat in row.assignments if seat.state is AssignmentState.WITHDRAWN}
    crew = released_crew(visit) if stopped else sorted(crews[0])
    as_asked = len(rows) == len(asked.presentations) and visit.programme_id == asked.programme_id
    hours = one_after_the_other(asked, rows[0].starts_local) if as_asked else []
    usual = [row.starts_local for row in rows] == hours and {row.minutes for row in rows} == {visit.programme.minutes}
    return StandingFacts(
        visit_id=visit.id,
        request_id=asked.id,
        on_day=visit.on_day,
        starts_local=rows[0].starts_local,
        stopped=stopped,
        educators=tuple(who for who in crew if kinds[who] is PresenterKind.EDUCATOR),
        youths=tuple(who for who in crew if kinds[who] is not PresenterKind.EDUCATOR),
        gone=frozenset(gone),
        notice_days=visit.programme.notice_days,
        needed=(visit.programme.educators, visit.programme.influencers),
        one_crew=len(set(crews)) == 1 and not visit.online_link,
        kept=() if usual else kept_sittings(plan_of_sitting(row) for row in rows),
    )


def unbound_visits(actor: Actor, mends: Mending) -> tuple[str, ...]:
    """Numbers of visits that the trouble breaks and no request asked for: the planner knows requests alone."""
    alone = select(Visit.number).where(in_reach(actor, Visit), Visit.school_request_id.is_(None))
    if mends.trouble is Trouble.CLOSURE:
        stopped = select(Disruption.visit_id).where(Disruption.closure_id == mends.closure_id)
        alone = alone.where(Visit.state == VisitState.DISRUPTED, Visit.id.in_(stopped))
    elif mends.presenter_id is not None and mends.away_from is not None:
        hers = (
            select(Presentation.visit_id)
            .join(Assignment, Assignment.presentation_id == Presentation.id)
            .where(Assignment.presenter_id == mends.presenter_id, Assignment.state.in_(LIVING))
        )
        until = mends.away_until or dt.date.max
        alone = alone.where(
            Visit.state.in_(OPEN_VISITS), Visit.on_day.between(mends.away_from, until), Visit.id.in_(hers)
        )
    else:
        return ()
    return tuple(db.session().scalars(alone.order_by(Visit.number)))
