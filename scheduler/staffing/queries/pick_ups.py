"""Who fetches a minor: read on the day alone, by coordinators and the adult who goes with her (TRUST S54)."""

import datetime as dt

from sqlalchemy import select

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.policy import Actor, Scope
from scheduler.staffing.models.pick_ups import PickUp
from scheduler.staffing.queries.visit_lines import visits_of_presenter
from scheduler.staffing.rules.pick_ups import adult_of
from scheduler.staffing.terms.pick_ups import ChildsVisit, Fetched
from scheduler.visits.terms.rows import CrewRow, VisitRow
from scheduler.visits.terms.states import FIRM, OPEN_VISITS

AHEAD = dt.timedelta(days=120)


def visits_of_child(actor: Actor, now: dt.datetime) -> list[ChildsVisit]:
    """The visits that a guardian's child has accepted, from today on, each with what was typed about the way home.

    Raises: NotAllowed; NotFound.
    """
    policy.require(actor, "read", "pick_up", centre=actor.centre_id, presenters=[actor.presenter_id])
    if actor.presenter_id is None:
        raise NotFound("presenter")
    today = clock.local_day(now)
    rows = [row for row in visits_of_presenter(actor.presenter_id, today, today + AHEAD) if row.state in OPEN_VISITS]
    typed = _typed([row.id for row in rows], [actor.presenter_id])
    found = []
    for row in rows:
        me = next(one for one in row.crew if one.presenter_id == actor.presenter_id)
        own, adult = row.of(me), adult_of(row.crew, me)
        found.append(
            ChildsVisit(
                row,
                min(one.starts_local for one in own),
                max(one.ends_local for one in own),
                adult.full_name if adult else "",
                typed.get((row.id, me.presenter_id), ""),
            )
        )
    return found


def fetched_at(actor: Actor, row: VisitRow, today: dt.date) -> list[Fetched]:
    """For coordinators of the centre and the adult who goes along: of each minor who fetches her, on the day alone.

    Before it, and after it, they read only that it was said.
    """
    scope = policy.scope_of(actor, "read", "pick_up")
    minors = [one for one in row.crew if one.minor and set(one.states.values()) & set(FIRM)]
    hers = [
        one
        for one in minors
        if (scope is Scope.CENTRE and actor.centre_id == row.centre_id) or _goes_with(actor, row, one)
    ]
    if scope is None or not hers:
        return []
    typed = _typed([row.id], [one.presenter_id for one in hers])
    return [
        Fetched(one.given_name, typed[row.id, one.presenter_id] if row.on_day == today else "")
        for one in hers
        if (row.id, one.presenter_id) in typed
    ]


def _goes_with(actor: Actor, row: VisitRow, minor: CrewRow) -> bool:
    adult = adult_of(row.crew, minor)
    return adult is not None and adult.presenter_id == actor.presenter_id


def _typed(visit_ids: list[int], presenter_ids: list[int]) -> dict[tuple[int, int], str]:
    if not visit_ids:
        return {}
    wanted = select(PickUp).where(PickUp.visit_id.in_(visit_ids), PickUp.presenter_id.in_(presenter_ids))
    return {(one.visit_id, one.presenter_id): one.who for one in db.session().scalars(wanted.order_by(PickUp.id))}
