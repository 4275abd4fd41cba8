"""Cohorts by town and level, on a page and as files; and how far a town is that wants all of its schools."""

import datetime as dt
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from scheduler.cohorts.rules import end_of_school_year
from scheduler.cohorts.terms import HIGHEST_LEVEL, SchoolOfAim
from scheduler.cohorts.wording import level_names
from scheduler.core import clock
from scheduler.core.language import pick
from scheduler.core.paging import page_number, page_of
from scheduler.core.workbook import Sheet
from scheduler.places.rules.hosts import school_year
from scheduler.reports import pdf
from scheduler.reports.queries import cohorts as queries
from scheduler.reports.queries.attendance import centre_name
from scheduler.reports.rules.attendance import school_year_of
from scheduler.reports.rules.cohorts import TownCohorts, all_towns, by_town
from scheduler.reports.terms.counting import KeyFigure, ReportPaper
from scheduler.web import tables
from scheduler.web.forms import number_of
from scheduler.web.guards import current_actor, may, own_centre_id
from scheduler.web.i18n import _, here, page_language
from scheduler.web.reports.blueprint import bp

YEARS_SHOWN = 4


@bp.get("/reports/cohorts")
@may("read", "report")
def cohorts() -> ResponseReturnValue:
    """A school year: cohorts of each town by level; each number is a link to the cohorts behind it."""
    year = _year()
    lines, whole = _counted(year)
    return render_template(
        "reports/cohorts.html",
        year=year,
        title=_title(year),
        lines=[(one, _town(one), _cells(one, year)) for one in lines],
        whole=_cells(whole, year),
        heads=_heads(),
        pills=_pills(year),
        links={kind: url_for(".cohorts_file", kind=kind, year=year) for kind in tables.REPORT_FILES},
    )


@bp.get(f"/reports/cohorts.<any({', '.join(tables.REPORT_FILES)}):kind>")
@may("read", "report")
def cohorts_file(kind: str) -> ResponseReturnValue:
    """The same as a file."""
    year = _year()
    name = f"cohorts-{year - 1}-{year}"
    if kind == "pdf":
        return tables.download(_paper(year), kind, name)
    lines, _whole = _counted(year)
    rows = [[_town(one), *_numbers(one)] for one in lines]
    return tables.table_file(kind, name, [Sheet(_title(year), [_("City"), *_heads()], rows)], _meanings())


def _meanings() -> list[tuple[str, str]]:
    towns = _("All municipalities of one town, as in Belgrade, are one city.")
    levels = [(name, _("Cohorts that stand at this level.")) for name in level_names(page_language())]
    return [
        (_("City"), towns),
        (_("Cohorts"), _("Classes of Web Detectives of this school year.")),
        *levels,
        (_("Pupils in them"), _("Pupils of these cohorts, each counted once.")),
        (
            _("Trained pupils"),
            _("Pupils of cohorts that were trained in all three: as many as the school says are in them."),
        ),
    ]


@bp.get("/reports/cohorts/aim")
@may("read", "report")
def cohort_aim() -> ResponseReturnValue:
    """All schools of a town: which have trained a cohort this school year, and which are missing."""
    year, language, town = _year(), page_language(), request.args.get("town", "")
    schools = queries.schools_of_aim(current_actor(), town, year) if town else []
    ordered = sorted(schools, key=lambda one: (one.level is None, -(one.level or 0)))
    name = queries.town_name(town, language) if town else ""
    return render_template(
        "reports/cohort_aim.html",
        year=year,
        town=town,
        title=_("All schools of %(town)s", town=name) if town else _("All schools of a town"),
        towns=[(cyrl, pick(language, cyrl, latn)) for cyrl, latn in queries.towns_with_schools()],
        page=page_of(ordered, page_number(request.args.get("page"))),
        figures=_figures(schools),
        levels=level_names(language),
        pills=_pills(year),
    )


def _year() -> int:
    """In which the school year ends that the address asks for; the present one where it asks for none."""
    asked = number_of(request.args.get("year"))
    return asked if asked is not None and 2000 <= asked <= 2199 else _this_year()


def _this_year() -> int:
    return end_of_school_year(clock.local_day(clock.now())).year


def _pills(year: int) -> list[dict[str, Any]]:
    years = range(_this_year(), _this_year() - YEARS_SHOWN, -1)
    return [{"label": _year_name(one), "href": here(year=one, page=None), "on": one == year} for one in years]


def _year_name(year: int) -> str:
    return school_year(dt.date(year, 1, 1))


def _title(year: int) -> str:
    return _("Web Detectives %(year)s", year=_year_name(year))


def _counted(year: int) -> tuple[list[TownCohorts], TownCohorts]:
    counts = queries.cohort_counts(current_actor(), year)
    return by_town(counts), all_towns(counts)


def _heads() -> list[str]:
    return [_("Cohorts"), *level_names(page_language()), _("Pupils in them"), _("Trained pupils")]


def _numbers(one: TownCohorts) -> list[int]:
    return [one.cohorts, *one.by_level, one.pupils, one.trained]


def _town(one: TownCohorts) -> str:
    return pick(page_language(), one.city_sr_cyrl, one.city_sr_latn) or _("Abroad, or without a municipality")


def _cells(one: TownCohorts, year: int) -> list[dict[str, Any]]:
    """Numbers with the address of the cohorts behind them; a zero has none."""
    town: dict[str, Any] = {"town": one.city_sr_cyrl} if one.city_sr_cyrl else {}
    levels = [None, *range(HIGHEST_LEVEL + 1), None, HIGHEST_LEVEL]
    return [
        {
            "label": head,
            "number": number,
            "href": url_for("cohorts.overview", year=year, level=level, **town) if number else "",
        }
        for head, number, level in zip(_heads(), _numbers(one), levels, strict=True)
    ]


def _paper(year: int) -> bytes:
    lines, whole = _counted(year)
    period = school_year_of(dt.date(year, 1, 1))
    paper = ReportPaper(
        title=_title(year),
        centre_name=centre_name(own_centre_id(), page_language()),
        first_day=period.first,
        last_day=period.last,
        heads=(_("City"), *_heads()),
        rows=tuple((_town(one), *_numbers(one)) for one in lines) or ((_("Total"), *_numbers(whole)),),
        totals=(_("Total"), *_numbers(whole)) if lines else (),
        printed_at=clock.now(),
        figures=(KeyFigure(whole.cohorts, _("Cohorts")), KeyFigure(whole.trained, _("Trained pupils"))),
    )
    return pdf.draw(paper, page_language())


def _figures(schools: list[SchoolOfAim]) -> list[dict[str, Any]]:
    """How many of a town's schools are done, on the way, and missing."""
    done = sum(one.trained for one in schools)
    begun = sum(one.level is not None for one in schools) - done
    return [
        {"number": done, "words": _("schools done")},
        {"number": begun, "words": _("in training")},
        {"number": len(schools) - done - begun, "words": _("schools missing")},
    ]
