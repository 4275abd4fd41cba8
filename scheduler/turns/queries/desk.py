"""What of a centre waits for whom: a handful of questions, however many visits and requests there are."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.names import whole_name
from scheduler.core.paging import PER_PAGE, Page, first_row
from scheduler.people.models import Presenter, User
from scheduler.policy import Actor
from scheduler.requests.models import SchoolRequest
from scheduler.turns.models import Snooze
from scheduler.turns.queries.requests_and_mails import about_host, failed_mails, posts_to_judge, waiting_requests
from scheduler.turns.queries.standings import CREWED, Judged, judged_visits, read, waiting_visits
from scheduler.turns.rules import DAY, TRACE_KEPT, in_order, not_counted, rests, turns_of_visit
from scheduler.turns.terms import Desk, Matter, PutOff, SittingStanding, SoonRow, TurnRow, Verdict
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.lists import crew_of
from scheduler.visits.rules.crew import is_whole
from scheduler.visits.terms.plans import CrewRule
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import FIRM, LIVING, STAFFED, VisitState

EVERYTHING = 1_000_000  # rows of a page that holds all
SOON_SHOWN = 25  # visits of today and tomorrow; the week has them all


def desk_of(
    actor: Actor,
    now: dt.datetime,
    *,
    only: Collection[Matter] = (),
    resting: bool = False,
    page: int = 1,
    per_page: int = EVERYTHING,
) -> Desk:
    """All that is the coordinators' turn in the actor's centre, and who goes today and tomorrow: eight questions.

    Each visit and request that may wait is judged by the rule; a page of them is shown, of these matters or of all:
    the last one where there are fewer by now. `resting`: those that are put off, and no others.
    Raises: NotAllowed.
    """
    policy.require(actor, "read", "visit", centre=policy.own_part(actor))
    policy.require(actor, "read", "request", centre=policy.own_part(actor))
    today = clock.local_day(now)
    visits = waiting_visits(actor, now)
    every = _ours(actor, visits, now)
    put_off = [row for row in every if rests(row, today)]
    rows = [row for row in every if not rests(row, today)]
    found = [row for row in (put_off if resting else rows) if not only or row.matter in only]
    page = min(page, max(1, -(-len(found) // per_page)))
    begins = first_row(page, per_page)
    soon = _soon(visits, today)
    return Desk(
        rows=tuple(found[begins : begins + per_page]),
        soon=tuple(soon[:SOON_SHOWN]),
        more_soon=len(soon) > SOON_SHOWN,
        found=len(found),
        page=page,
        counts=Counter(row.matter for row in rows),
        resting=len(put_off),
    )


def rows_told_to(reader: Actor, now: dt.datetime) -> tuple[TurnRow, ...]:
    """The same rows for whoever writes to her: the product itself. What is put off is not told."""
    today = clock.local_day(now)
    return tuple(row for row in _ours(reader, waiting_visits(reader, now), now) if not rests(row, today))


def _ours(actor: Actor, visits: Judged, now: dt.datetime) -> tuple[TurnRow, ...]:
    """Of each thing that waits for the coordinators one row, the first due first."""
    today = clock.local_day(now)
    found = (*visits.turns(now), *waiting_requests(actor, now), *failed_mails(actor), *posts_to_judge(actor, today))
    trace = put_off_of(actor, now)
    rows = in_order((row for row in found if row.verdict.ours), today)
    return tuple(replace(row, put_off=trace.get((row.number, row.matter), ())) for row in rows) if trace else rows


def row_of(actor: Actor, number: str, now: dt.datetime) -> TurnRow:
    """The row of the first page that is about a visit or request. Raises: NotAllowed; NotFound when nothing waits."""
    policy.require(actor, "create", "visit", centre=policy.own_part(actor))
    for row in _ours(actor, waiting_visits(actor, now), now):
        if row.number == number:
            return row
    raise NotFound("turn")


def put_off_of(actor: Actor, now: dt.datetime) -> dict[tuple[str, str], tuple[PutOff, ...]]:
    """What was put off in a centre lately, by the number of its visit or request and the matter: one question."""
    number = func.coalesce(Visit.number, SchoolRequest.number)
    wanted = (
        select(
            Snooze.matter,
            Snooze.reason,
            Snooze.until_on,
            Snooze.noted_at,
            number,
            User.given_spelled,
            User.family_spelled,
        )
        .outerjoin(Visit, Visit.id == Snooze.visit_id)
        .outerjoin(SchoolRequest, SchoolRequest.id == Snooze.school_request_id)
        .outerjoin(User, User.id == Snooze.noted_by_id)
        .where(Snooze.centre_id == actor.centre_id, Snooze.noted_at >= now - TRACE_KEPT)
        .order_by(Snooze.id)  # the clock may have been set back since
    )
    found: dict[tuple[str, str], tuple[PutOff, ...]] = {}
    for matter, reason, until_on, noted_at, about, given, family in db.session().execute(wanted):
        one = PutOff(reason, until_on, noted_at, whole_name(given, family) if given else "")
        found[about, matter] = (*found.get((about, matter), ()), one)
    return found


def crew_stands(row: VisitRow) -> bool:
    """Whether the crew is whole and nobody has left it who does not go all the same: then its school knows who comes.

    What the rule says of a visit whose school was told, as far as a page can see it without asking.
    """
    held = [one for one in row.presentations if one.state in STAFFED]
    here = {one.id for one in row.presentations}
    back = all(
        any(state in FIRM for which, state in one.states.items() if which in here) for one in row.crew if one.left
    )
    return back and is_whole([crew_of(row, one) for one in held], row.rule, row.on_day)


def turns_about(visit_id: int, now: dt.datetime) -> list[Verdict]:
    """All that waits about one visit, the most pressing first: two questions. The caller has checked the right."""
    judged = read(judged_visits().where(Visit.id == visit_id), now)
    [row] = judged.visits
    return turns_of_visit(judged.standing(row), now, clock.local_day(now))


def sittings_not_counted(actor: Actor, now: dt.datetime, page: int = 1) -> Page[tuple[int, int]]:
    """A page of the (visit, presentation) pairs of what was held and a coordinator must ask about: two questions.

    Raises: NotAllowed.
    """
    policy.require(actor, "list", "attendance", centre=policy.own_part(actor))
    today = clock.local_day(now)
    judged = waiting_visits(actor, now, Visit.on_day < today)
    pairs = [(row.id, one) for row in judged.visits for one in _not_counted(judged, row, now, today)]
    begins = first_row(page)
    return Page(pairs[begins : begins + PER_PAGE], page, len(pairs))


def _not_counted(judged: Judged, row: Any, now: dt.datetime, today: dt.date) -> list[int]:
    """The presentations of a visit of which the rule says that a coordinator asks for their numbers."""
    standing = judged.standing(row)
    asks = any(turn.matter is Matter.NOT_COUNTED for turn in turns_of_visit(standing, now, today))
    return [sitting.id for sitting in not_counted(standing)] if asks else []


def visits_to_count(presenter_id: int, now: dt.datetime) -> list[TurnRow]:
    """The visits that a presenter went to and whose numbers are still missing, the oldest first: two questions."""
    today = clock.local_day(now)
    went = (
        select(Presentation.visit_id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .where(Assignment.presenter_id == presenter_id, Assignment.state.in_(FIRM), Presentation.starts_at <= now)
    )
    may_count = Visit.state.in_((VisitState.CONFIRMED, VisitState.READY))
    judged = read(judged_visits().where(~Visit.papers_settled, may_count, Visit.id.in_(went)), now)
    rows = []
    for row, turn in zip(judged.visits, judged.turns(now), strict=True):
        counting = [one for one in turns_of_visit(judged.standing(row), now, today) if one.matter is Matter.TO_COUNT]
        rows += [replace(turn, verdict=one) for one in counting[:1]]
    return rows


def _soon(visits: Judged, today: dt.date) -> list[SoonRow]:
    """Visits of today and tomorrow with who goes, and one more than are shown: their names are one question."""
    rows = [row for row in visits.visits if today <= row.on_day <= today + DAY and row.state in CREWED][
        : SOON_SHOWN + 1
    ]
    crews = {row.id: visits.sittings.get(row.id, ()) for row in rows}
    going = {
        visit_id: dict.fromkeys(
            seat.member.presenter_id for one, _at in crew for seat in one.seats if seat.member.state in LIVING
        )
        for visit_id, crew in crews.items()
    }
    names = select(Presenter.id, User.given_spelled, User.family_spelled).join(User, User.id == Presenter.user_id)
    found = db.session().execute(names.where(Presenter.id.in_({one for crew in going.values() for one in crew})))
    named = {who: whole_name(given, family) for who, given, family in found}
    return [_soon_row(row, crews[row.id], tuple(named[who] for who in going[row.id])) for row in rows]


def _soon_row(row: Any, of_visit: Sequence[tuple[SittingStanding, dt.time]], crew: tuple[str, ...]) -> SoonRow:
    crews = [[seat.member for seat in one.seats] for one, _starts in of_visit if one.state in STAFFED]
    return SoonRow(
        number=row.number,
        on_day=row.on_day,
        state=row.state,
        starts_local=tuple(starts for _one, starts in of_visit),
        host=about_host(row, row.contact_phone or row.phone),
        crew=crew,
        short=bool(crews) and not is_whole(crews, CrewRule(row.educators, row.influencers), row.on_day),
    )
