"""Pure rules of the profile: which days figures are of, what it was mostly about, and a paper as it is kept."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from scheduler.core.errors import Reason
from scheduler.helpline.terms import AgeBand
from scheduler.profiles.terms import (
    NumberOrigin,
    ProfilePaper,
    ProfileReason,
    ProfileSection,
    RowsBehind,
    Statement,
    StatementPart,
)
from scheduler.programmes.terms import SchoolLevel
from scheduler.reports.rules.attendance import year_of
from scheduler.reports.terms.counting import Chart, KeyFigure, Period, Series

A_DAY = dt.timedelta(days=1)
NEARLY_AS_MANY = 2 / 3  # of the largest topic: then it is named beside it
MOST_NAMED = 3
PLACE = re.compile(r"%\((\w+)\)s")
LAST_LOWER_GRADE = 4  # of a primary school


def joined_days(periods: Iterable[Period]) -> tuple[Period, ...]:
    """The same days in as few spans as they make: January and February are one."""
    spans: list[Period] = []
    for one in sorted(periods, key=lambda period: period.first):
        if spans and one.first <= spans[-1].last + A_DAY:
            spans[-1] = Period(spans[-1].first, max(spans[-1].last, one.last))
        else:
            spans.append(one)
    return tuple(spans)


def mostly(split: Mapping[str, int]) -> list[tuple[str, int]]:
    """What a split is mostly made of: the largest part and those nearly as large, at most three; the largest first."""
    largest_first = sorted(split.items(), key=lambda one: -one[1])
    near = [
        (code, number) for code, number in largest_first if number and number >= largest_first[0][1] * NEARLY_AS_MANY
    ]
    return near[:MOST_NAMED]


def school_years_ended(period: Period) -> list[int]:
    """The years in which a school year ended within these days."""
    years = range(period.first.year, period.last.year + 1)
    return [year for year in years if period.first <= dt.date(year, 8, 31) <= period.last]


def age_of_grade(level: SchoolLevel, grade: int) -> AgeBand:
    """The age band of a grade's pupils, as the helpline counts ages."""
    if level is SchoolLevel.SECONDARY:
        return AgeBand.FROM_15
    return AgeBand.FROM_7 if grade <= LAST_LOWER_GRADE else AgeBand.FROM_11


def month_of(day: dt.date, within: Period) -> Period:
    """The days of its month that lie within a period which has some of them."""
    begins = day.replace(day=1)
    ends = (begins + dt.timedelta(days=31)).replace(day=1) - A_DAY
    return Period(max(begins, within.first), min(ends, within.last))


def is_whole_year(period: Period) -> bool:
    """Whether the public may read it: of other days its numbers could be taken from those of the year."""
    return period == year_of(period.first.year)


def problems_with_signing(*, counts_signed: bool, signed_already: bool) -> dict[str, Reason]:
    """{field: reason} why the profile of some days is not signed; empty when it can be."""
    if signed_already:
        return {"first": ProfileReason.PROFILE_SIGNED_ALREADY}
    return {} if counts_signed else {"first": ProfileReason.COUNTS_NOT_SIGNED}


# --- sentences whose numbers open ---


def statement(form: str, **values: str | StatementPart | Sequence[StatementPart]) -> Statement:
    """A translated sentence with its places filled: `statement("%(people)s came.", people=part)`."""
    parts: list[StatementPart] = []
    for place, piece in enumerate(PLACE.split(form)):
        said = values[piece] if place % 2 else piece.replace("%%", "%")
        parts += [StatementPart(said)] if isinstance(said, str) else [said] if isinstance(said, StatementPart) else said
    return tuple(part for part in parts if part.text)


def text_of(said: Statement) -> str:
    """A statement as plain words."""
    return "".join(part.text for part in said)


# --- a paper as it is kept ---


def as_kept(papers: Mapping[str, ProfilePaper]) -> str:
    """Papers by language as one text; equal papers give equal texts."""
    return json.dumps({language: asdict(one) for language, one in papers.items()}, ensure_ascii=False, sort_keys=True)


def seen_of(papers: Mapping[str, ProfilePaper]) -> str:
    """What a person saw when signing, in few letters: so that what changed meanwhile is not signed."""
    return hashlib.sha256(as_kept(papers).encode()).hexdigest()


def from_kept(text: str) -> dict[str, ProfilePaper]:
    """The papers that `as_kept` wrote."""
    return {language: _paper(said) for language, said in json.loads(text).items()}


def _paper(said: Mapping[str, Any]) -> ProfilePaper:
    words = {name: said[name] for name in ("language", "title", "centre_name", "days")}
    figures = tuple(KeyFigure(**one) for one in said["figures"])
    sections = tuple(map(_section, said["sections"]))
    origin = _origin(said.get("figures_of"))  # profiles that were signed earlier have none
    public = said["for_public"]
    return ProfilePaper(**words, figures=figures, sections=sections, for_public=public, figures_of=origin)


def _section(said: Mapping[str, Any]) -> ProfileSection:
    statements = tuple(tuple(map(_part, one)) for one in said["statements"])
    columns = tuple(found for one in said.get("columns", ()) if (found := _origin(one)))
    return ProfileSection(said["heading"], statements, _chart(said["chart"]) if said["chart"] else None, columns)


def _part(said: Mapping[str, Any]) -> StatementPart:
    return StatementPart(said["text"], _origin(said["origin"]))


def _origin(said: Mapping[str, Any] | None) -> NumberOrigin | None:
    if said is None:
        return None
    return NumberOrigin(RowsBehind(said["rows"]), tuple((name, value) for name, value in said["query"]))


def _chart(said: Mapping[str, Any]) -> Chart:
    series = tuple(Series(one["name"], tuple(one["values"])) for one in said["series"])
    return Chart(said["heading"], tuple(said["labels"]), series)
