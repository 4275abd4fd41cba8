"""Pages of the reports: attendance with its filters, on paper and as files, and the visits behind each number."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.core.language import span_of_days
from scheduler.core.paging import Page, page_number, page_of
from scheduler.posts.queries import sums_of
from scheduler.reports import charts, pdf, wording, xlsx
from scheduler.reports.queries import attendance
from scheduler.reports.queries.attendance import centre_name, choices, names_of
from scheduler.reports.queries.not_held import with_beside
from scheduler.reports.queries.signing import with_books
from scheduler.reports.rules.attendance import adds_up, districts_of
from scheduler.reports.rules.cross import CITY_BY_MONTH, cross_of
from scheduler.reports.rules.signing import figures_of
from scheduler.reports.terms.counting import (
    SUMS_OF_A_VISIT,
    CountRow,
    Filters,
    Group,
    Report,
    ReportCounts,
    VisitLine,
)
from scheduler.reports.wording import (
    called_off_table,
    charts_of,
    definitions,
    figures,
    head_of,
    label_of,
    number_heads,
    side_figures,
)
from scheduler.web import reads, tables
from scheduler.web.forms import error_title
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.navigation import lead_tabs
from scheduler.web.post_words import post_figures
from scheduler.web.reports import cohorts, profiles, signing, youth
from scheduler.web.reports.blueprint import bp
from scheduler.web.reports.forms import ReportForm, narrowed, presets, query_of
from scheduler.web.tables import Column, FileColumn

__all__ = ["bp", "cohorts", "profiles", "signing", "youth"]  # their pages hang on the same blueprint
BEHIND_COLUMNS = (
    Column("visit", _l("Visit")),
    Column("host", _l("School")),
    Column("programme", _l("Programme"), wide=True),
)

BEHIND_FILE = (
    FileColumn[VisitLine](_l("Visit"), _l("The number of the visit."), lambda line: line.number),
    FileColumn[VisitLine](_l("Day"), _l("The day of the visit."), lambda line: line.on_day),
    FileColumn[VisitLine](_l("School"), _l("The school or other host that was visited."), lambda line: line.host),
    FileColumn[VisitLine](
        _l("City"), _l("All municipalities of one town, as in Belgrade, are one city."), lambda line: line.city
    ),
    FileColumn[VisitLine](_l("Programme"), _l("The programme that was presented."), lambda line: line.programme),
)
SELDOM_THERE = ("parents", "others")  # a column of them only where there are any
MOST_REPORT_COLUMNS = 24  # more would be hairs: the table has them all


@bp.get("/reports/attendance")
@may("read", "report")
def attendance_report() -> ResponseReturnValue:
    """The report as the address asks for it; each number is a link to the visits behind it."""
    form, report = _asked()
    if report is None:
        title = error_title(form, _("Attendance report"))
        return render_template(
            "reports/attendance_report.html", form=form, pills=_pills(form), report=None, title=title
        ), 422
    cross, query = cross_of(report), _query(report)
    links = {name: url_for(".attendance_file", kind=name, **query) for name in tables.REPORT_FILES}
    shown = page_of(report.rows, page_number(request.args.get("page")))
    lead_tabs("reports.youth", "reports.profile", **query)
    return render_template(
        "reports/attendance_report.html",
        form=form,
        links=links,
        tables={
            name: {kind: url_for(".attendance_file", kind=kind, table=name, **query) for kind in tables.TABLE_FILES}
            for name in ("cross", "called_off", "posts")
        },
        print_link=url_for(".attendance_print", **query),
        page=shown,
        pills=_pills(form),
        cross=wording.cross_table(cross, page_language()) if cross is not None else None,
        may_sign=signing.may_sign(report),
        posts=post_figures(sums_of(report.posts)) if report.filters.campaign else [],
        **_shown(report, shown.rows),
    )


@bp.get("/reports/attendance/print")
@may("read", "report")
def attendance_print() -> ResponseReturnValue:
    """The same report as a page for paper."""
    _form, report = _asked()
    if report is None:
        raise NotFound("report")
    return render_template(
        "reports/attendance_print.html",
        centre=_centre(),
        printed_at=clock.now(),
        back=url_for(".attendance_report", **_query(report)),
        **_shown(report, report.rows),
    )


@bp.get(f"/reports/attendance.<any({', '.join(tables.REPORT_FILES)}):kind>")
@may("read", "report")
def attendance_file(kind: str) -> ResponseReturnValue:
    """The same report as a file: all its tables, with `table` one of them; of CSV the first."""
    _form, report = _asked()
    if report is None:
        raise NotFound("report")
    period, asked, language = report.filters.period, request.args.get("table", ""), page_language()
    name = f"attendance-{period.first.isoformat()}-{period.last.isoformat()}"
    if kind == "pdf":
        paper = pdf.paper_of(report, _centre(), names_of(report.filters, language), language, clock.now())
        return tables.download(pdf.draw(paper, language), kind, name)
    found = xlsx.tables_of(report, language)
    if asked not in found:
        raise NotFound("table")
    chosen = [found[asked]] if asked else list(found.values())
    return tables.table_file(kind, f"{name}-{asked}" if asked else name, chosen, xlsx.meanings(language))


@bp.get("/reports/<any(attendance, youth, cohorts):_report>.json")
@may("read", "report")
def numbers_as_json(_report: str) -> ResponseReturnValue:
    """JSON is for programs; `reports attendance` writes it. People who kept the address get the same as CSV."""
    return redirect(request.full_path.replace(".json", ".csv", 1), 301)


@bp.get("/reports/visits")
@may("read", "report")
def visits_behind() -> ResponseReturnValue:
    """The visits of which a number is the sum."""
    form = _form()
    filters = form.filters(own_centre_id())
    if filters is None:
        raise NotFound("report")
    filters = narrowed(filters, request.args)
    heads = number_heads(page_language())
    numbers = [Column(name, heads[name], number=True) for name in SUMS_OF_A_VISIT]
    table = tables.table((*BEHIND_COLUMNS, *numbers), attendance.BEHIND_SORTS, natural="visit")
    counts = attendance.attendance_report(filters, names_centre=False).totals

    def turn(number: int) -> Page[VisitLine]:
        return attendance.visits_behind(
            filters, number, language=page_language(), sort=table.sort, reader=current_actor(), totals=counts
        )

    if tables.file_asked():
        sums = [(heads[name], _sum(name)) for name in SUMS_OF_A_VISIT]
        columns = (
            *BEHIND_FILE,
            *(FileColumn(head, _("What of the visit the number counts."), of) for head, of in sums),
        )
        return tables.list_file(_("Visits behind the number"), "visits-counted", columns, tables.every_row(turn))
    back = url_for(".attendance_report", **_query(Report(filters, tuple(form.groups()), counts, ())))
    return render_template(
        "reports/visits_behind.html",
        back=back,
        counts=counts,
        days=span_of_days(filters.period.first, filters.period.last, page_language()),
        heads=heads,
        limited=bool(current_actor().districts),
        numbers=SUMS_OF_A_VISIT,
        page=turn(page_number(request.args.get("page"))),
        table=table,
    )


def _sum(name: str) -> Callable[[VisitLine], object]:
    return lambda line: getattr(line.counts, name)


def _centre() -> str:
    return centre_name(own_centre_id(), page_language())


def _form() -> ReportForm:
    campaigns, programmes = choices(own_centre_id(), page_language())
    return ReportForm.of(request.args, campaigns, programmes, clock.local_day(clock.now()))


def _asked() -> tuple[ReportForm, Report | None]:
    form = _form()
    filters = form.filters(own_centre_id())
    if filters is None:
        return form, None
    report = attendance.attendance_report(filters, form.groups(), language=page_language())
    reads.note_given_names(
        int(key.value)
        for row in report.rows
        for key in row.keys
        if key.group is Group.PRESENTER and key.value.isdigit()
    )
    return form, with_books(with_beside(report))


def _query(report: Report) -> dict[str, Any]:
    """The report as the query of an address."""
    cell = {"city", "district", "month", "audience", "level", "presenter", "young"}
    plain = {name: value for name, value in query_of(report.filters).items() if name not in cell}
    return plain | {"by": [group.value for group in report.by]}


def _shown(report: Report, rows: Sequence[CountRow]) -> dict[str, Any]:
    """What page and print view show of a report, and of its rows these."""
    language = page_language()
    heads = {
        name: head
        for name, head in number_heads(language).items()
        if name not in SELDOM_THERE or getattr(report.totals, name)
    }
    districts = districts_of(report)
    return {
        "report": report,
        "title": wording.title(report.filters.period, language),
        "days": span_of_days(report.filters.period.first, report.filters.period.last, language),
        "names": names_of(report.filters, language),
        "figures": [{"number": one.value, "words": one.label} for one in figures(figures_of(report), language)],
        "beside": [one for one in side_figures(report, language, settings().kilometre_rate) if one.value],
        "called_off": called_off_table(report.called_off, language),
        "columns": [{"label": head_of(group, language)} for group in report.by]
        + [{"label": head, "number": True} for head in heads.values()],
        "lines": [_line(report, row, heads) for row in rows],
        "totals": _cells(report.filters, {}, report.by, report.totals, heads),
        "charts": [
            (one.heading, charts.columns(one, language))
            for one in charts_of(report, language)
            if 1 < len(one.labels) <= MOST_REPORT_COLUMNS
        ],
        "map_drawing": charts.district_map(districts, _("Presentations by district"), language) if districts else None,
        "definitions": definitions(language),
        "adds_up": adds_up(report.by),
        **signing.books_shown(report),
    }


def _line(report: Report, row: CountRow, heads: Mapping[str, str]) -> dict[str, Any]:
    return {
        "labels": [label_of(key, page_language()) for key in row.keys],
        "cells": _cells(report.filters, row.url(), report.by, row.counts, heads),
    }


def _cells(
    filters: Filters,
    narrowing: Mapping[str, str],
    by: tuple[Group, ...],
    counts: ReportCounts,
    heads: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Numbers with the address of the visits behind them; a zero has none."""
    query: dict[str, Any] = query_of(filters) | dict(narrowing)
    href = url_for(".visits_behind", **query, by=[group.value for group in by])
    return [{"number": number, "href": href if number else ""} for name in heads for number in (getattr(counts, name),)]


