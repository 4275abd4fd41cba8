"""The page of a booking's day: what is drawn of it, and what the last page says of its parts."""

import datetime as dt
from typing import Any

from scheduler.booking.rules.day_line import LaidPart
from scheduler.requests.rules.states import PROMISED_DAYS
from scheduler.requests.terms.school_request import RequestDraft
from scheduler.web.day_line import DayLine, line_of
from scheduler.web.filters import long_day
from scheduler.web.forms import number_of
from scheduler.web.requests.booking.day_form import DayForm
from scheduler.web.requests.booking.draft import BookingDraft
from scheduler.web.requests.booking.fields import BookingLessons, lessons_beside
from scheduler.web.requests.booking.parts import chosen_programmes, laid_parts, parts_in, shifts_at


def total_of(booking: BookingDraft) -> int:
    """How many pages the booking has, with the first and the last."""
    return len(booking.pages()) + 2


def day_facts(booking: BookingDraft, form: DayForm) -> dict[str, Any]:
    """The further programmes with what stands beside their hours, and the line of the day as the form holds it."""
    rows = {row.id: row for row in chosen_programmes(booking)}
    draft = booking.request_draft()
    asked = [rows[one] for entry in form.parts if (one := number_of(entry.form.programme.data)) in rows]
    laid = [one for one in laid_parts(booking, draft) if one.programme.id == draft.programme_id]
    laid += [
        LaidPart(programme, entry.form.starts_local.data, programme.minutes)
        for programme, entry in zip(asked, form.parts, strict=False)
    ]
    parts = parts_in(booking, draft, form)
    found = [lessons_beside(part, booking.facts(rows[part.programme_id], part)) for part in parts]
    beside = [one.beside[0] if one.beside else [] for one in found]
    return {
        "parts": asked,
        "promised_days": PROMISED_DAYS,
        "lessons": BookingLessons(any(one.known for one in found), beside),
        "line": line_of(laid, shifts_at(booking, draft.first_day)),
        "line_day": _day_words(draft.first_day, draft.last_day),
    }


def check_facts(booking: BookingDraft, draft: RequestDraft) -> dict[str, Any]:
    """What the last page says beside the answers, put together as `draft`: of several programmes their day."""
    more: dict[str, Any] = {"total": total_of(booking)}
    if not draft.parts:
        return more
    line: DayLine = line_of(list(laid_parts(booking, draft)), shifts_at(booking, draft.first_day))
    return more | {"line": line, "line_day": _day_words(draft.first_day, draft.last_day)}


def _day_words(first: dt.date, last: dt.date) -> str:
    """The day, where it is one."""
    return long_day(first) if first == last else ""
