"""The requests of a page of the inbox, with all that their rows say: columns, and no objects."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, func, select

from scheduler.core.db import db
from scheduler.core.names import whole_name
from scheduler.people.models import User
from scheduler.places.models import District, Host, Municipality
from scheduler.programmes.models import Programme
from scheduler.requests.models import RequestedPresentation, SchoolRequest
from scheduler.requests.queries.rows import twins_of_each
from scheduler.requests.rules.handovers import stand_in_for
from scheduler.requests.rules.states import OPEN, age_days, is_late, turn_of
from scheduler.requests.terms.handovers import HandoverRow
from scheduler.requests.terms.pages import InboxRow, Turn
from scheduler.requests.terms.school_request import ExpectedCounts


def _of_all(column: Any) -> Any:
    """Of all presentations of a request together."""
    of_request = RequestedPresentation.school_request_id == SchoolRequest.id
    return select(column).where(of_request).correlate(SchoolRequest).scalar_subquery()


_ASKED = RequestedPresentation
_PEOPLE = ("pupils", "parents", "teachers")
_COLUMNS = (
    *(SchoolRequest.id, SchoolRequest.number, SchoolRequest.version, SchoolRequest.state, SchoolRequest.state_since),
    *(SchoolRequest.first_day, SchoolRequest.last_day, SchoolRequest.channel, SchoolRequest.attention),
    SchoolRequest.recent_incident,
    *(SchoolRequest.host_id, SchoolRequest.centre_id, SchoolRequest.owner_id),
    *(Host.name_sr_cyrl, Host.name_sr_latn, Host.place_sr_cyrl, Host.place_sr_latn, Municipality.district_id),
    *(District.name_sr_cyrl.label("district_sr_cyrl"), District.name_sr_latn.label("district_sr_latn")),
    District.name_en.label("district_en"),
    *(Programme.name_sr_cyrl.label("programme_sr_cyrl"), Programme.name_en.label("programme_en")),
    *(User.given_spelled.label("given"), User.family_spelled.label("family")),
    _of_all(func.count()).label("presentations"),
    *(_of_all(func.coalesce(func.sum(getattr(_ASKED, one)), 0)).label(one) for one in _PEOPLE),
)


def question_of_rows(cut: Any, order: Sequence[Any]) -> Executable:
    """`cut`: (id, place of its group) of the requests of the page; `order`: by what it was cut."""
    page = cut.subquery()
    return (
        select(*_COLUMNS, page.c.place)
        .join_from(page, SchoolRequest, SchoolRequest.id == page.c.id)
        .join(SchoolRequest.host)
        .join(SchoolRequest.programme)
        .outerjoin(SchoolRequest.owner)
        .outerjoin(Host.municipality)
        .outerjoin(Municipality.district)
        .order_by(*order, page.c.place, SchoolRequest.state_since, SchoolRequest.id)
    )


def inbox_rows(
    question: Executable, values: Mapping[str, Any], running: Sequence[HandoverRow], now: dt.datetime
) -> list[InboxRow]:
    """By `question_of_rows`, and one more for their twins; `running`: the handovers that hold today."""
    found: Sequence[Any] = db.session().execute(question, values).all()
    twins = twins_of_each([(row.id, row.host_id, row.centre_id, row.first_day, row.state in OPEN) for row in found])
    return [_row(row, twins[row.id], running, now) for row in found]


def _row(row: Any, twins: int, running: Sequence[HandoverRow], now: dt.datetime) -> InboxRow:
    turn, step = turn_of(row.state, attention=row.attention)
    away = stand_in_for(row.owner_id, row.district_id, running) if running and turn is not Turn.OVER else None
    return InboxRow(
        row.id,
        row.number,
        row.version,
        row.state,
        row.name_sr_cyrl,
        row.name_sr_latn,
        row.place_sr_cyrl,
        row.place_sr_latn,
        row.district_sr_cyrl,
        row.district_sr_latn,
        row.district_en,
        row.programme_sr_cyrl,
        row.programme_en,
        row.presentations,
        ExpectedCounts(0, row.pupils, row.parents, row.teachers),
        row.first_day,
        row.last_day,
        row.channel,
        row.state_since,
        is_late(turn, age_days(row.state_since, now)),
        whole_name(row.given, row.family) if row.owner_id is not None else "",
        away.stand_in if away else "",
        Turn.YOURS if row.place == 0 and turn is not Turn.OVER else turn,
        step,
        twins,
        row.recent_incident and turn is not Turn.OVER,
    )
