"""What is allowed and yet most likely a slip: it is asked about before it is sent, and sent when it is meant so."""

import datetime as dt
import unicodedata
from collections.abc import Collection

from scheduler.programmes.rules import fits_school
from scheduler.requests.terms.doubts import TypedSlip
from scheduler.requests.terms.school_request import RequestDraft, RequestFacts

WEEKEND_DAYS = 2  # a window that is a weekend and nothing else
WRITTEN_IN_CLASSES = "№°"  # signs that people do write: VII №2


def only_weekend(draft: RequestDraft) -> bool:
    """Whether all asked days are a Saturday and a Sunday."""
    days = (draft.last_day - draft.first_day).days + 1
    asked = (draft.first_day + dt.timedelta(days=one) for one in range(days))
    return 0 < days <= WEEKEND_DAYS and all(day.weekday() >= 5 for day in asked)


def doubts_about(
    draft: RequestDraft, facts: RequestFacts, school_days: Collection[dt.date] = ()
) -> dict[str, TypedSlip]:
    """{field: what is asked}. `school_days`: a Saturday on which the school works is no slip."""
    doubts: dict[str, TypedSlip] = {}
    if only_weekend(draft) and not any(draft.first_day <= day <= draft.last_day for day in school_days):
        doubts["first_day"] = TypedSlip.WEEKEND
    if not fits_school(facts.programme, facts.levels):
        doubts["programme"] = TypedSlip.OTHER_LEVEL
    for number, asked in enumerate(draft.presentations):
        if any(_is_picture(letter) for letter in asked.classes):
            doubts[f"presentations-{number}-classes"] = TypedSlip.CLASS_WITH_PICTURE
    return doubts


def _is_picture(letter: str) -> bool:
    return unicodedata.category(letter) in ("So", "Cn") and letter not in WRITTEN_IN_CLASSES
