"""What was kept of the rule's verdicts, and of which visits it is over: those are judged there and then."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, null, or_, select, text, true, union, union_all

from scheduler.attendance import rules as counting
from scheduler.config import centre_timezone
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.records import dataclass
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
def _rules_of_release() -> str:
    judges = (rules.__file__, standings.__file__, __file__, crew.__file__, counting.__file__)
    return hashlib.sha256(b"\0".join(Path(str(one)).read_bytes() for one in judges)).hexdigest()[:32]


def made_by() -> str:
    """The rules of this release, and where its days begin: what others said is judged anew."""
    return f"{_rules_of_release()} {centre_timezone()}"


def is_over(now: dt.datetime) -> ColumnElement[bool]:
    """Whether the clock, or a new release, has ended what was kept of a visit."""
    ended = and_(KeptTurn.holds_until.is_not(None), KeptTurn.holds_until <= now)
    return or_(KeptTurn.judged_at > now, ended, KeptTurn.made_by != made_by())


def to_judge(now: dt.datetime) -> Any:
    """The visits of which nothing is kept that holds."""
    return union(select(TurnMark.visit_id), select(KeptTurn.visit_id).where(is_over(now)))


@dataclass(frozen=True)
class KeptTurns:
    """What is kept of an actor's visits, and holds; and of which visits nothing is that does: in most minutes none."""

    waiting: tuple[PlacedRow, ...]  # the coordinators' turn
    not_counted: tuple[tuple[dt.date, str, int, int], ...]  # day, number, id, and how many presentations of each
    to_judge: frozenset[int]

    def judged(self, actor: Actor, now: dt.datetime) -> Judged:
        """Those of which nothing is kept, judged now."""
        return judged_now(actor, now, self.to_judge)


def turns_kept(actor: Actor, now: dt.datetime) -> KeptTurns:
    """One question, by which a list of thousands is put in order."""
    turn = KeptTurn
    told = (turn.matter, turn.due_on, turn.number, turn.request_id, turn.on_day, turn.ours, turn.not_counted)
    hers = and_(in_reach(actor, turn), or_(turn.ours, turn.not_counted > 0))
    marks = select(TurnMark.visit_id, *(null() for _one in told), true())
    rows = select(turn.visit_id, *told, is_over(now)).where(or_(hers, is_over(now)))
    found: Sequence[Any] = db.session().execute(union_all(rows, marks)).all()
    anew = frozenset(row[0] for row in found if row[-1])
    held = [row for row in found if row[0] not in anew]
    return KeptTurns(
        waiting=tuple(
            PlacedRow(Matter(matter), due_on, number, request_id, visit_id=visit_id, on_day=on_day)
            for visit_id, matter, due_on, number, request_id, on_day, ours, _many, _over in held
            if ours
        ),
        not_counted=tuple((row[5], row[3], row[0], row[7]) for row in held if row[7]),
        to_judge=anew,
    )


def judged_now(actor: Actor, now: dt.datetime, visit_ids: Collection[int]) -> Judged:
    """Those of these visits that are the actor's; a question that names too many asks for all that are to be judged."""
    if not visit_ids:
        return Judged((), {})
    named = Visit.id.in_(visit_ids if len(visit_ids) <= MOST_VISITS_NAMED else to_judge(now))
    return read(judged_visits().where(in_reach(actor, Visit), may_be_asked(clock.local_day(now)), named))


def kept_requests(actor: Actor, now: dt.datetime) -> Select[Any]:
    """The requests of whose visits it is kept, and holds, that the coordinators are to act: for another question."""
    marked = select(TurnMark.visit_id).where(TurnMark.visit_id == KeptTurn.visit_id).correlate(KeptTurn)
    wanted = in_reach(actor, KeptTurn), KeptTurn.ours, KeptTurn.request_id.is_not(None)
    return select(KeptTurn.request_id).where(*wanted, ~is_over(now), ~marked.exists())


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
