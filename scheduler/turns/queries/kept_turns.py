"""What was kept of the rule's verdicts, and of which visits it is over: those are judged there and then."""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, or_, select, text, true, union, union_all

from scheduler.attendance import rules as counting
from scheduler.config import centre_timezone
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.policy import Actor, in_reach
from scheduler.turns import rules
from scheduler.turns.models import KeptTurn, TurnMark
from scheduler.turns.queries import standings
from scheduler.turns.queries.standings import Judged, judged_visits, may_be_asked, read
from scheduler.turns.terms import Matter, PlacedRow
from scheduler.visits.models.visits import Visit
from scheduler.visits.rules import crew
from scheduler.visits.terms.states import VisitState

MAY_WAIT = """SELECT v.id AS visit_id FROM visit v WHERE v.state NOT IN ('cancelled', 'replanned', 'delivered')
  OR (v.state = 'delivered' AND EXISTS (SELECT 1 FROM presentation p JOIN attendance a ON a.presentation_id = p.id
    WHERE p.visit_id = v.id AND a.state IN ('countersigned', 'assumed')))
UNION SELECT k.visit_id FROM kept_turn k"""
MARK_ALL = text(
    f"INSERT INTO turn_mark (visit_id, writer) SELECT m.visit_id, 0 FROM ({MAY_WAIT}) m WHERE TRUE "
    "ON CONFLICT (visit_id, writer) DO NOTHING"
)
COMPARED_AT_ONCE = 500
MOST_VISITS_NAMED = 10_000  # visits that a question names one by one
Row = dict[str, Any]


@cache
def rules_of_release() -> str:
    """One text of all rules by which a turn is judged."""
    judges = (rules.__file__, standings.__file__, __file__, crew.__file__, counting.__file__)
    return hashlib.sha256(b"\0".join(Path(str(one)).read_bytes() for one in judges)).hexdigest()[:32]


def made_by() -> str:
    """The rules of this release, and where its days begin: what others said is judged anew."""
    return f"{rules_of_release()} {centre_timezone()}"


def is_over(now: dt.datetime) -> ColumnElement[bool]:
    """Whether the clock, or a new release, has ended what was kept of a visit."""
    return or_(*_ends(now))


