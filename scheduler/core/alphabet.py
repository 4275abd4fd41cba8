"""The order of words in a list: by the alphabet of the script in which they are written, Serbian in both.

Latin has its own letters of two signs (dž, lj, nj: Ljig stands behind Lučani), Cyrillic an order of its own (Шабац is
the last). Letters of neighbours (á, ö, ľ) stand with the letter they are made of, behind it where all else is equal.
Neither the machine nor a database knows this order without ICU, which is not everywhere: this is the one place of it.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable

from scheduler.core.text import to_latin

LETTERS_APART = re.compile(r"\S+")
LATIN_ORDER = LETTERS_APART.findall("a b c č ć d dž đ e f g h i j k l lj m n nj o p q r s š t u v w x y z ž")
CYRILLIC_ORDER = LETTERS_APART.findall(
    "а б в г ґ д ђ е ё є ж з и і ї й ј к л љ м н њ о п р с т ћ у ф х ц ч џ ш щ ъ ы ь э ю я"
)
PLACES = {letter: (1, place) for place, letter in enumerate(LATIN_ORDER)}
PLACES |= {letter: (2, place) for place, letter in enumerate(CYRILLIC_ORDER)}
LETTER = re.compile(r"dž|lj|nj|\d+|\w")
ONE_SIGN = str.maketrans({"ǆ": "dž", "ǉ": "lj", "ǌ": "nj"})
NUMBER = 0  # before every letter

Place = tuple[int, int]
AlphabetKey = tuple[tuple[tuple[Place, ...], ...], str]


@functools.lru_cache(maxsize=8192)
def alphabet_key(text: str) -> AlphabetKey:
    """By what a text is sorted: word by word, letter by letter; signs count for nothing, numbers by their size."""
    lower = unicodedata.normalize("NFC", text).casefold().translate(ONE_SIGN)
    words = tuple(tuple(_place(letter) for letter in LETTER.findall(word)) for word in re.findall(r"\w+", lower))
    return words, lower


def names_key(*names: str) -> tuple[AlphabetKey, ...]:
    """By what people stand whose names are shown as they were typed, some in each script: all by the Latin alphabet."""
    return tuple(map(_latin_key, names))


def name_ranks(names: Iterable[str]) -> dict[str, int]:
    """The place of each of these names among them, the same for two that `names_key` holds for alike.

    Thousands of people share some hundreds of names: so numbers are compared, and not letters.
    """
    keys = {name: _latin_key(name) for name in set(names)}
    places = {key: place for place, key in enumerate(sorted(set(keys.values())))}
    return {name: places[key] for name, key in keys.items()}


@functools.lru_cache(maxsize=8192)  # thousands of people share some hundreds of names
def _latin_key(name: str) -> AlphabetKey:
    return alphabet_key(to_latin(name))


def _place(letter: str) -> Place:
    if letter.isdigit():
        return NUMBER, int(letter)
    if letter in PLACES:
        return PLACES[letter]
    bare = unicodedata.normalize("NFKD", letter)[:1]
    return PLACES.get(bare, (3, ord(letter[0])))
