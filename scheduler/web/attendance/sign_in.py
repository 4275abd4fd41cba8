"""Sheets to fill in by hand: a page for each presentation, or one sheet for all of a visit or of a presenter's day."""

from collections.abc import Sequence

from flask import Response, request
from flask.typing import ResponseReturnValue

from scheduler.attendance import pdf
from scheduler.attendance.pdf import SignInSheet, SignInTalk
from scheduler.attendance.terms import HeadCounts
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.core.language import clock_time, long_day
from scheduler.people.queries import centres
from scheduler.staffing.queries.own_days import days_of
from scheduler.visits.queries.pages import visit_for
from scheduler.visits.terms.rows import PresentationRow, VisitRow
from scheduler.visits.terms.states import HELD_STATES, STAFFED
from scheduler.web.attendance.blueprint import bp
from scheduler.web.forms import day_at, number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import page_language


@bp.get("/visits/<number>/sign-in.pdf")
@may("read", "visit")
def sign_in_sheets(number: str) -> ResponseReturnValue:
    """Of a visit: `only` one of its presentations, or all of them `together` on one sheet."""
    visit = visit_for(current_actor(), number)
    only = number_of(request.args.get("only"))
    talks = [row for row in visit.presentations if only in (None, row.ordinal)]
    return _paper([_sheet(visit, talks)], f"{number}-sign-in.pdf", together="together" in request.args)


@bp.get("/day/<on>/sign-in.pdf")
@may("read", "day")
def sign_in_of_day(on: str) -> ResponseReturnValue:
    """Of a presenter's day: her presentations of every visit."""
    day = day_at(on)
    days = days_of(current_actor(), day, day, today=clock.local_day(clock.now()))
    sheets = [_sheet(one.visit, one.presentations) for own in days for one in own.visits if not one.held_off]
    return _paper(sheets, f"{day.isoformat()}-sign-in.pdf", together=True)


def _sheet(visit: VisitRow, talks: Sequence[PresentationRow]) -> SignInSheet:
    language = page_language()
    return SignInSheet(
        centre_name=next(one.name(language) for one in centres() if one.id == visit.centre_id),
        host_name=visit.host(language),
        title=visit.programme(language),
        day=long_day(visit.on_day, language),
        running_number=visit.number,
        talks=tuple(_talk(row) for row in talks if row.state in (*STAFFED, *HELD_STATES)),
        helpline=settings().helpline_number,
    )


def _talk(row: PresentationRow) -> SignInTalk:
    language = page_language()
    return SignInTalk(
        when=f"{clock_time(row.starts_local, language)}–{clock_time(row.ends_local, language)}",
        classes=row.classes,
        announced=HeadCounts(row.expected_pupils, row.expected_parents, row.expected_teachers),
    )


def _paper(sheets: Sequence[SignInSheet], name: str, *, together: bool) -> Response:
    """Raises: NotFound, where nothing is to be held."""
    filled = [sheet for sheet in sheets if sheet.talks]
    if not filled:
        raise NotFound("presentation")
    drawn = pdf.draw_sign_in(filled, page_language(), together=together)
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(drawn, content_type="application/pdf", headers=headers)
