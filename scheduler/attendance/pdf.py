"""Papers of a parents' evening, A4 portrait: a poster by which adults count themselves, and a sheet to take home."""

from collections.abc import Sequence
from dataclasses import replace

from scheduler.attendance.terms import Poster
from scheduler.core.language import translator
from scheduler.core.paper.pages import BODY, INSIDE, STRONG, Flow, Furniture, paged
from scheduler.core.paper.sheet import A4, MARGIN, DocumentFacts
from scheduler.core.paper.typesetting import BOLD, MUTED, TABLA, Style, fitted, leading, wrapped

MIDDLE = A4[0] / 2
POSTER_QR_SIDE = 110.0
LOUD = Style(30, BOLD)
STEP_STYLE = Style(17)
LAST = replace(STEP_STYLE, font=BOLD)
PHONE = Style(34, BOLD, TABLA)
RULE = Style(11)
RULE_HEAD = Style(12.5, BOLD)


def draw_poster(poster: Poster, lang: str) -> bytes:
    """What hangs at the door: scan, say how many you are; no name is asked."""
    _ = translator(lang).gettext
    return paged(_facts(poster, _("Poster"), lang), _furniture(poster), lambda flow: _draw_poster(flow, poster, lang))


def draw_sheet(poster: Poster, lang: str) -> bytes:
    """The sheet to take home: what a family may agree on, and whom to call."""
    _ = translator(lang).gettext
    facts = _facts(poster, _("Sheet to take home"), lang)
    return paged(facts, _furniture(poster), lambda flow: _draw_sheet(flow, poster, lang))


def _facts(poster: Poster, title: str, lang: str) -> DocumentFacts:
    return DocumentFacts(f"{title} {poster.running_number}", poster.centre_name, lang)


def _furniture(poster: Poster) -> Furniture:
    return Furniture(poster.centre_name, poster.host_name, poster.helpline, poster.running_number)


def _draw_poster(flow: Flow, poster: Poster, lang: str) -> None:
    _ = translator(lang).gettext
    style, lines = fitted(poster.title, LOUD, INSIDE, lines=2, least=16)
    flow.y += 4
    _centred(flow, lines, style)
    _centred(flow, wrapped(poster.when, STEP_STYLE, INSIDE), replace(STEP_STYLE, colour=MUTED))
    flow.y += 22
    flow.sheet.qr(MIDDLE - POSTER_QR_SIDE / 2, flow.y, POSTER_QR_SIDE, poster.address)
    flow.y += POSTER_QR_SIDE + 18
    steps = (_("Point the camera of your phone at the square."), _("Press how many of you are here. That is all."))
    for number, step in enumerate(steps, start=1):
        _centred(flow, wrapped(f"{number}. {step}", STEP_STYLE, INSIDE), STEP_STYLE)
    flow.y += 5
    _centred(flow, wrapped(_("No name is asked. Only the number counts."), LAST, INSIDE), LAST)
    small, address = fitted(poster.address, Style(9, colour=MUTED), INSIDE, least=5)
    _centred(flow, address, small)


def _centred(flow: Flow, lines: Sequence[str], style: Style) -> None:
    flow.y = flow.sheet.lines(MIDDLE, flow.y + leading(style), lines, style, "centre") + 2


def agreements(lang: str) -> list[tuple[str, str]]:
    """What a family may agree on: (in a few words, in a sentence)."""
    _ = translator(lang).gettext
    return [
        (_("Times without a screen"), _("At the table, during homework and in bed; it holds for the grown-ups, too.")),
        (
            _("Private stays private"),
            _("Look at the settings of each app together: who sees the profile, the photographs and the place."),
        ),
        (_("A question each day"), _("Ask what was fun on the internet today, before you ask what was wrong.")),
        (
            _("Said and kept"),
            _("What nobody would say to the face is not written. What hurts is not deleted: it is kept as proof."),
        ),
        (_("Nobody goes alone"), _("Nobody meets alone a person whom they know only from the internet.")),
    ]


def _draw_sheet(flow: Flow, poster: Poster, lang: str) -> None:
    _ = translator(lang).gettext
    flow.title(_("For home: five things to agree on"), poster.title)
    for number, (head, sentence) in enumerate(agreements(lang), start=1):
        flow.need(18)
        flow.y += leading(RULE_HEAD)
        flow.sheet.text(MARGIN, flow.y, f"{number}.", RULE_HEAD)
        flow.sheet.text(MARGIN + 9, flow.y, head, RULE_HEAD)
        flow.paragraph(sentence, RULE, indent=9)
        flow.y += 2
    flow.heading(_("If something has happened"), keep_with=60)
    for sentence in (
        _("Stay calm and listen to the end. The child is not to blame, and the phone is not taken away for telling."),
        _("Keep messages and pictures as proof. Report and block the person in the app."),
        _("Tell the class teacher or the school's person for child protection if pupils of the school take part."),
        _("Call, free of charge, also without a name:"),
    ):
        flow.paragraph(sentence, RULE)
    flow.y += 13
    flow.sheet.text(MARGIN + 14, flow.y, poster.helpline, PHONE)
    flow.sheet.phone(MARGIN, flow.y - 9.5, 10)
    flow.y += 5
    flow.paragraph(_("In danger call the police: 192."), STRONG)
    flow.paragraph(_("What we have agreed on at home:"), BODY)
    for _line in range(3):
        flow.need(10)
        flow.y += 10
        flow.sheet.level(flow.y, MARGIN)
