"""Commands of the reports: `reports attendance`, `reports profile`, `reports add-up`."""

import json
import sys
from pathlib import Path

import click
from flask import Flask

from scheduler.attendance.service.figures import add_up_everything
from scheduler.cli.refusals import BadInput, CommandGroup
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.core.language import languages, translator
from scheduler.profiles import pdf as profile_pdf
from scheduler.profiles import queries as profiles
from scheduler.profiles.wording.paper import plain_text
from scheduler.reports import pdf, xlsx
from scheduler.reports.queries.attendance import (
    attendance_report,
    centre_id_of,
    centre_name,
    names_of,
    unknown_names,
)
from scheduler.reports.queries.not_held import with_beside
from scheduler.reports.queries.signing import with_books
from scheduler.reports.rules.attendance import LONGEST_YEARS, read_period
from scheduler.reports.rules.signing import document_of
from scheduler.reports.terms.counting import BadPeriod, Filters, Group, Report

group = CommandGroup("reports", help="What was held: locked attendance, counted.")

REASONS = {
    "not_a_day": "is not a day of the calendar; write it as 2023-01-31",
    "last_before_first": "lies before --from",
    "too_long": f"lies more than {LONGEST_YEARS} years after --from",
}


def register(app: Flask) -> None:
    """Hang the commands on the application."""
    app.cli.add_command(group)


@group.command("attendance")
@click.option("--from", "first", required=True, metavar="DAY", help="First day, as 2023-01-01.")
@click.option("--to", "last", required=True, metavar="DAY", help="Last day, itself included.")
@click.option("--centre", metavar="SLUG", help="One centre; without it, all.")
@click.option("--campaign", metavar="SLUG", help="Only visits of one campaign.")
@click.option("--programme", metavar="SLUG", help="Only one programme.")
@click.option("--by", multiple=True, type=click.Choice([by.value for by in Group]), help="Split; may be repeated.")
@click.option("--format", "kind", type=click.Choice(["json", "csv", "xlsx", "pdf"]), default="json", show_default=True)
@click.option(
    "--lang", type=click.Choice(languages()), default="en", show_default=True, help="Of names and of CSV, XLSX and PDF."
)
@click.option("--out", type=click.Path(path_type=Path), help="A file instead of standard output.")
def attendance(by: tuple[str, ...], kind: str, lang: str, out: Path | None, **typed: str | None) -> None:
    """Visits, presentations, people, cities and kilometres of a period.

    Only locked attendance is counted. Rows hold the same counts for each part of the split; split by presenter, a
    presentation stands in the row of everybody in its crew, so these rows sum to more than the totals. JSON of one
    centre also tells what was signed off of these days, and corrections of earlier signed-off periods. CSV and XLSX
    hold what the page hands out in that language.
    """
    filters = _filters(**typed)
    report = attendance_report(filters, [Group(name) for name in by], language=lang)
    _write(_content(with_books(with_beside(report)), kind, lang), out)


def _filters(
    first: str | None, last: str | None, centre: str | None, campaign: str | None = None, programme: str | None = None
) -> Filters:
    try:
        period = read_period(first or "", last or "")
        centre_id = centre_id_of(centre) if centre is not None else None
    except BadPeriod as problem:
        typed = first if problem.field == "from" else last
        raise BadInput(f"--{problem.field}: {typed} {REASONS[problem.reason]}") from problem
    except NotFound as problem:
        raise BadInput(f"--centre: there is no centre {centre}") from problem
    filters = Filters(period, centre_id, campaign, programme)
    for name in unknown_names(filters):
        raise BadInput(f"--{name}: there is no {name} {getattr(filters, name)}")
    return filters


@group.command("profile")
@click.option("--year", type=click.IntRange(1990, 2200), help="A calendar year; or some days, by --from and --to.")
@click.option("--from", "first", metavar="DAY", help="First day, as 2024-01-01.")
@click.option("--to", "last", metavar="DAY", help="Last day, itself included.")
@click.option("--centre", metavar="SLUG", help="One centre; without it, all of them together.")
@click.option("--lang", type=click.Choice(languages()), default="en", show_default=True)
@click.option("--format", "kind", type=click.Choice(["text", "pdf"]), default="text", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="A file instead of standard output.")
def profile(year: int | None, lang: str, kind: str, out: Path | None, **typed: str | None) -> None:
    """The profile of a year, or of any days, in words, from rows; as it was signed, where it was.

    It tells what was held and what campaigns reached, signed figures of the helpline, what young people did, and what
    the centre typed about itself and its plans. It shows what staff may read: small numbers too.
    """
    days = [typed["first"], typed["last"]]
    if days != [None, None] if year else None in days:
        raise BadInput("give either --year, or --from and --to")
    whole = {"first": f"{year}-01-01", "last": f"{year}-12-31"} if year else {}
    filters = _filters(**(typed | whole))
    paper = profiles.standing_papers(filters.period, filters.centre_id)[lang]
    _write(plain_text(paper).encode() if kind == "text" else profile_pdf.draw(paper, clock.now()), out)


@group.command("add-up")
def add_up() -> None:
    """Add up all kept figures anew, after `invariants check` has named a wrong one. Pages count meanwhile."""
    click.echo(f"{add_up_everything()} municipalities and years added up anew.")


def _content(report: Report, kind: str, lang: str) -> bytes:
    if kind in ("csv", "xlsx"):
        return xlsx.content_of(report, kind, lang, made_at=clock.now())
    if kind == "pdf":
        return _pdf(report, lang)
    return (json.dumps(document_of(report), ensure_ascii=False, indent=2) + "\n").encode()


def _pdf(report: Report, lang: str) -> bytes:
    centre_id = report.filters.centre_id
    centre = centre_name(centre_id, lang) if centre_id else translator(lang).gettext("All centres")
    names = names_of(report.filters, lang)
    return pdf.draw(pdf.paper_of(report, centre, names, lang, clock.now()), lang)


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise BadInput(f"--out: {out}: {error.strerror}") from error
