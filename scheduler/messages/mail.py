"""A mail's words from its template, in one language, as plain text and as HTML; and letters read back from files.

templates/mails/<kind>.jinja holds three macros: subject(v), lines(v) (a paragraph a line) and button(v) (empty: no
button); a mail to a school has a fourth, next(v): what happens next, and until when; and one of a visit that is certain
a fifth, calendar(v): the words of the link to its file. `_` and `ngettext` are the language's translator; what a value
holds is text and never markup.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from html import unescape
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from scheduler.config import settings
from scheduler.core import language as words
from scheduler.core.names import SpelledName, spelled
from scheduler.messages import kinds
from scheduler.messages.rules import LINK_MARK, MAIL_CODE, short, short_with
from scheduler.messages.terms import Body, Channel, Letter, Line, MailText, TextKind, Writing
from scheduler.messages.wording import why_read

CALENDAR_FILE = "visit.ics"  # of the visit whose page the link opens
_CALENDAR_LINK = f"{LINK_MARK}/{CALENDAR_FILE}"
_FOOT = "--\n"  # before why its reader gets the mail, and the helpline


def render(
    kind: str,
    language: str,
    values: Mapping[str, object],
    *,
    copy_of: str = "",
    for_school: bool = False,
    own: MailText | None = None,
) -> Body:
    """The mail of that kind. Its link is `{link}`, put in when it is sent.

    `copy_of` makes it a guardian's copy of what a minor was told: it says whose, and has neither button nor link. One
    `for_school` must have a macro next(v), and ends with mails/parts/school.jinja. A centre's `own` text stands for
    subject and paragraphs, as long as nothing is wrong with it; all else is said as ever.

    Raises: jinja2.TemplateNotFound for an unknown kind; jinja2.UndefinedError for a value that is missing.
    """
    made = kinds.environment(language)
    v = _values(values, language)
    macros = made.get_template(f"mails/{kind}.jinja").module
    whole = _sound(TextKind(Channel.MAIL, kind), own, language)
    if whole is None:
        subject, written = macros.subject(v), str(macros.lines(v))  # type: ignore[attr-defined]
    else:
        subject, written = kinds.filled(TextKind(Channel.MAIL, kind), whole, language, v)
    # A name with "=?" in it, how mails write letters, loses no mail: it reads a little wider (TRUST S20).
    subject, kept = _line(subject).replace(MAIL_CODE, "= ?"), ""
    if for_school or hasattr(macros, "next"):
        part = made.get_template("mails/parts/school.jinja").module
        written += f"\n{part.what_next(macros.next(v))}"  # type: ignore[attr-defined]
        kept = str(part.about(v)) if for_school else ""  # type: ignore[attr-defined]
    paragraphs, ending = _paragraphs(written), _paragraphs(kept)
    button = _line(macros.button(v))  # type: ignore[attr-defined]
    calendar = _line(macros.calendar(v)) if hasattr(macros, "calendar") else ""
    gettext = words.translator(language).gettext
    if copy_of:
        button = calendar = ""
        subject = gettext("Copy for the guardian: %(subject)s") % {"subject": subject}
        minor = {"name": _harmless(copy_of, language)}
        whose = gettext("You get this copy as the guardian. The mail went to: %(name)s.") % minor
        paragraphs = [Markup.escape(whose), *paragraphs]
    body = _laid_out(language, subject, [*paragraphs, *ending], why_read(kind, language), (button, calendar))
    return replace(body, free=len(paragraphs))


def _paragraphs(written: str) -> list[Markup]:
    """What a macro of ours wrote, with every value in it escaped by the environment, is markup already."""
    return [line for part in written.split("\n") if (line := Markup(part.strip()))]  # nosec B704


def _laid_out(language: str, subject: str, paragraphs: list[Markup], why: str, links: tuple[str, str]) -> Body:
    """Both parts of a mail by the one layout; no paragraph holds a new line. `links`: words of button and calendar."""
    button, calendar = links
    gettext, helpline = words.translator(language).gettext, settings().helpline_number
    html = (
        kinds.environment(language)
        .get_template("layouts/mail.html")
        .render(
            subject=subject,
            paragraphs=paragraphs,
            button=button,
            calendar=calendar,
            calendar_link=_CALENDAR_LINK,
            link=LINK_MARK,
            helpline=helpline,
            why=why,
            html_lang=words.html_lang(language),
        )
    )
    ending = gettext("Free helpline for children's safety on the internet: %(number)s") % {"number": helpline}
    parts = [line.unescape() for line in paragraphs]
    parts += [f"{button}:\n{LINK_MARK}"] if button else []
    parts += [f"{calendar}:\n{_CALENDAR_LINK}"] if calendar else []
    return Body(subject, "\n\n".join([*parts, f"{_FOOT}{why}\n{ending}" if why else _FOOT + ending]) + "\n", html)


def writing_of(body: Body) -> Writing:
    """A stored mail as it is edited: its own words, and what stands under them and stays."""
    parts = body.text.strip().split("\n\n")
    kept = (part.removeprefix(_FOOT).replace("\n", " ") for part in parts[body.free :])
    seen = hashlib.sha256(f"{body.subject}\n{body.text}".encode()).hexdigest()
    return Writing(body.subject, "\n".join(parts[: body.free]), tuple(kept), seen)


def rewritten(body: Body, language: str, subject: str, text: str) -> Body:
    """The same mail with other words, each line a paragraph: what is typed is text, and what must stay stays."""
    own = [line for line in (" ".join(part.split()) for part in text.split("\n")) if line]
    rest = body.text.strip().split("\n\n")[body.free :]
    labels = {mark: label for part in rest for label, _colon, mark in (part.rpartition(":\n"),)}
    kept = [part for part in rest if "\n" not in part]
    _dashes, *why, _helpline = rest[-1].split("\n")
    paragraphs = [Markup.escape(part) for part in (*own, *kept)]
    said = " ".join(subject.split()).replace(MAIL_CODE, "= ?")
    links = labels.get(LINK_MARK, ""), labels.get(_CALENDAR_LINK, "")
    made = _laid_out(language, said, paragraphs, "".join(why), links)
    return replace(made, free=len(own))


def examples(kind: TextKind, language: str, values: Mapping[str, object]) -> dict[str, str]:
    """What stands for each placeholder of a kind with these values."""
    return kinds.examples(kind, language, _values(values, language))


def title(kind: TextKind, language: str, values: Mapping[str, object]) -> str:
    """How a list calls a kind: its subject with these values, of a short message its text."""
    subject, text = kinds.filled(kind, kinds.product_text(kind, language), language, _values(values, language))
    return _line(subject or text)


def _values(values: Mapping[str, object], language: str) -> SimpleNamespace:
    return SimpleNamespace(**{name: _harmless(value, language) for name, value in values.items()})


def _sound(kind: TextKind, own: MailText | None, language: str) -> MailText | None:
    """A centre's text that can be sent; the product's stands for one that an upgrade has made wrong."""
    return own if own is not None and not kinds.problems_with(kind, own, language) else None


def short_text(kind: str, language: str, values: Mapping[str, object], own: MailText | None = None) -> str:
    """The short message of that kind, in letters of every phone; of what is too long the place is cut first."""
    of_kind = TextKind(Channel.SMS, kind)
    text = _sound(of_kind, own, language) or kinds.product_text(of_kind, language)

    def said(place: str) -> str:
        return kinds.filled(of_kind, text, language, _values({**values, "place": place}, language))[1].unescape()

    return short_with(said, str(values["place"]))


def short_length(of_kind: TextKind, language: str, values: Mapping[str, object], text: MailText) -> int:
    """How many letters a text has with these values, before anything of it is cut."""
    return len(short(kinds.filled(of_kind, text, language, _values(values, language))[1].unescape()))


def render_by_pattern(kind: str, language: str, values: Mapping[str, object], *, for_school: bool = False) -> Body:
    """The same by a pattern that is rendered once: the texts and days of its values are put in afterwards.

    For a kind whose template only shows them, and at most asks whether a text is empty or two days are one: a test
    compares both ways. Where a text is no plain line, or a value is of another kind, it is rendered as it is.
    Raises: as `render`.
    """
    texts: dict[str, str] = {}
    shape: list[tuple[str, object]] = []
    days: dict[object, str] = {}
    for name, value in values.items():
        told = _harmless(value, language)
        if type(value) is dt.date:
            told, shown = words.long_day(value, language), days.setdefault(value, _MARK.format(name))
        elif isinstance(told, str):
            shown = _MARK.format(name) if told else ""
        elif isinstance(told, int):
            shape.append((name, told))
            continue
        if not isinstance(told, str) or _ODD.search(told):
            return render(kind, language, values, for_school=for_school)
        texts[name] = told
        shape.append((name, shown))
    subject, text, html = _pattern(kind, language, tuple(shape), for_school, settings().helpline_number)
    escaped = {name: str(Markup.escape(text)) for name, text in texts.items()}
    return Body(_filled(subject, texts), _filled(text, texts), _filled(html, escaped))  # protected: nobody edits it


_MARK = "\ue000{}\ue000"  # a sign of nobody's script
_ODD = re.compile(r"[^\S ]| {2}|^ | $|=\?|\ue000")  # in what does not come out of a mail as it went in
_Pieces = list[str]  # the words of a pattern, and between them what is put in


def _filled(pieces: _Pieces, texts: Mapping[str, str]) -> str:
    return "".join([texts[piece] if number % 2 else piece for number, piece in enumerate(pieces)])


@lru_cache(maxsize=64)  # of a kind a handful in each language; a few kilobytes each
def _pattern(
    kind: str, language: str, shape: tuple[tuple[str, Any], ...], for_school: bool, _helpline: str
) -> list[_Pieces]:
    body = render(kind, language, dict(shape), for_school=for_school)
    return [part.split(_MARK[0]) for part in (body.subject, body.text, body.html)]


def spoken(kind: str, language: str, values: Mapping[str, object], own: MailText | None = None) -> str:
    """The words of a mail to be sent on Viber or read on the phone: subject and paragraphs, without button and link."""
    body = render(kind, language, values, own=own)
    *parts, ending = body.text.strip().split("\n\n")
    helpline = ending.rpartition("\n")[2]  # why one gets the mail, only the mail says
    return "\n\n".join([body.subject, *(part for part in parts if LINK_MARK not in part), helpline])


def _line(text: object) -> str:
    return " ".join(unescape(str(text)).split())


def _harmless(value: object, language: str) -> object:
    """A typed text must not bring a place for a secret link of its own; names stand in the reader's letters."""
    if isinstance(value, str):
        told = spelled(value, language) if isinstance(value, SpelledName) else value
        return told.replace(LINK_MARK, "(link)")
    if isinstance(value, Mapping):
        return {name: _harmless(inner, language) for name, inner in value.items()}
    return [_harmless(inner, language) for inner in value] if isinstance(value, list | tuple) else value


