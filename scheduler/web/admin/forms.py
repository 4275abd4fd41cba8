"""Forms of the administrator."""

from flask_wtf.file import FileField
from wtforms import BooleanField

from scheduler.people.terms import CentreChange
from scheduler.places.terms import HolidayDraft
from scheduler.web.forms import SHORT_TEXT, BaseForm, DayField, EmailField, Needed, TextField
from scheduler.web.i18n import _l


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


class RegisterForm(BaseForm):
    file = FileField(_l("CSV file of the register"), render_kw={"accept": ".csv,text/csv,text/plain"})
