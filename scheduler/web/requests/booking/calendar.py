"""The calendar in the question about days: which are free, the one that was pressed, and the waiting list instead."""

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from typing import Any

from scheduler.booking.terms.free_dates import FreeDates, FreeWish, Lack
from scheduler.core import clock
from scheduler.people.terms import TeachingLanguage
from scheduler.requests.rules.school_request import LONGEST_SPAN_DAYS
from scheduler.waitlist.queries.ranks import waiting_now
from scheduler.web.forms import DayField
from scheduler.web.free_dates import months_of, open_at_first, why_none
from scheduler.web.i18n import _n, page_language
from scheduler.web.requests.booking.draft import BookingDraft
from scheduler.web.requests.booking.fields import Typed
from scheduler.web.requests.booking.parts import earliest_day
from scheduler.web.requests.forms import FEW_LETTERS

MOST_OTHERS = 3  # programmes that are looked at where the chosen one has no free date


def only_day(sent: str) -> Typed:
    """A day of the calendar as first and last day, written as people write it; what is no day stays as it was sent."""
    day = sent.replace("\0", "")[:20]
    with suppress(ValueError):
        day = DayField.written(dt.date.fromisoformat(day))
    return {"first_day": [day], "last_day": [day], "waiting": []}


def only_classes(sent: str) -> Typed:
    """Classes said beside the calendar, as the first presentation of the question who listens has them."""
    return {"presentations-0-classes": [sent.replace("\0", "")[:FEW_LETTERS].strip()]}


def for_the_waiting_list(booking: BookingDraft) -> Typed:
    """All days that may be asked for, from the first with notice enough: whoever gives a date away finds one there."""
    first = earliest_day(booking) or clock.local_day(booking.now)
    last = first + dt.timedelta(days=LONGEST_SPAN_DAYS - 1)
    return {"first_day": [DayField.written(first)], "last_day": [DayField.written(last)], "waiting": ["yes"]}


def free_days(booking: BookingDraft, wish: FreeWish, answer: FreeDates, marked: dt.date | None) -> dict[str, Any]:
    """The calendar of the question about days, as far as the answers before it say where, what and for whom.

    `marked` is the day that was pressed or named: its month stands open.
    """
    chosen = None if booking.slot() else booking.only_day()
    missed = chosen is not None and booking.knows_classes() and not any(one.day == chosen for one in answer.free)
    months = months_of(_without_notice(answer), marked)
    marked_in = next((number for number, month in enumerate(months, 1) if month.has_chosen), 0)
    return {
        "answered_free": True,
        "months": months,
        "open_months": max(open_at_first(months), marked_in),
        "why_none": why_none(answer, wish.language),
        "may_wait": answer.lacking is not None,
        "helps": _what_would_help(booking, wish) if answer.first is None else [],
        "in_line": waiting_now(programme.centre_id) if answer.lacking and (programme := booking.programme()) else None,
        "bells": answer.bells,
        "classes": "; ".join(wish.classes),
        "classes_settled": booking.knows_classes(),
        "missed": missed and answer.bells,
    }


def _without_notice(answer: FreeDates) -> FreeDates:
    """Before a booking nothing fell out: a day before the first that is offered is too soon for the slowest of its
    programmes.
    """
    if not any(one.lack is Lack.BEFORE for one in answer.days):
        return answer
    soon = tuple(replace(one, lack=Lack.TOO_SOON) if one.lack is Lack.BEFORE else one for one in answer.days)
    return replace(answer, days=soon)


def _what_would_help(booking: BookingDraft, wish: FreeWish) -> list[str]:
    """Of one thing asked otherwise, how many days would be free: in Serbian, for other classes, of other programmes."""
    found = []
    if wish.language is not TeachingLanguage.SERBIAN:
        other = replace(wish, language=TeachingLanguage.SERBIAN)
        if days := len(booking.calendar(other).free_dates(other).free):
            found.append(
                _n(
                    "In Serbian there is %(num)s free date; the language is chosen with the programme.",
                    "In Serbian there are %(num)s free dates; the language is chosen with the programme.",
                    days,
                )
            )
    if wish.classes:
        other = replace(wish, classes=())
        if days := len(booking.calendar(other).free_dates(other).free):
            found.append(
                _n(
                    "Without these classes there is %(num)s free date.",
                    "Without these classes there are %(num)s free dates.",
                    days,
                )
            )
    return found or _other_programmes(booking, wish)


def _other_programmes(booking: BookingDraft, wish: FreeWish) -> list[str]:
    """Which other programmes for the same people somebody could come with."""
    same = [one for one in booking.programmes() if one.id != wish.programme_id and wish.audience in one.audiences]
    found = []
    for one in same[:MOST_OTHERS]:
        other = replace(wish, programme_id=one.id)
        if days := len(booking.calendar(other).free_dates(other).free):
            found.append(
                _n(
                    "Another programme has %(num)s free date: %(programme)s.",
                    "Another programme has %(num)s free dates: %(programme)s.",
                    days,
                    programme=one.name(page_language()),
                )
            )
    return found


def day_is_missed(booking: BookingDraft) -> bool:
    """Whether the one day that was chosen is free, yet never while the classes that were named since are in school.

    Of a date that is held the time is known: there each presentation is judged by itself.
    """
    day, wish = None if booking.slot() else booking.only_day(), booking.free_wish()
    if day is None or wish is None or not wish.classes:
        return False
    calendar = booking.calendar(wish)
    answer = calendar.free_dates(wish)
    if not answer.bells or any(one.day == day for one in answer.free):
        return False
    return any(one.day == day for one in calendar.free_dates(replace(wish, classes=())).free)
