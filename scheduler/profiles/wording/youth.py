"""What young people did and learnt, in words; fewer than five of them are not told."""

import datetime as dt
from collections.abc import Sequence

from scheduler.core.language import in_hours, number, translator
from scheduler.core.small_cells import small
from scheduler.helpline.terms import AgeBand
from scheduler.places.rules.hosts import school_year
from scheduler.profiles.rules import statement
from scheduler.profiles.terms import CohortShare, NumberOrigin, ProfileFigures, ProfileSection, Statement, StatementPart
from scheduler.profiles.wording.pieces import people_of, series_of, trained_of, visits_of


def youth(figures: ProfileFigures, lang: str) -> ProfileSection | None:
    """What young people did, and how many were trained; fewer than five of them are not told."""
    said = [*_young_presenters(figures, lang), *(line for one in figures.cohorts for line in _ages(one, lang))]
    return ProfileSection(translator(lang).gettext("Youth participation"), tuple(said)) if said else None


def _young_presenters(figures: ProfileFigures, lang: str) -> list[Statement]:
    _, ngettext = translator(lang).gettext, translator(lang).ngettext
    young = figures.young
    if not young.counts.presentations:
        return []
    origin = visits_of(figures.period, young="1")
    form = ngettext(
        "%(num)s presentation was held with a young presenter (%(hours)s).",
        "%(num)s presentations were held with young presenters (%(hours)s).",
        young.counts.presentations,
    )
    num = StatementPart(number(young.counts.presentations, lang), origin)
    said = [statement(form, num=num, hours=in_hours(young.minutes, lang))]
    if people := people_of(young.counts, origin, lang):
        said.append(statement(_("Those who listened to them: %(people)s."), people=series_of(people, lang)))
    if young.presenters and not small(young.presenters):
        form = ngettext("%(num)s young person presented.", "%(num)s young people presented.", young.presenters)
        said.append(statement(form, num=StatementPart(number(young.presenters, lang), origin)))
    return said


def _ages(one: CohortShare, lang: str) -> list[Statement]:
    """Young people trained in a school year, by age; ages are told where no age has few of them."""
    _ = translator(lang).gettext
    if not one.trained or small(one.trained):
        return []
    total, year = StatementPart(number(one.trained, lang), trained_of(one)), school_year(dt.date(one.year, 1, 1))
    if any(small(value) for value in one.trained_by_age.values()):
        return [statement(_("Young people trained in the school year %(year)s: %(num)s."), year=year, num=total)]
    ages = {AgeBand.FROM_7: _("7 to 10"), AgeBand.FROM_11: _("11 to 14"), AgeBand.FROM_15: _("15 to 17")}
    told = [(words, value) for band, words in ages.items() if (value := one.trained_by_age.get(band, 0))]
    form = _("Young people trained in the school year %(year)s: %(num)s; by age: %(ages)s.")
    return [statement(form, year=year, num=total, ages=_aged(told, trained_of(one), lang))]


def _aged(rows: Sequence[tuple[str, int]], origin: NumberOrigin, lang: str) -> list[StatementPart]:
    """11 (7 to 10), 20 (11 to 14)."""
    parts: list[StatementPart] = []
    for words, value in rows:
        parts += [StatementPart(", ")] if parts else []
        parts += [StatementPart(number(value, lang), origin), StatementPart(f" ({words})")]
    return parts
