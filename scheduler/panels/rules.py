"""Who is asked, what may be put before the youth, and when its sums may be read. Pure."""

import datetime as dt
from collections.abc import Collection, Mapping

from scheduler.core.errors import GroundReason, Reason
from scheduler.panels.terms import (
    ANSWERS,
    ASKED_ALONE_FROM,
    LEAST_RATED,
    LONGEST_DRAFT,
    LONGEST_PANEL,
    PanelDraft,
    PanelQuestion,
)


def born_by(day: dt.date) -> dt.date:
    """The latest birth date of who is sixteen on a day; the age is a multiple of four, so 29 February has its own."""
    try:
        return day.replace(year=day.year - ASKED_ALONE_FROM)
    except ValueError:  # 2116 is a leap year, 2100 is none
        return dt.date(day.year - ASKED_ALONE_FROM, 2, 28)


def problems_with_panel(draft: PanelDraft, *, today: dt.date) -> dict[str, Reason]:
    """What is wrong with a draft that is put before the youth: {field: reason}."""
    problems: dict[str, Reason] = {}
    if not draft.questions:
        problems["questions"] = GroundReason.MISSING
    if draft.last_day <= today:
        problems["last_day"] = GroundReason.IN_THE_PAST
    elif draft.last_day > today + LONGEST_PANEL:
        problems["last_day"] = GroundReason.TOO_LONG
    if not draft.text_sr_cyrl.strip():
        problems["text_sr_cyrl"] = GroundReason.MISSING
    for name in ("text_sr_cyrl", "text_en"):
        if len(getattr(draft, name)) > LONGEST_DRAFT:
            problems[name] = GroundReason.TOO_LONG
    return problems


def problems_with_answers(answers: Mapping[PanelQuestion, int], asked: Collection[PanelQuestion]) -> dict[str, Reason]:
    """Every question is answered on the scale, and no other: {question: reason}."""
    problems: dict[str, Reason] = {str(one): GroundReason.MISSING for one in asked if answers.get(one) not in ANSWERS}
    problems |= {str(one): GroundReason.UNKNOWN for one in answers if one not in asked}
    return problems


def is_open(last_day: dt.date, closed_at: dt.datetime | None, today: dt.date) -> bool:
    """Whether it may still be rated."""
    return closed_at is None and today <= last_day


def may_be_read(rated: int, closed_at: dt.datetime | None) -> bool:
    """Whether its sums are shown: once, when it is closed, so that no rating is the difference of two readings."""
    return closed_at is not None and rated >= LEAST_RATED
