"""What a profile tells, as its readers read it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from scheduler.helpline.terms import HelplineMargin
from scheduler.profiles.rules import text_of
from scheduler.profiles.terms import HelplineShare, ProfileFigures, ProfileTexts
from scheduler.profiles.wording.paper import paper_of
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import Period

YEAR = year_of(2023)
CODES = {
    f"{HelplineMargin.TOPIC}.sextortion": "Sextortion",
    f"{HelplineMargin.TOPIC}.grooming": "Grooming",
    f"{HelplineMargin.TOPIC}.privacy": "Privacy",
    f"{HelplineMargin.ACT}.kz_215": "Blackmail",
}


def told(lang: str = "en", texts: ProfileTexts | None = None, **counted: Any) -> dict[str, list[str]]:
    """{heading: its sentences} of a profile of 2023 in which this was counted."""
    figures = ProfileFigures(**({"period": YEAR, "centre_id": 1} | counted))
    paper = paper_of(figures, texts or ProfileTexts(), "NCC", CODES, lang)
    return {one.heading: [text_of(said) for said in one.statements] for one in paper.sections}


def helpline(numbers: Mapping[str, int | None], **given: Any) -> HelplineShare:
    """These numbers, of the first quarter of 2023."""
    days = (Period(dt.date(2023, 1, 1), dt.date(2023, 3, 31)),)
    return HelplineShare(numbers, **({"days": days, "code_list": 1} | given))
