"""What reached the helpline from a district in a month, beside the visits there: neighbours in time, and no proof."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduler.reports.terms.counting import CountRow, Group


@dataclass(frozen=True)
class BesideOutreach:
    """A district and a month: communications, and visits in the month before, in the same one and in the next."""

    district: str  # ISO 3166-2
    month: dt.date  # its first day
    communications: int
    before: int
    same: int
    after: int


def beside_outreach(contacts: Mapping[tuple[str, dt.date], int], rows: Sequence[CountRow]) -> list[BesideOutreach]:
    """By month, then district; `rows` are a report's by district and month."""
    visits = {}
    for row in rows:
        keys = {key.group: key.value for key in row.keys}
        visits[keys[Group.DISTRICT], keys[Group.MONTH]] = row.counts.visits

    def held(district: str, month: dt.date) -> int:
        return visits.get((district, f"{month:%Y-%m}"), 0)

    return [
        BesideOutreach(
            district,
            month,
            number,
            held(district, _before(month)),
            held(district, month),
            held(district, next_month(month)),
        )
        for (district, month), number in sorted(contacts.items(), key=lambda one: (one[0][1], one[0][0]))
    ]


def _before(month: dt.date) -> dt.date:
    return (month - dt.timedelta(days=1)).replace(day=1)


def next_month(month: dt.date) -> dt.date:
    """The first day of the next month."""
    return (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
