"""A profile as PDF: key figures, then each part in words with its picture."""

import datetime as dt

from scheduler.config import centre_timezone, settings
from scheduler.core.language import moment, translator
from scheduler.core.typesetting import Style
from scheduler.paper.pages import Flow, Furniture, paged
from scheduler.paper.sheet import DocumentFacts
from scheduler.profiles.rules import text_of
from scheduler.profiles.terms import ProfilePaper, ProfileSection
from scheduler.reports.pdf import draw_chart, draw_figures

READING = Style(11)
LINES_WITH_A_HEADING = 14  # millimetres: two lines


def draw(paper: ProfilePaper, now: dt.datetime) -> bytes:
    """The profile in its own language, A4 portrait; `now` is when it is printed."""
    lang = paper.language
    _ = translator(lang).gettext
    printed = _("printed %(moment)s") % {"moment": moment(now, lang, centre_timezone())}
    foot = "" if paper.for_public else _("small numbers are shown: not for the public")
    furniture = Furniture(paper.centre_name, printed, settings().helpline_number, foot)
    facts = DocumentFacts(paper.title, paper.centre_name, lang)
    return paged(facts, furniture, lambda flow: _draw(flow, paper))


def _draw(flow: Flow, paper: ProfilePaper) -> None:
    flow.title(paper.title, " · ".join(filter(None, [paper.centre_name, paper.days])))
    if paper.figures:
        draw_figures(flow, paper.figures[:4], paper.language)
    for section in paper.sections:
        _draw_section(flow, section, paper.language)


def _draw_section(flow: Flow, section: ProfileSection, lang: str) -> None:
    flow.heading(section.heading, keep_with=LINES_WITH_A_HEADING)
    for said in section.statements:
        flow.paragraph(text_of(said), READING)
    if section.chart is not None:
        draw_chart(flow, section.chart, lang)
