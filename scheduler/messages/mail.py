"""A mail's words from its template, in one language, as plain text and as HTML; and letters read back from files.

templates/mails/<kind>.jinja holds three macros: subject(v), lines(v) (a paragraph a line) and button(v) (empty: no
button); a mail to a school has a fourth, next(v): what happens next, and until when; and one of a visit that is certain
a fifth, calendar(v): the words of the link to its file. `_` and `ngettext` are the language's translator; what a value
holds is text and never markup.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from html import unescape
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from scheduler.config import settings
from scheduler.core import language as words
from scheduler.core.names import SpelledName, spelled
from scheduler.layout import place_of
from scheduler.messages.rules import LINK_MARK
from scheduler.messages.terms import Body, Letter, Line, Writing

TEMPLATES = place_of("templates")
CALENDAR_FILE = "visit.ics"  # of the visit whose page the link opens
_CALENDAR_LINK = f"{LINK_MARK}/{CALENDAR_FILE}"
_HELPLINE = "--\n"  # before the last line


@cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        lstrip_blocks=True,  # no trim_blocks: it would join a line that ends in a block to the paragraph after it
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(words.translator(language), newstyle=True)  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    made.globals["_"] = made.globals["gettext"] = _text_in(language)
    # In a pattern a mark stands for the day.
    made.filters["long_day"] = lambda day: day if isinstance(day, str) else words.long_day(day, language)
    made.filters["genitive_day"] = lambda day: words.genitive_day(day, language)
    made.filters["short_day"] = lambda day: words.short_day(day, language)
    made.filters["clock_time"] = lambda time: words.clock_time(time, language)
    made.filters["in_hours"] = lambda minutes: words.in_hours(minutes, language)
    made.filters["moment"] = lambda at: words.moment(at, language, settings().centre_timezone)
    made.filters["genitive_moment"] = lambda at: words.genitive_moment(at, language, settings().centre_timezone)
    made.filters["number"] = lambda n: words.number(n, language)
    return made


def _text_in(language: str) -> Callable[..., str]:
    """`_` of the templates: Jinja's own looks itself up anew in each text, which takes half of a mail's time."""
    gettext = words.translator(language).gettext

    @pass_eval_context
    def text(context: EvalContext, message: str, **values: object) -> str:
        told = gettext(message)
        return (Markup(told) if context.autoescape else told) % values  # nosec B704  # a text of the catalogue

    return text


def render(
    kind: str, language: str, values: Mapping[str, object], *, copy_of: str = "", for_school: bool = False
) -> Body:
    """The mail of that kind. Its link is `{link}`, put in when it is sent.

    `copy_of` makes it a guardian's copy of what a minor was told: it says whose, and has neither button nor link. One
    `for_school` must have a macro next(v), and ends with mails/parts/school.jinja.

    Raises: jinja2.TemplateNotFound for an unknown kind; jinja2.UndefinedError for a value that is missing.
    """
    made = _environment(language)
    v = SimpleNamespace(**{name: _harmless(value, language) for name, value in values.items()})
    macros = made.get_template(f"mails/{kind}.jinja").module
    # A name with "=?" in it, how mails write letters, loses no mail: it reads a little wider (TRUST S20).
    subject = _line(macros.subject(v)).replace("=?", "= ?")  # type: ignore[attr-defined]
    written, kept = str(macros.lines(v)), ""  # type: ignore[attr-defined]
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
    body = _laid_out(language, subject, [*paragraphs, *ending], button, calendar)
    return replace(body, free=len(paragraphs))


def _paragraphs(written: str) -> list[Markup]:
    """What a macro of ours wrote, with every value in it escaped by the environment, is markup already."""
    return [line for part in written.split("\n") if (line := Markup(part.strip()))]  # nosec B704


def _laid_out(language: str, subject: str, paragraphs: list[Markup], button: str, calendar: str) -> Body:
    """Both parts of a mail by the one layout; no paragraph holds a new line."""
    gettext, helpline = words.translator(language).gettext, settings().helpline_number
    html = (
        _environment(language)
        .get_template("layouts/mail.html")
        .render(
            subject=subject,
            paragraphs=paragraphs,
            button=button,
            calendar=calendar,
            calendar_link=_CALENDAR_LINK,
            link=LINK_MARK,
            helpline=helpline,
            html_lang=words.html_lang(language),
        )
    )
    ending = gettext("Free helpline for children's safety on the internet: %(number)s") % {"number": helpline}
    parts = [line.unescape() for line in paragraphs]
    parts += [f"{button}:\n{LINK_MARK}"] if button else []
    parts += [f"{calendar}:\n{_CALENDAR_LINK}"] if calendar else []
    return Body(subject, "\n\n".join([*parts, _HELPLINE + ending]) + "\n", html)


def writing_of(body: Body) -> Writing:
    """A stored mail as it is edited: its own words, and what stands under them and stays."""
    parts = body.text.strip().split("\n\n")
    kept = (part.removeprefix(_HELPLINE).replace(f"\n{LINK_MARK}", f" {LINK_MARK}") for part in parts[body.free :])
    seen = hashlib.sha256(f"{body.subject}\n{body.text}".encode()).hexdigest()
    return Writing(body.subject, "\n".join(parts[: body.free]), tuple(kept), seen)


def rewritten(body: Body, language: str, subject: str, text: str) -> Body:
    """The same mail with other words, each line a paragraph: what is typed is text, and what must stay stays."""
    own = [line for line in (" ".join(part.split()) for part in text.split("\n")) if line]
    rest = body.text.strip().split("\n\n")[body.free :]
    labels = {mark: label for part in rest for label, _colon, mark in (part.rpartition(":\n"),)}
    kept = [part for part in rest if "\n" not in part]
    paragraphs = [Markup.escape(part) for part in (*own, *kept)]
    said = " ".join(subject.split()).replace("=?", "= ?")
    made = _laid_out(language, said, paragraphs, labels.get(LINK_MARK, ""), labels.get(_CALENDAR_LINK, ""))
    return replace(made, free=len(own))


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


def spoken(kind: str, language: str, values: Mapping[str, object]) -> str:
    """The words of a mail to be sent on Viber or read on the phone: subject and paragraphs, without button and link."""
    body = render(kind, language, values)
    parts = [part for part in body.text.strip().split("\n\n") if LINK_MARK not in part]
    return "\n\n".join([body.subject, *(part.removeprefix("--\n") for part in parts)])


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
