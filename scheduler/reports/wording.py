"""What a report says in a language: heads, labels, sentences, charts with their words. No database, no page."""

import datetime as dt
from collections.abc import Sequence

from babel.dates import format_date

from scheduler.core.language import locale_of, moment, month_and_year, number, span_of_days, translator, year_alone
from scheduler.core.months import MonthCell
from scheduler.core.names import spelled
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.readiness.wording import cause_words
from scheduler.reports.rules.attendance import each_month, numbers_of, year_of
from scheduler.reports.rules.called_off import by_cause
from scheduler.reports.rules.cross import CrossTable
from scheduler.reports.terms.control_room import AudienceLine, Forecast
from scheduler.reports.terms.counting import (
    COUNT_FIELDS,
    CentreYear,
    Chart,
    Definition,
    Group,
    Key,
    KeyFigure,
    Period,
    Report,
    ReportCounts,
    Series,
)
from scheduler.reports.terms.not_held import OffByCause, OffCause
from scheduler.staffing.rules.drives import cost_of

CODED = (Group.DISTRICT, Group.PROGRAMME, Group.PRESENTER)


def title(period: Period, lang: str) -> str:
    """What a report is called: its year when it is one, else plainly."""
    _ = translator(lang).gettext
    if period == year_of(period.first.year):
        return _("Attendance report for %(year)s") % {"year": year_alone(period.first.year, lang)}
    return _("Attendance report")


def head_of(group: Group, lang: str) -> str:
    """The heading of a group's column."""
    _ = translator(lang).gettext
    return {
        Group.CITY: _("City"),
        Group.DISTRICT: _("District"),
        Group.MONTH: _("Month"),
        Group.PROGRAMME: _("Programme"),
        Group.AUDIENCE: _("Audience"),
        Group.PRESENTER: _("Presenter"),
    }[group]


def number_heads(lang: str) -> dict[str, str]:
    """Headings of the counts, in the order of the table: {count: heading}."""
    _ = translator(lang).gettext
    return {
        "visits": _("Visits"),
        "presentations": _("Presentations"),
        "pupils": _("Pupils"),
        "parents": _("Parents"),
        "teachers": _("Teachers"),
        "others": _("Others"),
        "people": _("All"),
        "kilometres": _("Kilometres"),
    }


def reader_table(report: Report, lang: str) -> tuple[list[str], list[list[str | int | MonthCell]]]:
    """Headings and lines of the file of a report: its rows, or the totals alone when it is not split."""
    heads = number_heads(lang) | {"cities": translator(lang).gettext("Cities")}
    headings = [head for group in report.by for head in _heads_of(group, lang)]
    lines: list[list[str | int | MonthCell]] = [
        [cell for key in row.keys for cell in _cells_of(key, lang)] + list(numbers_of(row.counts).values())
        for row in report.rows
    ]
    if not report.by:
        lines = [list(numbers_of(report.totals).values())]
    return headings + [heads[name] for name in COUNT_FIELDS], lines


def cross_table(cross: CrossTable, lang: str) -> tuple[list[str], list[list[str | int]]]:
    """Presentations of each city in each month, with the sum of a line: as the page shows it and a file holds it."""
    _ = translator(lang).gettext
    lines: list[list[str | int]] = []
    for city, held in cross.cities:
        cells = [held[month.value].presentations if month.value in held else 0 for month in cross.months]
        lines.append([label_of(city, lang), *cells, sum(cells)])
    return [head_of(Group.CITY, lang), *(label_of(month, lang) for month in cross.months), _("Total")], lines


