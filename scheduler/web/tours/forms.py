"""What a tour is wanted for: its cities, days, shifts, crew and nights."""

import datetime as dt
from collections import Counter
from functools import cached_property
from typing import Any, cast

from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice

from scheduler.booking.rules.days_that_suit import HORIZON_DAYS
from scheduler.core.alphabet import alphabet_key
from scheduler.core.errors import GroundReason
from scheduler.core.language import pick
from scheduler.core.text import fold
from scheduler.people.queries import presenters_of
from scheduler.people.terms import PresenterKind
from scheduler.places.queries import municipalities
from scheduler.planning.terms import MOST_TOUR_CITIES
from scheduler.programmes.queries import campaign_crew, campaign_draft, programme_page
from scheduler.programmes.terms import CampaignRow
from scheduler.tours.queries import largest_not_visited
from scheduler.tours.terms import (
    MOST_NIGHT_KM,
    MOST_OF_A_SHIFT,
    USUAL_NIGHT_KM,
    CrewMode,
    TourDraft,
    TourReason,
)
from scheduler.web.forms import BaseForm, CountField, DayField, ManyField, Needed, TextField, number_of
from scheduler.web.i18n import _, _l, page_language, spelled_here
from scheduler.web.plan_words import CREW_MODES
from scheduler.web.reasons import worded

A_WEEK = dt.timedelta(days=7)
CITIES_A_WEEK = 3


class TourForm(BaseForm):
    """A tour that is wanted."""

    cities = ManyField(_l("Cities"))
    more = TextField(
        _l("Add cities"), limit=600, render_kw={"list": "towns", "autocomplete": "off"}
    )  # names with commas between
    largest = CountField(_l("So many of the largest cities that it has not visited this year"), most=MOST_TOUR_CITIES)
    first_day = DayField(_l("First day"), [Needed()])
    last_day = DayField(_l("Last day"), [Needed()])
    start = SelectField(_l("Begins and ends in"))
    mornings = CountField(_l("Presentations in the morning shift"), most=MOST_OF_A_SHIFT)
    afternoons = CountField(_l("Presentations in the afternoon shift"), most=MOST_OF_A_SHIFT)
    mode = SelectField(_l("Who travels"))
    people = ManyField(_l("Educators"))
    nights = BooleanField(_l("Nights away are possible"))
    night_km = CountField(_l("A night away is worth so many kilometres"), most=MOST_NIGHT_KM)

    @classmethod
    def of(cls, campaign: CampaignRow, today: dt.date) -> "TourForm":
        """A tour through the cities of a campaign, by its crew: everything as it is usual, to be changed."""
        educators = [one for one in presenters_of(campaign.centre_id) if one.kind is PresenterKind.EDUCATOR]
        members, draft = campaign_crew(campaign.id), campaign_draft(campaign.centre_id, campaign.slug)
        crew = [one for one in educators if one.presenter_id in members]
        first, last = _usual_days(today, programme_page(campaign.programme_slug).notice_days, len(draft.cities))
        homes = Counter(one.home_id for one in crew or educators).most_common(1)
        form = cls(
            data={
                "cities": [str(town) for town, _pupils in draft.cities],
                "largest": 0,
                "first_day": first,
                "last_day": last,
                "start": str(homes[0][0]) if homes else "",
                "mornings": 1,
                "afternoons": 0,
                "mode": (CrewMode.FIXED if crew else CrewMode.ROTATING).value,
                "people": [str(one.presenter_id) for one in crew],
                "nights": True,
                "night_km": USUAL_NIGHT_KM,
            }
        )
        language = page_language()
        towns = {one.id: one.name(language) for one in form._municipalities}
        cities = {one.id: pick(language, one.city_sr_cyrl, one.city_sr_latn) for one in form._municipalities}
        form.cities.choices = [SelectChoice(str(town), cities[town]) for town, _pupils in draft.cities]
        by_name = sorted(towns.items(), key=lambda one: alphabet_key(one[1]))
        form.start.choices = [
            SelectChoice("", _("Choose…")),
            *(SelectChoice(str(town), name) for town, name in by_name),
        ]
        form.mode.choices = [SelectChoice(mode.value, words) for mode, words in CREW_MODES.items()]
        form.people.choices = [SelectChoice(str(one.presenter_id), spelled_here(one.full_name)) for one in educators]
        return form

    @cached_property
    def _municipalities(self) -> list[Any]:
        return municipalities()

    def town_names(self) -> list[str]:
        """What can be typed for a city, in the script of the page."""
        names = (pick(page_language(), one.name_sr_cyrl, one.name_sr_latn) for one in self._municipalities)
        return sorted(names, key=alphabet_key)

    @cached_property
    def _typed(self) -> list[int | None]:
        known = {fold(name): one.id for one in self._municipalities for name in (one.name_sr_cyrl, one.name_sr_latn)}
        return [known.get(fold(name)) for name in (self.more.data or "").split(",") if fold(name)]

    def validate(self, *given: Any, **more: Any) -> bool:
        """Also whether each city that was typed is one."""
        right = super().validate(*given, **more)
        if None in self._typed:
            self.more.errors = [*self.more.errors, worded(TourReason.CITY_NOT_KNOWN)]
            right = False
        if not self.start.data:
            self.start.errors = [*self.start.errors, worded(GroundReason.MISSING)]
            right = False
        return bool(right)

    def draft(self, campaign: CampaignRow) -> TourDraft:
        """What the form says; call after `accepted()`."""
        first = cast(dt.date, self.first_day.data)
        named = [*_numbers(self.cities.data), *(one for one in self._typed if one is not None)]
        named += largest_not_visited(campaign, first, self.largest.data or 0, named)
        return TourDraft(
            first,
            cast(dt.date, self.last_day.data),
            tuple(dict.fromkeys(named)),
            number_of(self.start.data) or 0,
            self.mornings.data or 0,
            self.afternoons.data or 0,
            CrewMode(self.mode.data),
            tuple(_numbers(self.people.data)),
            bool(self.nights.data),
            self.night_km.data or 0,
        )


def _usual_days(today: dt.date, notice: int, cities: int) -> tuple[dt.date, dt.date]:
    """From the first Monday that keeps the notice, some weeks: three cities in each."""
    soon = today + notice * dt.timedelta(days=1)
    first = soon + -soon.weekday() % 7 * dt.timedelta(days=1)
    weeks = max(1, -(-cities // CITIES_A_WEEK))
    furthest = today + (HORIZON_DAYS - 1) * dt.timedelta(days=1)
    return first, min(first + weeks * A_WEEK - 3 * dt.timedelta(days=1), furthest)


def _numbers(ticked: list[str] | None) -> list[int]:
    return [number for one in ticked or () if (number := number_of(one)) is not None]
