"""Translations as gettext's text files hold them (.po), read line by line.

Babel's own reader makes objects of every message and of each place where it stands: six megabytes that a process keeps
for ever, and eight times as long. What this one understands is what a process needs: contexts, plural forms and texts
over several lines; comments and what was struck out are passed over, and what is marked as doubtful counts as missing.
"""

import gettext
import re
import sys
from collections.abc import Callable, Iterable, Iterator

LINE = re.compile(r'\s*(?:(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d+)\])?\s*)?"(.*)"\s*$')
ESCAPED = re.compile(r"\\(.)")
LETTERS = {"n": "\n", "t": "\t", "r": "\r"}
PLURAL = re.compile(r"^Plural-Forms:.*?\bplural=([^;]+)", re.MULTILINE | re.IGNORECASE)
DOUBTFUL = re.compile(r"#,.*\bfuzzy\b")
BEHIND_CONTEXT = "\x04"  # as the library of the language joins them

Key = str | tuple[str, int]
Message = dict[str, str]  # "msgid", "msgstr0", …


class BadCatalogue(ValueError):
    """A line that no .po file has; the text says which."""


class Catalogue(gettext.NullTranslations):
    """The words of one language; what it lacks is said in the language of the source."""

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[Key, str] = {}
        self.plural: Callable[[int], int] = lambda number: int(number != 1)  # as in English

    def gettext(self, message: str) -> str:
        return self.words.get(message) or self.words.get((message, self.plural(1)), message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.words.get((msgid1, self.plural(n))) or (msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        known = context + BEHIND_CONTEXT + message
        found = self.gettext(known)
        return message if found == known else found

    def written(self, letters: Callable[[str], str]) -> "Catalogue":
        """The same words in the letters of another script."""
        other = Catalogue()
        other.plural = self.plural
        other.words = {key: letters(words) for key, words in self.words.items()}
        return other


def read(lines: Iterable[str]) -> Catalogue:
    """The translations of a catalogue. Raises: BadCatalogue."""
    told = Catalogue()
    for message in _messages(lines):
        if message["msgid"] == "":
            if plural := PLURAL.search(message.get("msgstr0", "")):
                told.plural = gettext.c2py(plural[1])
            continue
        told.words.update(_said(message))
    return told


def _said(message: Message) -> Iterator[tuple[Key, str]]:
    """What is looked for, and the words; of a plural whose forms are not all there, the source in their place."""
    one, several = message["msgid"], message.get("msgid_plural")
    name = sys.intern(message["msgctxt"] + BEHIND_CONTEXT + one if "msgctxt" in message else one)
    forms = [message[f"msgstr{nth}"] for nth in range(len(message)) if f"msgstr{nth}" in message]
    if not any(forms):
        return
    if several is None:
        yield name, forms[0]
        return
    for nth, form in enumerate(forms):
        yield (name, nth), form or (several if nth else one)


def _messages(lines: Iterable[str]) -> Iterator[Message]:
    message, field, doubtful, next_doubtful = Message(), "", False, False
    for line in lines:
        if line.startswith("#") or not line.strip():
            next_doubtful = next_doubtful or bool(DOUBTFUL.match(line))
            continue
        found = LINE.match(line)
        if not found or not (found[1] or field):
            raise BadCatalogue(line.strip())
        keyword, nth, text = found.groups()
        if keyword == "msgctxt" or (keyword == "msgid" and field != "msgctxt"):
            if message and not doubtful:
                yield message
            message, doubtful, next_doubtful = Message(), next_doubtful, False
        if keyword:
            field = f"msgstr{nth or 0}" if keyword == "msgstr" else keyword
        message[field] = message.get(field, "") + ESCAPED.sub(lambda one: LETTERS.get(one[1], one[1]), text)
    if message and not doubtful:
        yield message
