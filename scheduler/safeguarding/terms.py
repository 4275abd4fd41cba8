"""Words of safeguarding."""

from enum import StrEnum


class VettingResult(StrEnum):
    CLEARED = "cleared"
    REFUSED = "refused"


class ConsentMethod(StrEnum):
    LINK = "link"
    PAPER = "paper"
