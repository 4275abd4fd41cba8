"""What is told about a visit by phone, on Viber or at the door, beside the mails."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class ToldWhat(StrEnum):
    OFFER = "offer"  # to a presenter
    CONFIRMATION = "confirmation"
    CHANGE = "change"


class ToldHow(StrEnum):
    PHONE = "phone"
    VIBER = "viber"
    IN_PERSON = "in_person"


@dataclass(frozen=True)
class ToldDraft:
    """That somebody was told; no presenter means the school."""

    what: ToldWhat
    how: ToldHow
    presenter_id: int | None = None


@dataclass(frozen=True)
class ToldRow:
    """One such note as the page of the visit shows it; `whom` is empty for the school."""

    what: ToldWhat
    how: ToldHow
    told_at: dt.datetime
    whom: str
    by: str
