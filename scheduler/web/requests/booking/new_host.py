"""The form of a host that the register does not hold: in Serbia by its municipality, abroad by country and address."""

from typing import Any

from wtforms import Field
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.countries import HERE, clock_name, clocks_of, countries
from scheduler.places.terms.hosts import HostDraft, HostKind
from scheduler.web.forms import BaseForm, NameField, Needed, TextField, choices_of
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.labels import TYPED_KINDS
from scheduler.web.option_lists import SelectField

FEW_LETTERS = 80


class NeededHere:
    """Asked for in Serbia; abroad nobody has one."""

    def __call__(self, form: Any, field: Field) -> None:
        if form.is_here():
            Needed()(form, field)


class NeededOfSeveral:
    """Asked for where a country has several clocks."""

    def __call__(self, form: Any, field: Field) -> None:
        if len(field.choices) > 1 and not field.data:
            raise ValidationError(_("Choose the town whose clock the school has: this country has several."))


class NewHostForm(BaseForm):
    """A host that the register does not hold."""

    country = SelectField(_l("Country"), default=HERE)
    name = NameField(_l("Name of the school or institution"), [Needed()], limit=150)
    kind = SelectField(_l("What it is"), choices=choices_of(TYPED_KINDS), default=HostKind.PRIMARY.value)
    place = NameField(_l("Place"), [Needed()], limit=FEW_LETTERS)
    municipality = SelectField(_l("Municipality"), [NeededHere()])
    zone = SelectField(_l("Clock"), [NeededOfSeveral()], default="")
    address = TextField(_l("Street and number"), limit=150)

    def furnish(self, municipalities: list[SelectChoice]) -> None:
        """Give its lists what they hold; the clocks follow from the country."""
        language = page_language()
        self.country.choices = [SelectChoice(code, name) for code, name in countries(language, settings().countries)]
        self.municipality.choices = municipalities
        several = self._clocks() if len(self._clocks()) > 1 else ()
        self.zone.choices = [SelectChoice("", _("Choose") if several else "")]
        self.zone.choices += [SelectChoice(zone, clock_name(zone, language)) for zone in several]
        if self.zone.data not in several:
            self.zone.data = ""

    def is_here(self) -> bool:
        return str(self.country.data or HERE) == HERE

    def asks_clock(self) -> bool:
        return len(self.zone.choices) > 1

    def draft(self) -> HostDraft:
        """What the form says; abroad the country stands in the address, and no municipality counts."""
        here = self.is_here()
        address = self.address.data or ""
        if not here:
            address = ", ".join(
                filter(None, (address, dict(countries("sr_Cyrl", settings().countries)).get(self.country.data, "")))
            )
        given = {} if here else {"zone": self.zone.data or next(iter(self._clocks()), clock.BELGRADE)}
        return HostDraft(
            kind=HostKind(self.kind.data),
            name=self.name.data,
            place=self.place.data,
            address=address,
            municipality_id=int(self.municipality.data) if here else None,
            **given,
        )

    def _clocks(self) -> tuple[str, ...]:
        return () if self.is_here() else clocks_of(str(self.country.data), clock.now().year)
