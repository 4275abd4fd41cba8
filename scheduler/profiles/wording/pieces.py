"""Pieces of sentences: numbers with their nouns and the origin of their rows, lists of them, pictures by month."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from scheduler.core.language import number, translator
from scheduler.profiles.rules import statement
from scheduler.profiles.terms import CohortShare, NumberOrigin, RowsBehind, StatementPart
from scheduler.programmes.terms import SchoolLevel
from scheduler.reports.terms.counting import Chart, Period, ReportCounts, Series
from scheduler.reports.wording import short_month

MOST_MONTHS = 24  # of a picture: more would be hairs


def number_part(form: str, value: int, lang: str, origin: NumberOrigin | None = None) -> StatementPart:
    return StatementPart(form % {"num": number(value, lang)}, origin)


def series_of(parts: Sequence[StatementPart], lang: str) -> tuple[StatementPart, ...]:
    """One, two and three."""
    *before, last = parts
    if not before:
        return (last,)
    commas = [piece for part in before for piece in (StatementPart(", "), part)][1:]
    return statement(translator(lang).gettext("%(list)s and %(last)s"), list=commas, last=last)


def visits_of(period: Period, **narrowed: str) -> NumberOrigin:
    days = (("first", period.first.isoformat()), ("last", period.last.isoformat()))
    return NumberOrigin(RowsBehind.VISITS, (*days, *narrowed.items()))


def report_of(period: Period, **narrowed: str) -> NumberOrigin:
    return NumberOrigin(RowsBehind.REPORT, visits_of(period, **narrowed).query)


def people_of(counts: ReportCounts, origin: NumberOrigin, lang: str, *, high_school: int = 0) -> list[StatementPart]:
    """Pupils, parents and teachers, as other papers for the outside tell them. `high_school`: so many of the pupils."""
    ngettext = translator(lang).ngettext
    others = counts.pupils - high_school
    said = [
        (
            high_school,
            ngettext("%(num)s high-school pupil", "%(num)s high-school pupils", high_school),
            SchoolLevel.SECONDARY,
        ),
        (others, ngettext("%(num)s pupil", "%(num)s pupils", others), SchoolLevel.PRIMARY if high_school else None),
        (counts.parents, ngettext("%(num)s parent", "%(num)s parents", counts.parents), None),
        (counts.teachers, ngettext("%(num)s teacher", "%(num)s teachers", counts.teachers), None),
    ]
    return [
        number_part(
            form, value, lang, NumberOrigin(origin.rows, (*origin.query, *((("level", level),) if level else ())))
        )
        for value, form, level in said
        if value
    ]


def picture_of(heading: str, name: str, months: Iterable[tuple[dt.date, int]], lang: str) -> Chart | None:
    """A picture of some months; none of one month, of very many, or where nothing was."""
    rows = list(months)
    if not 1 < len(rows) <= MOST_MONTHS or not any(value for _month, value in rows):
        return None
    labels = tuple(short_month(f"{month:%Y-%m}", lang) for month, _value in rows)
    return Chart(heading, labels, (Series(name, tuple(value for _month, value in rows)),))


def columns_of(
    chart: Chart | None, months: Iterable[tuple[dt.date, int]], behind: Callable[[dt.date], NumberOrigin]
) -> tuple[NumberOrigin, ...]:
    """Where the rows behind each column of a picture are."""
    return tuple(behind(month) for month, _value in months) if chart else ()


def with_numbers(rows: Sequence[tuple[str, int]], origin: NumberOrigin, lang: str) -> list[StatementPart]:
    """One – 15, two – 2."""
    parts: list[StatementPart] = []
    for name, value in rows:
        before = ", " if parts else ""
        parts += [StatementPart(f"{before}{name} – "), StatementPart(number(value, lang), origin)]
    return parts


def trained_of(one: CohortShare) -> NumberOrigin:
    return NumberOrigin(RowsBehind.COHORTS, (("year", str(one.year)), ("state", "trained")))
