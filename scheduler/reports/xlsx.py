"""The attendance report as tables, for a workbook or a CSV file: the same rows for the page and the command."""

import datetime as dt

from scheduler.core.csv_text import csv_for_people
from scheduler.core.language import translator
from scheduler.core.workbook import Sheet, workbook
from scheduler.posts.wording import posts_table
from scheduler.reports.rules.cross import cross_of
from scheduler.reports.terms.counting import Report
from scheduler.reports.wording import called_off_table, cross_table, definitions, reader_table, title


def tables_of(report: Report, lang: str) -> dict[str, Sheet]:
    """The tables that a report has, by the name that an address gives them: "" is its own, the others stand beside."""
    _ = translator(lang).gettext
    found = {"": Sheet(title(report.filters.period, lang), *reader_table(report, lang))}
    if (cross := cross_of(report)) is not None:
        found["cross"] = Sheet(_("Presentations by city and month"), *cross_table(cross, lang))
    if (called_off := called_off_table(report.called_off, lang)) is not None:
        found["called_off"] = Sheet(_("Visits called off, by cause"), *called_off)
    if report.posts:
        found["posts"] = Sheet(_("Posts of the campaign"), *posts_table(report.posts, lang))
    return found


def meanings(lang: str) -> list[tuple[str, str]]:
    """What the columns mean: the definitions of the page."""
    return [(one.term, one.meaning) for one in definitions(lang)]


def content_of(report: Report, kind: str, lang: str, *, made_at: dt.datetime) -> bytes:
    """What the command writes: a workbook of every table, or its own table as CSV, each as the page hands it out."""
    tables = tables_of(report, lang)
    if kind == "xlsx":
        return workbook(list(tables.values()), meanings(lang), lang, made_at=made_at)
    return csv_for_people(tables[""].heads, tables[""].rows)
