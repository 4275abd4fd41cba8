"""The name of a person, a school, a programme: what it must be made of, so that every paper prints it as it is stored.

And of a person, in which letters it is shown (docs/decisions/0004).

The edge has cleaned it before (`core.text.clean`): no controls, no invisible letters, one form of each accent.
"""

import re
import unicodedata

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.language import is_cyrillic
from scheduler.core.text import WORD, scripts_of, to_latin
from scheduler.core.typesetting import unprintable

CYRILLIC = re.compile("[\u0400-\u052f]")


def problem_with_name(name: str) -> Reason | None:
    """Why a name cannot be taken, or None: it needs a letter, each word one script, and letters that our fonts have.

    A word of two scripts ("Маrko") is shown like another name and is found by nobody who types it; names of two words
    may be of two scripts. An empty name is nobody's fault here: whether one is needed, its field says.
    """
    if not name:
        return None
    words = WORD.findall(unicodedata.normalize("NFC", name))
    if not words:
        return GroundReason.NO_LETTER
    if any(len(scripts_of(word)) > 1 for word in words):
        return GroundReason.MIXED_SCRIPTS
    return GroundReason.UNPRINTABLE if unprintable(name) else None


def problem_with_register_name(name: str) -> Reason | None:
    """The same for a name out of an official register, which is stored as it stands: its words may mix scripts."""
    found = problem_with_name(name)
    return (GroundReason.UNPRINTABLE if unprintable(name) else None) if found is GroundReason.MIXED_SCRIPTS else found


# --- one name in two scripts ---


class SpelledName(str):
    """A name as it was written; `other` is how its owner writes it in the other letters, "" where she has not said."""

    other: str

    def __new__(cls, name: str, other: str | None = "") -> "SpelledName":
        made = super().__new__(cls, name)
        made.other = other or ""
        return made


def whole_name(given: str, family: str) -> SpelledName:
    """Given and family name as one, in both spellings where both are known."""
    return SpelledName(f"{given} {family}".strip(), f"{_other(given)} {_other(family)}".strip())


def spelled(name: str, language: str) -> str:
    """The name in the letters of whoever reads: as it was written, as its owner writes it besides, or derived.

    Only Cyrillic is derived; Latin is never turned back (nj, lj, dž), so where no Cyrillic was given Latin stands.
    """
    cyrillic = is_cyrillic(language)
    if is_in_cyrillic(name) is cyrillic:
        return str(name)
    return _other(name) or (str(name) if cyrillic else in_latin(name))


def other_spelling(name: str) -> tuple[str, bool]:
    """The name in the letters in which it was not written, and whether it is derived; "" where nobody knows it."""
    if other := _other(name):
        return other, False
    latin = in_latin(name)
    return (latin, True) if latin != name else ("", False)


def spellings(name: str) -> tuple[str, ...]:
    """Every way in which pages and papers write the name, each once, as it was written first."""
    return tuple(dict.fromkeys(one for one in (str(name), _other(name), in_latin(name)) if one))


def is_in_cyrillic(name: str) -> bool:
    return CYRILLIC.search(name) is not None


def in_latin(name: str) -> str:
    """The name in Latin letters. One with letters that Serbian has not ("Алексей") stands as it was written."""
    latin = to_latin(name)
    return str(name) if is_in_cyrillic(latin) else latin


def problem_with_other_name(name: str, other: str) -> Reason | None:
    """Why this cannot be the other spelling of a name, or None: a name, in the letters that the first is not in."""
    if not other:
        return None
    if problem := problem_with_name(other):
        return problem
    return GroundReason.SAME_LETTERS if is_in_cyrillic(name) is is_in_cyrillic(other) else None


def _other(name: str) -> str:
    return name.other if isinstance(name, SpelledName) else ""
