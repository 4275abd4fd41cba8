"""What was sent together stands on one page: each part with its state and acts, the line of the day, one calendar."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from scheduler.booking.rules.day_line import LaidPart, shifts_of
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.requests.queries.hours import OpenSchool
from scheduler.requests.queries.pages import requests_of_booking
from scheduler.requests.rules.states import OVER, WITH_DATE, may_change_counts, way_out
from scheduler.requests.terms.pages import Kin, RequestPage
from scheduler.requests.terms.school_request import RequestState
from scheduler.staffing.queries.who_comes import crew_for_school
from scheduler.staffing.terms.crew import CrewShown
from scheduler.visits.service.calendar_entries import calendar_of_school
from scheduler.visits.terms.states import VisitState
from scheduler.web.filters import long_day, url_if
from scheduler.web.guards import link_actor, link_to_part, public
from scheduler.web.i18n import _, page_language
from scheduler.web.requests import words
from scheduler.web.requests.blueprint import bp
from scheduler.web.requests.day_line import DayLine, line_of

IN_CALENDARS = (VisitState.CONFIRMED, VisitState.READY, VisitState.DELIVERED)


@dataclass(frozen=True)
class BookedPart:
    """One request of a booking, as the page of all of them shows it."""

    page: RequestPage
    visit: CrewShown | None
    href: str
    here: bool  # its own details stand below
    next_words: str
    acts: tuple[tuple[str, str, str], ...]  # what it says, where it leads, its icon

    @property
    def day(self) -> dt.date | None:
        """Its one day, agreed or asked for; None within several."""
        row = self.page.row
        if self.visit is not None and row.state not in OVER:
            return self.visit.on_day
        return row.first_day if row.first_day == row.last_day else None

    def laid(self) -> list[LaidPart]:
        """Its sittings with their hours, the agreed ones before those that were asked for."""
        row = self.page.row
        times = self.visit.starts_local if self.visit and row.state not in OVER else ()
        asked = self.page.presentations
        return [
            LaidPart(row.programme, agreed or one.starts_local, row.programme.minutes, one.classes)
            for one, agreed in zip_longest(asked, times[: len(asked)])
        ]


@dataclass(frozen=True)
class WholeBooking:
    """The parts of a booking, and the line of their day where it is one."""

    number: str
    parts: tuple[BookedPart, ...]
    line: DayLine | None
    day_words: str
    calendar_href: str


def whole_booking(secret: str, page: RequestPage, now: dt.datetime) -> WholeBooking | None:
    """All parts of the booking that a link opens; None for a booking of one, which is its own page."""
    if not any(kin.kin is Kin.BOOKED_WITH for kin in page.lineage):
        return None
    pages = requests_of_booking(page.row.id, now=now)
    parts = tuple(_part(secret, one, one.row.id == page.row.id, now) for one in pages)
    standing = [one for one in parts if one.page.row.state not in OVER]
    days = {one.day for one in standing}
    day = days.pop() if len(days) == 1 else None
    line = _line(standing, day) if day else None
    settled = any(one.visit and one.visit.state in IN_CALENDARS for one in standing)
    return WholeBooking(
        number=pages[0].row.number,
        parts=parts,
        line=line,
        day_words=long_day(day) if day else "",
        calendar_href=url_for(".day_calendar", secret=secret) if settled else "",
    )


def _line(parts: Sequence[BookedPart], day: dt.date) -> DayLine:
    told = OpenSchool(parts[0].page.row.host).told()
    return line_of([laid for one in parts for laid in one.laid()], shifts_of(told, day))


def _part(secret: str, page: RequestPage, here: bool, now: dt.datetime) -> BookedPart:
    own = link_to_part(secret, page.row.number)
    visit, state = crew_for_school(page.row.id, now), page.row.state
    bound = visit if state in WITH_DATE else None
    acts = []
    if state is RequestState.NEEDS_INFO:
        acts.append((_("Answer the question"), url_for(".status", secret=own), "mail"))
    if state is RequestState.PROPOSED:
        acts.append((_("Choose a date"), url_for(".choose_date", secret=own), "calendar"))
    if may_change_counts(state):
        acts.append((_("Change the numbers"), url_for(".change_counts", secret=own), "pencil"))
    if bound and bound.may_cancel(now):
        acts.append((_("Cancel the visit"), url_if("readiness.cancel_by_school", secret=own), "x"))
    elif way_out(state) is not None and bound is None:
        acts.append((_("Withdraw the request"), url_for(".withdraw", secret=own), "x"))
    href = url_for(".status", secret=own)
    return BookedPart(page, visit, href, here, words.next_of(page), tuple(act for act in acts if act[1]))


@bp.get("/status/<secret>/day.ics")
@public
def day_calendar(secret: str) -> ResponseReturnValue:
    """Every confirmed visit of the booking in one file for a calendar."""
    request_id = link_actor(secret).request_id or 0
    now, language = clock.now(), page_language()
    pages = requests_of_booking(request_id, now=now)
    visits = [crew_for_school(one.row.id, now) for one in pages if one.row.state not in OVER]
    ids = [visit.visit_id for visit in visits if visit and visit.state in IN_CALENDARS]
    if not ids:
        raise NotFound("calendar")
    first = pages[0].row
    name = f'attachment; filename="{first.number}.ics"'
    body = calendar_of_school(ids, first.host.name(language), language)
    return Response(body, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": name})
