"""A language that nobody speaks, made from the source at test time: [Ōpēn thē vīsīt ~~~~].

Every vowel carries a bar, so that a word without one has not been through the catalogue; a text is 40 % longer than the
English one and stands in brackets, so that one cut short is seen; placeholders and markup stay as they are.
"""

import re
from pathlib import Path

from babel.messages.catalog import Message

from scheduler.core.text import PLACEHOLDER_OR_TAG
from tools.catalogues import key_of, text_of
from tools.translations import strings_in

PSEUDO = "en_XA"
BARRED = str.maketrans("aeiouyAEIOUY", "āēīōūŷĀĒĪŌŪŶ")
MARKS = set("āēīōūŷĀĒĪŌŪŶ")
LONGER = 0.4


def pseudo(text: str) -> str:
    """The text in the language that nobody speaks."""
    pieces = PLACEHOLDER_OR_TAG.split(text)
    said = "".join(piece if place % 2 else piece.translate(BARRED) for place, piece in enumerate(pieces))
    more = round(len("".join(pieces[::2])) * LONGER)
    tail = re.sub("(~{6})(?=~)", r"\1 ", "~" * more)  # breaks into lines as words do
    return f"[{said} {tail}]" if more else f"[{said}]"


def pseudo_catalogue(root: Path) -> bytes:
    """The catalogue of that language, with every string of the product."""
    made = []
    for message in strings_in(root).values():
        if isinstance(message.id, tuple):
            words: object = tuple(pseudo(form) for form in message.id)
        else:
            words = pseudo(str(key_of(message)))
        made.append(Message(message.id, words, flags=message.flags))
    return text_of(made, PSEUDO)
