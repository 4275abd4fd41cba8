"""The handbook as pages: Markdown of docs/handbook, one file a role and language, read once in each process.

Only what the handbook uses is known: a title, headings, paragraphs, steps, points, **names on the screen**, `commands`
and links from page to page. All else is text, and is written as text.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from flask import url_for
from markupsafe import Markup, escape

from scheduler.config import settings
from scheduler.core.language import DEFAULT, SOURCE
from scheduler.core.text import to_latin
from scheduler.layout import place_of

FOLDER = place_of("docs/handbook")
USUAL_HELPLINE = "19833"  # as the files write it; an installation may have another
CHAPTERS = ("school", "presenter", "coordinator", "figures", "safeguarding", "administrator")  # in the order of a visit
INLINE = re.compile(r"\*\*(?P<name>.+?)\*\*|`(?P<code>.+?)`|\[(?P<words>.+?)\]\((?P<target>\w+\.md|/[\w/-]+)\)")
STEP, POINT = re.compile(r"\d+\. "), re.compile(r"- ")


@dataclass(frozen=True)
class HandbookBlock:
    """A paragraph (`p`, one text), steps (`ol`) or points (`ul`)."""

    kind: str
    texts: tuple[Markup, ...]


@dataclass(frozen=True)
class HandbookTask:
    """One heading and what stands below it."""

    anchor: str
    heading: str
    blocks: tuple[HandbookBlock, ...]


@dataclass(frozen=True)
class HandbookChapter:
    """One page of the handbook: its name, what it is for, and its tasks."""

    role: str
    title: str
    lead: Markup
    tasks: tuple[HandbookTask, ...]


def chapters(language: str) -> list[HandbookChapter]:
    """Every page that the product shows, in the order of a visit."""
    return [chapter(role, language) for role in CHAPTERS]


def chapter(role: str, language: str) -> HandbookChapter:
    """The page of a role in a language; links lead to the pages beside it."""
    text = markdown(role, language).replace(USUAL_HELPLINE, settings().helpline_number)
    head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    title, _rest, lead = head.partition("\n")
    tasks = [_task(f"task-{number}", part) for number, part in enumerate(parts, start=1)]
    return HandbookChapter(role, title.removeprefix("# "), _inline(_joined(lead)), tuple(tasks))


@cache
def markdown(role: str, language: str) -> str:
    """The written page. Latin letters are made from the Cyrillic ones; a language without a page reads English."""
    if language == "sr_Latn":
        return to_latin(markdown(role, DEFAULT))
    path = _path(role, language)
    return (path if path.exists() else _path(role, SOURCE)).read_text(encoding="utf-8")


def _path(role: str, language: str) -> Path:
    return FOLDER / language / f"{role}.md"


def _task(anchor: str, part: str) -> HandbookTask:
    heading, _rest, below = part.partition("\n")
    return HandbookTask(anchor, heading.strip(), tuple(map(_block, filter(None, re.split(r"\n\s*\n", below.strip())))))


def _block(text: str) -> HandbookBlock:
    for kind, mark in (("ol", STEP), ("ul", POINT)):
        if mark.match(text):
            return HandbookBlock(kind, tuple(map(_inline, _items(text, mark))))
    return HandbookBlock("p", (_inline(_joined(text)),))


def _items(text: str, mark: re.Pattern[str]) -> list[str]:
    """The lines of a list; a line without the mark goes on with the item above."""
    place, numbered = 0, []
    for line in text.splitlines():
        place += bool(mark.match(line))
        numbered.append((place, mark.sub("", line, count=1) if mark.match(line) else line))
    return [
        _joined("\n".join(line for _place, line in lines)) for _place, lines in groupby(numbered, lambda one: one[0])
    ]


def _joined(text: str) -> str:
    return " ".join(text.split())


def _inline(text: str) -> Markup:
    pieces, end = [], 0
    for found in INLINE.finditer(text):
        pieces += [escape(text[end : found.start()]), _marked(found)]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def _marked(found: re.Match[str]) -> Markup:
    if found["name"]:
        return Markup("<b>{}</b>").format(found["name"])
    if found["code"]:
        return Markup("<code>{}</code>").format(found["code"])
    return Markup('<a href="{}">{}</a>').format(_address(found["target"]), found["words"])


def _address(target: str) -> str:
    """A page beside this one, written as its file; or a page of the product that needs no sign-in, as its address."""
    return url_for("public.handbook_page", role=target.removesuffix(".md")) if target.endswith(".md") else target
