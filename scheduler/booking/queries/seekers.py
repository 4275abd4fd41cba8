"""Presenters as free dates know them, in one question: everybody of a centre, the nearest, or who is wanted besides."""

import datetime as dt
from calendar import monthrange
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    CTE,
    CompoundSelect,
    ScalarSelect,
    Select,
    String,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from scheduler.booking.rules.nearest import Others, WantedPeople
from scheduler.booking.terms.free_dates import Days, Seeker
from scheduler.core.db import db
from scheduler.people.models import AvailabilityException, AvailableHours, Presenter, PresenterLanguage, PresenterSkill
from scheduler.people.terms import ExceptionRow, Hours, PresenterKind, TeachingLanguage, Topic
from scheduler.places.models import Municipality
from scheduler.places.terms.hosts import MunicipalityRow, Point
from scheduler.programmes.terms import ProgrammeRow
from scheduler.safeguarding.models import GuardianConsent, Vetting
from scheduler.safeguarding.queries import consents_to_more, good_vettings, reaches, takes_nothing_new
from scheduler.visits.queries.agenda import time_taken
from scheduler.visits.terms.plans import TakenTime, UnderLaw

ASKED_OF_A_KIND = 100  # of each kind: more are asked when these leave a time open
NEAR_TOWNS = 30  # of 182: there a centre of thousands has so many of a kind, and one of a hundred has few to look at
WEEK_AROUND = dt.timedelta(days=8)  # a week begins before the first day, and a drive before a stop


@dataclass(frozen=True)
class KnownPeople:
    """Presenters as they were read, and what is known of those who were not."""

    people: tuple[Seeker, ...]
    others: Others = field(default=Others(frozenset(), (), ()))


@dataclass(frozen=True)
class Errand:
    """What presenters are read for: a programme in a language, at a place, on some days."""

    programme: ProgrammeRow
    language: TeachingLanguage
    town: MunicipalityRow | None
    point: Point | None
    span: tuple[dt.date, dt.date]
    now: dt.datetime

    @property
    def asked(self) -> dict[str, Any]:
        """By the names of the questions below."""
        return {
            "centre": self.programme.centre_id,
            "topic": self.programme.topic,
            "language": self.language,
            "first": self.span[0],
            "last": self.span[1],
            "now": self.now,
            "town": self.town.id if self.town else None,
        }

    @property
    def taught(self) -> tuple[Topic, TeachingLanguage]:
        """What somebody must know who goes."""
        return self.programme.topic, self.language

    @property
    def lies(self) -> dict[str, float]:
        """Where, for the order of who is near; abroad nobody is nearer than anybody."""
        return {"lat": self.point.latitude, "lon": self.point.longitude} if self.point else {"lat": 0.0, "lon": 0.0}


def everybody(errand: Errand) -> tuple[Seeker, ...]:
    """Everybody of the programme's centre, with the hours and papers of who has topic and language."""
    return _seekers(db.session().execute(_everybody(), errand.asked), *errand.taught)


def nearest(errand: Errand) -> KnownPeople:
    """So many of each kind, who has topic and language first, of these who lives nearest; and what is known of all.

    A centre that has no more of a kind is read whole.
    """
    asked = errand.asked | errand.lies | {"most": ASKED_OF_A_KIND, "towns": NEAR_TOWNS}
    return _nearest_of(db.session().execute(_nearest_rows(), asked), *errand.taught, ASKED_OF_A_KIND)


def besides(errand: Errand, wanted: WantedPeople) -> tuple[Seeker, ...]:
    """Who of all of some kinds keeps one of these hours, or comes on a day beside them."""
    hours = [(row.weekday, row.from_local, row.until_local) for row in wanted.hours]
    asked = errand.asked | {"kinds": list(wanted.kinds)} | ({"hours": hours} if hours else {})
    return _seekers(db.session().execute(_besides(bool(hours), wanted.beside), asked), *errand.taught)


def able(people: Iterable[Seeker]) -> list[int]:
    """Who of them has topic and language."""
    return [one.presenter_id for one in people if one.topics and one.languages]


def taken_from(ids: Collection[int], span: tuple[dt.date, dt.date], now: dt.datetime) -> Sequence[TakenTime]:
    """What each of them has promised, from the week and the month of the first day to those of the last.

    A date that is held for a booking is a promise until its time is over.
    """
    first, last = span[0].replace(day=1), span[1].replace(day=monthrange(span[1].year, span[1].month)[1])
    around = min(first, span[0] - WEEK_AROUND), max(last, span[1] + WEEK_AROUND)
    return time_taken(ids, around, now=now) if ids else ()


# --- What is asked, put into words once: that takes longer than the answer ---

