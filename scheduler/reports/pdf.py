"""Reports as PDF: key figures, the table, small multiples, and what every number means on the last page.

And the brief of a campaign: two pages, whatever it holds; what does not fit there stands on its page.
"""

import datetime as dt
from collections import Counter

from scheduler.core.language import day_and_month, moment, number, short_day, span_of_days, translator
from scheduler.core.typesetting import BOLD, INK, MUTED, QUINCE, Style, fitted, leading, shortened
from scheduler.paper.pages import BODY, INSIDE, STRONG, Flow, Furniture, PaperTable, draw_table, paged
from scheduler.paper.sheet import MARGIN, RIGHT, DocumentFacts
from scheduler.people.terms import PresenterKind
from scheduler.posts.terms import PostState
from scheduler.posts.wording import posts_table
from scheduler.programmes.wording import forecast_rule, risk_words, verdict_words
from scheduler.reports import wording
from scheduler.reports.rules.signing import figures_of
from scheduler.reports.terms.control_room import CityLine, ControlRoom
from scheduler.reports.terms.counting import Chart, KeyFigure, Report, ReportPaper, Series
from scheduler.reports.wording import (
    called_off_table,
    charts_of,
    correction_rows,
    definitions,
    head_of,
    label_of,
    number_heads,
    side_figures,
    signed_words,
    since_rows,
    title,
    with_sign,
)

COLOURS = ("#12594D", "#3B7FA8", "#B8791A")  # pupils, parents, teachers: told apart by place as well
FIGURE = Style(22, BOLD)
LABEL = Style(9, colour=MUTED)
BARS_LEFT = MARGIN + 26
HEIGHTS = (26.0, 14.0, 11.0)  # of the tallest bar in the first series, the second, the others
MOST_BARS = 24  # more would be hairs: the table has them all


def paper_of(report: Report, centre_name: str, filters: tuple[str, ...], lang: str, now: dt.datetime) -> ReportPaper:
    """A report in the reader's words, ready to be drawn; `filters` are names of what it was narrowed to."""
    heads = number_heads(lang)
    total = translator(lang).gettext("Total")
    keys = [head_of(group, lang) for group in report.by]
    rows = [
        (*(label_of(key, lang) for key in row.keys), *(getattr(row.counts, name) for name in heads))
        for row in report.rows
    ]
    sums = tuple(getattr(report.totals, name) for name in heads)
    return ReportPaper(
        title=title(report.filters.period, lang),
        centre_name=centre_name,
        first_day=report.filters.period.first,
        last_day=report.filters.period.last,
        heads=(*(keys or [""]), *heads.values()),
        rows=tuple(rows) or ((total, *sums),),
        printed_at=now,
        totals=(total, *("" for _ in keys[1:]), *sums) if rows else (),
        words=max(1, len(keys)),
        filters=filters,
        figures=tuple(wording.figures(figures_of(report), lang)),
        beside=tuple(side_figures(report, lang)),
        called_off=_called_off(report, lang),
        posts=_posts(report, lang),
        charts=charts_of(report, lang),
        definitions=tuple(definitions(lang)),
        signed=tuple(signed_words(report, lang, ReportPaper.zone)),
        books=_books(report, lang),
    )


def _called_off(report: Report, lang: str) -> tuple[tuple[str, ...], ...]:
    table = called_off_table(report.called_off, lang)
    lines = (
        [(str(words), *(number(int(one), lang) for one in numbers)) for words, *numbers in table[1]] if table else []
    )
    return (tuple(table[0]), *lines) if table else ()


def _posts(report: Report, lang: str) -> tuple[tuple[str, ...], ...]:
    """The table of what was posted, as texts; its sums last."""

    def text(cell: object) -> str:
        return number(cell, lang) if isinstance(cell, int) else str(cell)

    if not report.posts:
        return ()
    heads, lines = posts_table(report.posts, lang)
    written = [
        (short_day(one.draft.on_day, lang), *map(text, line[1:])) for one, line in zip(report.posts, lines, strict=True)
    ]
    sums = (sum(one.reached or 0 for one in report.posts), sum(one.reacted or 0 for one in report.posts))
    return (tuple(heads), *written, (translator(lang).gettext("Total"), "", "", *map(text, sums)))


