"""What was held, what campaigns reached, and cohorts of Web Detectives, in words."""

import datetime as dt

from scheduler.core.language import number, pick, translator
from scheduler.places.rules.hosts import school_year
from scheduler.profiles.rules import month_of, statement
from scheduler.profiles.terms import (
    CohortShare,
    NumberOrigin,
    ProfileFigures,
    ProfileSection,
    RowsBehind,
    Statement,
    StatementPart,
)
from scheduler.profiles.wording.pieces import (
    columns_of,
    number_part,
    people_of,
    picture_of,
    report_of,
    series_of,
    trained_of,
    visits_of,
)
from scheduler.reports.terms.counting import CampaignHeld, Period

MOST_CITIES = 15  # of a campaign whose names are told


def awareness_head(lang: str) -> str:
    return translator(lang).gettext("Awareness and education")


def none_held(lang: str) -> Statement:
    return statement(translator(lang).gettext("No presentation was held and counted in these days."))


def awareness(figures: ProfileFigures, lang: str) -> ProfileSection:
    _ = translator(lang).gettext
    said = _held(figures, lang) if figures.totals.presentations else [none_held(lang)]
    said += [_campaign(figures.period, one, lang) for one in figures.campaigns]
    said += [line for one in figures.cohorts for line in _cohorts(one, lang)]
    picture = picture_of(_("Presentations by month"), _("Presentations"), figures.presentations_by_month, lang)
    columns = columns_of(picture, figures.presentations_by_month, lambda day: visits_of(month_of(day, figures.period)))
    return ProfileSection(awareness_head(lang), tuple(said), picture, columns)


def _held(figures: ProfileFigures, lang: str) -> list[Statement]:
    ngettext, totals = translator(lang).ngettext, figures.totals
    held = StatementPart(number(totals.presentations, lang), visits_of(figures.period))
    people = people_of(totals, visits_of(figures.period), lang)
    if totals.cities:
        form = ngettext(
            "%(num)s presentation was held in %(cities)s across Serbia.",
            "%(num)s presentations were held in %(cities)s across Serbia.",
            totals.presentations,
        )
        said = [statement(form, num=held, cities=_cities(totals.cities, report_of(figures.period, by="city"), lang))]
    else:
        form = ngettext("%(num)s presentation was held.", "%(num)s presentations were held.", totals.presentations)
        said = [statement(form, num=held)]
    if people:
        form = ngettext("It was attended by %(people)s.", "They were attended by %(people)s.", totals.presentations)
        said.append(statement(form, people=series_of(people, lang)))
    return said


def _cities(value: int, origin: NumberOrigin, lang: str) -> StatementPart:
    return number_part(translator(lang).ngettext("%(num)s city", "%(num)s cities", value), value, lang, origin)


def _campaign(period: Period, one: CampaignHeld, lang: str) -> Statement:
    _, ngettext = translator(lang).gettext, translator(lang).ngettext
    origin, counts = visits_of(period, campaign=one.slug), one.counts
    people = people_of(counts, origin, lang, high_school=one.high_school_pupils)
    form = ngettext("%(num)s presentation", "%(num)s presentations", counts.presentations)
    reached = series_of(people or [number_part(form, counts.presentations, lang, origin)], lang)
    if not one.cities:
        return statement(_("Campaign “%(name)s”: %(people)s."), name=one.name(lang), people=reached)
    cities = _cities(counts.cities, report_of(period, campaign=one.slug, by="city"), lang)
    names = ", ".join(_in_letters(pair, lang) for pair in one.cities) if len(one.cities) <= MOST_CITIES else ""
    if not names:
        return statement(
            _("Campaign “%(name)s”: %(pupils)s in %(cities)s."), name=one.name(lang), pupils=reached, cities=cities
        )
    return statement(
        _("Campaign “%(name)s”: %(people)s in %(cities)s (%(names)s)."),
        name=one.name(lang),
        people=reached,
        cities=cities,
        names=names,
    )


def _in_letters(pair: tuple[str, str], lang: str) -> str:
    cyrl, latn = pair
    return pick(lang, cyrl, latn)


def _cohorts(one: CohortShare, lang: str) -> list[Statement]:
    """How many cohorts a school year had, and how many of their pupils were trained whole."""
    _, ngettext = translator(lang).gettext, translator(lang).ngettext
    origin = NumberOrigin(RowsBehind.COHORTS, (("year", str(one.year)),))
    cohorts = number_part(ngettext("%(num)s cohort", "%(num)s cohorts", one.cohorts), one.cohorts, lang, origin)
    pupils = number_part(ngettext("%(num)s pupil", "%(num)s pupils", one.pupils), one.pupils, lang, origin)
    form = _("Web Detectives in the school year %(year)s: %(cohorts)s, %(pupils)s.")
    said = [statement(form, year=school_year(dt.date(one.year, 1, 1)), cohorts=cohorts, pupils=pupils)]
    if one.trained:
        form = ngettext(
            "%(num)s of them was trained in all three skills.",
            "%(num)s of them were trained in all three skills.",
            one.trained,
        )
        said.append(statement(form, num=StatementPart(number(one.trained, lang), trained_of(one))))
    return said
