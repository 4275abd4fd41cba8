"""Tallies: what the code on a poster opens, and how many have counted themselves."""

import hmac
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from scheduler.attendance import rules
from scheduler.attendance.models import TallyMark
from scheduler.attendance.terms import Tally, TallyCode
from scheduler.config import settings
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.visits.models.visits import Presentation, Visit
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import HELD_STATES, STAFFED

_TALLY_STATES = (*STAFFED, *HELD_STATES)


def tallies_of(visit_id: int) -> list[Tally]:
    """The tallies of a visit, one for each presentation for adults. Who may see them is checked by the caller."""
    return _tallies(_for_adults().where(Presentation.visit_id == visit_id))


def tally_codes(visit: VisitRow) -> list[TallyCode]:
    """What opens the posters of a visit, which was read already: no question."""
    secret = settings().secret_key
    return [
        TallyCode(visit.number, row.ordinal, rules.tally_code(row.uid, secret), row.starts_local)
        for row in sorted(visit.presentations, key=lambda row: row.ordinal)
        if row.audience in rules.TALLY_AUDIENCES and row.state in _TALLY_STATES
    ]


def tally_behind(number: str, ordinal: int, code: str) -> Tally:
    """What the code on a poster opens. Raises: NotFound, for a wrong code as if there were no such visit."""
    if not number.isprintable() or not code.isascii():
        raise NotFound("tally")
    found = _tallies(
        _for_adults()
        .join(Visit, Visit.id == Presentation.visit_id)
        .where(Visit.number == number, Presentation.ordinal == ordinal)
    )
    if not found or not hmac.compare_digest(found[0].code, code):
        raise NotFound("tally")
    return found[0]


def tally_of(presentation_id: int) -> int:
    """How many have counted themselves at a presentation."""
    people = select(func.sum(TallyMark.people)).where(TallyMark.presentation_id == presentation_id)
    return int(db.session.scalar(people) or 0)


def _for_adults() -> Select[Any]:
    visit = joinedload(Presentation.visit)
    shown = (visit.joinedload(Visit.host), visit.joinedload(Visit.programme), visit.joinedload(Visit.centre))
    return (
        select(Presentation)
        .where(Presentation.audience.in_(rules.TALLY_AUDIENCES), Presentation.state.in_(_TALLY_STATES))
        .options(*shown)
        .order_by(Presentation.ordinal)
    )


def _tallies(wanted: Select[Any]) -> list[Tally]:
    secret = settings().secret_key
    found = []
    for row in db.session.scalars(wanted):
        opens_at, closes_at = rules.tally_hours(row.starts_at, row.ends_at)
        visit = row.visit
        found.append(
            Tally(
                presentation_id=row.id,
                visit_number=visit.number,
                ordinal=row.ordinal,
                code=rules.tally_code(row.uid, secret),
                host_name_sr_cyrl=visit.host.name_sr_cyrl,
                host_name_sr_latn=visit.host.name_sr_latn,
                programme_sr_cyrl=visit.programme.name_sr_cyrl,
                programme_en=visit.programme.name_en,
                centre_sr_cyrl=visit.centre.name_sr_cyrl,
                centre_en=visit.centre.name_en,
                audience=row.audience,
                on_day=row.on_day,
                starts_local=row.starts_local,
                zone=row.zone,
                opens_at=opens_at,
                closes_at=closes_at,
                most=rules.most_tallied(row.expected_parents + row.expected_teachers, visit.programme.group_size),
            )
        )
    return found
