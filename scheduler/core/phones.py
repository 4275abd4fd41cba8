"""Telephone numbers as people type them. phonenumbers knows the plan of every country; ours is the one meant unsaid."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

HOME = "RS"
PHONE_LIMIT = 30  # as typed, with spaces and brackets
SIGNS = frozenset("+0123456789 ()/.-")  # the library would read letters as keys, and digits of every script


def e164_of(typed: str) -> str | None:
    """A number in the one form that is stored, "+381641234567" (E.164); None for what no network can reach.

    It begins with 0 or +, and some country's plan has such numbers: +999 is no country, 064 alone is no number.
    Writing it twice in this form changes nothing.
    """
    number = _read(typed)
    if number is None or typed.strip(" (")[:1] not in ("0", "+") or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def can_be_dialled(typed: str) -> bool:
    """Whether a text that people read and dial, stored as typed, is a number.

    It is as long as one of its country, or a short one (19833); whether its range is in use, registers need not know.
    """
    number = _read(typed)
    return number is not None and (
        phonenumbers.is_possible_number(number) or phonenumbers.is_valid_short_number_for_region(number, HOME)
    )


def _read(typed: str) -> PhoneNumber | None:
    if len(typed) > PHONE_LIMIT or not SIGNS.issuperset(typed):
        return None
    try:
        return phonenumbers.parse(typed, HOME)
    except NumberParseException:
        return None
