"""What a region's table shows stands in its address: the week, the district, the chosen cards and where others are.

Nothing is stored before it is offered. Taking a card back is another address; so is the browser's way back.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import request, url_for

from scheduler.proposals.service.offer_table import MOST_SEATS
from scheduler.proposals.terms.plan import ProposedSeat
from scheduler.web.forms import FIRST_DAY, LAST_DAY, number_of

MOST_CHOSEN = 10  # of one press: each is asked of the calendar by itself
_SEAT = re.compile(r"(\d{1,9})on(\d{4}-\d\d-\d\d)T(\d\d:\d\d)by(\d{1,9})(?:and(\d{1,9}))?", re.ASCII)


@dataclass(frozen=True)
class TableAddress:
    """A region's table as its address says it; `district` None: where most cards wait, 0: everywhere."""

    week: dt.date | None = None  # a Monday
    district: int | None = None
    seats: tuple[ProposedSeat, ...] = ()
    chosen: tuple[int, ...] = ()
    day: dt.date | None = None  # that a phone shows

    def values(self) -> list[tuple[str, str]]:
        """Its query, and the hidden fields of its forms."""
        found = [("week", self.week.isoformat())] if self.week else []
        found += [("district", str(self.district))] if self.district is not None else []
        found += [("at", seat_text(seat)) for seat in self.seats]
        found += [("card", str(one)) for one in self.chosen]
        return [*found, ("day", self.day.isoformat())] if self.day else found

    def href(self, anchor: str = "") -> str:
        """Where it is opened."""
        asked = urlencode(self.values(), safe=":")
        return f"{url_for('board.region')}?{asked}" + (f"#{anchor}" if anchor else "")

    def in_week(self, monday: dt.date) -> "TableAddress":
        """The same in another week."""
        return self if monday == self.week else replace(self, week=monday, day=None)

    def placed(self, seats: Iterable[ProposedSeat]) -> "TableAddress":
        """The same with these cards put where they are now; they are chosen no more."""
        moved = {seat.request_id: seat for seat in seats}
        stay = tuple(seat for seat in self.seats if seat.request_id not in moved)
        chosen = tuple(one for one in self.chosen if one not in moved)
        return replace(self, seats=(*stay, *moved.values()), chosen=chosen)

    def without(self, request_id: int) -> "TableAddress":
        """The same with a card taken back."""
        return replace(self, seats=tuple(seat for seat in self.seats if seat.request_id != request_id))

    def left(self) -> "TableAddress":
        """The same with nothing chosen."""
        return replace(self, chosen=())

    def turned(self, request_id: int) -> "TableAddress":
        """The same with a card chosen, or left if it was."""
        if request_id in self.chosen:
            return replace(self, chosen=tuple(one for one in self.chosen if one != request_id))
        return replace(self, chosen=(*self.chosen, request_id)[-MOST_CHOSEN:])


def seat_text(seat: ProposedSeat) -> str:
    """12on2026-12-01T10:00by7and8: letters between the numbers, which are no identity number then (TRUST S43)."""
    crew = "and".join(map(str, seat.crew))
    return f"{seat.request_id}on{seat.on_day}T{seat.starts_local:%H:%M}by{crew}"


def seat_in_text(typed: str) -> ProposedSeat | None:
    """The same back; None where it is no seat."""
    if not (found := _SEAT.fullmatch(typed)):
        return None
    number, day, time, *crew = found.groups()
    on_day = _day(day)
    try:
        starts = dt.time.fromisoformat(time)
    except ValueError:
        return None
    return ProposedSeat(int(number), on_day, starts, *(int(one) for one in crew if one)) if on_day else None


def asked_address() -> TableAddress:
    """What this request asks for, whether in its address or in its form."""
    given = request.values
    typed = given.getlist("at")[:MOST_SEATS]
    seats = {seat.request_id: seat for one in typed if (seat := seat_in_text(one))}
    numbers = (number_of(one) for one in given.getlist("card"))
    chosen = tuple(dict.fromkeys(number for number in numbers if number is not None))[:MOST_CHOSEN]
    week = _monday(given.get("week", ""))
    return TableAddress(
        week, number_of(given.get("district")), tuple(seats.values()), chosen, _day(given.get("day", ""))
    )


def _monday(typed: str) -> dt.date | None:
    day = _day(typed)
    return day - dt.timedelta(days=day.weekday()) if day else None


def _day(typed: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(typed[:10])
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def pressed_cell() -> tuple[int, dt.date] | None:
    """The presenter's day that was pressed ("7on2026-12-01"), or onto which a card was dropped."""
    who, _on, day = request.args.get("put", "").partition("on")
    number, on_day = number_of(who or request.args.get("to")), _day(day or request.args.get("to_day", ""))
    return (number, on_day) if number is not None and on_day is not None else None
