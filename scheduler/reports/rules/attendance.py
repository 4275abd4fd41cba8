"""Pure rules of reports: periods, shares, and a report as the data that files are made of."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from babel.dates import format_date

from scheduler.core.language import locale_of, month_and_year, number, translator, year_alone
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.reports.terms.counting import (
    COUNTED,
    BadPeriod,
    CentreYear,
    Chart,
    Counts,
    Definition,
    DistrictLine,
    Group,
    Key,
    KeyFigure,
    Period,
    Profile,
    Report,
    Series,
)

LONGEST_YEARS = 30


def read_period(first: str, last: str) -> Period:
    """The period that two typed days mean, ISO 8601 ("2023-01-31").

    Raises: BadPeriod with the field ("from" or "to") and the reason.
    """
    return period_of(_day("from", first), _day("to", last))


def period_of(begins: dt.date, ends: dt.date) -> Period:
    """The period of two days. Raises: BadPeriod for its last day ("to")."""
    if ends < begins:
        raise BadPeriod("to", "last_before_first")
    if ends.year - begins.year > LONGEST_YEARS:
        raise BadPeriod("to", "too_long")
    return Period(begins, ends)


def _day(field: str, typed: str) -> dt.date:
    try:
        if len(typed) != len("2023-01-31"):  # fromisoformat also takes 20230131 and 2023-W05-2
            raise ValueError(typed)
        return dt.date.fromisoformat(typed)
    except ValueError:
        raise BadPeriod(field, "not_a_day") from None


def year_of(year: int) -> Period:
    """A calendar year."""
    return Period(dt.date(year, 1, 1), dt.date(year, 12, 31))


def school_year_of(day: dt.date) -> Period:
    """The school year that a day lies in, September to August."""
    begins = day.year if day.month >= 9 else day.year - 1
    return Period(dt.date(begins, 9, 1), dt.date(begins + 1, 8, 31))


def months_up_to(day: dt.date) -> Period:
    """The month of a day and the eleven before it, up to that day."""
    begins = dt.date(day.year, day.month + 1, 1) if day.month < 12 else dt.date(day.year + 1, 1, 1)
    return Period(begins.replace(year=begins.year - 1), day)


def presets(today: dt.date) -> dict[str, Period]:
    """Periods that people ask for most: {name: period}, for the filter form."""
    return {
        "this_year": year_of(today.year),
        "last_year": year_of(today.year - 1),
        "school_year": school_year_of(today),
        "year_2023": year_of(2023),
    }


def total(rows: Sequence[Counts]) -> Counts:
    """The sum of counts whose presentations, visits and cities do not overlap."""
    return Counts(**{name: sum(getattr(row, name) for row in rows) for name in COUNTED})


def share(part: int, whole: int) -> float:
    """A part of a whole, 0 to 1; of nothing it is 0."""
    return part / whole if whole else 0.0


def adds_up(by: Sequence[Group]) -> bool:
    """Whether people and presentations of the rows sum to the totals: a crew of two stands in two rows."""
    return Group.PRESENTER not in by


def as_document(report: Report) -> dict[str, Any]:
    """The JSON document of `reports attendance`; its keys stay as they are."""
    return {
        "period": {"from": report.filters.period.first.isoformat(), "to": report.filters.period.last.isoformat()},
        "filters": {"centre": report.centre, "campaign": None, "programme": None} | report.filters.narrowing(),
        "totals": _numbers(report.totals),
        "rows": [_names(row.keys) | _numbers(row.counts) for row in report.rows],
        "not_held": dict(report.not_held),
        "indicators": dict(report.indicators),
    }


def as_table(report: Report) -> tuple[list[str], list[list[str | int]]]:
    """Headings and lines of the CSV file: the rows, or the totals alone when the report is not split."""
    lines: list[Mapping[str, Any]] = [_names(row.keys) | _numbers(row.counts) for row in report.rows]
    if not report.by:
        lines = [_numbers(report.totals)]
    headings = [name for group in report.by for name in HEADINGS[group]] + list(COUNTED)
    return headings, [[line[heading] for heading in headings] for line in lines]


HEADINGS = {
    Group.CITY: ("city",),
    Group.DISTRICT: ("district", "district_iso"),
    Group.MONTH: ("month",),
    Group.PROGRAMME: ("programme", "programme_name"),
    Group.AUDIENCE: ("audience", "level"),
    Group.PRESENTER: ("presenter", "presenter_id"),
}


def _names(keys: Sequence[Key]) -> dict[str, Any]:
    return {name: value for key in keys for name, value in zip(HEADINGS[key.group], _values(key), strict=True)}


def _values(key: Key) -> tuple[Any, ...]:
    if key.group is Group.CITY:
        return (key.label,)
    if key.group is Group.MONTH:
        return (key.value,)
    if key.group is Group.PROGRAMME:
        return (key.value, key.label)
    if key.group is Group.AUDIENCE:
        return (key.value, key.level.value if key.level else "")
    return (key.label, int(key.value) if key.group is Group.PRESENTER else key.value)


def _numbers(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in COUNTED}


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


def figures(counts: Counts | CentreYear, lang: str) -> list[KeyFigure]:
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


def profile_text(profile: Profile, lang: str) -> str:
    """The yearly profile in words: one paragraph of what was held, one line for each campaign."""
    totals = profile.totals
    held = (totals.presentations, totals.pupils, totals.parents, totals.teachers, totals.cities)
    return "\n".join(story(CentreYear(0, profile.centre_name, *held, profile.campaigns), profile.year, lang)) + "\n"


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
        _("They were attended by %(pupils)s, %(parents)s and %(teachers)s.")
        % {
            "pupils": said(
                ngettext("%(num)s pupil", "%(num)s pupils", centre.pupils or 0),
                centre.pupils,
                _("pupils (number not shown)"),
            ),
            "parents": said(
                ngettext("%(num)s parent", "%(num)s parents", centre.parents or 0),
                centre.parents,
                _("parents (number not shown)"),
            ),
            "teachers": said(
                ngettext("%(num)s teacher", "%(num)s teachers", centre.teachers or 0),
                centre.teachers,
                _("teachers (number not shown)"),
            ),
        },
    ]
    for one in centre.campaigns:
        pupils = ngettext("%(num)s high-school pupil", "%(num)s high-school pupils", one.high_school_pupils or 0)
        cities = ngettext("%(num)s city", "%(num)s cities", one.cities)
        lines.append(
            _("Campaign “%(name)s”: %(pupils)s in %(cities)s.")
            % {
                "name": one.name,
                "pupils": said(pupils, one.high_school_pupils, _("pupils (number not shown)")),
                "cities": said(cities, one.cities),
            }
        )
    return lines


def charts_of(report: Report, lang: str) -> tuple[Chart, ...]:
    """People by month, when the report is split by months and by nothing else: on the page and on paper."""
    if report.by != (Group.MONTH,):
        return ()
    heads = number_heads(lang)
    labels = tuple(short_month(row.keys[0].value, lang) for row in report.rows)
    series = tuple(
        Series(heads[name], tuple(getattr(row.counts, name) for row in report.rows))
        for name in ("pupils", "parents", "teachers")
    )
    return (Chart(translator(lang).gettext("By month and audience"), labels, series),)


def each_month(report: Report) -> list[tuple[Key, Counts]]:
    """Every month of the period of a report by month, also those of which nothing is counted."""
    held = {row.keys[0].value: row.counts for row in report.rows}
    first, last = report.filters.period.first, report.filters.period.last
    places = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    names = [f"{place // 12:04d}-{place % 12 + 1:02d}" for place in places]
    return [(Key(Group.MONTH, name, name), held.get(name, Counts())) for name in names]


def months_of(report: Report, lang: str) -> Chart:
    """Presentations by month, with a place for every month of the period."""
    _ = translator(lang).gettext
    months = each_month(report)
    labels = tuple(short_month(key.value, lang) for key, _counts in months)
    held = Series(_("Held so far"), tuple(counts.presentations for _key, counts in months))
    return Chart(_("Presentations by month"), labels, (held,))


def districts_of(report: Report) -> tuple[DistrictLine, ...]:
    """The lines of a map, when the report is split by districts and by nothing else; staff see every number."""
    if report.by != (Group.DISTRICT,):
        return ()
    return tuple(
        DistrictLine(row.keys[0].value, row.keys[0].label, row.counts.presentations, row.counts.people)
        for row in report.rows
    )


def beside(report: Report, lang: str) -> list[KeyFigure]:
    """What stands beside the counts: indicators, visits that were not held, and people who found no room."""
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