def _pills(form: ReportForm) -> dict[str, list[dict[str, Any]]]:
    """Periods and splits to choose from, each a link that keeps the rest of the address."""
    kept = {name: form[name].data for name in ("campaign", "programme") if form[name].data}
    groups, days = form.groups(), {"first": form.first.data, "last": form.last.data}
    by = [group.value for group in groups]
    return {
        "periods": [
            {
                "label": name,
                "href": url_for(".attendance_report", **kept, by=by, first=span.first, last=span.last),
                "on": days == {"first": span.first, "last": span.last},
            }
            for name, span in presets(clock.local_day(clock.now()))
        ],
        "splits": [
            {
                "label": head_of(group, page_language()),
                "href": url_for(".attendance_report", **kept, **_days(days), by=group.value),
                "on": groups == [group],
            }
            for group in Group
        ]
        + [
            {
                "label": _("City × month"),
                "href": url_for(
                    ".attendance_report", **kept, **_days(days), by=[group.value for group in CITY_BY_MONTH]
                ),
                "on": groups == list(CITY_BY_MONTH),
            },
            {
                "label": _("Totals only"),
                "href": url_for(".attendance_report", **kept, **_days(days)),
                "on": not groups,
            },
        ],
    }


def _days(days: Mapping[str, dt.date | None]) -> dict[str, Any]:
    return {name: day.isoformat() for name, day in days.items() if day}
