"""A presenter's own pages: her visits to come, and the sheet of one day for the bag."""

import datetime as dt

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from scheduler.certificates.queries.presenters import own_papers
from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.core.language import long_day
from scheduler.people import queries as people_queries
from scheduler.places.rules.hosts import first_year_of
from scheduler.staffing import pdf
from scheduler.staffing.queries.hours_record import hours_record
from scheduler.staffing.queries.own_days import days_of
from scheduler.staffing.terms.own_days import HoursRecord, OwnDay
from scheduler.web import labels
from scheduler.web.filters import moment
from scheduler.web.forms import day_at, number_of
from scheduler.web.guards import current_actor, may
from scheduler.web.i18n import _, page_language
from scheduler.web.own.blueprint import bp

OLDEST_RECORD = 2020
OWN_DAYS_AHEAD = dt.timedelta(days=120)  # nobody plans farther: a school term


@bp.get("/calendar")
@may("read", "day")
def calendar() -> ResponseReturnValue:
    actor, now = current_actor(), clock.now()
    today = clock.local_day(now)
    days = days_of(actor, today, today + OWN_DAYS_AHEAD, today=today)
    away = people_queries.exceptions_of([actor.presenter_id], today) if actor.presenter_id is not None else {}
    return render_template("own/calendar.html", days=days, away=next(iter(away.values()), ()), today=today)


@bp.get("/record")
@may("read", "day")
def record() -> ResponseReturnValue:
    """Her hours of one school year, on a sheet that she hands in at her own school."""
    now = clock.now()
    latest = first_year_of(clock.local_day(now))
    papers = own_papers(current_actor())
    return render_template("own/record.html", record=_asked_record(now), latest=latest, printed_at=now, papers=papers)


@bp.get("/record.pdf")
@may("read", "day")
def record_file() -> ResponseReturnValue:
    """The same as a paper for the centre's stamp and signature."""
    now = clock.now()
    paper = pdf.HoursPaper(_asked_record(now), _("printed %(moment)s", moment=moment(now)), settings().helpline_number)
    headers = {"Content-Disposition": f'inline; filename="hours-{paper.record.number}.pdf"'}
    return Response(pdf.draw(paper, page_language()), content_type="application/pdf", headers=headers)


def _asked_record(now: dt.datetime) -> HoursRecord:
    """Of the school year in the address; of this one where it names none, or one that is not kept."""
    today = clock.local_day(now)
    typed, latest = number_of(request.args.get("year")), first_year_of(today)
    year = typed if typed is not None and OLDEST_RECORD <= typed <= latest else latest
    return hours_record(current_actor(), year, today=today)


@bp.get("/day/<on>")
@may("read", "day")
def day_sheet(on: str) -> ResponseReturnValue:
    """The day sheet: all of one day on paper, and on a phone that has lost its network."""
    asked, now = day_at(on), clock.now()
    return render_template("own/day_sheet.html", on=asked, day=_own_day(asked, now), printed_at=now, words=labels)


@bp.get("/day/<on>.pdf")
@may("read", "day")
def day_file(on: str) -> Response:
    """The same as a PDF."""
    asked, now = day_at(on), clock.now()
    day = _own_day(asked, now)
    if day is None:
        raise NotFound("day")
    paper = pdf.DayPaper(
        day=day,
        on=long_day(asked, page_language()),
        bags=tuple(tuple(labels.kit_word(kit, count) for kit, count in one.kit) for one in day.visits),
        printed=_("printed %(moment)s", moment=moment(now)),
        helpline=settings().helpline_number,
    )
    headers = {"Content-Disposition": f'inline; filename="day-{asked.isoformat()}.pdf"'}
    return Response(pdf.draw_day(paper, page_language()), content_type="application/pdf", headers=headers)


def _own_day(day: dt.date, now: dt.datetime) -> OwnDay | None:
    return next(iter(days_of(current_actor(), day, day, today=clock.local_day(now))), None)
