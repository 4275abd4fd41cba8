"""What was sent together stands on one page: each part with its state and acts, the line of the day, one calendar."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.booking.queries.lost_dates import lost_date
from scheduler.booking.rules.day_line import LaidPart, shifts_of
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.readiness.queries.findings import checklist_of
from scheduler.readiness.rules import asked_until
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.queries.lineage import kept_request
from scheduler.requests.queries.pages import proposed_dates, request_of, requests_of_booking
from scheduler.requests.rules.states import AFTER_VISIT, OVER, WITH_DATE, may_change_counts, way_out
from scheduler.requests.terms.pages import Kin, RequestPage
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.staffing.terms.crew import CrewShown
from scheduler.visits.service.calendar_entries import calendar_of_school
from scheduler.web.day_line import DayLine, line_of
from scheduler.web.filters import long_day, url_if
from scheduler.web.guards import link_of_booking, link_subject, link_to_part, public
from scheduler.web.i18n import _, page_language
from scheduler.web.request_facts import shared_facts
from scheduler.web.requests import words
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.forms import RequestPressForm

Act = tuple[object, str | None, str]  # what it says, where it leads (None: nowhere yet), its icon


@dataclass(frozen=True)
class BookedPart:
    """One request of a booking, as the page of all of them shows it."""

    page: RequestPage
    visit: CrewShown | None
    href: str
    next_words: object
    acts: tuple[Act, ...]

    @property
    def held(self) -> bool:
        """Whether its day is agreed; else it is only wished."""
        return self.visit is not None and self.page.row.state not in OVER

    @property
    def day(self) -> dt.date | None:
        """Its one day, agreed or asked for; None within several."""
        row = self.page.row
        if self.visit and self.held:
            return self.visit.on_day
        return row.first_day if row.first_day == row.last_day else None

    def laid(self) -> list[LaidPart]:
        """Its sittings with their hours, the agreed ones before those that were asked for."""
        row = self.page.row
        times = self.visit.starts_local if self.visit and self.held else ()
        asked = self.page.presentations
        return [
            LaidPart(
                row.programme, agreed or one.starts_local, row.programme.minutes, one.classes, held=agreed is not None
            )
            for one, agreed in zip_longest(asked, times[: len(asked)])
        ]


@dataclass(frozen=True)
class WholeBooking:
    """The parts of a booking, and the line of their day where it is one."""

    number: str
    parts: tuple[BookedPart, ...]  # as the day runs; what is over comes last
    line: DayLine | None
    day_words: str
    calendar_href: str


def may_be_several(page: RequestPage) -> bool:
    """Whether anything was sent together with a request, or with one that was merged into it."""
    return any(kin.kin in (Kin.BOOKED_WITH, Kin.MERGED_HERE) for kin in page.lineage)


def whole_booking(secret: str, page: RequestPage, now: dt.datetime) -> WholeBooking | None:
    """All parts of the booking that a link opens; None for a booking of one, which is its own page."""
    pages = pages_of_link(secret, now) if may_be_several(page) else {}
    if len(pages) < 2:
        return None
    parts = sorted((_part(link_to_part(secret, number), one, now) for number, one in pages.items()), key=_in_the_day)
    standing = [one for one in parts if one.page.row.state not in OVER]
    days = {one.day for one in standing}
    day = days.pop() if len(days) == 1 else None
    settled = any(one.visit and one.visit.certain for one in standing)
    return WholeBooking(
        number=next(iter(pages)),
        parts=tuple(parts),
        line=_line(standing, day) if day else None,
        day_words=long_day(day) if day else "",
        calendar_href=url_for(".day_calendar", secret=secret) if settled else "",
    )


def _in_the_day(part: BookedPart) -> tuple[bool, dt.date, dt.time]:
    row = part.page.row
    starts = [laid.starts for laid in part.laid() if laid.starts]
    return row.state in OVER, part.day or row.first_day, min(starts, default=dt.time.max)


def page_of_day(secret: str, page: RequestPage, whole: WholeBooking) -> str:
    """All that was sent together, and once for all of it: whom it is for, what is handed on, whom to call."""
    centres = {one.page.centre_id: one.page for one in whole.parts}
    return render_template(
        "requests/whole_booking.html",
        whole=whole,
        facts=shared_facts(page),
        host=page.row.host,
        secret=link_of_booking(secret),
        press=RequestPressForm(formdata=None),
        over=all(one.page.row.state in OVER for one in whole.parts),
        held=all(one.page.row.state in AFTER_VISIT | OVER for one in whole.parts),
        centres=list(centres.values()),
    )


def _line(parts: Sequence[BookedPart], day: dt.date) -> DayLine:
    told = OpenSchool(parts[0].page.row.host).told()
    return line_of([laid for one in parts for laid in one.laid()], shifts_of(told, day))


def pages_of_link(secret: str, now: dt.datetime, purpose: str = "status") -> dict[str, RequestPage]:
    """What was sent together with the request of a link, by the numbers that its link takes; for what was merged stands
    the request that was kept, without those that were sent with that one.
    """
    return {
        one.row.number: request_of(kept_request(one.row.id)[0], now=now)
        if one.row.state is RequestState.MERGED_INTO
        else one
        for one in requests_of_booking(link_subject(secret, purpose), now=now)
    }


def _part(own: str, page: RequestPage, now: dt.datetime) -> BookedPart:
    visit, href = crew_for_school(page.row.id, now), url_for(".status", secret=own)
    lost = bool(visit and visit.crew_lost and page.row.state in WITH_DATE)
    acts = [*_asked_of_school(own, page, visit, now), *_open_to_school(own, page, visit, now)]
    next_words: object = words.SOMEBODY_ELSE if lost else words.next_of(page)
    if page.row.state is RequestState.PROPOSED:
        next_words = ""  # its act leads to the dates
    return BookedPart(page, visit, href, next_words, tuple(act for act in acts if act[1]))


def _asked_of_school(own: str, page: RequestPage, visit: CrewShown | None, now: dt.datetime) -> list[Act]:
    """What waits for the school."""
    state, href = page.row.state, url_for(".status", secret=own)
    if state is RequestState.NEEDS_INFO:
        return [(_("Answer the question"), href, "mail")]
    if state is RequestState.PROPOSED:
        chosen = bool(proposed_dates(page.row.id, now=now))
        return [(_("Choose a date"), url_for(".choose_date", secret=own) if chosen else href, "calendar")]
    if state in AFTER_VISIT:
        return [(_("How was it?"), url_if("attendance.feedback", secret=own), "star")]
    if visit is None:
        lost = lost_date(page.row.id, now=now) if state not in OVER else None
        return [(_("Your date is gone: press another"), href, "calendar")] if lost and lost.others else []
    found: list[Act] = [(_("Is the hour still right?"), href, "clock")] if visit.clock_wrong else []
    listed = checklist_of(visit.visit_id, visit.state, visit.on_day, clock.local_day(now))
    if state in WITH_DATE and listed and listed.open_now:
        found.append((_("Open the checklist"), url_if("readiness.checklist", secret=own), "checks"))
    return found


def _open_to_school(own: str, page: RequestPage, visit: CrewShown | None, now: dt.datetime) -> list[Act]:
    """What it may do."""
    state, acts = page.row.state, list[Act]()
    bound = visit if state in WITH_DATE else None
    if may_change_counts(state):
        acts.append((_("Change the numbers"), url_for(".change_counts", secret=own), "pencil"))
    if bound and bound.starts_at and now <= asked_until(bound.starts_at):
        acts.append((_("Ask for another date"), url_if("readiness.ask_for_date", secret=own), "calendar"))
    if bound and bound.may_cancel(now):
        acts.append((_("Cancel the visit"), url_if("readiness.cancel_by_school", secret=own), "x"))
    elif way_out(state) is not None and bound is None:
        acts.append((_("Withdraw the request"), url_for(".withdraw", secret=own), "x"))
    return acts


@bp.get("/status/<secret>/day.ics")
@public
def day_calendar(secret: str) -> ResponseReturnValue:
    """Every confirmed visit of the booking in one file for a calendar."""
    now, language = clock.now(), page_language()
    pages = pages_of_link(secret, now)
    visits = [crew_for_school(one.row.id, now) for one in pages.values() if one.row.state not in OVER]
    ids = {visit.visit_id for visit in visits if visit and visit.certain}
    if not ids:
        raise NotFound("calendar")
    number, first = next(iter(pages.items()))
    name = f'attachment; filename="{number}.ics"'
    body = calendar_of_school(ids, first.row.host.name(language), language)
    return Response(body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name})