def with_link(body: Body, link: str) -> Body:
    """The same mail with its link in place."""
    return Body(
        body.subject, body.text.replace(LINK_MARK, link), body.html.replace(LINK_MARK, str(Markup.escape(link)))
    )


def file_name(row_id: int, at: dt.datetime) -> str:
    """The name of a letter's file, so that names sort as letters were sent."""
    return f"{at:%Y%m%d-%H%M%S}-{row_id:06d}"


def letters_in(folder: Path, limit: int = 50) -> list[Letter]:
    """The letters in a folder, newest first, at most `limit`."""
    files = sorted(folder.glob("*.eml"), reverse=True)
    return list(islice((letter for file in files if (letter := _letter(file))), limit))


def letter_in(folder: Path, name: str) -> Letter | None:
    """The letter of that name, or None; a name is never a path."""
    return next((_letter(file) for file in folder.glob("*.eml") if file.stem == name), None)


def _letter(file: Path) -> Letter | None:
    """What a file holds; None where it is no letter of ours: a stranger's file, or one that is not yet whole."""
    from email import message_from_bytes, policy, utils  # only a demo's people read letters here

    read = message_from_bytes(file.read_bytes(), policy=policy.default)
    if read["Date"] is None:
        return None
    part = read.get_body(("plain",))
    text = str(part.get_content()) if part else ""
    return Letter(
        name=file.stem,
        to=str(read["To"]),
        subject=str(read["Subject"]),
        sent_at=utils.parsedate_to_datetime(str(read["Date"])),
        lines=tuple(_linked(line) for line in text.splitlines() if line.strip()),
    )


def _linked(line: str) -> Line:
    base = settings().base_url + "/"
    return Line(line, line[len(base) - 1 :]) if line.startswith(base) and " " not in line else Line(line)
