"""Forms of accounts, presenters and their hours."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from wtforms import BooleanField, PasswordField, RadioField, SelectField
from wtforms.fields import SelectChoice

from scheduler.core.errors import GroundReason
from scheduler.core.identity import has_identity_number
from scheduler.core.language import html_lang, languages, names_of, pick
from scheduler.core.typed_days import YearMeant
from scheduler.people import queries
from scheduler.people.rules import HALVES, NAME_LIMIT, REACHES, halves_in
from scheduler.people.terms import (
    Acceptance,
    ExceptionDraft,
    Hours,
    InvitationDraft,
    PresenterDraft,
    PresenterKind,
    SkillsDraft,
    StaffRow,
    TeachingLanguage,
    Topic,
)
from scheduler.places.queries import districts
from scheduler.policy import Role
from scheduler.web.form_reasons import FormReason
from scheduler.web.forms import (
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
    choices_of,
    number_of,
)
from scheduler.web.i18n import _l, page_language
from scheduler.web.labels import TOPICS, WEEKDAYS
from scheduler.web.plan_words import NIGHTS
from scheduler.web.reasons import worded

TEACHING_LANGUAGES = {
    TeachingLanguage.SERBIAN: _l("Serbian"),
    TeachingLanguage.HUNGARIAN: _l("Hungarian"),
    TeachingLanguage.SLOVAK: _l("Slovak"),
    TeachingLanguage.ROMANIAN: _l("Romanian"),
    TeachingLanguage.RUSYN: _l("Rusyn"),
    TeachingLanguage.CROATIAN: _l("Croatian"),
    TeachingLanguage.BOSNIAN: _l("Bosnian"),
    TeachingLanguage.ALBANIAN: _l("Albanian"),
    TeachingLanguage.BULGARIAN: _l("Bulgarian"),
    TeachingLanguage.ENGLISH: _l("English"),
}
ROLES = {
    Role.COORDINATOR: _l("coordinator"),
    Role.SAFEGUARDING: _l("safeguarding officer"),
    Role.ADMINISTRATOR: _l("administrator"),
    Role.EDUCATOR: _l("educator"),
    Role.INFLUENCER: _l("youth influencer"),
}
RANGE = re.compile(r"\s*(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?\s*", re.ASCII)


class SecretField(PasswordField):  # type: ignore[misc]
    """A password: never cleaned, never shown again."""

    def __init__(self, label: Any, new: bool, **given: Any) -> None:
        words = {"autocomplete": "new-password" if new else "current-password", "maxlength": 1000}
        super().__init__(label, [Needed()], render_kw=words, **given)
        self.new = new

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(valuelist)
        if self.new and has_identity_number(self.data or ""):
            raise ValueError(worded(GroundReason.IDENTITY_NUMBER))


class SignInForm(BaseForm):
    email = TextField(_l("Your e-mail address"), [Needed()], render_kw={"autocomplete": "username", "type": "email"})
    password = SecretField(_l("Password"), new=False)


class AskResetForm(BaseForm):
    email = EmailField(_l("Your e-mail address"), [Needed()])


class ResetForm(BaseForm):
    password = SecretField(_l("New password"), new=True)


class InvitationForm(BaseForm):
    given_name = NameField(_l("Given name"), [Needed()], limit=NAME_LIMIT, render_kw={"autocomplete": "given-name"})
    family_name = NameField(_l("Family name"), [Needed()], limit=NAME_LIMIT, render_kw={"autocomplete": "family-name"})
    password = SecretField(_l("Password"), new=True)

    def acceptance(self) -> Acceptance:
        """What the form says; call after `accepted()`."""
        return Acceptance(self.given_name.data, self.family_name.data, self.password.data)


def _in_itself(language: str) -> Markup:
    """The name of a language in that language, marked so that it is read aloud and hyphenated right."""
    return Markup('<span lang="{}">{}</span>').format(html_lang(language), names_of(language)[1])


def _language_field() -> RadioField:
    return RadioField(
        _l("Language of mails and pages"),
        [Needed()],
        choices=lambda: [SelectChoice(one, _in_itself(one)) for one in languages()],
    )


class InviteForm(BaseForm):
    email = EmailField(_l("E-mail address"), [Needed()])
    given_name = NameField(_l("Given name"), limit=NAME_LIMIT)
    family_name = NameField(_l("Family name"), limit=NAME_LIMIT)
    roles = ManyField(_l("Roles"), [Needed()], coerce=Role, choices=choices_of(ROLES))
    language = _language_field()  # of whoever is invited, not of whoever invites

    def draft(self) -> InvitationDraft:
        """What the form says; call after `accepted()`."""
        names = (self.given_name.data or "", self.family_name.data or "")
        return InvitationDraft(self.email.data, tuple(self.roles.data), *names, self.language.data)


class RolesForm(BaseForm):
    """What one of the staff may do, and where."""

    roles = ManyField(_l("Roles"), [Needed()], coerce=Role, choices=choices_of(ROLES))
    districts = ManyField(_l("Districts"))

    @classmethod
    def of(cls, row: StaffRow) -> "RolesForm":
        """What she has now, in the alphabet of the page."""
        form = cls(roles=list(row.roles), districts=[str(one) for one in row.district_ids])
        form.districts.choices = [
            SelectChoice(str(one.id), one.name(page_language())) for one in districts(page_language())
        ]
        return form

    def district_ids(self) -> list[int]:
        """Call after `accepted()`."""
        return [int(one) for one in self.districts.data or ()]


class AccountForm(BaseForm):
    language = _language_field()
    phone = PhoneField(_l("Phone number for short messages"))
    other_given_name = NameField(_l("Given name"), limit=NAME_LIMIT)
    other_family_name = NameField(_l("Family name"), limit=NAME_LIMIT)


class SkillsForm(BaseForm):
    home = SelectField(_l("Home town"), [Needed()], coerce=number_of)
    phone = PhoneField(_l("Phone number for short messages"))
    reach_km = CountField(_l("How far I go at most (kilometres, one way)"), least=min(REACHES), most=max(REACHES))
    has_car = BooleanField(_l("I have a car for that"))
    topics = ManyField(
        _l("Topics"),
        [Needed()],
        coerce=Topic,
        choices=choices_of(TOPICS),
    )
    languages = ManyField(
        _l("Languages of teaching"),
        [Needed()],
        coerce=TeachingLanguage,
        choices=choices_of(TEACHING_LANGUAGES),
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        towns = [
            SelectChoice(str(row[0]), pick(page_language(), row[1], row[2])) for row in queries.homes(page_language())
        ]
        self.home.choices = [SelectChoice("", _l("Choose a town")), *towns]  # else the first of the alphabet is hers

    def skills(self) -> SkillsDraft:
        """What the form says; call after `accepted()`."""
        return SkillsDraft(
            self.home.data,
            tuple(self.topics.data),
            tuple(self.languages.data),
            self.phone.data or "",
            self.reach_km.data,
            self.has_car.data,
        )


class ChangedSkillsForm(SkillsForm):
    """Of somebody who is known: an adult says as well whether a plan may have her stay away for a night."""

    nights = SelectField(
        _l("Nights away from home"),
        default="0",
        choices=[SelectChoice(str(nights), words) for nights, words in NIGHTS.items()],
    )


class PresenterForm(SkillsForm):
    given_name = NameField(_l("Given name"), [Needed()], limit=NAME_LIMIT)
    family_name = NameField(_l("Family name"), [Needed()], limit=NAME_LIMIT)
    email = EmailField(_l("E-mail address"), [Needed()])
    kind = RadioField(
        _l("Presents as"),
        [Needed()],
        coerce=PresenterKind,
        choices=[SelectChoice(kind.value, ROLES[kind.role]) for kind in PresenterKind],
    )
    birth_date = DayField(_l("Birth date"), meant=YearMeant.NONE)
    language = _language_field()  # of whoever is added, not of whoever adds

    def draft(self) -> PresenterDraft:
        """What the form says; call after `accepted()`."""
        return PresenterDraft(
            given_name=self.given_name.data,
            family_name=self.family_name.data,
            email=self.email.data,
            kind=self.kind.data,
            home_id=self.home.data,
            topics=tuple(self.topics.data),
            languages=tuple(self.languages.data),
            birth_date=self.birth_date.data,
            language=self.language.data,
            phone=self.phone.data or "",
            reach_km=self.reach_km.data,
            has_car=self.has_car.data,
        )


class HoursField(TextField):
    """The hours of one weekday as people write them: 8-13, 16:30-18. Empty: none."""

    def __init__(self, label: Any = None, validators: Any = None, *, weekday: int, **given: Any) -> None:
        super().__init__(label, validators, limit=60, render_kw={"autocomplete": "off"}, **given)
        self.weekday = weekday

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(valuelist)
        if self.hours() is None:
            raise ValueError(worded(FormReason.NOT_HOURS))

    def hours(self) -> list[Hours] | None:
        """What was typed, or None for what cannot be hours."""
        found: list[Hours] = []
        for part in (self.data or "").split(",") if self.data else ():
            match = RANGE.fullmatch(part)
            times = [_time(match[1], match[2]), _time(match[3], match[4])] if match else [None, None]
            if times[0] is None or times[1] is None:
                return None
            found.append(Hours(self.weekday, times[0], times[1]))
        return found


def _time(hour: str, minute: str | None) -> dt.time | None:
    if hour == "24" and not int(minute or 0):
        return dt.time(23, 59)
    return dt.time(int(hour), int(minute or 0)) if int(hour) < 24 and int(minute or 0) < 60 else None


class HalvesField(ManyField):
    """Morning and afternoon of one weekday, ticked or not."""

    def __init__(self, label: Any = None, validators: Any = None, *, weekday: int, **given: Any) -> None:
        choices = [SelectChoice("morning", _l("Morning")), SelectChoice("afternoon", _l("Afternoon"))]
        super().__init__(label, validators, choices=choices, **given)
        self.weekday = weekday

    def hours(self) -> list[Hours]:
        return [Hours(self.weekday, *HALVES[one]) for one in self.data or () if one in HALVES]


class HoursForm(BaseForm):
    """A week by days and halves; hours that are no halves are typed beside them."""

    half_0 = HalvesField(WEEKDAYS[0], weekday=0)
    half_1 = HalvesField(WEEKDAYS[1], weekday=1)
    half_2 = HalvesField(WEEKDAYS[2], weekday=2)
    half_3 = HalvesField(WEEKDAYS[3], weekday=3)
    half_4 = HalvesField(WEEKDAYS[4], weekday=4)
    half_5 = HalvesField(WEEKDAYS[5], weekday=5)
    half_6 = HalvesField(WEEKDAYS[6], weekday=6)
    day_0 = HoursField(WEEKDAYS[0], weekday=0)
    day_1 = HoursField(WEEKDAYS[1], weekday=1)
    day_2 = HoursField(WEEKDAYS[2], weekday=2)
    day_3 = HoursField(WEEKDAYS[3], weekday=3)
    day_4 = HoursField(WEEKDAYS[4], weekday=4)
    day_5 = HoursField(WEEKDAYS[5], weekday=5)
    day_6 = HoursField(WEEKDAYS[6], weekday=6)

    def fill(self, hours: Sequence[Hours]) -> None:
        """Show the stored week: by ticks where it is made of halves, else as hours."""
        for halves, field in self.rows():
            ticked, rest = halves_in([row for row in hours if row.weekday == field.weekday])
            halves.data = list(ticked)
            field.data = ", ".join(f"{row.from_local:%H:%M}–{row.until_local:%H:%M}" for row in rest)

    def days(self) -> list[HoursField]:
        """The seven fields of typed hours, Monday first."""
        return [field for field in self if isinstance(field, HoursField)]

    def rows(self) -> list[tuple[HalvesField, HoursField]]:
        """The seven days, Monday first: the ticks and what is typed beside them."""
        halves = [field for field in self if isinstance(field, HalvesField)]
        return list(zip(halves, self.days(), strict=True))

    @property
    def typed(self) -> bool:
        """Whether any day has hours that are no halves, or a fault."""
        return any(field.data or field.errors for field in self.days())

    def hours(self) -> list[Hours]:
        """What the form says; call after `accepted()`."""
        return [row for halves, field in self.rows() for row in [*halves.hours(), *(field.hours() or ())]]


class ExceptionForm(BaseForm):
    first_day = DayField(_l("First day"), [Needed()])
    last_day = DayField(_l("Last day"), [Needed()])
    available = RadioField(
        _l("On these days"),
        [Needed()],
        choices=[
            SelectChoice("no", _l("I cannot come")),
            SelectChoice("yes", _l("I can come although my week says no")),
        ],
        default="no",
    )

    def draft(self) -> ExceptionDraft:
        """What the form says; call after `accepted()`."""
        return ExceptionDraft(self.first_day.data, self.last_day.data, self.available.data == "yes")


class PresenterNoteForm(BaseForm):
    """What was agreed with an adult presenter on the telephone."""

    text = LinesField(_l("What was agreed"), [Needed()], limit=500)
