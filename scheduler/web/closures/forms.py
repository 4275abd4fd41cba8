"""Forms of closures: which days and where, and from which day it is open again."""

import datetime as dt
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import cast

from flask import request
from wtforms import FieldList, HiddenField, SelectField
from wtforms.fields import SelectChoice

from scheduler.core.alphabet import alphabet_key
from scheduler.places import queries
from scheduler.places.terms.hosts import ClosureDraft, ClosureReason, Extent, SchoolCalendar
from scheduler.web.forms import BaseForm, DayField, Needed, TextField, number_of
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.labels import REASONS
from scheduler.web.seen_forms import UntilForm

NOTE = 200
PLACES_OF_A_CLOSURE = 20  # of one closure; a wider one names its district
COUNTRY = "country"


class ClosureForm(BaseForm):
    """Days on which hosts are shut, in one place or several. `seen` are the visits that the preview showed."""

    places = FieldList(SelectField(_l("Where")), min_entries=1, max_entries=PLACES_OF_A_CLOSURE)
    first_day = DayField(_l("First day"), [Needed()])
    last_day = DayField(_l("Last day"), [Needed()])
    reason = SelectField(_l("Reason"), choices=[SelectChoice(one.value, words) for one, words in REASONS.items()])
    note = TextField(_l("In your words"), limit=NOTE)
    seen = HiddenField()

    def __init__(self, *args: object, **given: object) -> None:
        super().__init__(*args, **given)
        if "more" in request.form and len(self.places) < PLACES_OF_A_CLOSURE:
            self.places.append_entry()
        choices = _places()
        for number, place in enumerate(self.places, start=1):
            place.choices = choices
            if number > 1:
                place.label.text = _("Place %(number)s", number=number)
        self.places[0].validators = [Needed()]

    def chosen(self) -> list[str]:
        """The places that were chosen, in words."""
        chosen = [place.data for place in self.places]
        return [str(one.label) for one in self.places[0].choices if one.value and one.value in chosen]

    def draft(self) -> ClosureDraft:
        """What the form says; call after `accepted()`."""
        return ClosureDraft(
            extents=tuple(map(extent_of, filter(None, (place.data for place in self.places)))),
            first_day=cast(dt.date, self.first_day.data),
            last_day=cast(dt.date, self.last_day.data),
            reason=ClosureReason(self.reason.data),
            note=self.note.data or "",
        )


class LiftForm(BaseForm):
    """Open again earlier than was said."""

    open_from = DayField(_l("Open again from"), [Needed()])


class NewDaysForm(UntilForm):
    """Stopped visits that get one of the proposed days, all asked until one moment: "day-12" is "2026-12-10"."""

    def chosen(self, sent: Mapping[str, str], stopped: Collection[int]) -> list[tuple[int, dt.date]]:
        """The stopped visits with the days that were pressed; whatever is none is nobody's choice."""
        found = []
        for one in stopped:
            with suppress(ValueError):
                found.append((one, dt.date.fromisoformat(sent.get(f"day-{one}", ""))))
        return found


class SeenVisitsForm(BaseForm):
    """A press after a preview: the visits that it showed."""

    seen = HiddenField()


def seen_ids(typed: object) -> frozenset[int]:
    """The visits that a preview showed, as its hidden field says it."""
    numbers = map(number_of, str(typed or "").split(","))
    return frozenset(one for one in numbers if one is not None)


def extent_of(value: str) -> Extent:
    """What a choice of `places` means: "country", "calendar-vojvodina", "district-3", "municipality-12"."""
    kind, _dash, key = value.partition("-")
    if kind == "calendar":
        return Extent(calendar=SchoolCalendar(key))
    if kind == "district":
        return Extent(district_id=int(key))
    return Extent(municipality_id=int(key)) if kind == "municipality" else Extent()


def _places() -> list[SelectChoice]:
    language = page_language()
    wide, districts, towns = _("Country and regions"), _("Districts"), _("Municipalities")
    rows = [
        SelectChoice("", _("Choose…")),
        SelectChoice(COUNTRY, _("The whole country"), optgroup=wide),
        SelectChoice("calendar-vojvodina", _("Vojvodina"), optgroup=wide),
        SelectChoice("calendar-republic", _("Everything outside Vojvodina"), optgroup=wide),
    ]
    for one in queries.districts(language):
        rows.append(SelectChoice(f"district-{one.id}", one.name(language), optgroup=districts))
    for town in sorted(queries.municipalities(), key=lambda town: alphabet_key(town.name(language))):
        rows.append(SelectChoice(f"municipality-{town.id}", town.name(language), optgroup=towns))
    return rows
