"""Papers of attendance, A4 portrait: of a parents' evening a poster and a sheet to take home; sheets to fill in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scheduler.attendance.terms import HeadCounts, Poster
from scheduler.core.language import translator
from scheduler.core.typesetting import BOLD, HAIRLINE, MUTED, TABLA, Style, fitted, leading, shortened, wrapped
from scheduler.paper.pages import BODY, BOTTOM, HEADING, INSIDE, SMALL, STRONG, Flow, Furniture, paged
from scheduler.paper.sheet import A4, MARGIN, RIGHT, DocumentFacts
from scheduler.programmes.terms import Audience

MIDDLE = A4[0] / 2
POSTER_QR_SIDE = 110.0
LOUD = Style(30, BOLD)
STEP_STYLE = Style(17)
LAST = replace(STEP_STYLE, font=BOLD)
PHONE = Style(34, BOLD, TABLA)
RULE = Style(11)
RULE_HEAD = Style(12.5, BOLD)
TALLY_LEFT, TALLY_ROW, BUNDLE, BUNDLES = MARGIN + 34.0, 8.6, 9.4, 12  # a box for five strokes, so many in a row
SUM_LEFT = TALLY_LEFT + BUNDLES * BUNDLE + 5
SIGN_ROW, SIGNERS = 8.4, 12


@dataclass(frozen=True)
class SignInTalk:
    """One presentation of a sheet to fill in: hours and classes in the reader's words, and who was announced."""

    when: str
    classes: str
    announced: HeadCounts


@dataclass(frozen=True)
class SignInSheet:
    """What is filled in by hand at one visit: pupils are strokes, teachers sign; the words in the reader's language."""

    centre_name: str
    host_name: str
    title: str
    day: str
    running_number: str
    talks: tuple[SignInTalk, ...]
    helpline: str


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


def draw_sign_in(sheets: Sequence[SignInSheet], lang: str, *, together: bool) -> bytes:
    """Sheets to fill in: a page for each presentation, or all of them one below the other. No pupil is named."""
    _ = translator(lang).gettext
    first = sheets[0]
    facts = DocumentFacts(" ".join((_("Sign-in sheet"), first.running_number)), first.centre_name, lang)
    numbers = ", ".join(sheet.running_number for sheet in sheets)
    furniture = Furniture(first.centre_name, " ".join((_("Sign-in sheet"), numbers)), first.helpline, numbers)

    def body(flow: Flow) -> None:
        for place, (sheet, talks) in enumerate(_pages_of(sheets, together=together)):
            if place:
                flow.turn()
            _draw_sign_in(flow, sheet, talks, lang)

    return paged(facts, furniture, body)


def _pages_of(sheets: Sequence[SignInSheet], *, together: bool) -> list[tuple[SignInSheet, tuple[SignInTalk, ...]]]:
    if together:
        return [(sheet, sheet.talks) for sheet in sheets]
    return [(sheet, (talk,)) for sheet in sheets for talk in sheet.talks]


def _draw_sign_in(flow: Flow, sheet: SignInSheet, talks: Sequence[SignInTalk], lang: str) -> None:
    """One presentation has room for many signatures, several have a line each."""
    _ = translator(lang).gettext
    flow.title(sheet.host_name, f"{sheet.title} · {sheet.day}")
    flow.paragraph(
        _("Never write a pupil's name here. A stroke for each, five strokes to a box; then the sum."), STRONG
    )
    for talk in talks:
        _draw_talk(flow, talk, lang, alone=len(talks) == 1)
    if len(talks) == 1:
        _draw_signers(flow, lang)
    flow.need(12)
    flow.paragraph(
        _(
            "Enter the sums on the page of the visit and send a photo of this sheet there; it is deleted "
            "automatically. The school enters names for certificates on its own page."
        ),
        SMALL,
    )


def _draw_talk(flow: Flow, talk: SignInTalk, lang: str, *, alone: bool) -> None:
    _ = translator(lang).gettext
    words, announced = audience_words(lang), talk.announced.by_audience()
    rows = {one: _rows_for(announced[one], most=4 if alone else 3) for one in words}
    flow.need(9 + sum(rows.values()) * TALLY_ROW + (12 if alone else 22))
    flow.y += 6
    head = " · ".join(part for part in (talk.when, talk.classes) if part)
    flow.sheet.text(MARGIN, flow.y, shortened(head, HEADING, SUM_LEFT - MARGIN - 4), HEADING)
    flow.sheet.text(RIGHT, flow.y, _("sum"), SMALL, "right")
    flow.y += 3
    for one, label in words.items():
        _tally_row(
            flow, label, _("announced %(count)s") % {"count": announced[one]} if announced[one] else "", rows[one]
        )
    flow.y += 6.5
    flow.sheet.text(MARGIN, flow.y, _("Minutes given: ________   Left at the door: ________"), BODY)
    flow.sheet.text(RIGHT, flow.y, _("A teacher was there the whole time: yes / no"), BODY, "right")
    if not alone:
        flow.y += 10
        flow.sheet.level(flow.y, MARGIN, RIGHT, MUTED)
        flow.y += 4
        flow.sheet.text(MARGIN, flow.y, _("a teacher's name and signature"), SMALL)
    flow.y += 3


def audience_words(lang: str) -> dict[Audience, str]:
    """What stands before each row of strokes."""
    _ = translator(lang).gettext
    return {
        Audience.PUPILS: _("Pupils"),
        Audience.PARENTS: _("Parents"),
        Audience.TEACHERS: _("Teachers"),
        Audience.OTHERS: _("Others"),
    }


def _rows_for(people: int, *, most: int) -> int:
    """Rows of boxes for so many, and a fifth more who came as well."""
    in_a_row = 5 * BUNDLES
    return max(1, min(most, -(-people * 6 // (5 * in_a_row))))


def _tally_row(flow: Flow, label: str, announced: str, rows: int) -> None:
    top = flow.y
    flow.sheet.text(MARGIN, top + 4, label, STRONG)
    flow.sheet.text(MARGIN, top + 7.6, announced, replace(SMALL, size=7.5))
    for row in range(rows):
        for place in range(BUNDLES):
            left = TALLY_LEFT + place * BUNDLE
            flow.sheet.box((left, top + row * TALLY_ROW, BUNDLE - 0.8, TALLY_ROW - 0.8), stroke=HAIRLINE)
    flow.sheet.box((SUM_LEFT, top, RIGHT - SUM_LEFT, rows * TALLY_ROW - 0.8), stroke=MUTED)
    flow.y = top + rows * TALLY_ROW


def _draw_signers(flow: Flow, lang: str) -> None:
    _ = translator(lang).gettext
    flow.heading(_("Teachers who were there"), keep_with=SIGN_ROW * 3)
    half = MARGIN + INSIDE / 2
    flow.sheet.text(MARGIN + 8, flow.y + 2, _("name, in block letters"), SMALL)
    flow.sheet.text(half + 4, flow.y + 2, _("signature"), SMALL)
    flow.y += 2
    for number in range(1, SIGNERS + 1):
        if flow.y + SIGN_ROW > BOTTOM - 14:
            break
        flow.y += SIGN_ROW
        flow.sheet.text(MARGIN, flow.y - 1, f"{number}.", SMALL)
        flow.sheet.level(flow.y, MARGIN + 8, half, HAIRLINE)
        flow.sheet.level(flow.y, half + 4, RIGHT, HAIRLINE)
    flow.y += 2