def _books(report: Report, lang: str) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """What was signed beside what is counted today, and corrections of earlier periods, each under its heading."""
    _ = translator(lang).gettext

    def line(words: str, numbers: tuple[int, ...], *, signs: bool) -> tuple[str, ...]:
        written = [(value, number(abs(value), lang)) for value in numbers]
        return (words, *(with_sign(value, size) if signs else size for value, size in written))

    since = tuple(line(words, numbers, signs=signs) for words, numbers, signs in since_rows(report, lang))
    owed = tuple(line(words, numbers, signs=True) for words, numbers in correction_rows(report, lang))
    parts = ((_("Signed off, and counted today"), since), (_("Corrections of earlier, signed-off periods"), owed))
    return tuple((heading, lines) for heading, lines in parts if lines)


def draw(paper: ReportPaper, lang: str) -> bytes:
    """The report in the given language, A4 portrait."""
    _ = translator(lang).gettext
    printed = _("printed %(moment)s") % {"moment": moment(paper.printed_at, lang, paper.zone)}
    note = " · ".join(part for part in (printed, paper.version) if part)
    foot = _("definitions: last page") if paper.definitions else ""
    furniture = Furniture(paper.centre_name, note, paper.helpline, foot)
    return paged(
        DocumentFacts(paper.title, paper.centre_name, lang), furniture, lambda flow: _draw_body(flow, paper, lang)
    )


def _draw_body(flow: Flow, paper: ReportPaper, lang: str) -> None:
    _ = translator(lang).gettext
    period = span_of_days(paper.first_day, paper.last_day, lang)
    flow.title(paper.title, " · ".join([period, ", ".join(paper.filters)] if paper.filters else [period]))
    for sentence in paper.signed:
        flow.paragraph(sentence)
    if paper.figures:
        draw_figures(flow, paper.figures[:4], lang)
    draw_table(flow, _table(paper, lang))
    if not paper.rows:
        flow.paragraph(_("Nothing was counted in this period."))
    for heading, lines in paper.books:
        flow.heading(heading, keep_with=20)
        draw_table(flow, PaperTable(("", *paper.heads[paper.words :]), lines))
    if paper.beside:
        flow.heading(_("Beside the counts"), keep_with=6 * len(paper.beside))
        for figure in paper.beside:
            flow.paragraph(f"{figure.label}: {number(figure.value or 0, lang)}")
    if paper.called_off:
        flow.heading(_("Visits called off, by cause"), keep_with=20)
        draw_table(flow, PaperTable(paper.called_off[0], paper.called_off[1:-1], paper.called_off[-1]))
    if paper.posts:
        flow.heading(_("Posts of the campaign"), keep_with=20)
        draw_table(flow, PaperTable(paper.posts[0], paper.posts[1:-1], paper.posts[-1], words=3))
    for chart in paper.charts:
        if 0 < len(chart.labels) <= MOST_BARS:
            draw_chart(flow, chart, lang)
    if paper.definitions:
        flow.turn()
        flow.title(_("What the numbers mean"), _("The same definitions hold on the page, on paper and in every file."))
        for definition in paper.definitions:
            flow.need(15)
            flow.paragraph(definition.term, STRONG)
            flow.paragraph(definition.meaning)
            flow.y += 2


def _table(paper: ReportPaper, lang: str) -> PaperTable:
    def words(row: tuple[str | int, ...]) -> tuple[str, ...]:
        return tuple(cell if isinstance(cell, str) else number(cell, lang) for cell in row)

    return PaperTable(paper.heads, tuple(words(row) for row in paper.rows), words(paper.totals), paper.words)


def draw_figures(flow: Flow, figures: tuple[KeyFigure, ...], lang: str) -> None:
    """Up to four large numbers side by side."""
    sheet, width = flow.sheet, INSIDE / 4
    for place, figure in enumerate(figures):
        x = MARGIN + place * width
        sheet.box((x, flow.y, 0.7, 13), fill=QUINCE)
        style, lines = fitted(number(figure.value or 0, lang), FIGURE, width - 6)
        sheet.lines(x + 4, flow.y + 7.2, lines, style)
        style, lines = fitted(figure.label, LABEL, width - 5, least=6)
        sheet.lines(x + 4, flow.y + 12.3, lines, style)
    flow.y += 20


