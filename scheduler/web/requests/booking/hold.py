"""Book now: the date that a visitor presses, holds, and sends; and what the pages say of it meanwhile."""

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from flask import render_template, request, session
from markupsafe import Markup

from scheduler.booking.queries.holds import held_for_request
from scheduler.booking.service.holds import book_now, hold_date, judge_with_date
from scheduler.booking.terms.holds import FormSent, Slot
from scheduler.booking.terms.reasons import BookingReason
from scheduler.core import clock
from scheduler.core.errors import Conflict, TooMany
from scheduler.core.language import clock_time, long_day
from scheduler.people.rules import network_of
from scheduler.places.terms.hosts import HostDraft
from scheduler.policy import ANONYMOUS
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.service.submission import JudgedRequest
from scheduler.requests.terms.school_request import RequestDraft
from scheduler.web.day_slots import DateChoice, date_words, slot_of, value_of
from scheduler.web.filters import clock as wall_clock
from scheduler.web.filters import genitive_moment, say
from scheduler.web.forms import BaseForm
from scheduler.web.i18n import _, page_language
from scheduler.web.requests.booking.calendar import free_days, only_day
from scheduler.web.requests.booking.draft import BookingDraft
from scheduler.web.requests.booking.fields import DAY_KEY, SLOT_KEY, Typed
from scheduler.web.requests.booking.parts import chosen_programmes

CHANGES_THE_DATE = ("host", "new_host", "what", "who")  # where it is, of what, how long it takes
MOST_TIMES = 12  # as buttons at once; of more the full hours come first


def slot_sent() -> bool:
    """Whether this request presses a date: each costs as much as a question about free dates."""
    return request.method == "POST" and bool(request.form.keys() & {"slot", "day"})


def press_date(booking: BookingDraft) -> bool | None:
    """A date or a day of the calendar was pressed: True when a date is held now. None when it is another page's press.

    A day with several free times asks for the time first; one that asks first is taken as it is, by the page itself.
    """
    programme = booking.programme()
    if programme is None or not programme.book_now or not slot_sent():
        return None
    slot = slot_of(request.form.get("slot", ""))
    if slot is None:
        slot = _only_time_of(booking, request.form.get("day", ""))
    if slot is None:
        shown: Typed = {DAY_KEY: [request.form.get("day", "")[:20]]}
        booking.set_aside("when", booking.answers.get("when", {}) | shown, wrong=False)
        return False
    return hold_slot(booking, slot)


def _only_time_of(booking: BookingDraft, day: str) -> Slot | None:
    """Of that day alone the calendar is opened: no other is asked for."""
    wish, pressed = booking.free_wish(), slot_of(f"{day}T00:00")
    starts = booking.calendar_of(wish, pressed.on_day).starts_on(wish, pressed.on_day) if wish and pressed else ()
    return Slot(pressed.on_day, starts[0]) if pressed and len(starts) == 1 else None


def hold_slot(booking: BookingDraft, slot: Slot, *, by_the_bell: bool = True) -> bool:
    """Hold a date for this visitor and remember it as the answer; else set it aside, to offer others."""
    wish = booking.hold_wish(slot, by_the_bell=by_the_bell)
    if wish is None:
        return False
    answer: Typed = only_day(slot.on_day.isoformat()) | {"day_part": ["any"], "slot": [value_of(slot)]}
    if "booking" not in session:
        booking.set_aside("when", answer, wrong=False)
    before, store_answer = dict(booking.answers), partial(booking.keep, "when", answer)
    try:
        calendar, network = booking.calendar_of(wish.wish, slot.on_day), network_of(request.remote_addr)
        booking.read["held"] = hold_date(
            session["booking"], wish, network=network, now=booking.now, calendar=calendar, store_answer=store_answer
        )
    except TooMany:
        say(_("Too many dates are held from your network. Wait a quarter of an hour, or name days yourself."))
        return False
    except Conflict:
        booking.answers = before  # also where the database refused only with the commit
        note_lost_date(booking, slot)
        return False
    return True


def note_lost_date(booking: BookingDraft, slot: Slot) -> None:
    """Somebody else has that date: all answers stay, and the page about days offers three others."""
    booking.set_aside("when", booking.answers.get("when", {}) | {SLOT_KEY: [value_of(slot)]}, wrong=False)


def move_hold(booking: BookingDraft, page: str) -> bool:
    """After an answer that changes where, what or how long: the held date follows it. False when it cannot."""
    slot = booking.slot()
    if slot is None or page not in CHANGES_THE_DATE:
        return True
    programme, held = booking.programme(), booking.held()
    if programme is None or not programme.book_now:
        release_hold(booking)
        return True
    wish = booking.hold_wish(slot, by_the_bell=False)
    if held is None or wish is None or held.suits(wish):
        return True
    return hold_slot(booking, slot, by_the_bell=False)


