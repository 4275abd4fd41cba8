"""What a page says to a reader, and what of it never went through a catalogue."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from babel import Locale
from sqlalchemy import JSON, Enum, String, select

from scheduler.core.db import Base, db
from scheduler.core.text import to_latin
from tests.languages.pseudo import MARKS

SILENT = {"script", "style", "template", "code"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SAID = ("title", "aria-label", "alt", "placeholder", "aria-description", "aria-roledescription", "label")
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
NOT_WORDS = re.compile(
    r"\bUTC\b|\b[0-9A-Z]{4}(?: [0-9A-Z]{4}){3}\b|\b[IVX]+-\d\b|\S+@\S+|\b(?:https?|webcal|tel|mailto)://\S+|\b[\w.-]+\.(?:org|example|rs|com|gov)\S*|/\S+/\S*"
)
INITIALS = re.compile(r"[^\W\d_a-z]{2}")
CODE = re.compile(r"[a-z][a-z_0-9.:-]*")


@dataclass
class Reader(HTMLParser):
    """Collects each text of a page with the tag it stands in (not what is marked as another language or a name)."""

    lang: str
    texts: list[tuple[str, str]] = field(default_factory=list)
    _open: list[tuple[str, bool]] = field(default_factory=list)
    _goes_on: bool = False  # after a place where a long word may be broken

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        outside = bool(self._open and self._open[-1][1])
        named = given.get("translate") == "no" or given.get("lang", self.lang) != self.lang
        silent = outside or tag in SILENT or named
        if not silent:
            self._take_attributes(tag, given)
        self._goes_on = tag == "wbr"
        if tag not in VOID:
            self._open.append((tag, silent))

    def _take_attributes(self, tag: str, given: dict[str, str]) -> None:
        self.texts += [(f"{tag} {name}", given[name]) for name in SAID if given.get(name)]
        if tag == "input" and given.get("type") in ("submit", "button", "reset"):
            self.texts.append((tag, given.get("value", "")))
        if tag == "meta" and given.get("name") == "description":
            self.texts.append((tag, given.get("content", "")))
        self.texts += [(f"{tag} {name}", value) for name, value in given.items() if name.startswith("data-say")]

    def handle_endtag(self, tag: str) -> None:
        while self._open and any(one == tag for one, _silent in self._open):
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self._open and self._open[-1][1]):
            if self._goes_on and self.texts:
                data = self.texts.pop()[1] + data
            self.texts.append((self._open[-1][0] if self._open else "", data))
        self._goes_on = False


def texts_of(html: str, lang: str) -> list[tuple[str, str]]:
    reader = Reader(lang)
    reader.feed(html)
    return reader.texts


@dataclass
class Data:
    """Everything that people and registers wrote: found in a page, it is data and not a word of the product.

    So are months and days of the week: the CLDR writes them.
    """

    _by_first: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        english = Locale("en")
        for width in ("wide", "abbreviated"):
            for form in ("format", "stand-alone"):
                self.learn(english.months[form][width].values())
                self.learn(english.days[form][width].values())

    def learn(self, values: Iterable[str]) -> None:
        for value in values:
            if not CODE.fullmatch(value):  # the name of a state or of an act is what a page must never show
                for written in {value, to_latin(value)}:
                    for line in (written, *written.splitlines()):
                        if words := tuple(WORD.findall(line)):
                            self._by_first.setdefault(words[0], set()).add(words)

    def foreign(self, text: str, also: set[str]) -> list[str]:
        """The words of a text that are neither data nor translated."""
        words = WORD.findall(NOT_WORDS.sub(" ", text))
        if INITIALS.fullmatch(text.strip()):
            return []
        found, place = [], 0
        while place < len(words):
            ours = max((len(one) for one in self._at(words, place)), default=0)
            word = words[place]
            if not ours and len(word) > 1 and word not in also and not MARKS & set(word) and _could_be(word):
                found.append(word)
            place += ours or 1
        return found

    def _at(self, words: list[str], place: int) -> Iterator[tuple[str, ...]]:
        for known in self._by_first.get(words[place], ()):
            if tuple(words[place : place + len(known)]) == known:
                yield known


def _could_be(word: str) -> bool:
    """A word without a vowel (km, PDF, h) cannot be told from a translated one; letters of other scripts always can."""
    return bool(re.search("[aeiouyAEIOUY]", word)) or not word.isascii()


def data_of_the_house() -> Data:
    """Every text that lies in the database, and the names of languages and countries from the CLDR."""
    data = Data()
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, String | JSON)]
        columns = [column for column in columns if not isinstance(column.type, Enum)]
        for row in db.session.execute(select(*columns)) if columns else ():
            for value in row:
                data.learn(_strings_in(value))
    data.learn(Locale("en").languages.values())
    data.learn(Locale("en").territories.values())
    return data


def _strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings_in(one)
