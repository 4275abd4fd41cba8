"""Youth participation added up: sums and ages. Pure."""

import datetime as dt
from collections.abc import Sequence

from scheduler.people.rules import birthday
from scheduler.reports.terms.counting import Filters
from scheduler.reports.terms.youth import (
    BandLine,
    TrainedLine,
    YoungPerson,
    YoungTrainee,
    YouthBand,
    YouthCounts,
    YouthReport,
)


def band_of(birth_date: dt.date, day: dt.date) -> YouthBand:
    """How old she was that day."""
    if day < birthday(birth_date, 16):
        return YouthBand.UNDER_16
    return YouthBand.UNDER_18 if day < birthday(birth_date, 18) else YouthBand.GROWN


def youth_report(
    filters: Filters, months: Sequence[tuple[str, YouthCounts]], people: Sequence[YoungPerson]
) -> YouthReport:
    """Months and people as one report; each person stands in one band, so the bands add up to all of them."""
    bands = {one.presenter_id: band_of(one.birth_date, one.last_day) for one in people}
    lines = []
    for band in YouthBand:
        of_band = [one for one in people if bands[one.presenter_id] is band]
        presentations, minutes = sum(one.presentations for one in of_band), sum(one.minutes for one in of_band)
        lines.append(BandLine(band, len(of_band), presentations, minutes))
    return YouthReport(filters, added_up([counts for _month, counts in months]), tuple(months), tuple(lines))


def trained_by_age(people: Sequence[YoungTrainee]) -> tuple[TrainedLine, ...]:
    """Young people who were trained, each in one band: her age on her last training."""
    lines = []
    for band in YouthBand:
        of_band = [one for one in people if band_of(one.birth_date, one.last_day) is band]
        trainings, minutes = sum(one.trainings for one in of_band), sum(one.minutes for one in of_band)
        lines.append(TrainedLine(band, len(of_band), trainings, minutes))
    return tuple(lines) if people else ()


def added_up(counts: Sequence[YouthCounts]) -> YouthCounts:
    return YouthCounts(
        presentations=sum(one.presentations for one in counts),
        with_young=sum(one.with_young for one in counts),
        minutes=sum(one.minutes for one in counts),
        listeners=sum(one.listeners for one in counts),
    )
