"""What was counted by place alone, added up from kept figures: as kept figures of places must be."""

from typing import Any

from sqlalchemy import Integer, Select, cast, delete, exists, func, insert, select

from scheduler.attendance.models import KeptFigure
from scheduler.attendance.place_models import PLACE_COLUMNS, PLACE_KEY, PLACE_SUMS, PlaceFigure
from scheduler.attendance.queries.figures import MOST_TOLD
from scheduler.core.db import db


def _added_up() -> Select[Any]:
    kept = KeptFigure.__table__.c
    keys = [kept[name] for name in PLACE_KEY]
    sums = [cast(func.sum(kept[name]), Integer).label(name) for name in PLACE_SUMS]
    return select(*keys, func.max(kept.last_day).label("last_day"), *sums).group_by(*keys)


FILL_PLACES = insert(PlaceFigure).from_select(list(PLACE_COLUMNS), _added_up())  # for the migration
_ITS_OWN = exists().where(*(getattr(KeptFigure, name) == getattr(PlaceFigure, name) for name in PLACE_KEY))
DROP_STRAYS = delete(PlaceFigure).where(~_ITS_OWN)  # where no figure is kept, none goes and takes these along


def violations() -> list[str]:
    """Kept figures of places that are not the sum of the kept figures there."""
    session = db.session()
    stored = select(*(getattr(PlaceFigure, name) for name in PLACE_COLUMNS))
    kept, added = ({tuple(row) for row in session.execute(wanted)} for wanted in (stored, _added_up()))
    wrong = sorted({row[: len(PLACE_KEY)] for row in kept ^ added})
    return [
        f"figures of places of {year}-{month:02d}, centre {centre}, municipality {town}: not the sum of its kinds"
        for year, month, centre, town in wrong
    ][:MOST_TOLD]
