"""The answers of a booking in words: before they are sent, and of a request that was."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from scheduler.core import clock
from scheduler.core.countries import clock_name
from scheduler.core.errors import Reason
from scheduler.requests.terms.school_request import RequestDraft
from scheduler.web.day_slots import date_words
from scheduler.web.filters import long_day, short_day
from scheduler.web.free_dates import DAY_PARTS, LANGUAGES, blackouts_of, wishes_of
from scheduler.web.i18n import _, page_language
from scheduler.web.reasons import worded
from scheduler.web.request_facts import equipment_of, sitting_of, wish_for_call
from scheduler.web.requests.booking.draft import BookingDraft
from scheduler.web.requests.booking.fields import page_of
from scheduler.web.requests.booking.parts import chosen_programmes


def address_of(page: str) -> str:
    """Where a page of the booking is."""
    return url_for(".check") if page == "check" else url_for(".book_page", page=page)


def answer_rows(booking: BookingDraft, draft: RequestDraft, problems: Mapping[str, Reason]) -> list[dict[str, Any]]:
    """The answers before they are sent, put together as `draft`, each with the page that changes it and with what is
    wrong with it.
    """
    language = page_language()
    host, typed, chosen = booking.host(), booking.new_host(), chosen_programmes(booking)
    wrong: dict[str, str] = {}
    for field, reason in problems.items():
        wrong.setdefault(page_of(field), worded(reason))
    answers: list[tuple[str, str, list[str]]] = [
        (
            "host",
            _("School"),
            [host.name(language), host.place(language)] if host else [typed.name, typed.place] if typed else [],
        ),
        (
            "what",
            _("Programme"),
            [*(one.name(language) for one in chosen), str(LANGUAGES[draft.teaching_language])] if chosen else [],
        ),
        ("when", _("When"), _when(booking, draft)),
        ("who", _("Who attends"), [sitting_of(asked) for asked in draft.presentations]),
        *(("day", row.name(language), _sittings(part)) for row, part in zip(chosen[1:], draft.parts, strict=True)),
        ("where", _("Room"), [draft.venue.text(language), *equipment_of(draft)]),
        ("where", _("School's child-protection contact"), [draft.safeguarding_contact]),
        ("you", _("You"), [draft.contact_name, draft.contact_email, draft.contact_phone, *wish_for_call(draft)]),
    ]
    pages = {"host": url_for(".new_host") if typed else url_for(".book")}
    ids = {page: f"row-{page}" for page, _term, _parts in answers}  # two rows of one page: the first is jumped to
    return [
        {
            "id": ids.pop(page, ""),
            "term": term,
            "answer": [part for part in parts if part] or _("not given"),
            "href": pages.get(page) or address_of(page),
            "error": wrong.pop(page, "") or (wrong.pop("new_host", "") if page == "host" else ""),
        }
        for page, term, parts in answers
    ]


def clock_abroad(booking: BookingDraft) -> str:
    """The town by whose clock the hours of a school abroad are; empty in Serbia."""
    where = booking.host() or booking.new_host()
    return "" if where is None or where.zone == clock.BELGRADE else clock_name(where.zone, page_language())


def _sittings(part: RequestDraft) -> list[str]:
    """Who listens to a further part, and from when."""
    return [sitting_of(asked) for asked in part.presentations]


def _when(booking: BookingDraft, draft: RequestDraft) -> list[str]:
    """The date that is held, or the days within which it suits."""
    if slot := booking.slot():
        return [date_words(slot)]
    days = (long_day if draft.first_day == draft.last_day else short_day)(draft.first_day)
    until = [] if draft.first_day == draft.last_day else [_("until %(day)s", day=short_day(draft.last_day))]
    until += [_("for the waiting list")] if draft.for_waiting_list else []
    cannot = "; ".join(blackouts_of(draft.blackouts))
    return [
        days,
        *until,
        str(DAY_PARTS[draft.presentations[0].day_part]),
        *wishes_of(draft.preferred),
        *([_("We cannot: %(days)s", days=cannot)] if cannot else []),
        *([_("By the clock of %(town)s", town=town)] if (town := clock_abroad(booking)) else []),
    ]
