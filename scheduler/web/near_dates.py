"""Next free dates near the visitor: the place that was chosen last, and its dates, kept for some minutes.

The front page is asked most of all, so it asks the calendar itself at most once: of what is older than ten minutes one
answer is asked anew, the others are shown once more. Only the first visitor after the start, or after midnight, waits
for all.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import current_app, session

from scheduler.booking.queries.free_dates import AskedPlace, free_dates
from scheduler.booking.rules.holds import main_audience
from scheduler.booking.terms.free_dates import FreeDates, FreeWish
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.core.language import pick
from scheduler.people.terms import TeachingLanguage
from scheduler.places import queries as place_queries
from scheduler.places.terms.hosts import HostRow, MunicipalityRow
from scheduler.programmes.terms import Audience, ProgrammeRow
from scheduler.requests.queries.hours import OpenSchool

CITIES = ("Београд", "Нови Сад", "Ниш")  # shown to who has chosen no place
CENTRE_OF_BELGRADE = "Стари град"  # of its seventeen municipalities
DATES_KEPT_FOR = dt.timedelta(minutes=10)
MOST_KEPT = 500  # places; more than are asked for in a day


@dataclass(frozen=True)
class NearDates:
    """A place, and on which of the next days somebody can come there."""

    place: HostRow | MunicipalityRow
    answer: FreeDates

    @property
    def host_id(self) -> int | None:
        return self.place.id if isinstance(self.place, HostRow) else None

    def name(self, language: str) -> str:
        return pick(language, self.place.name_sr_cyrl, self.place.name_sr_latn)

    def city(self, language: str) -> str:
        """Of a municipality that stands for its whole city."""
        if isinstance(self.place, HostRow):
            return self.name(language)
        return pick(language, self.place.city_sr_cyrl, self.place.city_sr_latn)


def remember(*, host: int | None = None, town: int | None = None) -> None:
    """The visitor named a place: the front page shows what is free there, as long as the browser stays open."""
    session["near"] = ["host", host] if host is not None else ["town", town]


def own_town() -> str:
    """The number of the municipality that the visitor named, or in which her school is; empty before."""
    kind, number = session.get("near") or ("", 0)
    if kind != "host":
        return str(number or "")
    with suppress(NotFound):
        town = place_queries.host_of(number).municipality
        return str(town.id) if town else ""
    return ""


def usual_programme(programmes: Sequence[ProgrammeRow]) -> ProgrammeRow | None:
    """The one of which dates are shown to who has chosen none: the first for pupils."""
    return next((one for one in programmes if Audience.PUPILS in one.audiences), None)


def next_dates(programme: ProgrammeRow) -> tuple[list[NearDates], bool]:
    """The place that the visitor chose, else the largest cities; and whether it was chosen."""
    kept = _Kept(programme, clock.now())
    chosen = session.get("near")
    if chosen:
        try:
            return [kept.near(*chosen)], True
        except NotFound:
            session.pop("near")
    return city_dates(programme, kept), False


def city_dates(programme: ProgrammeRow, kept: "_Kept | None" = None) -> list[NearDates]:
    """The largest cities, whoever asks: no session is looked at."""
    kept = kept or _Kept(programme, clock.now())
    return [kept.near("town", town.id) for town in kept.cities()]


def asked_of(programme: ProgrammeRow, language: TeachingLanguage, **where: Any) -> FreeWish:
    """What the open pages ask of the calendar: the first audience that the programme is for."""
    main = main_audience(programme.audiences)
    return FreeWish(programme.id, language, main, **where)


def place_of(programme: ProgrammeRow, place: HostRow | MunicipalityRow) -> AskedPlace:
    """What the page knows already of a host, or of a municipality and any school in it, the calendar asks not again."""
    if isinstance(place, HostRow):
        return AskedPlace(programme, OpenSchool(place), place.municipality)
    return AskedPlace(programme, None, place)


def _cities() -> list[MunicipalityRow]:
    rows = sorted(place_queries.municipalities(), key=lambda row: row.name_sr_cyrl == CENTRE_OF_BELGRADE)
    of_city = {row.city_sr_cyrl: row for row in rows}
    return [of_city[city] for city in CITIES if city in of_city]


def _municipality(number: int) -> MunicipalityRow:
    found = next((row for row in place_queries.municipalities() if row.id == number), None)
    if found is None:
        raise NotFound("municipality")
    return found


class _Kept:
    """What this process remembers for some minutes; of what is old, one is asked anew."""

    def __init__(self, programme: ProgrammeRow, now: dt.datetime) -> None:
        self.programme, self.now, self.may_renew = programme, now, True
        self.rows: dict[Any, tuple[dt.datetime, Any]] = current_app.extensions.setdefault("near", {})

    def cities(self) -> list[MunicipalityRow]:
        found: list[MunicipalityRow] = self._kept("cities", _cities)
        return found

    def near(self, kind: str, number: int) -> NearDates:
        """Raises: NotFound."""
        found: NearDates = self._kept((self.programme, kind, number), lambda: self._asked(kind, number))
        return found

    def _asked(self, kind: str, number: int) -> NearDates:
        host = kind == "host"
        place = place_queries.host_of(number) if host else _municipality(number)
        where = {"host_id": number} if host else {"municipality_id": number}
        wish = asked_of(self.programme, TeachingLanguage.SERBIAN, **where)
        return NearDates(place, free_dates(wish, now=self.now, place=place_of(self.programme, place)))

    def _kept(self, what: Any, ask: Callable[[], Any]) -> Any:
        key = (what, clock.local_day(self.now))
        kept = self.rows.get(key)
        old = kept is not None and not dt.timedelta(0) <= self.now - kept[0] < DATES_KEPT_FOR
        if kept is None or (old and self.may_renew):
            self.may_renew = self.may_renew and not old
            if len(self.rows) >= MOST_KEPT:
                self.rows.clear()
            kept = self.rows[key] = (self.now, ask())
        return kept[1]
