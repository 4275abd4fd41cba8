"""Words of youth participation: what young presenters did in a period, in numbers alone."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduler.reports.terms.counting import Filters


class YouthBand(StrEnum):
    """How old a young presenter was on the last day of the period on which she presented."""

    UNDER_16 = "under_16"
    UNDER_18 = "16_17"
    GROWN = "18_up"


@dataclass(frozen=True)
class YouthCounts:
    """Presentations that count, those with a young presenter, minutes given by each of them, listeners of these."""

    presentations: int = 0
    with_young: int = 0
    minutes: int = 0
    listeners: int = 0

    @property
    def share(self) -> float:
        return self.with_young / self.presentations if self.presentations else 0.0


@dataclass(frozen=True)
class YoungPerson:
    """One who presented: when she was born, her last day, how often, how long. She has no name here."""

    presenter_id: int
    birth_date: dt.date
    last_day: dt.date
    presentations: int
    minutes: int


@dataclass(frozen=True)
class BandLine:
    """The young people of one age, and what they did."""

    band: YouthBand
    people: int
    presentations: int
    minutes: int


@dataclass(frozen=True)
class YoungTrainee:
    """One who was trained: when she was born, her last training, how many, how long. She has no name here."""

    birth_date: dt.date
    last_day: dt.date
    trainings: int
    minutes: int


@dataclass(frozen=True)
class TrainedLine:
    """The young people of one age who were trained."""

    band: YouthBand
    people: int
    trainings: int
    minutes: int


@dataclass(frozen=True)
class YouthReport:
    """Of one centre and period: sums, by month ("2026-11"), and by age."""

    filters: Filters
    totals: YouthCounts
    months: tuple[tuple[str, YouthCounts], ...]
    bands: tuple[BandLine, ...]
    trained: tuple[TrainedLine, ...] = ()  # of the centre; none where the report is narrowed

    @property
    def people(self) -> int:
        return sum(one.people for one in self.bands)


@dataclass(frozen=True)
class YouthVisitLine:
    """A visit in which a young presenter took part: its numbers of those presentations alone."""

    number: str
    on_day: dt.date
    host: str
    city: str
    programme: str
    presentations: int
    listeners: int
