"""What of a centre waits for whom: a handful of questions, however many visits and requests there are."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select, union_all
from sqlalchemy.orm import aliased

from scheduler import policy
from scheduler.core import clock
from scheduler.core.names import whole_name
from scheduler.core.paging import PER_PAGE, Page, first_row, heaps_of_page
from scheduler.policy import Actor, in_reach
from scheduler.requests.models import SchoolRequest
from scheduler.turns.queries import kept_turns
from scheduler.turns.queries.heaps import waiting_requests
from scheduler.turns.queries.requests_and_mails import (
    about_host,
    failed_mails,
    judged_requests,
    posts_to_judge,
)
from scheduler.turns.queries.standings import ASKED_VISITS, Judged, judged_visits, may_be_asked, read
from scheduler.turns.rules import DAY, in_order, not_counted, turns_of_visit
from scheduler.turns.terms import Desk, Matter, PlacedRow, SeatStanding, SoonRow, TurnRow, Verdict
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.lists import crew_of
from scheduler.visits.rules.crew import is_whole
from scheduler.visits.terms.plans import CrewRule
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import FIRM, LIVING, OFF_VISITS, STAFFED, VisitState

Row = TurnRow | PlacedRow
EVERYTHING = 1_000_000  # rows of a page that holds all
SOON_SHOWN = 25  # visits of today and tomorrow; the week has them all
_GOES_ON = tuple(state for state in ASKED_VISITS if state not in OFF_VISITS)


def desk_of(
    actor: Actor, now: dt.datetime, *, only: Collection[Matter] = (), page: int = 1, per_page: int = EVERYTHING
) -> Desk:
    """All that is the coordinators' turn in the actor's centre, and who goes today and tomorrow: seven questions.

    Everything is put in order by what decides its place; a page of it is loaded, of these matters or of all. Two more
    where something changed in the last minute. Raises: NotAllowed.
    """
    policy.require(actor, "read", "visit", centre=policy.own_part(actor))
    policy.require(actor, "read", "request", centre=policy.own_part(actor))
    today = clock.local_day(now)
    begins = first_row(page, per_page)
    found, counts = _in_order(actor, now, only, begins + per_page)
    rows, near = _loaded(actor, found[begins : begins + per_page], now, today)
    soon = [row for row in near.visits if _is_soon(row, today)]
    return Desk(
        rows=rows,
        soon=tuple(_soon(row, near) for row in soon[:SOON_SHOWN]),
        more_soon=len(soon) > SOON_SHOWN,
        found=sum(many for matter, many in counts.items() if not only or matter in only),
        counts=counts,
    )


def rows_told_to(reader: Actor, now: dt.datetime) -> tuple[TurnRow, ...]:
    """The same rows for whoever writes to her: the product itself."""
    today = clock.local_day(now)
    return _loaded(reader, _in_order(reader, now, (), EVERYTHING)[0], now, today)[0]


def _in_order(
    actor: Actor, now: dt.datetime, only: Collection[Matter], most: int
) -> tuple[Sequence[Row], Mapping[Matter, int]]:
    """Of each thing that waits once, the first due first, the first so many; and how many wait for each matter.

    Of what lies in heaps of one matter each the first are read, and the heaps are counted. The few that are judged one
    by one stand beside them: where one of them is in a heap too, the database leaves it out there.
    """
    today = clock.local_day(now)
    held = kept_turns.turns_kept(actor, now, only, most)
    asked = waiting_requests(actor, now, most, held.to_judge)
    judged = kept_turns.judged_now(actor, now, held.to_judge).turns(now, today)
    judged.sort(key=lambda row: (row.on_day or today, row.number))
    apart: list[Row] = [*(row for row in judged if row.verdict.ours), *asked.apart]
    apart += [row for row in (*failed_mails(actor), *posts_to_judge(actor, today)) if row.verdict.ours]
    apart = list(in_order(apart, today))
    rows = in_order([*apart, *held.first, *asked.first], today)
    counts = held.counts + asked.counts + Counter(row.matter for row in apart)
    return [row for row in rows if not only or row.matter in only][:most], counts


def _loaded(actor: Actor, rows: Sequence[Row], now: dt.datetime, today: dt.date) -> tuple[tuple[TurnRow, ...], Judged]:
    """These rows as a page shows them, in the same order; and their visits, with the first of today and tomorrow."""
    light = [row for row in rows if isinstance(row, PlacedRow)]
    one = aliased(Visit)
    shown = select(one.id).where(one.id.in_([row.visit_id for row in light if row.visit_id]))
    days = select(Visit.id).where(
        in_reach(actor, Visit), Visit.on_day.between(today, today + DAY), Visit.state.in_(_GOES_ON)
    )
    days = days.order_by(Visit.on_day, Visit.number).limit(SOON_SHOWN + 1)  # one more says that there are more
    wanted = union_all(shown, select(days.subquery().c.id))  # beside an OR, PostgreSQL would read all of the centre
    visits = read(judged_visits().where(in_reach(actor, Visit), may_be_asked(today), Visit.id.in_(wanted)))
    found: dict[tuple[str, int | None], TurnRow] = {
        ("visit", row.Visit.id): turn for row, turn in zip(visits.visits, visits.turns(now, today), strict=True)
    }
    asked = [row.request_id for row in light if not row.visit_id]
    hosts = [row.host_id for row in light if row.host_id]
    named = or_(SchoolRequest.id.in_(asked), SchoolRequest.host_id.in_(hosts))
    for row in judged_requests(actor, now, named) if asked or hosts else ():
        found.setdefault(("host", row.host_id) if row.host_id else ("request", row.request_id), row)
    loaded = (row if isinstance(row, TurnRow) else found.get(_key(row)) for row in rows)
    return tuple(row for row in loaded if row is not None), visits


def _key(row: PlacedRow) -> tuple[str, int | None]:
    if row.visit_id:
        return "visit", row.visit_id
    return ("host", row.host_id) if row.host_id else ("request", row.request_id)


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
    judged = read(judged_visits().where(Visit.id == visit_id))
    [row] = judged.visits
    return turns_of_visit(judged.standing(row), now, clock.local_day(now))


def sittings_not_counted(actor: Actor, now: dt.datetime, page: int = 1) -> Page[tuple[int, int]]:
    """A page of the (visit, presentation) pairs of what was held and a coordinator must ask about: three questions.

    Two more where something changed in the last minute. Raises: NotAllowed.
    """
    policy.require(actor, "list", "attendance", centre=policy.own_part(actor))
    today = clock.local_day(now)
    held = kept_turns.not_counted_kept(actor, now)
    found, judged = list(held.visits), kept_turns.judged_now(actor, now, held.to_judge)
    for row in judged.visits:
        if missing := _not_counted(judged, row, now, today):
            found.append((row.Visit.on_day, row.Visit.number, row.Visit.id, len(missing)))
    shown, skipped, total = heaps_of_page(((visit_id, many) for *_order, visit_id, many in sorted(found)), page)
    pairs = _pairs(shown, now, today)[skipped : skipped + PER_PAGE]
    return Page(pairs, page, total)


def _pairs(visit_ids: Sequence[int], now: dt.datetime, today: dt.date) -> list[tuple[int, int]]:
    judged = read(judged_visits().where(Visit.id.in_(visit_ids)))
    return [(row.Visit.id, one) for row in judged.visits for one in _not_counted(judged, row, now, today)]


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
    judged = read(judged_visits().where(~Visit.papers_settled, may_count, Visit.id.in_(went)))
    rows = []
    for row, turn in zip(judged.visits, judged.turns(now, today), strict=True):
        counting = [one for one in turns_of_visit(judged.standing(row), now, today) if one.matter is Matter.TO_COUNT]
        rows += [replace(turn, verdict=one) for one in counting[:1]]
    return rows


def _is_soon(row: Any, today: dt.date) -> bool:
    return today <= row.Visit.on_day <= today + DAY and row.Visit.state not in OFF_VISITS


def _soon(row: Any, judged: Judged) -> SoonRow:
    visit = row.Visit
    of_visit = judged.sittings.get(visit.id, ())
    members = {seat.member.presenter_id: seat.member for one, _at in of_visit for seat in one.seats if _goes(seat)}
    crews = [[seat.member for seat in one.seats] for one, _starts in of_visit if one.state in STAFFED]
    return SoonRow(
        number=visit.number,
        on_day=visit.on_day,
        state=visit.state,
        starts_local=tuple(starts for _one, starts in of_visit),
        host=about_host(row, row.contact_phone or row.phone),
        crew=tuple(whole_name(one.given_name, one.family_name) for one in members.values()),
        short=bool(crews) and not is_whole(crews, CrewRule(row.educators, row.influencers), visit.on_day),
    )


def _goes(seat: SeatStanding) -> bool:
    return seat.member.state in LIVING
