"""The citizen's number (JMBG), so that it can be refused: no identity number is stored here, in no field or file."""

import datetime as dt
import re
import unicodedata

from scheduler.core.phones import are_numbers

LENGTH = 13
WEIGHTS = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
NEWEST_BIRTH_YEAR = 2049  # the three digits of a year say 1900 to 2049; what is later is a price or a number of a law
MOST_BETWEEN = 5  # signs between two groups of digits that are still read as one number: "0101990 --- 710006"
DIGITS = re.compile(r"\+?[0-9]+")
BETWEEN = re.compile(rf"[\W_]{{0,{MOST_BETWEEN}}}")


def has_identity_number(text: str) -> bool:
    """Whether thirteen digits that check stand in a text: a day of birth that exists, and the last digit (modulus 11).

    Digits of every script and form count (full-width, Arabic, raised, in circles), and the number may be cut into
    groups by any signs but letters: spaces, dashes, brackets. A longer number without a gap is none: an account.
    Nor is what only stretches from one telephone number into the next, where groups are nothing but such numbers.
    """
    if len(text) < LENGTH or sum(map(str.isnumeric, text)) < LENGTH:
        return False
    return any(_holds_one(run) for run in _runs(_plain_digits(text)))


def _holds_one(groups: list[str]) -> bool:
    """Numbers of telephones are looked for last: two of them are never as short as one number of a citizen."""
    return any(map(_checks, _windows([group.lstrip("+") for group in groups]))) and not are_numbers(groups)


def _plain_digits(text: str) -> str:
    """The text with digits of every kind as 0 to 9, without the marks that sit on them (a keycap's frame)."""
    if text.isascii():
        return text  # nothing in it is another digit, or a mark
    letters = unicodedata.normalize("NFKD", text)
    bare = (letter for letter in letters if unicodedata.category(letter) not in {"Mn", "Me", "Cf"})
    return "".join(_plain_digit(letter) for letter in bare)


def _plain_digit(letter: str) -> str:
    value = unicodedata.numeric(letter, -1)  # scripts that write numbers in words of one letter have it too: 〇, 七
    return str(int(value)) if value in range(10) else letter


def _runs(text: str) -> list[list[str]]:
    """Groups of digits that only signs part, each with the plus before it."""
    runs: list[list[str]] = []
    end = None
    for group in DIGITS.finditer(text):
        if end is not None and BETWEEN.fullmatch(text, end, group.start()):
            runs[-1].append(group.group())
        else:
            runs.append([group.group()])
        end = group.end()
    return runs


def _windows(groups: list[str]) -> list[str]:
    """What neighbouring groups say together, where it has the length of the number."""
    found = []
    for first in range(len(groups)):
        joined = ""
        for group in groups[first:]:
            joined += group
            if len(joined) >= LENGTH:
                break
        if len(joined) == LENGTH:
            found.append(joined)
    return found


def _checks(number: str) -> bool:
    day, month, year = int(number[:2]), int(number[2:4]), int(number[4:7])
    year += 1000 if year >= 900 else 2000
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    rest = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number[:-1], strict=True)) % 11
    last = 0 if rest == 0 else 11 - rest
    return year <= NEWEST_BIRTH_YEAR and last == int(number[-1])  # a rest of 1 gives 10: such a number is not given out
