"""The search for a substitute: which ones are open, who is passed over, and what the visit's page shows."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import func, or_, select

from scheduler.core.db import db
from scheduler.core.names import whole_name
from scheduler.people.models import Presenter, User
from scheduler.staffing.rules.substitutes import choose_at
from scheduler.staffing.terms.substitutes import SubstituteAskRow, SubstituteSearchRow
from scheduler.visits.models.substitution import SubstituteAsk, SubstituteSearch
from scheduler.visits.models.visits import Assignment, Presentation
from scheduler.visits.queries.lists import member_of
from scheduler.visits.rules.crew import may_go_short
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import OPEN_SEARCHES, PROMISED, STAFFED, AssignmentState

LOAD_SPAN = dt.timedelta(days=28)  # before and after a visit: what counts as a presenter's load


def open_search(visit_id: int) -> SubstituteSearch | None:
    """The search that goes on for a visit; read it under the visit's lock."""
    return db.session().scalar(
        select(SubstituteSearch)
        .where(SubstituteSearch.visit_id == visit_id, SubstituteSearch.state.in_(OPEN_SEARCHES))
        .execution_options(populate_existing=True)
    )


def open_searches() -> list[int]:
    """Visits for which a substitute is sought or a coordinator has to decide."""
    rows = db.session().scalars(
        select(SubstituteSearch.visit_id)
        .where(SubstituteSearch.state.in_(OPEN_SEARCHES))
        .order_by(SubstituteSearch.visit_id)
    )
    return list(rows)


def passed_over(search: SubstituteSearch) -> set[int]:
    """Whom a search does not ask: who was asked in it, who said no to the visit, who cannot come to it."""
    session = db.session()
    asked = session.scalars(select(SubstituteAsk.presenter_id).where(SubstituteAsk.relief_id == search.id))
    no = session.scalars(
        select(Assignment.presenter_id)
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(
            Presentation.visit_id == search.visit_id,
            or_(
                Assignment.state == AssignmentState.DECLINED,
                (Assignment.state == AssignmentState.WITHDRAWN) & (Assignment.reason == "cannot_come"),
            ),
        )
    )
    return {*asked, *no}


def loads(presenter_ids: Collection[int], day: dt.date) -> dict[int, int]:
    """How many visits each of them has promised in the four weeks before and after a day."""
    rows = db.session().execute(
        select(Assignment.presenter_id, func.count(Presentation.visit_id.distinct()).label("visits"))
        .join(Presentation, Presentation.id == Assignment.presentation_id)
        .where(
            Assignment.presenter_id.in_(presenter_ids),
            Assignment.state.in_(PROMISED),
            Assignment.on_day.between(day - LOAD_SPAN, day + LOAD_SPAN),
        )
        .group_by(Assignment.presenter_id)
        .order_by(Assignment.presenter_id)
    )
    return {row.presenter_id: row.visits for row in rows}


def latest_search(visit: VisitRow) -> SubstituteSearchRow | None:
    """The newest search of a visit, with whom it asked, the last wave first; None when there was none."""
    search = db.session().scalar(
        select(SubstituteSearch)
        .where(SubstituteSearch.visit_id == visit.id)
        .order_by(SubstituteSearch.id.desc())
        .limit(1)
    )
    if search is None or visit.starts_at is None:
        return None
    staffed = [row for row in visit.presentations if row.state in STAFFED]
    crews = [[member_of(one, one.states[row.id]) for one in visit.crew if row.id in one.states] for row in staffed]
    return SubstituteSearchRow(
        state=search.state,
        wave=search.wave,
        next_wave_at=search.next_wave_at,
        choose_at=choose_at(visit.starts_at),
        asked=_asked(search, visit),
        may_go_short=may_go_short(crews, visit.on_day),
        online_link=visit.online_link,
    )


def _asked(search: SubstituteSearch, visit: VisitRow) -> tuple[SubstituteAskRow, ...]:
    rows = db.session().execute(
        select(SubstituteAsk, User.given_spelled, User.family_spelled)
        .join(Presenter, Presenter.id == SubstituteAsk.presenter_id)
        .join(User, User.id == Presenter.user_id)
        .where(SubstituteAsk.relief_id == search.id)
        .order_by(SubstituteAsk.wave.desc(), SubstituteAsk.id)
    )
    crew = {one.presenter_id: one for one in visit.crew}
    return tuple(
        SubstituteAskRow(
            wave=ask.wave,
            presenter_id=ask.presenter_id,
            full_name=crew[ask.presenter_id].given_name if crew[ask.presenter_id].minor else whole_name(given, family),
            asked_at=ask.asked_at,
            state=crew[ask.presenter_id].state,
            until=crew[ask.presenter_id].offered_until,
        )
        for ask, given, family in rows
        if ask.presenter_id in crew
    )
