"""Words of a visit that is called off late: who has read it, and what was driven already."""

import datetime as dt
from dataclasses import dataclass

MOST_KILOMETRES = 2000  # of one day, as the table's CHECK says


@dataclass(frozen=True)
class LateRow:
    """One presenter, as the visit's page shows her to a coordinator."""

    presenter_id: int
    name: str
    minor: bool
    read_at: dt.datetime | None
    kilometres: int | None
    phone: str = ""  # hers, or her guardian's while she is a minor; empty: none is known


@dataclass(frozen=True)
class CalledOff:
    """A visit called off late, as its presenter's page shows it."""

    number: str
    on_day: dt.date
    host_sr_cyrl: str
    host_sr_latn: str
    read_at: dt.datetime | None
    kilometres: int | None
    minor: bool  # who never drives
