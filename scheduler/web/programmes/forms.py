"""The form of a campaign."""

from functools import cached_property
from typing import Any, cast

from wtforms import Form, FormField, SelectField, SubmitField
from wtforms.fields import SelectChoice

from scheduler.core.alphabet import alphabet_key
from scheduler.core.errors import GroundReason
from scheduler.core.language import pick
from scheduler.core.text import fold
from scheduler.places.queries import municipalities
from scheduler.programmes.queries import programmes_of
from scheduler.programmes.terms import Audience, CampaignDraft
from scheduler.web.forms import CountField, DayField, LinesField, ManyField, NameField, Needed, TextField, number_of
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.list_forms import ListedForm, RowsField
from scheduler.web.people_choice import ChoosesPeople
from scheduler.web.reasons import worded

MOST_PUPILS = 1_000_000
CITY_ROWS, MORE_ROWS = 4, 4
TEXTS = tuple(
    f"{name}_{end}"
    for name in ("name", "summary", "about", "certificate_title", "certificate_text")
    for end in ("sr_cyrl", "en")
)


class CityFields(Form):  # type: ignore[misc]
    """One city of a campaign, and how many pupils it is to reach there."""

    town = TextField(_l("City or municipality"), limit=60, render_kw={"list": "towns", "autocomplete": "off"})
    pupils = CountField(_l("Pupils meant"), most=MOST_PUPILS)


class CampaignForm(ChoosesPeople, ListedForm):
    """What a campaign is: its words, days, cities, targets, crew and certificate."""

    name_sr_cyrl = NameField(_l("Name in Serbian, Cyrillic letters"), [Needed()], limit=120)
    name_en = NameField(_l("Name in English"), limit=120)
    summary_sr_cyrl = LinesField(_l("Short text in Serbian, Cyrillic letters"), [Needed()], limit=600)
    summary_en = LinesField(_l("Short text in English"), limit=600)
    about_sr_cyrl = LinesField(_l("Long text in Serbian, Cyrillic letters"), limit=4000)
    about_en = LinesField(_l("Long text in English"), limit=4000)
    programme = SelectField(_l("Programme"), [Needed()])
    first_day = DayField(_l("First day"), [Needed()])
    last_day = DayField(_l("Last day"), [Needed()])
    cities = RowsField(FormField(CityFields))
    more = SubmitField(_l("Add cities"))
    pupils = CountField(_l("Pupils meant in all"), most=MOST_PUPILS)
    parents = CountField(_l("Parents meant"), most=MOST_PUPILS)
    teachers = CountField(_l("Teachers meant"), most=MOST_PUPILS)
    others = CountField(_l("Others meant"), most=MOST_PUPILS)
    crew = ManyField(_l("Crew"))
    certificate_title_sr_cyrl = NameField(_l("Title of its certificate, in Serbian, Cyrillic letters"), limit=60)
    certificate_title_en = NameField(_l("Title of its certificate, in English"), limit=60)
    certificate_text_sr_cyrl = LinesField(_l("Text of its certificate, in Serbian, Cyrillic letters"), limit=300)
    certificate_text_en = LinesField(_l("Text of its certificate, in English"), limit=300)
    posts_at = TextField(_l("Where its posts are"), limit=300, render_kw={"type": "url"})

    @classmethod
    def of(cls, centre_id: int, draft: CampaignDraft | None = None) -> "CampaignForm":
        """A fresh campaign of a centre, or one as it is now. Its programme is chosen once."""
        form = cls(data=_said(draft)) if draft is not None else cls()
        programmes = [
            SelectChoice(str(one.id), one.name(page_language()))
            for one in programmes_of(centre_id)
            if draft is None or one.id == draft.programme_id
        ]
        form.programme.choices = programmes if draft is not None else [SelectChoice("", _("Choose…")), *programmes]
        form.offer_people(form.crew, draft.crew if draft is not None else (), minors_by_given_name=True)
        if not form.is_submitted():
            form.add_rows()
        return form

    @cached_property
    def _towns(self) -> dict[str, int]:
        return {fold(name): one.id for one in municipalities() for name in (one.name_sr_cyrl, one.name_sr_latn)}

    def add_rows(self) -> None:
        """Empty lines after those that are filled."""
        empty = sum(not row.form.town.data for row in self.cities)
        for _place in range(max(0, (CITY_ROWS if len(self.cities) < CITY_ROWS else MORE_ROWS) - empty)):
            self.cities.append_entry()

    def town_names(self) -> list[str]:
        """What can be typed for a city, in the script of the page."""
        names = (pick(page_language(), one.name_sr_cyrl, one.name_sr_latn) for one in municipalities())
        return sorted(names, key=alphabet_key)

    def validate(self, *given: Any, **more: Any) -> bool:
        """Also whether each city is one."""
        right = super().validate(*given, **more)
        for row in self.cities:
            typed = fold(row.form.town.data or "")
            wrong = typed not in self._towns if typed else bool(row.form.pupils.data)
            if wrong:
                row.form.town.errors = [worded(GroundReason.UNKNOWN if typed else GroundReason.MISSING)]
                right = False
        return bool(right)

    def draft(self) -> CampaignDraft:
        """What the form says; call after `accepted()`."""
        towns = [(self._towns.get(fold(row.form.town.data or "")), row.form.pupils.data or 0) for row in self.cities]
        return CampaignDraft(
            programme_id=number_of(self.programme.data) or 0,
            first_day=cast(Any, self.first_day.data),
            last_day=cast(Any, self.last_day.data),
            cities=tuple((town, pupils) for town, pupils in towns if town is not None),
            targets=tuple((one, self[one.value].data) for one in Audience if self[one.value].data),
            crew=tuple(int(one) for one in self.crew.data or ()),
            posts_at=self.posts_at.data or "",
            **{name: self[name].data or "" for name in TEXTS},
        )


def _said(draft: CampaignDraft) -> dict[str, Any]:
    language = page_language()
    names = {one.id: pick(language, one.name_sr_cyrl, one.name_sr_latn) for one in municipalities()}
    return {
        **{name: getattr(draft, name) for name in (*TEXTS, "first_day", "last_day", "posts_at")},
        **{audience.value: people for audience, people in draft.targets},
        "programme": str(draft.programme_id),
        "crew": [str(one) for one in draft.crew],
        "cities": [{"town": names[town], "pupils": pupils} for town, pupils in draft.cities],
    }
