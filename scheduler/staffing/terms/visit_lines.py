"""Visits as the page of a presenter and of a school lists them, and how full her weeks are."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from scheduler.core.language import pick
from scheduler.core.paging import Page
from scheduler.visits.terms.states import VisitState


class VisitOnPage(NamedTuple):
    """One visit; presentations, minutes and whether they are promised are her own on a presenter's page."""

    number: str
    on_day: dt.date
    state: VisitState
    host_id: int
    host_sr_cyrl: str
    host_sr_latn: str
    place_sr_cyrl: str
    place_sr_latn: str
    starts_local: dt.time
    presentations: int
    minutes: int
    firm: bool
    km: int  # one way; 0 where nobody drives

    def host(self, language: str) -> str:
        return pick(language, self.host_sr_cyrl, self.host_sr_latn)

    def place(self, language: str) -> str:
        return pick(language, self.place_sr_cyrl, self.place_sr_latn)


@dataclass(frozen=True)
class VisitLines:
    """What is to come, the nearest first, and a page of what is past, the latest first."""

    coming: Page[VisitOnPage]
    past: Page[VisitOnPage]


@dataclass(frozen=True)
class Load:
    """What a presenter has promised in the weeks ahead, against the hours that she offers in them."""

    presentations: int
    minutes: int
    kilometres: int  # there and back, each visit by herself
    offered_minutes: int
    most_presentations: int
