"""A profile whole, in a language: for staff, for the public, and as plain text."""

from collections.abc import Mapping, Sequence

from scheduler.core.language import span_of_days, translator, year_alone
from scheduler.profiles.rules import is_whole_year, text_of
from scheduler.profiles.terms import (
    HelplineShare,
    NumberOrigin,
    ProfileFigures,
    ProfilePaper,
    ProfileSection,
    ProfileTexts,
    StatementPart,
)
from scheduler.profiles.wording.awareness import awareness, awareness_head, none_held
from scheduler.profiles.wording.helpline import helpline, periods_of
from scheduler.profiles.wording.pieces import visits_of
from scheduler.profiles.wording.youth import youth
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import CentreYear, KeyFigure, Period
from scheduler.reports.wording import figures as key_figures
from scheduler.reports.wording import story


def paper_of(
    figures: ProfileFigures, texts: ProfileTexts, centre_name: str, codes: Mapping[str, str], lang: str
) -> ProfilePaper:
    """The profile as staff read it. `codes`: names of topics and criminal acts, as `helpline.wording.code_names`."""
    title, days = _named(figures.period, lang)
    counted = [
        awareness(figures, lang),
        helpline(figures.helpline, codes, lang),
        youth(figures, lang),
    ]
    sections = [*_typed(_about_head(lang), texts.about(lang)), *filter(None, counted)]
    sections += _typed(_plans_head(lang), texts.plans(lang))
    shown, origin = _figures(figures, lang)
    return ProfilePaper(lang, title, centre_name, days, tuple(shown), tuple(sections), figures_of=origin)


def public_paper(
    year: tuple[int, CentreYear | None],
    publications: Sequence[HelplineShare],
    texts: ProfileTexts,
    centre_name: str,
    codes: Mapping[int, Mapping[str, str]],
    lang: str,
) -> ProfilePaper:
    """A calendar year as the public reads it: what other public pages tell, small numbers hidden as there."""
    number_of_year, held = year
    title, days = _named(year_of(number_of_year), lang)
    told = [(StatementPart(line),) for line in story(held, number_of_year, lang)] if held else [none_held(lang)]
    sections = [*_typed(_about_head(lang), texts.about(lang)), ProfileSection(awareness_head(lang), tuple(told))]
    sections += filter(None, [helpline(one, codes[one.code_list], lang) for one in publications])
    sections += _typed(_plans_head(lang), texts.plans(lang))
    shown = [one for one in key_figures(held, lang) if one.value is not None] if held else []
    return ProfilePaper(lang, title, centre_name, days, tuple(shown), tuple(sections), for_public=True)


def plain_text(paper: ProfilePaper) -> str:
    """The profile as plain text: each heading with a line under it, an empty line between sections."""
    head = "\n".join(line for line in (paper.centre_name, paper.title, paper.days) if line)
    parts = [
        "\n".join([one.heading, "-" * len(one.heading), *(text_of(said) for said in one.statements)])
        for one in paper.sections
    ]
    return "\n\n".join([head, *parts]) + "\n"


def _named(period: Period, lang: str) -> tuple[str, str]:
    """The title, and the days where the title does not say them."""
    _ = translator(lang).gettext
    if is_whole_year(period):
        return _("Yearly profile for %(year)s") % {"year": year_alone(period.first.year, lang)}, ""
    return _("Profile of some days"), span_of_days(period.first, period.last, lang)


def _about_head(lang: str) -> str:
    return translator(lang).gettext("About us")


def _plans_head(lang: str) -> str:
    return translator(lang).gettext("Plans")


def _typed(heading: str, text: str) -> list[ProfileSection]:
    """A typed text, a statement each paragraph; none where nothing was typed."""
    lines = [line for line in text.split("\n") if line.strip()]
    return [ProfileSection(heading, tuple((StatementPart(line),) for line in lines))] if lines else []


def _figures(figures: ProfileFigures, lang: str) -> tuple[list[KeyFigure], NumberOrigin | None]:
    """Up to four numbers at the head, and where their rows are: of what was held, or else of the helpline."""
    if figures.totals.presentations:
        return [one for one in key_figures(figures.totals, lang) if one.value], visits_of(figures.period)
    ngettext = translator(lang).ngettext
    told = figures.helpline.numbers if figures.helpline else {}
    communications, cases = told.get("communications") or 0, told.get("cases") or 0
    named = [
        KeyFigure(communications, ngettext("communication", "communications", communications)),
        KeyFigure(cases, ngettext("case", "cases", cases)),
    ]
    origin = periods_of(figures.helpline) if figures.helpline else None
    return [one for one in named if one.value], origin
