"""Youth participation: a page with its filters, the same as files, and the visits behind each number."""

from collections.abc import Mapping
from typing import Any

from babel.support import LazyProxy
from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.core import clock
from scheduler.core.errors import GroundReason, NotFound, Rejected
from scheduler.core.language import in_hours, percent, span_of_days
from scheduler.core.months import MonthCell
from scheduler.core.paging import Page, page_number
from scheduler.core.workbook import Sheet
from scheduler.questions.terms import SaidAfter
from scheduler.reports import pdf
from scheduler.reports.queries.attendance import centre_name, choices, names_of
from scheduler.reports.queries.youth import said_after_young, youth_numbers, youth_visits
from scheduler.reports.terms.counting import Definition, Filters, Group, Key, KeyFigure, ReportPaper
from scheduler.reports.terms.youth import YouthBand, YouthCounts, YouthReport, YouthVisitLine
from scheduler.reports.wording import label_of
from scheduler.web import tables
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.i18n import _, _l, here, page_language
from scheduler.web.navigation import lead_tabs
from scheduler.web.reports.blueprint import bp
from scheduler.web.reports.forms import ReportForm, narrowed, presets, query_of
from scheduler.web.tables import FileColumn

VISITS_FILE = (
    FileColumn[YouthVisitLine](_l("Visit"), _l("The number of the visit."), lambda line: line.number),
    FileColumn[YouthVisitLine](_l("Day"), _l("The day of the visit."), lambda line: line.on_day),
    FileColumn[YouthVisitLine](_l("School"), _l("The school or other host that was visited."), lambda line: line.host),
    FileColumn[YouthVisitLine](
        _l("City"), _l("All municipalities of one town, as in Belgrade, are one city."), lambda line: line.city
    ),
    FileColumn[YouthVisitLine](_l("Programme"), _l("The programme that was presented."), lambda line: line.programme),
    FileColumn[YouthVisitLine](
        _l("With young presenters"),
        _l("Presentations with locked attendance in which at least one youth influencer was there."),
        lambda line: line.presentations,
    ),
    FileColumn[YouthVisitLine](
        _l("Listeners"),
        _l("Pupils, parents, teachers and others in these presentations: contacts, as in the attendance report."),
        lambda line: line.listeners,
    ),
)
MONTHS_UNFOLDED = 3  # of the page, the newest
YOUTH_BANDS: Mapping[YouthBand, LazyProxy] = {
    YouthBand.UNDER_16: _l("under 16"),
    YouthBand.UNDER_18: _l("16 and 17"),
    YouthBand.GROWN: _l("18 and older"),
}


@bp.get("/reports/youth")
@may("read", "report")
def youth() -> ResponseReturnValue:
    """What young presenters did in a period; each number is a link to the visits behind it."""
    form, report = _asked()
    shown = _shown(report) if report else {}
    if report:
        by = [group.value for group in form.groups()]
        lead_tabs("reports.attendance_report", "reports.profile", **query_of(report.filters), by=by)
    page = render_template("reports/youth.html", form=form, report=report, pills=_pills(form), **shown)
    return page, 200 if report else 422


@bp.get(f"/reports/youth.<any({', '.join(tables.REPORT_FILES)}):kind>")
@may("read", "report")
def youth_file(kind: str) -> ResponseReturnValue:
    """The same as a file."""
    _form, report = _asked()
    if report is None:
        raise NotFound("report")
    period = report.filters.period
    name = f"youth-{period.first.isoformat()}-{period.last.isoformat()}"
    if kind == "pdf":
        return tables.download(pdf.draw(_paper(report), page_language()), kind, name)
    heads = [_("Month"), _("Presentations"), _("With young presenters"), _("Minutes given"), _("Listeners")]
    rows = [[MonthCell.named(month), *_numbers(counts)] for month, counts in report.months]
    meanings = [(one.term, one.meaning) for one in _definitions()]
    return tables.table_file(kind, name, [Sheet(_("Youth participation"), heads, rows)], meanings)


@bp.get("/reports/youth/visits")
@may("read", "report")
def youth_visits_behind() -> ResponseReturnValue:
    """The visits of which a number is the sum; `band` names an age, `month` a month."""
    filters = _form().filters(own_centre_id())
    if filters is None:
        raise NotFound("report")
    told, band = narrowed(filters, request.args), _band()

    def turn(number: int) -> Page[YouthVisitLine]:
        return youth_visits(told, number, language=page_language(), reader=current_actor(), band=band)

    if tables.file_asked():
        title = _("Visits with young presenters")
        return tables.list_file(title, "visits-with-young-presenters", VISITS_FILE, tables.every_row(turn))
    return render_template(
        "reports/youth_visits.html",
        page=turn(page_number(request.args.get("page"))),
        back=url_for(".youth", **query_of(filters)),
        days=span_of_days(filters.period.first, filters.period.last, page_language()),
        limited=bool(current_actor().districts),
    )


def _form() -> ReportForm:
    campaigns, programmes = choices(own_centre_id(), page_language())
    return ReportForm.of(request.args, campaigns, programmes, clock.local_day(clock.now()))


def _asked() -> tuple[ReportForm, YouthReport | None]:
    form = _form()
    filters = form.filters(own_centre_id())
    return form, youth_numbers(filters) if filters is not None else None


def _band() -> YouthBand | None:
    named = request.args.get("band")
    if named is not None and named not in tuple(YouthBand):
        raise Rejected({"band": GroundReason.UNKNOWN})
    return YouthBand(named) if named else None


