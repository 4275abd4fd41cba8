"""Telephone numbers as people type them. phonenumbers knows the plan of every country; ours is the one meant unsaid."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

# phonenumbers holds the plans of all countries: each function loads it, so that only who reads a number waits for it.
HOME, HOME_CODE = "RS", "+381"
LONGEST_AT_HOME = len("+381641234567")
LONGEST_NATIONAL = len("641234567")
LONG_AREAS = ("230", "280", "290", "390")  # Kikinda, Gnjilane, Uroševac, Đakovica; the others have two digits
MOST_GROUPS = 6  # of one number: +381 (0)64 123 45 67
BEFORE_EXTENSION = " lok. "  # between a number and its extension, as both are stored
PHONE_LIMIT = 30  # as typed, with spaces and brackets
SIGNS = frozenset("+0123456789 ()/.-")  # the library would read letters as keys, and digits of every script


def e164_of(typed: str) -> str | None:
    """A number in the one form that is stored, "+381641234567" (E.164); None for what no network can reach.

    It begins with 0 or +, and some country's plan has such numbers: +999 is no country, 064 alone is no number.
    Writing it twice in this form changes nothing.
    """
    import phonenumbers

    number = _read(typed)
    if number is None or typed.strip(" (")[:1] not in ("0", "+") or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def are_numbers(groups: Sequence[str]) -> bool:
    """Whether groups of digits are telephone numbers written side by side, each whole, and nothing else."""
    ends = {0}
    for end in range(1, len(groups) + 1):
        near = range(max(0, end - MOST_GROUPS), end)
        if any(start in ends and _is_whole("".join(groups[start:end])) for start in near):
            ends.add(end)
    return len(groups) in ends


def _is_whole(typed: str) -> bool:
    """The library's plan of our country has numbers of twelve digits; nobody was given one."""
    number = e164_of(typed) or ""
    return bool(number) and not (number.startswith(HOME_CODE) and len(number) > LONGEST_AT_HOME)


def can_be_dialled(typed: str) -> bool:
    """Whether a text that people read and dial, stored as typed, is a number.

    It is as long as one of its country, or a short one (19833); whether its range is in use, registers need not know.
    """
    import phonenumbers

    number = _read(typed)
    return number is not None and (
        phonenumbers.is_possible_number(number) or phonenumbers.is_valid_short_number_for_region(number, HOME)
    )


def with_its_zero(typed: str) -> str:
    """A number at home that a spreadsheet keeps without its zero, or without its plus, as people write it.

    Without an area code nobody has eight digits; all others stay as typed.
    """
    national = typed.removeprefix(HOME_CODE[1:]) if len(typed) > LONGEST_NATIONAL else typed
    if not re.fullmatch(r"[1-9][0-9]{7,8}", national):
        return typed
    area = 3 if national.startswith(LONG_AREAS) else 2
    return f"0{national[:area]}/{national[area : area + 3]}-{national[area + 3 :]}"


def dialled(stored: str) -> str:
    """What a telephone dials of numbers as they are stored: the first of several, without its extension."""
    return re.sub(r"[^+0-9]", "", stored.partition(",")[0].partition(BEFORE_EXTENSION)[0])


def _read(typed: str) -> "PhoneNumber | None":
    if len(typed) > PHONE_LIMIT or not SIGNS.issuperset(typed):
        return None
    import phonenumbers

    try:
        return phonenumbers.parse(typed, HOME)
    except phonenumbers.NumberParseException:
        return None