def called_off_table(rows: Sequence[OffByCause], lang: str) -> tuple[list[str], list[list[str | int]]] | None:
    """Visits called off by cause, whose doing it was, and how many in all; None when none was called off."""
    _ = translator(lang).gettext
    if not rows:
        return None
    words = {OffCause(cause): said for cause, said in cause_words(lang).items()} | {
        OffCause.NO_SHOW_HOST: _("Nobody of the school was there"),
        OffCause.NO_SHOW_PRESENTER: _("No presenter came"),
        OffCause.NOT_SAID: _("No cause was given"),
    }
    heads = [_("Cause"), _("The school"), _("The centre"), _("Its presenters"), _("Total")]
    lines: list[list[str | int]] = [
        [words[cause], *counts.values(), sum(counts.values())] for cause, counts in by_cause(rows)
    ]
    return heads, [*lines, [_("Total"), *(sum(int(line[place]) for line in lines) for place in range(1, len(heads)))]]


def _heads_of(group: Group, lang: str) -> list[str]:
    """The columns of a group: what it is called, and its code where it has one."""
    code = translator(lang).gettext("%(name)s (code)") % {"name": head_of(group, lang)}
    return [head_of(group, lang), *([code] if group in CODED else [])]


def _cells_of(key: Key, lang: str) -> list[str | int | MonthCell]:
    if key.group is Group.MONTH:
        return [MonthCell.named(key.value)]  # a spreadsheet sorts it
    return [label_of(key, lang), *([key.value] if key.group in CODED else [])]


def label_of(key: Key, lang: str) -> str:
    """What a row is called: a month by its name, an audience in words, places and programmes as they are."""
    _ = translator(lang).gettext
    if key.group is Group.MONTH:
        first = dt.date.fromisoformat(f"{key.value}-01")
        return month_and_year(first, lang)
    if key.group is Group.AUDIENCE:
        pupils = {
            SchoolLevel.PRIMARY: _("Primary school pupils"),
            SchoolLevel.SECONDARY: _("High-school pupils"),
            SchoolLevel.NONE: _("Pupils"),
        }
        others = {Audience.PARENTS: _("Parents"), Audience.TEACHERS: _("Teachers"), Audience.OTHERS: _("Others")}
        audience = Audience(key.value)
        return pupils[key.level or SchoolLevel.NONE] if audience is Audience.PUPILS else others[audience]
    return key.label or _("Abroad, or without a municipality")


def short_month(month: str, lang: str) -> str:
    """The name under a bar: "јан", "Jan"."""
    return str(format_date(dt.date.fromisoformat(f"{month}-01"), "LLL", locale=locale_of(lang)))


def figures(counts: ReportCounts | CentreYear, lang: str) -> list[KeyFigure]:
    """The four numbers at the head of a report, each with its noun in the form that the number asks for."""
    words = translator(lang).ngettext

    def ngettext(one: str, many: str, n: int | None) -> str:
        return words(one, many, 0 if n is None else n)

    return [
        KeyFigure(counts.presentations, ngettext("presentation held", "presentations held", counts.presentations)),
        KeyFigure(counts.pupils, ngettext("pupil", "pupils", counts.pupils)),
        KeyFigure(counts.parents, ngettext("parent", "parents", counts.parents)),
        KeyFigure(counts.teachers, ngettext("teacher", "teachers", counts.teachers)),
    ]


