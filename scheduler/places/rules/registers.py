"""What a register calls a school: its code, and its name as it is compared with others."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from scheduler.core.text import fold

USUAL_WORDS = {"os", "ss", "osnovna", "srednja", "skola", "gimnazija"}  # of a school's name, written or not
WORD = re.compile(r"[^\W\d_]+")
LOOK_ALIKE = dict(zip("ABCEHJKMOPTXaceojkmptxy", "АВСЕНЈКМОРТХасеојкмртху", strict=True))
TO_CYRILLIC = str.maketrans(LOOK_ALIKE)
TO_LATIN = str.maketrans({cyrillic: latin for latin, cyrillic in LOOK_ALIKE.items()})


def code_key(code: str) -> str:
    """A register's number without the zeros before it, which a table of numbers drops: 00101 and 101 are one."""
    return (code.lstrip("0") or "0") if code.isascii() and code.isdigit() else code


def width_of_codes(codes: Iterable[str]) -> int:
    """How many digits every code has in a register that writes zeros before them; 0 where it does not."""
    numbers = [code for code in codes if code.isascii() and code.isdigit()]
    widths = {len(code) for code in numbers if code.startswith("0") and len(code) > 1}
    if len(widths) != 1 or max(map(len, numbers)) > max(widths):
        return 0
    return widths.pop()


def width_beside(code: str, numbers: Sequence[str]) -> int:
    """How many digits a number has whose known neighbours (in order) are both written with zeros; 0 for no such."""
    at = bisect_left(numbers, int(code), key=int)
    widths = {len(one) if one.startswith("0") else 0 for one in numbers[max(0, at - 1) : at + 1]}
    return widths.pop() if len(widths) == 1 else 0


def bare_name(name: str) -> str:
    """A school's name without what stands before many of them; the whole name where nothing else would be left."""
    words = fold(name).split()
    return " ".join(word for word in words if word not in USUAL_WORDS) or " ".join(words)


def name_keys(name: str) -> frozenset[str]:
    """What two names of one school share, in whichever script, with letters of the other one among theirs or not.

    A word of two scripts is read in that of its letters which look like no other; a Latin word of look-alikes alone
    ("CEBEP") may be a Cyrillic one, so it has both keys.
    """
    whole = WORD.sub(lambda found: _one_script(found[0]), name)
    as_cyrillic = WORD.sub(lambda found: _as_cyrillic(found[0]), whole)
    return frozenset((bare_name(whole), bare_name(as_cyrillic)))


def _one_script(word: str) -> str:
    latin = [letter for letter in word if letter < "\u0250"]
    cyrillic = [letter for letter in word if "\u0400" <= letter <= "\u04ff"]
    if not latin or not cyrillic:
        return word
    if any(letter not in LOOK_ALIKE for letter in latin) and all(ord(letter) in TO_LATIN for letter in cyrillic):
        return word.translate(TO_LATIN)
    return word.translate(TO_CYRILLIC)


def _as_cyrillic(word: str) -> str:
    return word.translate(TO_CYRILLIC) if len(word) > 1 and all(letter in LOOK_ALIKE for letter in word) else word
