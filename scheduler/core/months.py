"""Months as people write them, and as a table holds them."""

import datetime as dt

MONTHS = (
    "januar",
    "februar",
    "mart",
    "april",
    "maj",
    "jun",
    "jul",
    "avgust",
    "septembar",
    "oktobar",
    "novembar",
    "decembar",
)
ENGLISH_MONTHS = {"may": 5, "aug": 8, "oct": 10}  # those that do not begin as the Serbian ones do
ROMAN_MONTHS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


def month_of(word: str) -> int:
    """The month of a name ("mart", "marta", "march", "mar", "iii"); 0 for none."""
    if word in ROMAN_MONTHS:
        return ROMAN_MONTHS.index(word) + 1
    begins = word[:3]
    return next((place for place, name in enumerate(MONTHS, 1) if begins == name[:3]), ENGLISH_MONTHS.get(begins, 0))


class MonthCell(dt.date):
    """The first day of a month, written as the month alone: "2026-03". A spreadsheet knows it as a date."""

    def __str__(self) -> str:
        return f"{self:%Y-%m}"

    @classmethod
    def named(cls, name: str) -> "MonthCell":
        """The month of a name like "2026-03"."""
        return cls.fromisoformat(f"{name}-01")
