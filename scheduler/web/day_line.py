"""The line of a day with several programmes, as it is drawn: hours, lessons of the shifts, parts in lanes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scheduler.booking.rules.day_line import LaidPart, LaidShift

USUAL_HOURS = (8, 18)  # at least these are drawn
HOURS_LANE, LESSON_LANE, PART_LANE = 20, 24, 28  # heights
MINUTES_AROUND = 30  # minutes before the first hour and after the last


@dataclass(frozen=True)
class Cell:
    """Something drawn: where it begins and how wide it is, in percent; how far from the top; what it says."""

    at: float
    width: float
    top: int
    words: str
    held: bool = True

    @property
    def middle(self) -> float:
        return round(self.at + self.width / 2, 2)


@dataclass(frozen=True)
class DayLine:
    """A whole day: what is drawn, and the parts and shifts as the list beside it says them."""

    height: int
    hours: tuple[Cell, ...]
    lessons: tuple[Cell, ...]
    blocks: tuple[Cell, ...]
    parts: tuple[LaidPart, ...]
    shifts: tuple[LaidShift, ...]


def line_of(parts: Sequence[LaidPart], shifts: Sequence[LaidShift]) -> DayLine:
    """The parts in the order of their hours, those without one last; what is at the same time lies in two lanes."""
    ordered = sorted(parts, key=lambda one: (one.starts is None, one.starts or dt.time()))
    spans = [(one.starts, one.ends) for one in ordered if one.starts and one.ends]
    spans += [(one.starts, one.ends) for one in shifts]
    first = min([USUAL_HOURS[0], *(starts.hour for starts, _ends in spans)])
    last = max([USUAL_HOURS[1], *(ends.hour + (ends.minute > 0) for _starts, ends in spans)])
    scale = _Scale(first * 60 - MINUTES_AROUND, (last - first) * 60 + 2 * MINUTES_AROUND)
    shift_lanes = _lanes([(one.starts, one.ends) for one in shifts])
    lessons = [
        scale.cell(lesson.starts, lesson.ends, HOURS_LANE + lane * LESSON_LANE, str(lesson.number))
        for shift, lane in zip(shifts, shift_lanes, strict=True)
        for lesson in shift.lessons
    ]
    below = HOURS_LANE + LESSON_LANE * (max(shift_lanes, default=-1) + 1)
    dated = [(place, one, one.starts, one.ends) for place, one in enumerate(ordered, 1) if one.starts and one.ends]
    lanes = _lanes([(starts, ends) for _place, _one, starts, ends in dated])
    blocks = [
        replace(scale.cell(starts, ends, below + lane * PART_LANE, str(place)), held=one.held)
        for (place, one, starts, ends), lane in zip(dated, lanes, strict=True)
    ]
    hours = [scale.cell(dt.time(hour), None, 0, str(hour)) for hour in range(first, min(last, 23) + 1, 2)]
    height = below + PART_LANE * (max(lanes, default=-1) + 1)
    return DayLine(height, tuple(hours), tuple(lessons), tuple(blocks), tuple(ordered), tuple(shifts))


@dataclass(frozen=True)
class _Scale:
    begins: int
    minutes: int

    def cell(self, starts: dt.time, ends: dt.time | None, top: int, words: str) -> Cell:
        at = self._percent(_minutes(starts) - self.begins)
        width = self._percent(_minutes(ends) - _minutes(starts)) if ends else 0.0
        return Cell(at, width, top, words)

    def _percent(self, minutes: int) -> float:
        return round(100 * minutes / self.minutes, 2)


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute


def _lanes(spans: Sequence[tuple[dt.time, dt.time]]) -> list[int]:
    """For each span, which stand in the order of their beginning, the first lane that is free by then."""
    ends: list[dt.time] = []
    found = []
    for starts, over in spans:
        lane = next((place for place, end in enumerate(ends) if end <= starts), len(ends))
        ends[lane : lane + 1] = [over]
        found.append(lane)
    return found
