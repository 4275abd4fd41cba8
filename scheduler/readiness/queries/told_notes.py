"""Who was told about a visit by word, and who may be."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import aliased

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.core.names import whole_name
from scheduler.people.models import Presenter, User
from scheduler.readiness.models import ToldNote
from scheduler.readiness.terms import ToldRow, ToldWhat
from scheduler.visits.models.visits import Assignment, Presentation, Visit
from scheduler.visits.queries.lists import member_of
from scheduler.visits.rules.crew import who_is_shown
from scheduler.visits.terms.rows import CrewRow, VisitPage, VisitRow
from scheduler.visits.terms.states import CERTAIN, FIRM, PROMISED, AssignmentState, VisitState


def told_of(visit_id: int) -> list[ToldRow]:
    """The notes about one visit, the newest first. The caller has checked the right."""
    theirs, ours = aliased(User), aliased(User)
    found = db.session().execute(
        select(ToldNote, theirs.given_spelled, theirs.family_spelled, ours.given_spelled, ours.family_spelled)
        .outerjoin(Presenter, Presenter.id == ToldNote.presenter_id)
        .outerjoin(theirs, theirs.id == Presenter.user_id)
        .outerjoin(ours, ours.id == ToldNote.told_by_id)
        .where(ToldNote.visit_id == visit_id)
        .order_by(ToldNote.told_at.desc(), ToldNote.id.desc())
    )
    return [
        ToldRow(note.what, note.how, note.told_at, _full(given, family), _full(our_given, our_family))
        for note, given, family, our_given, our_family in found
    ]


def _full(given: str | None, family: str | None) -> str:
    return whole_name(given or "", family or "")


def tellable(row: VisitRow) -> list[CrewRow]:
    """The adults of a crew who can be told by word: a minor is written to, with a copy to the guardian (TRUST S49)."""
    return [member for member in row.crew if not member.minor and set(member.states.values()) & set(PROMISED)]


def asked_for(number: str, presenter_id: int) -> tuple[Visit, dt.date | None]:
    """A visit and the birthday on which one who was ever asked for it is of age. Raises: NotFound."""
    found = db.session().execute(
        select(Visit, Presenter.adult_on)
        .join(Presentation, Presentation.visit_id == Visit.id)
        .join(Assignment, Assignment.presentation_id == Presentation.id)
        .join(Presenter, Presenter.id == Assignment.presenter_id)
        .where(Visit.number == number, Presenter.id == presenter_id, Assignment.offered_until.is_not(None))
        .limit(1)
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound("visit")
    return row.Visit, row.adult_on


def texts_for(page: VisitPage) -> list[ToldWhat]:
    """What there is to tell of a visit now."""
    offered = any(AssignmentState.OFFERED in member.states.values() for member in tellable(page.visit))
    there = {
        ToldWhat.OFFER: offered,
        ToldWhat.CONFIRMATION: page.visit.state in CERTAIN,
        ToldWhat.CHANGE: page.visit.moved_at is not None and page.visit.state is not VisitState.CANCELLED,
    }
    return [what for what, is_there in there.items() if is_there]


def told_values(row: VisitRow, language: str, now: dt.datetime) -> dict[str, object]:
    """What a mail about the visit would say of it: the same words are copied for Viber and read on the phone."""
    firm = [member_of(one, one.state) for one in row.crew if set(one.states.values()) & set(FIRM)]
    day = min(clock.local_day(now, row.zone), row.on_day)
    return {
        "number": row.number,
        "day": row.on_day,
        "times": ", ".join(f"{presentation.starts_local:%H:%M}" for presentation in row.presentations),
        "host": row.host(language),
        "place": row.place(language),
        "programme": row.programme(language),
        "who": who_is_shown(firm, day),
        "until": max((one.offered_until for one in tellable(row) if one.offered_until), default=now),
    }