def story(centre: CentreYear, year: int, lang: str) -> list[str]:
    """A centre's year, sentence by sentence; a number that is not shown is told to be so."""
    _, ngettext = translator(lang).gettext, translator(lang).ngettext

    def said(form: str, n: int | None, unsaid: str = "") -> str:
        return unsaid if n is None else form % {"num": number(n, lang)}

    held = ngettext("%(num)s presentation", "%(num)s presentations", centre.presentations)
    lines = [
        _("%(centre)s, %(year)s: %(presentations)s in %(cities)s across Serbia.")
        % {
            "centre": centre.name,
            "year": year,
            "presentations": said(held, centre.presentations),
            "cities": said(ngettext("%(num)s city", "%(num)s cities", centre.cities), centre.cities),
        },
    ]
    people = [
        (centre.pupils, "%(num)s pupil", "%(num)s pupils", _("pupils (number not shown)")),
        (centre.parents, "%(num)s parent", "%(num)s parents", _("parents (number not shown)")),
        (centre.teachers, "%(num)s teacher", "%(num)s teachers", _("teachers (number not shown)")),
    ]
    if some := [said(ngettext(one, many, n or 0), n, unsaid) for n, one, many, unsaid in people if n != 0]:
        *before, last = some
        listed = _("%(list)s and %(last)s") % {"list": ", ".join(before), "last": last} if before else last
        attended = ngettext(
            "It was attended by %(people)s.", "They were attended by %(people)s.", centre.presentations or 0
        )
        lines.append(attended % {"people": listed})
    for one in centre.campaigns:
        pupils = ngettext("%(num)s high-school pupil", "%(num)s high-school pupils", one.high_school_pupils or 0)
        cities = ngettext("%(num)s city", "%(num)s cities", one.cities)
        form = _("Campaign “%(name)s”: %(cities)s.")  # of primary schools only: "0 high-school pupils" says nothing
        if one.high_school_pupils != 0:
            form = _("Campaign “%(name)s”: %(pupils)s in %(cities)s.")
        lines.append(
            form
            % {
                "name": one.name,
                "pupils": said(pupils, one.high_school_pupils, _("pupils (number not shown)")),
                "cities": said(cities, one.cities),
            }
        )
    return lines


def charts_of(report: Report, lang: str) -> tuple[Chart, ...]:
    """People by month, when the report is split by months and by nothing else: who came at all, on page and paper."""
    if report.by != (Group.MONTH,):
        return ()
    heads = number_heads(lang)
    labels = tuple(short_month(row.keys[0].value, lang) for row in report.rows)
    series = tuple(
        Series(heads[name], tuple(getattr(row.counts, name) for row in report.rows))
        for name in ("pupils", "parents", "teachers")
        if getattr(report.totals, name)
    )
    return (Chart(translator(lang).gettext("By month and audience"), labels, series),)


def months_of(report: Report, lang: str) -> Chart:
    """Presentations by month, with a place for every month of the period."""
    _ = translator(lang).gettext
    months = each_month(report)
    labels = tuple(short_month(key.value, lang) for key, _counts in months)
    held = Series(_("Held so far"), tuple(counts.presentations for _key, counts in months))
    return Chart(_("Presentations by month"), labels, (held,))


def side_figures(report: Report, lang: str, rate: float = 0.0) -> list[KeyFigure]:
    """What stands beside the counts: indicators, visits not held, people without room; costs, where a rate is set."""
    _ = translator(lang).gettext
    labels = {
        "pupils_once": _("Pupils, each counted once"),
        "with_influencer": _("Presentations with a young presenter"),
        "without_influencer": _("Presentations whose young presenter did not come"),
        "stopped": _("Visits stopped by a closure (snow, strike, exam)"),
        "cancelled_by_school": _("Visits cancelled by schools"),
        "cancelled_by_centre": _("Visits cancelled by the centre"),
        "turned_away": _("People turned away at the door"),
        "kilometres_called_off": _("Kilometres driven for visits called off late"),
    }
    known = {**report.indicators, **report.not_held}
    if rate:
        labels["cost"] = _("Costs of all kilometres, in dinars")
        known["cost"] = cost_of(report.totals.kilometres + known.get("kilometres_called_off", 0), rate)
    return [KeyFigure(known[name], label) for name, label in labels.items() if name in known]