def draw_chart(flow: Flow, chart: Chart, lang: str) -> None:
    """A picture with its heading, never broken over a page."""
    heights = [HEIGHTS[min(place, 2)] for place in range(len(chart.series))]
    flow.heading(chart.heading, keep_with=sum(heights) + 7 * len(heights) + 8)
    for place, (series, height) in enumerate(zip(chart.series, heights, strict=True)):
        _draw_bars(flow, series, height, COLOURS[place % 3], lang)
    slot = (RIGHT - BARS_LEFT) / len(chart.labels)
    for place, label in enumerate(chart.labels):
        middle = BARS_LEFT + (place + 0.5) * slot
        flow.sheet.text(middle, flow.y + 4.5, shortened(label, LABEL, slot - 0.5), LABEL, "centre")
    flow.y += 8


def _draw_bars(flow: Flow, series: Series, height: float, colour: str, lang: str) -> None:
    """One series: its name and sum at the left, the number on every bar; zero is the line the bars stand on."""
    sheet, slot = flow.sheet, (RIGHT - BARS_LEFT) / len(series.values)
    base, most = flow.y + height + 6, max(*series.values, 1)
    style, lines = fitted(series.name, STRONG, BARS_LEFT - MARGIN - 3, least=6)
    sheet.lines(MARGIN, flow.y + 7, lines, style)
    sheet.text(MARGIN, flow.y + 7 + leading(BODY), number(sum(series.values), lang), Style(10, colour=MUTED))
    for place, value in enumerate(series.values):
        tall = height * value / most
        middle = BARS_LEFT + (place + 0.5) * slot
        sheet.box((middle - slot * 0.35, base - tall, slot * 0.7, tall), fill=colour)
        shown, _lines = fitted(number(value, lang), Style(8.5), slot, least=4)
        sheet.text(middle, base - tall - 1.2, number(value, lang), shown, "centre")
    sheet.level(base, left=BARS_LEFT, colour=INK)
    flow.y = base + 1


# --- The brief of a campaign ---

WEEKS_ON_PAPER, CITIES_ON_PAPER, POSTS_ON_PAPER = 16, 10, 4


def draw_brief(room: ControlRoom, lang: str, now: dt.datetime) -> bytes:
    """Where a campaign stands, on two pages: target, done, forecast and weeks; cities, crew and posts. No names."""
    _ = translator(lang).gettext
    name, centre = room.campaign.name(lang), room.campaign.centre(lang)
    printed = _("printed %(moment)s") % {"moment": moment(now, lang, ReportPaper.zone)}

    def body(flow: Flow) -> None:
        _draw_standing(flow, room, lang)
        flow.turn()
        _draw_cities(flow, room, lang)
        _draw_crew(flow, room, lang)
        _draw_posts(flow, room, lang)

    return paged(DocumentFacts(name, centre, lang), Furniture(centre, printed), body)


def _draw_standing(flow: Flow, room: ControlRoom, lang: str) -> None:
    _, ngettext = translator(lang).gettext, translator(lang).ngettext
    campaign, verdicts, heads = room.campaign, verdict_words(lang), wording.number_heads(lang)
    days = span_of_days(campaign.first_day, campaign.last_day, lang)
    flow.title(campaign.name(lang), f"{days} · " + _("as of %(day)s") % {"day": short_day(room.today, lang)})
    pupils = sum(city.pupils for city in room.cities)
    figures = (
        KeyFigure(room.presentations, ngettext("presentation held", "presentations held", room.presentations)),
        KeyFigure(pupils, ngettext("pupil", "pupils", pupils)),
        KeyFigure(room.agreed, ngettext("presentation agreed", "presentations agreed", room.agreed)),
        KeyFigure(room.kilometres, _("kilometres driven")),
    )
    draw_figures(flow, figures, lang)
    rows = tuple(
        (
            heads[line.audience.value],
            verdicts[line.verdict],
            number(line.target, lang) if line.target else "–",
            *(number(value, lang) for value in (line.forecast.done, line.forecast.waiting + line.forecast.agreed)),
            number(line.forecast.point, lang),
            wording.range_of(line.forecast, lang),
        )
        for line in room.audiences
    )
    titles = (
        _("Audience"),
        _("Forecast"),
        _("Target"),
        _("Done so far"),
        _("Announced"),
        _("At the end"),
        _("Range"),
    )
    draw_table(flow, PaperTable(titles, rows, words=2))
    flow.y += 2
    for line in room.audiences:
        if line.target:
            flow.paragraph(wording.forecast_words(line, lang))
    weeks = room.weeks[-WEEKS_ON_PAPER:]
    if any(week.presentations for week in weeks):
        labels = tuple(day_and_month(week.monday, lang) for week in weeks)
        held = Series(heads["presentations"], tuple(week.presentations for week in weeks))
        reached = Series(heads["pupils"], tuple(week.pupils for week in weeks))
        draw_chart(flow, Chart(_("Week by week"), labels, (held, reached)), lang)
    flow.heading(_("How the forecast is made"))
    flow.paragraph(forecast_rule(lang), Style(9))