def keep_or_release(booking: BookingDraft, typed: Typed) -> Typed:
    """Days were sent as the answer: those of the date that is held leave it held, others are named instead of it."""
    slot = booking.slot()
    if slot is None:
        return typed
    same = only_day(slot.on_day.isoformat())
    if all(typed.get(name) == same[name] for name in ("first_day", "last_day")):
        return typed | {"slot": [value_of(slot)]}
    booking.release()
    return {name: said for name, said in typed.items() if name != "slot"}


def release_hold(booking: BookingDraft) -> None:
    """The date is not held any more; its day stays as the wish."""
    booking.release()
    booking.answers.get("when", {}).pop("slot", None)
    booking.keep("when", booking.answers.get("when", {}))


def day_is_too_near(booking: BookingDraft) -> bool:
    """Whether the day that was chosen before leaves a programme of now no notice: it is asked again, and says why."""
    if "when" not in booking.answers or not booking.problems_at("when"):
        return False
    if booking.slot():
        release_hold(booking)
    booking.set_aside("when", booking.answers.pop("when"), wrong=True)
    return True


def hold_facts(booking: BookingDraft) -> dict[str, Any]:
    """What every page of the booking says of the date: until when it is held, or that it is not any more."""
    slot = booking.slot()
    if slot is None:
        return {"date_words": ""}
    held = booking.held()
    until = wall_clock(held.until) if held else ""
    gone = not held and SLOT_KEY in booking.aside("when")
    return {"date_words": "" if gone else date_words(slot), "held_until": until, "date_value": value_of(slot)}


def held_note(booking: BookingDraft) -> Markup:
    """The same, as it stands under the heading of a page; nothing where no date was taken."""
    facts = hold_facts(booking)
    return Markup(render_template("requests/held.html", **facts) if facts["date_words"] else "")  # nosec B704


def calendar_facts(booking: BookingDraft, form: BaseForm) -> dict[str, Any]:
    """The question about days: the calendar, times of the pressed day, three dates instead of a lost one."""
    wish = booking.free_wish()
    if wish is None:
        return {}
    calendar = booking.calendar(wish)
    answer = calendar.free_dates(wish)
    more: dict[str, Any] = {}
    programme = booking.programme()
    if programme and programme.book_now:
        more = {"book_now": True} | _gone(booking, form) | _times(booking, answer.free, form)
    slot = booking.slot()
    marked = slot.on_day if slot else _pressed_day(booking, form)
    return more | free_days(booking, wish, answer, marked) | {"missing": calendar.missing}


def _times(booking: BookingDraft, free: Any, form: BaseForm) -> dict[str, Any]:
    day = _pressed_day(booking, form)
    starts = next((one.starts for one in free if one.day == day), ())
    language = page_language()
    times = [DateChoice(value_of(Slot(day, time)), clock_time(time, language)) for time in starts] if day else []
    hours = [one for one in times if one.words.endswith(":00")] if len(times) > MOST_TIMES else times
    more = [one for one in times if one not in hours]
    return {"day_words": long_day(day, language) if day else "", "times": hours, "more_times": more}


def _pressed_day(booking: BookingDraft, form: BaseForm) -> dt.date | None:
    """The day of the calendar that was pressed, here or on an open page; else the one day that was typed."""
    pressed = booking.aside("when").get(DAY_KEY, [""])[0]
    with suppress(ValueError):
        return dt.date.fromisoformat(pressed)
    first: dt.date | None = form["first_day"].data
    return first if first == form["last_day"].data and (booking.aside("when") or not booking.slot()) else None


def _gone(booking: BookingDraft, form: BaseForm) -> dict[str, Any]:
    slot = slot_of(booking.aside("when").get(SLOT_KEY, [""])[0])
    wish, free = booking.hold_wish(slot, by_the_bell=False) if slot else None, booking.free_wish()
    if slot is None or wish is None or free is None:
        return {}
    wish = replace(wish, wish=replace(free, minutes=wish.wish.minutes))  # her own hold keeps nothing from her
    others = [DateChoice(value_of(one), date_words(one)) for one in booking.calendar(free).other_dates(wish)]
    return {"gone_words": date_words(slot), "others": others}


def send(booking: BookingDraft, draft: RequestDraft, slot: Slot, form_key: str) -> int:
    """Send the answers, put together as `draft`, with their date: the id of the request. Raises: as `book_now`."""
    wish = booking.hold_wish(slot, by_the_bell=False)
    if wish is None:
        raise Conflict(BookingReason.DATE_TAKEN)
    sent = FormSent(session.get("booking", ""), form_key, network_of(request.remote_addr))
    where: HostDraft | OpenSchool | JudgedRequest | None = booking.where()
    if isinstance(where, OpenSchool):
        where = judge_with_date(ANONYMOUS, draft, wish, where, chosen_programmes(booking), now=booking.now)
    return book_now(ANONYMOUS, draft, wish, sent, now=booking.now, where=where)


def kept_words(request_id: int | None) -> dict[str, str]:
    """After the sending: which date is kept, and until when the mailed link must be opened."""
    kept = held_for_request(request_id) if request_id else None
    if kept is None or not kept.holds(clock.now()):
        return {}
    return {"kept_date": date_words(kept.slot), "kept_until": genitive_moment(kept.until)}
