"""Forms of the administrator."""

from typing import Any

from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice

from scheduler.people.terms import AnswersTo, CentreChange, Topic
from scheduler.places.terms.hosts import CalendarDraft, HolidayDraft, SchoolCalendar
from scheduler.programmes.terms import Audience, Booking, ProgrammeDraft, ProgrammeKind, SchoolLevel
from scheduler.web.admin.words import (
    ANSWERS_TO,
    APPLIES,
    BOOKINGS,
    CALENDARS,
    PROGRAMME_KINDS,
    PROGRAMME_LEVELS,
    SPANS,
)
from scheduler.web.forms import (
    SHORT_TEXT,
    BaseForm,
    CountField,
    DayField,
    EmailField,
    LinesField,
    ManyField,
    NameField,
    Needed,
    PhoneField,
    TextField,
    UploadField,
    choices_of,
)
from scheduler.web.i18n import _l
from scheduler.web.labels import AUDIENCES, SCHOOL_WEEKDAYS, TOPICS

TEXTS = tuple(
    f"{name}_{end}"
    for name in ("name", "summary", "about", "for_whom", "needs", "who_comes", "questions")
    for end in ("sr_cyrl", "en")
)


LONGEST_CALENDAR = 200_000  # letters: a calendar of both regions has about 2,000


NUMBERS = ("minutes", "group_size", "educators", "influencers", "set_up_minutes", "notice_days")


class CentreForm(BaseForm):
    name_sr_cyrl = NameField(_l("Name in Cyrillic letters"), [Needed()])
    name_sr_latn = NameField(_l("Name in Latin letters"), [Needed()])
    name_en = NameField(_l("Name in English"))
    place_sr_cyrl = NameField(_l("Town in Cyrillic letters"))
    place_sr_latn = NameField(_l("Town in Latin letters"))
    email = EmailField(_l("Contact address"))
    phone = PhoneField(_l("Phone number"))
    answers_to = SelectField(_l("Who gets answers to mails"), coerce=AnswersTo, choices=choices_of(ANSWERS_TO))
    signatory = NameField(_l("Who signs certificates"))
    signatory_duty_sr_cyrl = TextField(_l("Duty in Serbian, Cyrillic letters"), limit=100)
    signatory_duty_en = TextField(_l("Duty in English"), limit=100)
    site = TextField(_l("The centre's own website"), limit=SHORT_TEXT)

    def change(self) -> CentreChange:
        """What the form says; call after `accepted()`."""
        said: dict[str, Any] = {name: self[name].data or "" for name in CentreChange.__dataclass_fields__}
        return CentreChange(**said)


class PersonForm(BaseForm):
    email = EmailField(_l("E-mail address of the person"), [Needed()])


class HolidayForm(BaseForm):
    day = DayField(_l("Day"), [Needed()])
    name = NameField(_l("Name, in Cyrillic letters if you can"), [Needed()], limit=SHORT_TEXT)
    name_en = NameField(_l("Name in English"), limit=SHORT_TEXT)
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
    timetable_of = SelectField(
        _l("Follows the timetable of"),
        choices=[SelectChoice("", "–"), *(SelectChoice(str(day), word) for day, word in enumerate(SCHOOL_WEEKDAYS))],
        default="",
    )

    def draft(self) -> CalendarDraft:
        """What the form says; call after `accepted()`."""
        return CalendarDraft(
            self.calendar.data,
            self.kind.data,
            self.first_day.data,
            self.last_day.data,
            self.applies_to.data,
            int(self.timetable_of.data) if self.timetable_of.data else None,
        )


class ProgrammeForm(BaseForm):
    name_sr_cyrl = NameField(_l("Name in Serbian, Cyrillic letters"), [Needed()], limit=120)
    name_en = NameField(_l("Name in English"), limit=120)
    summary_sr_cyrl = LinesField(_l("Short text in Serbian, Cyrillic letters"), [Needed()], limit=600)
    summary_en = LinesField(_l("Short text in English"), limit=600)
    about_sr_cyrl = LinesField(_l("Long text in Serbian, Cyrillic letters"), limit=4000)
    about_en = LinesField(_l("Long text in English"), limit=4000)
    for_whom_sr_cyrl = LinesField(_l("For whom it is, in Serbian, Cyrillic letters"), limit=1000)
    for_whom_en = LinesField(_l("For whom it is, in English"), limit=1000)
    needs_sr_cyrl = LinesField(_l("What the host provides, in Serbian, Cyrillic letters"), limit=1000)
    needs_en = LinesField(_l("What the host provides, in English"), limit=1000)
    who_comes_sr_cyrl = LinesField(_l("Who comes, in Serbian, Cyrillic letters"), limit=600)
    who_comes_en = LinesField(_l("Who comes, in English"), limit=600)
    questions_sr_cyrl = LinesField(_l("Three questions and answers, in Serbian, Cyrillic letters"), limit=2000)
    questions_en = LinesField(_l("Three questions and answers, in English"), limit=2000)
    kind = SelectField(_l("Kind"), coerce=ProgrammeKind, choices=choices_of(PROGRAMME_KINDS))
    topic = SelectField(_l("Topic"), coerce=Topic, choices=choices_of(TOPICS))
    audiences = ManyField(_l("For whom"), [Needed()], coerce=Audience, choices=choices_of(AUDIENCES))
    level = SelectField(
        _l("For pupils of"), coerce=SchoolLevel, choices=choices_of(PROGRAMME_LEVELS), default=SchoolLevel.NONE.value
    )
    booking = SelectField(
        _l("How a date is found"), coerce=Booking, choices=choices_of(BOOKINGS), default=Booking.ASK.value
    )
    minutes = CountField(_l("Minutes of one presentation"), [Needed()], most=480, default=45)
    group_size = CountField(_l("People in one presentation, at most"), [Needed()], most=1000, default=60)
    educators = CountField(_l("Educators in one presentation, at least"), [Needed()], most=9, default=1)
    influencers = CountField(_l("Youth influencers in one presentation, at least"), [Needed()], most=9, default=0)
    set_up_minutes = CountField(_l("Minutes to set up"), [Needed()], most=120, default=15)
    notice_days = CountField(_l("Days of notice that you need"), [Needed()], most=365, default=14)
    catalogue_number = TextField(_l("Number in the catalogue of trainings"), limit=40)
    catalogue_hours = CountField(_l("Hours that the catalogue grants"), most=100, default=0)

    def draft(self) -> ProgrammeDraft:
        """What the form says; call after `accepted()`."""
        said: dict[str, Any] = {name: self[name].data or "" for name in TEXTS}
        said |= {name: self[name].data for name in NUMBERS}
        said |= {
            "catalogue_number": self.catalogue_number.data or "",
            "catalogue_hours": self.catalogue_hours.data or 0,
        }
        said |= {"booking": self.booking.data, "level": self.level.data, "audiences": tuple(self.audiences.data)}
        return ProgrammeDraft(self.kind.data, self.topic.data, **said)


class RegisterForm(BaseForm):
    file = UploadField(_l("CSV or XLSX file"), render_kw={"accept": ".csv,.xlsx,text/csv,text/plain"})


class CalendarFileForm(BaseForm):
    """A school calendar as a file; what was read stays in the text, so that it can be checked and then stored."""

    file = UploadField(_l("CSV file"), render_kw={"accept": ".csv,text/csv,text/plain"})
    text = LinesField(_l("Or its text"), limit=LONGEST_CALENDAR)

    def content(self) -> bytes:
        """The chosen file, else the text; the text shows what was read."""
        given: bytes = self.file.data.read() if self.file.data else b""
        return given or (self.text.data or "").encode()
