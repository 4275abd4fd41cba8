"""How many requests are alike, counted from the requests themselves: what is kept is filled, and compared, by this."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, insert, select, union_all

from scheduler.core.db import db
from scheduler.places.models import Host, Municipality
from scheduler.requests.models import SchoolRequest
from scheduler.requests.rules.states import HIDDEN
from scheduler.requests.tally_models import ALIKE, RequestTally

_NUMBERS = (
    SchoolRequest.centre_id.label("centre_id"),
    cast(SchoolRequest.state, String).label("state"),
    func.coalesce(SchoolRequest.owner_id, 0).label("owner"),
    func.coalesce(Municipality.district_id, 0).label("district"),
    SchoolRequest.programme_id.label("programme_id"),
)
_KINDS = tuple(getattr(RequestTally, name) for name in ALIKE)


def _counted(many: ColumnElement[int]) -> Any:
    return (
        select(*_NUMBERS, many.label("many"))
        .join_from(SchoolRequest, Host)
        .outerjoin(Municipality, Municipality.id == Host.municipality_id)
        .where(SchoolRequest.state.not_in(HIDDEN))
        .group_by(*_NUMBERS)
    )


FILL_TALLIES = insert(RequestTally).from_select([*ALIKE, "many"], _counted(func.count()))  # for the migration, too


def violations() -> list[str]:
    """A sentence for each kind of which another number is kept than there are: in one statement."""
    both = union_all(select(*_KINDS, RequestTally.many), _counted(-func.count())).subquery()
    kinds = [both.c[name] for name in ALIKE]
    wrong = func.sum(both.c.many)
    found: Sequence[Any] = (
        db.session().execute(select(*kinds, wrong).group_by(*kinds).having(wrong != 0).order_by(*kinds)).all()
    )
    return [
        f"request_tally of centre {centre}: {state}, owner {owner}, district {district}, programme {programme}: "
        f"{more:+} against a count"
        for centre, state, owner, district, programme, more in found
    ]
