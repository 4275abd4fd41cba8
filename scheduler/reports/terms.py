"""Words of reports: what a printed report holds, whatever it counts."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class KeyFigure:
    """A large number at the head of a report, with its noun in the form the number asks for ("7.803 ученика")."""

    value: int
    label: str


@dataclass(frozen=True)
class Definition:
    """What an indicator counts, in one or two sentences."""

    term: str
    meaning: str


@dataclass(frozen=True)
class Series:
    """Numbers of one group over the same labels as its sister series: each is drawn with its own height."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """Small multiples under one heading; `labels` are short ("јан") and stand under the last series."""

    heading: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class ReportPaper:
    """A report as it is printed; all words already in the reader's language, numbers still as numbers.

    `heads` has as many entries as each of `rows` and as `totals`; their first `words` entries are texts.
    """

    title: str
    centre_name: str
    first_day: dt.date
    last_day: dt.date
    heads: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    printed_at: dt.datetime  # UTC
    zone: str = "Europe/Belgrade"
    totals: tuple[str | int, ...] = ()
    words: int = 1
    filters: tuple[str, ...] = ()  # in words: "оба центра", "сви програми"
    figures: tuple[KeyFigure, ...] = ()  # up to four
    charts: tuple[Chart, ...] = ()
    definitions: tuple[Definition, ...] = ()
    version: str = ""  # "скуп показатеља 2, верзија 1.3"
    helpline: str = "19833"
