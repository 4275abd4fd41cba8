"""What waits of some requests that a page shows: of what is kept, and of those that stand still."""

import datetime as dt
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, String, and_, bindparam, cast, false, func, literal, null, or_, select, union_all

from scheduler import policy
from scheduler.core import clock
from scheduler.core.db import db
from scheduler.policy import Actor, in_reach
from scheduler.requests.models import SchoolRequest
from scheduler.requests.queries.inbox import Condition, Ours
from scheduler.requests.rules.states import REMINDED, STEPS
from scheduler.requests.terms.pages import Turn
from scheduler.turns.models import KeptTurn, TurnMark
from scheduler.turns.queries import kept_turns
from scheduler.turns.queries.requests_and_mails import silent_since, standing_still
from scheduler.turns.terms import Matter, TurnRow, Verdict, Whose
from scheduler.visits.models.visits import DateWish, Presentation, Visit
from scheduler.visits.terms.states import PresentationState

_MOMENT = SchoolRequest.state_since.type
_NOW: Any = bindparam("now", type_=_MOMENT)
_SILENT_SINCE: Any = bindparam("silent_since", type_=_MOMENT)
_OF: Any = bindparam("request_ids", expanding=True)
_JUDGED: Any = bindparam("judged_ids", type_=Integer(), expanding=True)


def ours_of(actor: Actor, now: dt.datetime) -> Ours:
    """Of which requests a visit is the coordinators' turn, or which stand still: one question.

    What changed just now is judged, and named in the condition: two more questions. Raises: NotAllowed.
    """
    policy.require(actor, "read", "visit", centre=policy.own_part(actor))
    values: dict[str, Any] = {_NOW.key: now, _SILENT_SINCE.key: silent_since(now)}
    changed = db.session().scalars(_to_judge(kept_turns.made_by()), values).all()
    judged = kept_turns.judged_now(actor, now, changed).turns(now, clock.local_day(now)) if changed else []
    values[_JUDGED.key] = list({row.request_id for row in judged if row.request_id is not None and row.verdict.ours})
    return Ours(_condition(actor, kept_turns.made_by(), all_holds=not changed), values)


@lru_cache(maxsize=4)
def _to_judge(_rules: str) -> Any:
    """`_rules` stand in what is asked: other rules, another question."""
    return kept_turns.to_judge(_NOW)


@lru_cache(maxsize=24)
def _condition(actor: Actor, _rules: str, *, all_holds: bool) -> Condition:
    """`all_holds`: of all that is kept it was asked just now, and nothing is over: no row is asked again."""
    kept = kept_turns.kept_requests(actor, None if all_holds else _NOW)
    judged = SchoolRequest.id.in_(_JUDGED)
    still = standing_still(_SILENT_SINCE)
    others = SchoolRequest.state.in_([state for state in REMINDED if STEPS[state][0] is not Turn.YOURS])
    ids = (select(SchoolRequest.id).where(in_reach(actor, SchoolRequest), one) for one in (judged, and_(still, others)))
    return Condition(or_(SchoolRequest.id.in_(kept), judged, still), (kept, *ids))


def rows_of_requests(actor: Actor, now: dt.datetime, request_ids: Collection[int]) -> dict[int, TurnRow]:
    """Of these requests what is the coordinators' turn of their visits, and who stands still: one question.

    As much of each as says what waits and where it is ended. Two more where something changed in the last minute.
    """
    if not request_ids:
        return {}
    values = {_NOW.key: now, _SILENT_SINCE.key: silent_since(now), _OF.key: list(request_ids)}
    found: Sequence[Any] = db.session().execute(_what_waits(actor, kept_turns.made_by()), values).all()
    anew = [row.visit_id for row in found if row.over]
    judged = kept_turns.judged_now(actor, now, anew).turns(now, clock.local_day(now)) if anew else []
    rows = [_row_of_request(row) for row in found if not row.over]
    rows += [row for row in judged if row.verdict.ours]
    return {row.request_id: row for row in sorted(rows, key=_by_its_day) if row.request_id is not None}


@lru_cache(maxsize=24)
def _what_waits(actor: Actor, _rules: str) -> Any:
    return union_all(_kept(actor), _still(actor))


def _by_its_day(row: TurnRow) -> tuple[bool, dt.date, str]:
    """Of several visits of a request the last one is told; a request that stands still has none."""
    return row.matter is Matter.STANDS_STILL, row.on_day or dt.date.min, row.number


def _row_of_request(row: Any) -> TurnRow:
    return TurnRow(
        verdict=Verdict(Whose.COORDINATOR, Matter(row.matter)),
        on_day=row.on_day,
        number=row.number,
        request_id=row.request_id,
        version=row.version,
        wished_day=row.wished_day,
        starts_at=row.starts_at,
    )


def _kept(actor: Actor) -> Any:
    """What is kept of the visits of these requests, and who is to act; `over`: of those that are to be judged anew."""
    marked = select(TurnMark.visit_id).where(TurnMark.visit_id == Visit.id).correlate(Visit).exists()
    over = or_(marked, and_(KeptTurn.visit_id.is_not(None), kept_turns.is_over(_NOW)))
    sittings = select(func.min(Presentation.starts_at)).where(
        Presentation.visit_id == Visit.id, Presentation.state != PresentationState.MERGED_INTO
    )
    wish = and_(DateWish.visit_id == Visit.id, DateWish.answered_at.is_(None))
    return (
        select(
            Visit.id.label("visit_id"),
            Visit.school_request_id.label("request_id"),
            KeptTurn.matter.label("matter"),
            Visit.number.label("number"),
            Visit.on_day.label("on_day"),
            Visit.version.label("version"),
            DateWish.first_choice.label("wished_day"),
            sittings.correlate(Visit).scalar_subquery().label("starts_at"),
            over.label("over"),
        )
        .outerjoin(KeptTurn, KeptTurn.visit_id == Visit.id)
        .outerjoin(DateWish, wish)
        .where(in_reach(actor, Visit), Visit.school_request_id.in_(_OF), or_(KeptTurn.ours, over))
    )


def _still(actor: Actor) -> Any:
    """Of these requests those that stand still, in the same columns."""
    asked = SchoolRequest
    return select(
        cast(null(), Integer).label("visit_id"),
        asked.id.label("request_id"),
        literal(Matter.STANDS_STILL.value, String).label("matter"),
        asked.number.label("number"),
        asked.first_day.label("on_day"),
        asked.version.label("version"),
        cast(null(), asked.first_day.type).label("wished_day"),
        cast(null(), asked.state_since.type).label("starts_at"),
        false().label("over"),
    ).where(in_reach(actor, asked), asked.id.in_(_OF), standing_still(_SILENT_SINCE))
