"""Several programmes in one booking: which of them leads, and what the others ask, each for a request of its own."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from scheduler.booking.rules.day_line import LaidPart, LaidShift, shifts_of, suggested_start
from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.booking.rules.holds import main_audience
from scheduler.core import clock
from scheduler.core.errors import NotFound, Reason
from scheduler.programmes.queries import programme_of
from scheduler.programmes.terms import Audience, ProgrammeRow
from scheduler.requests.queries.hours import AROUND, OpenSchool
from scheduler.requests.rules.school_request import leads_first, problems_with_part
from scheduler.requests.terms.school_request import DayPart, RequestDraft
from scheduler.web.forms import number_of
from scheduler.web.requests.booking import choices
from scheduler.web.requests.booking.day_form import MOST_FURTHER_PARTS, DayForm
from scheduler.web.requests.booking.fields import DAY_PAGE, PAGES, WITH_DAY, Typed

if TYPE_CHECKING:
    from scheduler.web.requests.booking.draft import BookingDraft


def chosen_programmes(booking: "BookingDraft") -> list[ProgrammeRow]:
    """What was chosen, the one that leads first."""
    typed = booking.answers.get("what", {}).get("programme", [])
    return booking.once(("chosen", *typed), partial(_programmes_of, booking, typed))


def _programmes_of(booking: "BookingDraft", typed: list[str]) -> list[ProgrammeRow]:
    offered: list[ProgrammeRow] = booking.read.get("programmes", [])
    found: list[ProgrammeRow] = []
    for chosen in list(dict.fromkeys(filter(None, map(number_of, typed))))[: MOST_FURTHER_PARTS + 1]:
        with suppress(NotFound):
            found.append(next((row for row in offered if row.id == chosen), None) or programme_of(chosen))
    return leads_first(found)


def open_school(host_id: int, today: dt.date) -> OpenSchool:
    """A host with all the days on which free ones are offered. Raises: NotFound."""
    return OpenSchool.of(host_id, (today - AROUND, today + dt.timedelta(days=HORIZON_DAYS) + AROUND))


def pages_of(booking: "BookingDraft") -> tuple[str, ...]:
    """The pages that this booking asks, in their order."""
    return WITH_DAY if len({*booking.answers.get("what", {}).get("programme", [])}) > 1 else PAGES


def earliest_day(booking: "BookingDraft") -> dt.date | None:
    """The first day that leaves every programme its notice."""
    notice = max((one.notice_days for one in chosen_programmes(booking)), default=None)
    return None if notice is None else clock.local_day(booking.now) + dt.timedelta(days=notice)


def day_before(booking: "BookingDraft") -> dt.date | None:
    """Of several programmes the slowest decides which days are offered; of one its calendar does."""
    first = earliest_day(booking) if len(pages_of(booking)) > len(PAGES) else None
    return first - dt.timedelta(days=1) if first else None


def is_answered(booking: "BookingDraft", page: str) -> bool:
    """Whether a page has its answer: of the day, one for each further programme that is chosen now."""
    if page != DAY_PAGE or page not in booking.answers:
        return page in booking.answers
    asked = [str(one.id) for one in chosen_programmes(booking)[1:]]
    return [booking.said(DAY_PAGE, f"parts-{place}-programme") for place in range(len(asked))] == asked


def parts_of(booking: "BookingDraft", lead: RequestDraft) -> tuple[RequestDraft, ...]:
    """The further parts as they were answered."""
    form = booking.form(DAY_PAGE)
    return parts_in(booking, lead, form) if isinstance(form, DayForm) else ()


def parts_in(booking: "BookingDraft", lead: RequestDraft, form: DayForm) -> tuple[RequestDraft, ...]:
    """The further parts as a form says them: school, days, room and contact are those of the first, and each is a wish
    for its own hour.
    """
    others = chosen_programmes(booking)[1:]
    with suppress(ValueError):  # what is no answer has no sitting either; the field says so
        sittings = form.drafts()
        wished = dict.fromkeys(replace(one, starts_local=None, day_part=DayPart.ANY) for one in lead.preferred)
        return tuple(
            replace(
                lead,
                programme_id=other.id,
                presentations=(sittings[other.id],) if other.id in sittings else (),
                preferred=tuple(wished),
                parent_id=None,
                parts=(),
            )
            for other in others
        )
    return ()


def problems_of_parts(booking: "BookingDraft", draft: RequestDraft) -> dict[str, Reason]:
    """What the rules say of the further parts, each as its own programme has them."""
    rows = {row.id: row for row in chosen_programmes(booking)}
    today = clock.local_day(booking.now)
    problems: dict[str, Reason] = {}
    for place, part in enumerate(draft.parts):
        programme = rows[part.programme_id]
        problems |= problems_with_part(place, part, today, booking.facts(programme, part))
    return problems


def laid_parts(booking: "BookingDraft", draft: RequestDraft) -> Iterator[LaidPart]:
    """Every sitting of the booking with its hour, as far as one is known."""
    rows = {row.id: row for row in chosen_programmes(booking)}
    for one in (draft, *draft.parts):
        if programme := rows.get(one.programme_id):
            for asked in one.presentations:
                yield LaidPart(programme, asked.starts_local, programme.minutes, asked.classes)


def day_answer(booking: "BookingDraft", typed: Typed) -> Typed:
    """What the page of the day shows: the answers of the programmes that are chosen now, and suggested hours."""
    draft = booking.request_draft()
    laid, shifts, shown = list(laid_parts(booking, draft)), shifts_at(booking, draft.first_day), dict[str, list[str]]()
    old = {typed.get(f"parts-{place}-programme", [""])[0]: f"parts-{place}-" for place in range(MOST_FURTHER_PARTS)}
    for place, other in enumerate(chosen_programmes(booking)[1:]):
        head, before = f"parts-{place}-", old.get(str(other.id))
        if before:
            said = {name: value for name, value in typed.items() if name.startswith(before)}
            shown |= {head + name.removeprefix(before): value for name, value in said.items()}
        else:
            starts = suggested_start(main_audience(other.audiences), other.minutes, laid, shifts)
            laid.append(LaidPart(other, starts, other.minutes))
            shown |= {f"{head}starts_local": [f"{starts:%H:%M}" if starts else ""]}
        shown[f"{head}programme"] = [str(other.id)]
    return shown


def shifts_at(booking: "BookingDraft", day: dt.date) -> tuple[LaidShift, ...]:
    """The shifts of the school on a day; none while nobody has told them, and of a school that is new."""
    host = booking.host()
    return shifts_of(booking.school(host.id).told(), day) if host else ()


def pupils_listen(booking: "BookingDraft") -> bool:
    """Whether pupils listen to any part that is chosen now, as far as it is known who does."""
    if len(pages_of(booking)) == len(PAGES):  # one programme: nothing more is read
        asked = list(booking.asked())
        return not asked or any(one.audience is Audience.PUPILS for one in asked)
    draft = booking.request_draft()
    return any(one.with_pupils for one in (draft, *draft.parts))


def furnish_day(booking: "BookingDraft", form: DayForm) -> None:
    """Offer whom each further programme is for, and the levels that the host teaches."""
    rows = {str(row.id): row for row in chosen_programmes(booking)}
    for entry in form.parts:
        if programme := rows.get(entry.form.programme.data or ""):
            choices.furnish_sitting(entry.form, programme, booking.levels())
