"""Months as people write them."""

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
ROMAN_MONTHS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


def month_of(word: str) -> int:
    """The month of a name ("mart", "marta", "mar", "iii"); 0 for none."""
    if word in ROMAN_MONTHS:
        return ROMAN_MONTHS.index(word) + 1
    return next((place for place, name in enumerate(MONTHS, 1) if word[:3] == name[:3] and len(word) >= 3), 0)