def _draw_cities(flow: Flow, room: ControlRoom, lang: str) -> None:
    """Those behind target first; of the others as many as there is room for."""
    _, ngettext = translator(lang).gettext, translator(lang).ngettext
    held = _("held in %(held)s of %(all)s cities") % {
        "held": number(room.cities_held, lang), "all": number(room.cities_meant, lang),
    }  # fmt: skip
    flow.title(_("Cities, crew and posts"), f"{room.campaign.name(lang)} · {held}")
    risks = risk_words(lang)

    def row(city: CityLine) -> tuple[str, ...]:
        numbers = (number(one, lang) for one in (city.pupils, city.agreed))
        name = city.name(lang) or _("Abroad, or without a municipality")
        target = number(city.target, lang) if city.target else "–"
        return (name, risks[city.risk] if city.risk else "", target, *numbers)

    ordered = sorted(room.cities, key=lambda city: city.risk is None)
    titles = (_("City"), _("Behind target"), _("Target"), wording.number_heads(lang)["pupils"], _("Agreed, to come"))
    if ordered:
        draw_table(flow, PaperTable(titles, tuple(map(row, ordered[:CITIES_ON_PAPER])), words=2))
    if (more := len(ordered) - CITIES_ON_PAPER) > 0:
        words = ngettext("%(num)s more city stands on the page.", "%(num)s more cities stand on the page.", more)
        flow.paragraph(words % {"num": number(more, lang)})


def _draw_crew(flow: Flow, room: ControlRoom, lang: str) -> None:
    """How many go, and how much of it is done: no name, no day, no place."""
    _, ngettext = translator(lang).gettext, translator(lang).ngettext
    flow.heading(_("Crew"))
    kinds = Counter(one.kind for one in room.crew)
    adults, young = kinds[PresenterKind.EDUCATOR], kinds[PresenterKind.INFLUENCER]
    who = [
        ngettext("%(num)s educator", "%(num)s educators", adults) % {"num": number(adults, lang)},
        ngettext("%(num)s young presenter", "%(num)s young presenters", young) % {"num": number(young, lang)},
    ]
    load = _("presentations done: %(done)s, to come: %(coming)s") % {
        "done": number(sum(one.done for one in room.crew), lang),
        "coming": number(sum(one.coming for one in room.crew), lang),
    }
    flow.paragraph(" · ".join([*who, load]))


def _draw_posts(flow: Flow, room: ControlRoom, lang: str) -> None:
    """What came of them all, and those that reached most."""
    _ = translator(lang).gettext
    sums = room.post_sums
    flow.heading(_("Posts"))
    told = {name: number(getattr(sums, name), lang) for name in ("posted", "reached", "reacted")}
    flow.paragraph(_("posted: %(posted)s, reached: %(reached)s, reacted: %(reacted)s") % told)
    done = [one for one in room.posts if one.state is PostState.POSTED and one.reached]
    best = sorted(done, key=lambda one: -(one.reached or 0))[:POSTS_ON_PAPER]
    if best:
        rows = tuple(
            (
                short_day(one.draft.on_day, lang),
                shortened(one.text(lang) or one.text("sr_Cyrl"), BODY, INSIDE - 88),
                number(one.reached or 0, lang),
            )
            for one in best
        )
        draw_table(flow, PaperTable((_("Day"), _("Text"), _("Reached")), rows, words=2))
