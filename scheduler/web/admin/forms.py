"""Forms of the administrator."""

from collections.abc import Mapping

from babel.support import LazyProxy
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice

from scheduler.people.terms import CentreChange
from scheduler.places.terms import CalendarDraft, HolidayDraft, SchoolCalendar
from scheduler.web.admin.words import APPLIES, CALENDARS, SPANS
from scheduler.web.forms import SHORT_TEXT, BaseForm, DayField, EmailField, Needed, TextField
from scheduler.web.i18n import _l


def choices_of(words: Mapping[str, LazyProxy]) -> list[SelectChoice]:
    """The choices of a field, from the table that words them."""
    return [SelectChoice(str(value), word) for value, word in words.items()]


class PressForm(BaseForm):
    """Nothing to type: one button."""


class CentreForm(BaseForm):
    name_sr_cyrl = TextField(_l("Name in Cyrillic letters"), [Needed()])
    name_sr_latn = TextField(_l("Name in Latin letters"), [Needed()])
    name_en = TextField(_l("Name in English"))
    place_sr_cyrl = TextField(_l("Town in Cyrillic letters"))
    place_sr_latn = TextField(_l("Town in Latin letters"))
    email = EmailField(_l("Contact address"))
    phone = TextField(_l("Phone number"), limit=40)
    signatory = TextField(_l("Who signs certificates"))

    def change(self) -> CentreChange:
        """What the form says; call after `accepted()`."""
        return CentreChange(**{name: self[name].data or "" for name in CentreChange.__dataclass_fields__})


class HolidayForm(BaseForm):
    day = DayField(_l("Day"), [Needed()])
    name = TextField(_l("Name, in Cyrillic letters if you can"), [Needed()], limit=SHORT_TEXT)
    name_en = TextField(_l("Name in English"), limit=SHORT_TEXT)
    no_lessons = BooleanField(_l("Schools have no lessons on this day"), default=True)

    def draft(self) -> HolidayDraft:
        """What the form says; call after `accepted()`."""
        return HolidayDraft(self.day.data, self.name.data, self.name_en.data or "", self.no_lessons.data)


class CalendarForm(BaseForm):
    calendar = SelectField(_l("School calendar"), coerce=SchoolCalendar, choices=choices_of(CALENDARS))
    kind = SelectField(_l("What it is"), choices=choices_of(SPANS))
    first_day = DayField(_l("First day"), [Needed()])
    last_day = DayField(_l("Last day"), [Needed()])
    applies_to = SelectField(_l("For whom"), choices=choices_of(APPLIES))

    def draft(self) -> CalendarDraft:
        """What the form says; call after `accepted()`."""
        return CalendarDraft(
            self.calendar.data, self.kind.data, self.first_day.data, self.last_day.data, self.applies_to.data
        )


class RegisterForm(BaseForm):
    file = FileField(_l("CSV file of the register"), render_kw={"accept": ".csv,text/csv,text/plain"})