HOURS = 7  # the place of the weekly hours in a row, that of the days that differ behind it


@cache
def _everybody() -> Select[Any]:
    return _people().where(Presenter.centre_id == bindparam("centre")).order_by(Presenter.id)


@cache
def _nearest_rows() -> CompoundSelect[Any]:
    """Beside the nearest a row with the number 0: all hours that anybody keeps, and all days that anybody adds."""
    able = _able_near()
    near = union_all(*(select(_first_of(kind, able).subquery().c.id) for kind in PresenterKind))
    week, away = AvailableHours, AvailabilityException
    hours = select(week.weekday, week.from_local, week.until_local).distinct().subquery()
    in_span = away.available.is_(True), away.last_day >= bindparam("first"), away.first_day <= bindparam("last")
    added = select(away.first_day, away.last_day, literal("1").label("said")).where(*in_span).distinct().subquery()
    common = (_joined(*of.c).select_from(of).scalar_subquery() for of in (hours, added))
    nothing = [null()] * (HOURS - 1)
    return union_all(_people().where(Presenter.id.in_(near)), select(literal(0), *nothing, *common, *[null()] * 5))


@cache
def _besides(by_hours: bool, beside: bool) -> Select[Any]:
    week, away, who = AvailableHours, AvailabilityException, Presenter.id
    kept = tuple_(week.weekday, week.from_local, week.until_local).in_(bindparam("hours", expanding=True))
    in_span = away.available.is_(True), away.last_day >= bindparam("first"), away.first_day <= bindparam("last")
    either = [
        *([select(week.id).where(week.presenter_id == who, kept).correlate(Presenter).exists()] if by_hours else []),
        *([select(away.id).where(away.presenter_id == who, *in_span).correlate(Presenter).exists()] if beside else []),
    ]
    return (
        _people()
        .where(Presenter.centre_id == bindparam("centre"), Presenter.kind.in_(bindparam("kinds", expanding=True)))
        .where(PresenterSkill.id.is_not(None), PresenterLanguage.id.is_not(None), or_(*either))
        .order_by(who)
    )


def _known_there() -> tuple[Any, Any]:
    """Who has the topic, and who speaks the language: once each at most."""
    who = Presenter.id
    topic = (PresenterSkill.presenter_id == who) & (PresenterSkill.topic == bindparam("topic"))
    spoken = (PresenterLanguage.presenter_id == who) & (PresenterLanguage.language == bindparam("language"))
    return topic, spoken


def _away() -> Any:
    """Of the globe a flat map: near enough for an order that decides nothing but who is asked first."""
    north, east = Municipality.lat - bindparam("lat"), (Municipality.lon - bindparam("lon")) * EAST
    return (north * north + east * east).label("away")


def _able_near() -> CTE:
    """Who has topic and language, of those who live in the nearest towns: of these alone it is looked up."""
    away, (topic, spoken) = _away(), _known_there()
    towns = select(Municipality.id).order_by(away, Municipality.id).limit(bindparam("towns")).correlate(None)
    return (
        select(Presenter.id, Presenter.kind, away)
        .join(Municipality, Municipality.id == Presenter.home_id)
        .join(PresenterSkill, topic)
        .join(PresenterLanguage, spoken)
        .where(Presenter.centre_id == bindparam("centre"), Presenter.home_id.in_(towns))
        .cte("able_near")
        .prefix_with("MATERIALIZED")  # read once for both kinds
    )


def _first_of(kind: PresenterKind, near: CTE) -> CompoundSelect[Any]:
    """The first of those who live near; where these are too few, of everybody, who has topic and language first."""
    most: Any = bindparam("most")
    away, (topic, spoken) = _away(), _known_there()
    found = select(near.c.id).where(near.c.kind == kind).order_by(near.c.away, near.c.id).limit(most)
    first = found.cte(f"first_{kind.value}")
    lacking = select(case((func.count() < most, most), else_=0)).select_from(first).scalar_subquery()
    knows = case((PresenterSkill.id.is_not(None) & PresenterLanguage.id.is_not(None), 0), else_=1)
    of_all = (
        select(Presenter.id)
        .join(Municipality, Municipality.id == Presenter.home_id)
        .outerjoin(PresenterSkill, topic)
        .outerjoin(PresenterLanguage, spoken)
        .where(Presenter.centre_id == bindparam("centre"), Presenter.kind == kind)
        .order_by(knows, away, Presenter.id)
        .limit(lacking)
    )
    return union_all(select(first.c.id), select(of_all.subquery().c.id))


COMMA: Any = literal_column("','")  # a word of the statement: SQLAlchemy puts a text in with each asking
EAST = 0.72  # a degree to the east beside one to the north, at 44 degrees