def definitions(lang: str) -> list[Definition]:
    """What the numbers mean: the same words on the page and on paper."""
    _ = translator(lang).gettext
    return [
        Definition(
            _("Presentation held"),
            _("Given, whole or in part, with locked attendance. One that was merged into another counts once."),
        ),
        Definition(
            _("Pupils, parents, teachers"),
            _("Contacts: people in the room, counted by the educator. The same class twice is counted twice."),
        ),
        Definition(
            _("Pupils, each counted once"),
            _(
                "Pupils without those of a presentation that the educator ticked as held for the same pupils"
                " as an earlier one."
            ),
        ),
        Definition(
            _("Presentations with a young presenter"),
            _("Held, and a young presenter was in the room. One who did not come does not count, though it was held."),
        ),
        Definition(
            _("High-school pupils"), _("Pupils at presentations that were given for classes of a secondary school.")
        ),
        Definition(
            _("City"),
            _("The school's municipality; all municipalities of one town, as in Belgrade, are one city."),
        ),
        Definition(
            _("Kilometres"),
            _("Driven by the crew there and back, once for each visit held. For what was called off late: beside."),
        ),
        Definition(
            _("Presenter"),
            _("A presentation stands in the row of each of its crew, so these rows add up to more than the total."),
        ),
    ]


def with_sign(value: int, words: str) -> str:
    """A difference as it is written: +3, −2, 0. `words` is its size as the language writes it."""
    return f"+{words}" if value > 0 else f"\N{MINUS SIGN}{words}" if value < 0 else words


def signed_words(report: Report, lang: str, zone: str) -> list[str]:
    """The sentences under the heading of a signed-off period, or of days that share some with one."""
    _ = translator(lang).gettext
    books = report.books
    if books is None:
        return []
    if books.signed is None:
        days = [span_of_days(one.period.first, one.period.last, lang) for one in books.crossed]
        return [
            _("Part of these days is signed off (%(days)s); here all are counted today.") % {"days": one}
            for one in days
        ]
    at = moment(books.signed.at, lang, zone)
    by = _("Signed off by %(name)s: %(moment)s") % {"name": spelled(books.signed.by, lang), "moment": at}
    told = [by if books.signed.by else _("Signed off: %(moment)s") % {"moment": at}]
    if books.since != ReportCounts():
        told.append(
            _("Numbers were corrected since. What was signed stays; the difference appears in the next period.")
        )
    return told


def since_rows(report: Report, lang: str) -> list[tuple[str, tuple[int, ...], bool]]:
    """(words, numbers, whether they are differences): what was signed, what is counted today, and between them."""
    _ = translator(lang).gettext
    books = report.books
    if books is None or books.signed is None or books.since == ReportCounts():
        return []
    return [
        (_("Signed off"), _numbers(books.signed.totals, lang), False),
        (_("Counted today"), _numbers(report.totals, lang), False),
        (_("Difference"), _numbers(books.since, lang), True),
    ]


def correction_rows(report: Report, lang: str) -> list[tuple[str, tuple[int, ...]]]:
    """(which earlier period, differences in the order of the heads)."""
    rows = report.books.corrections if report.books else ()
    return [(span_of_days(one.period.first, one.period.last, lang), _numbers(one.counts, lang)) for one in rows]


def _numbers(counts: ReportCounts, lang: str) -> tuple[int, ...]:
    return tuple(getattr(counts, name) for name in number_heads(lang))


def range_of(said: Forecast, lang: str) -> str:
    """How far a forecast may be wrong: "2.310 до 3.120", "најмање 900" before a whole week has gone by."""
    _ = translator(lang).gettext
    if said.high is None:
        return _("at least %(low)s") % {"low": number(said.low, lang)}
    if said.certain:
        return number(said.point, lang)
    return _("%(low)s to %(high)s") % {"low": number(said.low, lang), "high": number(said.high, lang)}


def forecast_words(line: AudienceLine, lang: str) -> str:
    """One sentence about an audience that has a target."""
    _ = translator(lang).gettext
    told = {
        "audience": number_heads(lang)[line.audience.value],
        "point": number(line.forecast.point, lang),
        "range": range_of(line.forecast, lang),
        "target": number(line.target or 0, lang),
    }
    if line.forecast.certain:
        return _("%(audience)s: %(point)s; the target is %(target)s.") % told
    return _("%(audience)s: %(point)s at the end, at today's pace (%(range)s); the target is %(target)s.") % told
