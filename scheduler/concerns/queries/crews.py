"""Who went to a visit, for whoever speaks up about one of them: the product knows, its form names nobody."""

import datetime as dt

from scheduler.visits.models.visits import Visit
from scheduler.visits.queries.lists import visits_where
from scheduler.visits.terms.rows import VisitRow
from scheduler.visits.terms.states import FIRM, GONE_VISITS


def went_to(row: VisitRow) -> set[int]:
    """Whoever goes to a visit or was there."""
    return {one.presenter_id for one in row.crew if set(one.states.values()) & set(FIRM)}


def crews_at(host_id: int, on_day: dt.date) -> list[VisitRow]:
    """The visits of every centre at a host on a day to which somebody goes or went."""
    here = visits_where(Visit.host_id == host_id, Visit.on_day == on_day, Visit.state.not_in(GONE_VISITS))
    return [row for row in here if went_to(row)]