def _people() -> Select[Any]:
    who = Presenter.id
    topic, spoken = _known_there()
    skilled, speaks = PresenterSkill.id.is_not(None), PresenterLanguage.id.is_not(None)
    known = (case((skilled & speaks, text)) for text in _texts_of())
    living = Municipality.lat, Municipality.lon, Presenter.reach_km
    law = Presenter.adult_on, Presenter.may_present_from, Presenter.suspended_at.is_not(None) | takes_nothing_new()
    return (
        select(who, Presenter.kind, *living, skilled, speaks, *known, *law)
        .select_from(Presenter)
        .join(Municipality, Municipality.id == Presenter.home_id)
        .outerjoin(PresenterSkill, topic)
        .outerjoin(PresenterLanguage, spoken)
    )


def _texts_of() -> list[ScalarSelect[str]]:
    """Of a presenter: weekly hours, days that differ (1: available after all), good vettings, and consents that reach
    the town where she would come.
    """
    first: Any = bindparam("first")
    last: Any = bindparam("last")
    now: Any = bindparam("now")
    week, away, vetting, consent = AvailableHours, AvailabilityException, Vetting, GuardianConsent
    said = case((away.available.is_(True), "1"), else_="0")
    own = (week.presenter_id, away.presenter_id, vetting.presenter_id, consent.presenter_id)
    columns = (
        (week.weekday, week.from_local, week.until_local),
        (away.first_day, away.last_day, said),
        (vetting.checked_on, vetting.valid_until, literal("-")),
        (consent.given_on, consent.valid_until, literal("-")),
    )
    good = (
        (),
        (away.last_day >= first, away.first_day <= last),
        (vetting.valid_until >= first, vetting.checked_on <= last, *good_vettings()),
        (
            *(consent.valid_until >= first, consent.given_on <= last, *consents_to_more(now)),
            reaches(Presenter.home_id, bindparam("town")),
        ),
    )
    return [
        _joined(*of).where(who == Presenter.id, *wanted).scalar_subquery()
        for who, of, wanted in zip(own, columns, good, strict=True)
    ]


def _joined(*columns: Any) -> Select[Any]:
    one, two, three = (cast(column, String) for column in columns)
    texts = select(func.aggregate_strings(one + literal(" ") + two + literal(" ") + three, COMMA))
    return texts.correlate(Presenter)


# --- What is read of the answers ---


def _nearest_of(rows: Iterable[Any], topic: Topic, language: TeachingLanguage, most: int) -> KnownPeople:
    common, *known = sorted(rows, key=itemgetter(0))
    hours, differs = common[HOURS : HOURS + 2]
    found = _seekers(known, topic, language)
    kinds = Counter(one.kind for one in found)
    cut = frozenset(kind for kind, number in kinds.items() if number >= most)
    spans = tuple(Days(*span) for *span, _said in _parts(differs))
    return KnownPeople(found, Others(cut, _hours_in(hours or ""), spans))


def _seekers(rows: Iterable[Any], of: Topic, spoken_there: TeachingLanguage) -> tuple[Seeker, ...]:
    """What hangs on somebody stands in one text each: of a thousand people many have the same hours, so that a text is
    read once.
    """
    topic, language, point = (of,), (spoken_there,), cache(Point)  # many live in one town
    return tuple(
        Seeker(
            one,
            kind,
            UnderLaw(*of_law),
            point(lat, lon),
            topic if skills else (),
            language if spoken else (),
            _hours_in(hours or ""),
            tuple(ExceptionRow(0, first, last, said == "1") for first, last, said in _parts(differs)),
            tuple(Days(first, last) for first, last, _said in _parts(vetted)),
            tuple(Days(first, last) for first, last, _said in _parts(agreed)),
            reach_km=reach_km,
        )
        for one, kind, lat, lon, reach_km, skills, spoken, hours, differs, vetted, agreed, *of_law in rows
    )


@lru_cache(maxsize=1024)  # of the texts, which are what they say
def _hours_in(text: str) -> tuple[Hours, ...]:
    found = (part.split() for part in text.split(",") if part)
    hours = (Hours(int(day), dt.time.fromisoformat(since), dt.time.fromisoformat(until)) for day, since, until in found)
    return tuple(sorted(hours, key=lambda row: (row.weekday, row.from_local)))


def _parts(text: str | None) -> Iterator[tuple[dt.date, dt.date, str]]:
    """First day, last day, and what is said of them."""
    for part in sorted(text.split(",")) if text else ():
        first, last, said = part.split()
        yield dt.date.fromisoformat(first), dt.date.fromisoformat(last), said