def _pills(form: ReportForm) -> list[dict[str, Any]]:
    return [
        {
            "label": name,
            "href": here(first=span.first, last=span.last),
            "on": (form.first.data, form.last.data) == (span.first, span.last),
        }
        for name, span in presets(clock.local_day(clock.now()))
    ]


def _shown(report: YouthReport) -> dict[str, Any]:
    filters = report.filters
    query = query_of(filters)
    return {
        "days": span_of_days(filters.period.first, filters.period.last, page_language()),
        "figures": _figures(report, url_for(".youth_visits_behind", **query)),
        "links": {kind: url_for(".youth_file", kind=kind, **query) for kind in tables.REPORT_FILES},
        "heads": _heads(),
        "definitions": _definitions(),
        "months": [(_month(month), _cells(filters, counts, {"month": month})) for month, counts in report.months],
        "whole": _cells(filters, report.totals, {}),
        "bands": [
            {
                "name": str(YOUTH_BANDS[one.band]),
                "people": one.people,
                "presentations": one.presentations,
                "time": in_hours(one.minutes, page_language()),
                "href": url_for(".youth_visits_behind", **query, band=one.band.value) if one.people else "",
            }
            for one in report.bands
        ],
        "unfolded": MONTHS_UNFOLDED,
        "trained": [
            {
                "name": str(YOUTH_BANDS[one.band]),
                "people": one.people,
                "trainings": one.trainings,
                "time": in_hours(one.minutes, page_language()),
            }
            for one in report.trained
        ],
        "said": [
            {"question": one.question.text(page_language()), "answers": one.answers, "wished": _share_of(one)}
            for one in said_after_young(filters, clock.local_day(clock.now()))
        ],
    }


def _share_of(one: SaidAfter) -> str:
    return "–" if one.as_wished is None else percent(one.as_wished / one.answers, page_language())


def _figures(report: YouthReport, behind: str) -> list[dict[str, Any]]:
    totals, language = report.totals, page_language()
    told = [
        (totals.with_young, _("presentations with young presenters")),
        (percent(totals.share, language), _("of all presentations")),
        (in_hours(totals.minutes, language), _("given by young people")),
        (totals.listeners, _("listeners of them")),
        (report.people, _("young people active")),
    ]
    return [{"number": number, "words": words, "href": behind if totals.with_young else ""} for number, words in told]


def _heads() -> list[str]:
    return [_("Presentations"), _("With young presenters"), _("Share"), _("Time given"), _("Listeners")]


def _definitions() -> tuple[Definition, ...]:
    """The same on the page and on paper."""
    return (
        Definition(
            _("With young presenters"),
            _("Presentations with locked attendance in which at least one youth influencer was there."),
        ),
        Definition(_("Time given"), _("Minutes in the room of each of them, added up; the way is not in it.")),
        Definition(
            _("Listeners"),
            _("Pupils, parents, teachers and others in these presentations: contacts, as in the attendance report."),
        ),
        Definition(
            _("Young people by age"),
            _("Each stands once, with the age on the last day of the period on which she or he presented."),
        ),
        Definition(
            _("Young people trained"),
            _("Influencers of the centre with a training that staff noted, each once, with the age on the last one."),
        ),
    )


def _month(month: str) -> str:
    return label_of(Key(Group.MONTH, month, month), page_language())


def _told(counts: YouthCounts) -> list[str | int]:
    language = page_language()
    return [
        counts.presentations,
        counts.with_young,
        percent(counts.share, language),
        in_hours(counts.minutes, language),
        counts.listeners,
    ]


def _cells(filters: Filters, counts: YouthCounts, narrowing: Mapping[str, str]) -> list[dict[str, Any]]:
    """Numbers with the address of the visits behind them: of all presentations, or of those with the young."""
    query = query_of(filters) | dict(narrowing)
    every = url_for(".visits_behind", **query) if counts.presentations else ""
    young = url_for(".youth_visits_behind", **query) if counts.with_young else ""
    ways = (every, young, young, young, young)
    return [
        {"label": head, "number": number, "href": href}
        for head, number, href in zip(_heads(), _told(counts), ways, strict=True)
    ]


def _numbers(counts: YouthCounts) -> list[int]:
    return [counts.presentations, counts.with_young, counts.minutes, counts.listeners]


def _paper(report: YouthReport) -> ReportPaper:
    language, period = page_language(), report.filters.period
    whole = (_("Total"), *_told(report.totals))
    ages = [(str(YOUTH_BANDS[one.band]), one.people) for one in report.bands]
    trained = [(str(YOUTH_BANDS[one.band]), one.people) for one in report.trained if one.people]
    return ReportPaper(
        title=_("Youth participation"),
        centre_name=centre_name(own_centre_id(), language),
        first_day=period.first,
        last_day=period.last,
        heads=(_("Month"), *_heads()),
        rows=tuple((_month(month), *_told(counts)) for month, counts in report.months) or (whole,),
        totals=whole if report.months else (),
        printed_at=clock.now(),
        filters=names_of(report.filters, language),
        definitions=_definitions(),
        figures=(KeyFigure(report.totals.with_young, _("With young presenters")),
                 KeyFigure(report.totals.listeners, _("Listeners")),
                 KeyFigure(report.people, _("Young people active"))),
        beside=(*(KeyFigure(people, _("young people, %(age)s", age=age)) for age, people in ages),
                *(KeyFigure(people, _("trained, %(age)s", age=age)) for age, people in trained)),
    )  # fmt: skip