def _ends(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """By what it can have ended: each is looked up in an index of its own, where nothing else is asked with it."""
    own, told = made_by(), KeptTurn.holds_until.is_not(None)
    other = or_(KeptTurn.made_by < own, KeptTurn.made_by > own)  # "another one" no index finds
    return KeptTurn.judged_at > now, and_(told, KeptTurn.holds_until <= now), other


def to_judge(now: dt.datetime) -> Any:
    """The visits of which nothing is kept that holds: each page of staff asks it, and nearly always it is none."""
    return union(select(TurnMark.visit_id), *(select(KeptTurn.visit_id).where(end) for end in _ends(now)))


def next_to_judge(now: dt.datetime, count: int) -> Any:
    """So many of them: of a hundred thousand marks no more are read for each step."""
    marked = select(TurnMark.visit_id).distinct().order_by(TurnMark.visit_id).limit(count).subquery()
    ended = (select(KeptTurn.visit_id).where(end).limit(count).subquery() for end in _ends(now))
    return union(*(select(one.c.visit_id) for one in (marked, *ended))).limit(count)


@dataclass(frozen=True)
class KeptTurns:
    """What is kept of an actor's visits, and holds; and of which visits nothing is that does: in most minutes none."""

    first: tuple[PlacedRow, ...]  # of the coordinators' turns as many as were asked for, in order
    counts: Counter[Matter]  # of all of them
    to_judge: frozenset[int]


def turns_kept(actor: Actor, now: dt.datetime, only: Collection[Matter], most: int) -> KeptTurns:
    """One question: a heap for each matter is counted, and the first of all, or of these matters, are read."""
    turn, hers = KeptTurn, and_(in_reach(actor, KeptTurn), KeptTurn.ours, _holds(now))
    told = turn.visit_id, turn.matter, turn.due_on, turn.number, turn.request_id, turn.on_day
    asked = turn.matter.in_([matter.value for matter in only]) if only else true()
    some = select(*told).where(hers, asked).order_by(*_in_order(clock.local_day(now))).limit(most).subquery()
    nothing = [null() for _one in told[2:]]
    found: Sequence[Any] = (
        db.session()
        .execute(
            union_all(
                select(literal("first"), *some.c, literal(1)),
                select(literal("heap"), null(), turn.matter, *nothing, func.count()).where(hers).group_by(turn.matter),
                select(literal("judge"), to_judge(now).subquery().c.visit_id, null(), *nothing, null()),
            )
        )
        .all()
    )
    first = [
        PlacedRow(Matter(matter), due_on, number, request_id, visit_id=visit_id, on_day=on_day)
        for what, visit_id, matter, due_on, number, request_id, on_day, _many in found
        if what == "first"
    ]
    counts = Counter({Matter(row[2]): row[-1] for row in found if row[0] == "heap"})
    return KeptTurns(tuple(first), counts, frozenset(row[1] for row in found if row[0] == "judge"))


def _in_order(today: dt.date) -> tuple[Any, ...]:
    """By what rules.in_order puts rows in order."""
    rank = case({matter.value: rank for matter, rank in rules.RANKS.items()}, value=KeptTurn.matter)
    waits = KeptTurn.matter != Matter.DECIDE_NOW.value
    return case((waits, 1), else_=0), func.coalesce(KeptTurn.due_on, today), rank, KeptTurn.number


def _holds(now: dt.datetime) -> ColumnElement[bool]:
    return and_(~is_over(now), KeptTurn.visit_id.not_in(select(TurnMark.visit_id)))


@dataclass(frozen=True)
class KeptCounts:
    """Visits of which numbers are missing, as it is kept and holds; and the visits of which nothing is that does."""

    visits: tuple[tuple[dt.date, str, int, int], ...]  # day, number, id, and how many presentations of each
    to_judge: frozenset[int]


def not_counted_kept(actor: Actor, now: dt.datetime) -> KeptCounts:
    """One question."""
    turn = KeptTurn
    told = turn.visit_id, turn.on_day, turn.number, turn.not_counted
    hers = select(*told).where(in_reach(actor, turn), turn.not_counted > 0, _holds(now))
    judge = select(to_judge(now).subquery().c.visit_id, *(null() for _one in told[1:]))
    found: Sequence[Any] = db.session().execute(union_all(hers, judge)).all()
    visits = tuple((row[1], row[2], row[0], row[3]) for row in found if row[3] is not None)
    return KeptCounts(visits, frozenset(row[0] for row in found if row[3] is None))


def judged_now(actor: Actor, now: dt.datetime, visit_ids: Collection[int]) -> Judged:
    """Those of these visits that are the actor's; a question that names too many asks for all that are to be judged."""
    if not visit_ids:
        return Judged((), {})
    named = Visit.id.in_(visit_ids if len(visit_ids) <= MOST_VISITS_NAMED else to_judge(now))
    return read(judged_visits().where(in_reach(actor, Visit), may_be_asked(clock.local_day(now)), named))


def kept_requests(actor: Actor, now: dt.datetime | None) -> Select[Any]:
    """The requests of whose visits it is kept, and holds, that the coordinators are to act: for another question.

    `now` None: that all of it holds was asked just before.
    """
    wanted = select(KeptTurn.request_id).where(
        in_reach(actor, KeptTurn), KeptTurn.ours, KeptTurn.request_id.is_not(None)
    )
    return wanted if now is None else wanted.where(_holds(now))


def requests_to_judge(now: dt.datetime) -> Select[Any]:
    """The requests of whose visits nothing is kept that holds: for another question."""
    of_visits = Visit.id.in_(select(to_judge(now).subquery().c.visit_id))
    return select(Visit.school_request_id).where(of_visits, Visit.school_request_id.is_not(None))


def rows_to_keep(visit_ids: Sequence[int], now: dt.datetime) -> list[Row]:
    """What is to be kept of these visits: nothing of those that rest whatever the clock says."""
    today = clock.local_day(now)
    wanted = judged_visits().add_columns(Visit.centre_id, Visit.host_id, may_be_asked(today).label("is_asked"))
    judged = read(wanted.where(Visit.id.in_(visit_ids)))
    rows = [_row(judged, row, now, today) for row in judged.visits]
    return [row for row in rows if row["ours"] or row["not_counted"] or row["holds_until"]]


def _row(judged: Judged, row: Any, now: dt.datetime, today: dt.date) -> Row:
    standing, visit = judged.standing(row), row.Visit
    turns, holds_until = [rules.ITS_DAY], _asked_from(visit, now)
    if row.is_asked:
        turns = rules.turns_of_visit(standing, now, today)
        holds_until = rules.changes_next(standing, now, clock.begin_of)
    counts = any(turn.matter is Matter.NOT_COUNTED for turn in turns)
    return {
        "visit_id": visit.id,
        "centre_id": row.centre_id,
        "host_id": row.host_id,
        "request_id": visit.school_request_id,
        "number": visit.number,
        "on_day": visit.on_day,
        "ours": turns[0].ours,
        "matter": turns[0].matter.value,
        "due_on": turns[0].due_on,
        "not_counted": len(rules.not_counted(standing)) if counts else 0,
        "judged_at": now,
        "holds_until": holds_until,
        "made_by": made_by(),
    }


def _asked_from(visit: Any, now: dt.datetime) -> dt.datetime | None:
    """When the clock alone lets the rule be asked of a visit: see `may_be_asked`. None: never."""
    wakes = clock.begin_of(visit.on_day - rules.DAY)
    return wakes if visit.state in (VisitState.CONFIRMED, VisitState.READY) and wakes > now else None


def violations() -> list[str]:
    """Each visit of which something is kept, and holds, that the rule does not say, or nothing where it says a word."""
    now, found = clock.now(), list[int]()
    visit_ids = db.session().scalars(text(MAY_WAIT)).all()
    over = set(db.session().scalars(to_judge(now)))
    for begins in range(0, len(visit_ids), COMPARED_AT_ONCE):
        some = visit_ids[begins : begins + COMPARED_AT_ONCE]
        rows = db.session().execute(select(*KeptTurn.__table__.columns).where(KeptTurn.visit_id.in_(some)))
        kept = {row["visit_id"]: _told(row) for row in rows.mappings()}
        said = {row["visit_id"]: _told(row) for row in rows_to_keep(some, now)}
        found += [one for one in some if one not in over and kept.get(one) != said.get(one)]
    return [f"whose turn visit {one} is was kept, and the rule says otherwise" for one in sorted(found)]


def _told(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    """All that is kept of a visit but the moment at which it was judged."""
    return tuple(row[column.name] for column in KeptTurn.__table__.columns if column.name != "judged_at")
