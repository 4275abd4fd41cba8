"""The forms' common ground: text cleaned once at the edge, days and numbers as people type them, reasons worded.

`accepted()` says whether a POST holds no fault of shape; `show()` puts a service's refusal beside its fields.
"""

import datetime as dt
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.support import LazyProxy
from flask import request
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, SelectMultipleField, StringField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextArea

from scheduler.core.imports.sheets import ISO_DAY, SERBIAN_DAY
from scheduler.core.text import BadText, clean, is_address
from scheduler.web.i18n import _, _l

MESSAGES: dict[str, LazyProxy] = {
    "missing": _l("Fill in this field."),
    "too_long": _l("Shorten this text."),
    "too_short": _l("Write a little more."),
    "too_soon": _l("Choose a later day: we need time to find a crew."),
    "too_late": _l("Choose an earlier day."),
    "after_the_visit": _l("Choose a moment before the visit begins."),
    "in_the_past": _l("Choose a day that is still to come."),
    "days_not_in_order": _l("Choose a last day that is not before the first."),
    "nobody_waits": _l("Choose another date: nobody on the waiting list can use this one."),
    "nobody_can_go": _l("Choose another date: no crew can be at the schools that wait then."),
    "not_a_school_day": _l("Choose a school day."),
    "closed": _l("Choose another day: the school is closed then."),
    "taken": _l("Choose another date: this one has just been taken."),
    "too_few": _l("Enter a larger number."),
    "too_many": _l("Enter a smaller number."),
    "not_a_number": _l("Enter a whole number, for example 25."),
    "not_a_day": _l("Enter a day like this: 8.12.2026."),
    "not_a_time": _l("Enter a time like this: 9:55."),
    "not_an_email": _l("Enter the whole address, for example ime@skola.example.org."),
    "not_a_link": _l("Enter the whole address, with https:// at its beginning."),
    "not_a_choice": _l("Choose one of the answers."),
    "teacher_stays": _l("Confirm that a teacher stays in the classroom."),
    "reason_missing": _l("Write the reason."),
    "wrong_state": _l("Open the page again: something has changed in the meantime."),
    "changed_meanwhile": _l("Open the page again: something has changed in the meantime."),
    "nothing_ticked": _l("Tick at least one row."),
    "too_late_to_undo": _l("Leave it as it is: a mail has left, or something has happened since."),
    "exists": _l("Enter another value: this one is already in use."),
    "unknown": _l("Choose from the list."),
    "past_midnight": _l("Choose an earlier start: a presentation would begin on the next day."),
    "too_many_feeds": _l("End one of the five addresses first."),
    "password_short": _l("Choose a longer password: 10 characters or more."),
    "password_long": _l("Choose a shorter password: at most 128 characters."),
    "password_common": _l("Choose another password: this one is guessed first."),
    "password_own": _l("Choose another password: not your name or address."),
    "has_account": _l("Enter another address: an account already uses this one."),
    "own_account": _l("Ask a colleague: nobody suspends an own account."),
    "too_young": _l("Check the birth date: presenters are 15 or older."),
    "not_a_birth_date": _l("Check the birth date."),
    "not_of_educators": _l("Leave this empty: it is asked only of youth influencers."),
    "not_hours": _l("Write hours like this: 8-13, 16:30-18."),
    "hours_in_order": _l("Write an end that is later than the beginning."),
    "hours_overlap": _l("Write hours that do not overlap."),
    "in_the_future": _l("Choose a day that is not still to come."),
    "is_an_adult": _l("Check the presenter: an adult needs no consent."),
    "address_of_the_minor": _l("Enter the guardian's own address: this one is the young person's."),
    "nobody_counted": _l("Enter how many were there: at least one person."),
    "count_out_of_range": _l("Enter a number from 0 to 2,000."),
    "minutes_out_of_range": _l("Enter the minutes, from 1 to 480."),
    "not_begun": _l("Count when it has begun: it is still to come."),
    "not_confirmed": _l("Ask your coordinator: this presentation is not confirmed, so it cannot be counted."),
    "already_countersigned": _l("Ask your coordinator to correct the numbers: the school has answered already."),
    "count_missing": _l("Enter every number."),
    "not_submitted": _l("Wait for the presenter's numbers: there are none to confirm, or you have answered."),
    "more_names_than_adults": _l("Name fewer people: not so many adults were counted."),
    "too_many_names": _l("Name at most 200 people."),
    "attendance_not_locked": _l("Lock the attendance first."),
    "certificate_exists": _l("Check the name: this person has a certificate of this visit already."),
    "outside_the_closure": _l("Choose one of the closed days."),
    "unknown_kind": _l("Choose a kind from the list."),
    "outside_the_school_year": _l("Choose days of that school year: it runs from September to August."),
    "not_a_saturday": _l("Choose a Saturday."),
    "only_a_saturday_follows": _l("Leave this empty: only a working Saturday follows another day."),
    "not_a_phone": _l("Enter a phone number, for example 018 555 123."),
    "other_school_year": _l("Choose a last day before 1 September: a new school year begins then."),
    "own_role": _l("Ask a colleague: nobody takes the administrator's role from oneself."),
    "educator_needed": _l("Enter at least one educator: nobody goes alone, a young person never without an adult."),
    "too_many_files": _l("Wait an hour: you have sent 30 files in the last one."),
    "file_missing": _l("Choose a file."),
    "file_empty": _l("Choose another file: this one is empty."),
    "file_too_large": _l("Choose a smaller file: at most 900 KB; a larger register is imported by a command."),
    "file_is_a_spreadsheet": _l("Save the spreadsheet as XLSX or CSV first (File, Save as), then choose that file."),
    "file_not_csv": _l("Choose a file whose name ends in .csv or .xlsx."),
    "year_ended": _l("Choose earlier days: the school year of this grade has ended by then."),
    "class_not_there": _l("Choose a time at which the class is in the building, or tick that it comes for it."),
    "period_not_over": _l("Sign these days off when they are over: choose a last day before today."),
    "signed_already": _l("Choose other days: some of these are signed off already."),
    "carried_already": _l("Take back the later period first: it carries a difference of this one."),
    "taken_back_already": _l("Open the list again: this sign-off was taken back meanwhile."),
    "wrong_password": _l("Enter the address and the password again: they do not match."),
}
GENERIC = _l("Check this field.")
# What WTForms' own checks say, in our words; tests/web/test_words_of_wtforms.py notices when it says it otherwise.
OF_WTFORMS: dict[str, LazyProxy] = {
    "This field is required.": MESSAGES["missing"],
    "Invalid email address.": MESSAGES["not_an_email"],
    "Invalid input.": GENERIC,
    "Not a valid integer value.": MESSAGES["not_a_number"],
    "Not a valid date value.": MESSAGES["not_a_day"],
    "Not a valid time value.": MESSAGES["not_a_time"],
    "Not a valid choice.": MESSAGES["not_a_choice"],
    "Invalid Choice: could not coerce.": MESSAGES["not_a_choice"],
    "Invalid choice(s): one or more data inputs could not be coerced.": MESSAGES["not_a_choice"],
    "'%(value)s' is not a valid choice for this field.": MESSAGES["not_a_choice"],
    "Invalid value, must be one of: %(values)s.": MESSAGES["not_a_choice"],
    "Number must be between %(min)s and %(max)s.": _l("Enter a number between %(min)s and %(max)s."),
    "Number must be at least %(min)s.": MESSAGES["too_few"],
    "Number must be at most %(max)s.": MESSAGES["too_many"],
    "Field cannot be longer than %(max)d character.": MESSAGES["too_long"],
    "Field must be at least %(min)d character long.": MESSAGES["too_short"],
}
SHORT_TEXT = 200
LONG_TEXT = 2000
LONGEST_COUNT = 999
SHORT_DAY = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{2})\s*\.?", re.ASCII)  # 8.12.26.
WALL_TIME = re.compile(r"(\d{1,2})\s*[:.hч]\s*(\d{2})(?::00)?", re.ASCII)


def worded(reason: str) -> str:
    """The sentence for a reason code; one that is not in the table gets a general one."""
    return str(MESSAGES.get(reason, GENERIC))


@dataclass(frozen=True)
class Problem:
    """One line of the error summary; without a field it concerns the whole form."""

    field_id: str
    text: str
    label: str = ""  # which field it is; empty where the text says so itself, as beside a tick


class OurWords:
    """WTForms' texts are looked up here instead of in its own catalogues."""

    def gettext(self, text: str) -> str:
        return str(OF_WTFORMS.get(text, GENERIC))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular)


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form of the house; every one carries a key by which a double sending is known."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: FlaskForm) -> OurWords:
            return OurWords()

    form_key = HiddenField(
        default=lambda: secrets.token_urlsafe(18), filters=[lambda key: str(key or "").replace("\0", "")[:64]]
    )

    def __init__(self, *args: Any, mark: object = "", **given: Any) -> None:
        """`mark` tells the fields of several such forms on one page apart; hidden fields need no id at all."""
        super().__init__(*args, **given)
        for field in self:
            if isinstance(field, HiddenField):
                field.render_kw = {**(field.render_kw or {}), "id": False}
            elif mark:
                field.id = field.label.field_id = f"{field.id}-{mark}"

    def accepted(self) -> bool:
        """Whether this is a POST and every field has its shape."""
        return bool(self.validate_on_submit())

    def unsafe(self) -> bool:
        """Whether the sending did not come from a page of ours, or from one that is too old."""
        token = self._fields.get("csrf_token")
        return request.method == "POST" and token is not None and not token.validate(self)

    def show(self, problems: Mapping[str, str]) -> None:
        """Put {field: reason code} beside the fields; what belongs to no field goes on top of the form."""
        for name, reason in problems.items():
            field = self._fields.get(name)
            if field is None or isinstance(field, HiddenField):
                self.form_errors.append(worded(reason))
            else:
                field.errors = [*field.errors, worded(reason)]

    def problems_shown(self) -> list[Problem]:
        """The lines of the error summary, in the order of the fields."""
        general = [Problem("", str(text)) for text in self.form_errors]
        return general + [problem for field in self for problem in _problems_of(field)]


def _problems_of(field: Field) -> list[Problem]:
    if isinstance(field, HiddenField):
        return [Problem("", str(text)) for text in field.errors]
    label = "" if isinstance(field, BooleanField) else str(field.label.text)
    return [Problem(_first_id(field), text, label) for text in _flat(field.errors)]


def _flat(errors: Any) -> list[str]:
    """Errors of a field; of a form or list inside a form, all of its fields' errors."""
    if isinstance(errors, Mapping):
        return [text for inner in errors.values() for text in _flat(inner)]
    return [text for one in errors for text in (_flat(one) if isinstance(one, list | tuple | Mapping) else [str(one)])]


def _first_id(field: Field) -> str:
    """Radios and ticks of one question: the link jumps to the first."""
    return f"{field.id}-0" if field.type in ("RadioField", "ManyField") else str(field.id)


class TextField(StringField):  # type: ignore[misc]
    """A line of text, cleaned as it comes in; `limit` letters at most."""

    lines = False

    def __init__(self, label: Any = None, validators: Any = None, *, limit: int = SHORT_TEXT, **given: Any) -> None:
        super().__init__(label, validators, **given)
        self.limit = limit

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        if not valuelist:
            return
        try:
            self.data = clean(str(valuelist[0]), limit=self.limit, lines=self.lines)
        except BadText as bad:
            self.data = str(valuelist[0])[: self.limit]
            raise ValueError(worded(bad.reason)) from bad

    def _value(self) -> str:
        return str(self.data or "")


class LinesField(TextField):
    """Several lines of text, cleaned as they come in."""

    widget = TextArea()
    lines = True

    def __init__(self, label: Any = None, validators: Any = None, *, limit: int = LONG_TEXT, **given: Any) -> None:
        super().__init__(label, validators, limit=limit, **given)


class EmailField(TextField):
    """A mail address: one @, a dot behind it, no spaces; whether it lives is proven by a mail."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data and not is_address(self.data):
            raise ValueError(worded("not_an_email"))

    def __call__(self, **given: Any) -> Any:
        return super().__call__(**({"type": "email", "autocomplete": "email", "spellcheck": "false"} | given))


class _TypedField(Field):  # type: ignore[misc]
    """Something that people type in their own way; what was typed is shown again as it was."""

    widget = StringField.widget
    data: Any
    reason = "missing"
    attributes: Mapping[str, str] = {}

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = None
        typed = str(valuelist[0])[:40].strip() if valuelist else ""
        if not typed:
            return
        self.data = self.read(typed)
        if self.data is None:
            raise ValueError(worded(self.reason))

    def read(self, typed: str) -> Any:
        """The value, or None for what cannot be one."""
        raise NotImplementedError

    def written(self, value: Any) -> str:
        return str(value)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])[:40]
        return "" if self.data is None else self.written(self.data)

    def __call__(self, **given: Any) -> Any:
        return super().__call__(**(dict(self.attributes) | given))


def day_typed(typed: str) -> dt.date | None:
    """A day as people write it; None for what is none."""
    if found := SERBIAN_DAY.fullmatch(typed):
        day, month, year = (int(part) for part in found.groups())
    elif found := SHORT_DAY.fullmatch(typed):
        day, month, year = (int(part) for part in found.groups())
        year += 2000
    elif found := ISO_DAY.fullmatch(typed):
        year, month, day = (int(part) for part in found.groups())
    else:
        return None
    try:
        return dt.date(year, month, day) if 1900 <= year <= 2200 else None
    except ValueError:
        return None


class DayField(_TypedField):
    """A day typed as 8.12.2026, 8/12/26 or 2026-12-08, or chosen from the browser's calendar."""

    reason = "not_a_day"
    attributes: Mapping[str, str] = {"inputmode": "decimal", "autocomplete": "off", "data_picker": "date"}

    def read(self, typed: str) -> dt.date | None:
        return day_typed(typed)

    @staticmethod
    def written(value: dt.date) -> str:
        return f"{value.day}.{value.month}.{value.year}."


class TimeField(_TypedField):
    """A wall clock time typed as 9:55 or 09.55."""

    reason = "not_a_time"
    attributes: Mapping[str, str] = {"inputmode": "decimal", "autocomplete": "off"}

    def read(self, typed: str) -> dt.time | None:
        found = WALL_TIME.fullmatch(typed)
        if not found:
            return None
        hour, minute = (int(part) for part in found.groups())
        return dt.time(hour, minute) if hour < 24 and minute < 60 else None

    def written(self, value: dt.time) -> str:
        return value.strftime("%H:%M")


class CountField(_TypedField):
    """A number of people or things: 0 to `most`, 999 if nothing is said."""

    reason = "not_a_number"
    attributes: Mapping[str, str] = {"inputmode": "numeric", "autocomplete": "off"}

    def __init__(self, label: Any = None, validators: Any = None, *, most: int = LONGEST_COUNT, **given: Any) -> None:
        super().__init__(label, validators, **given)
        self.most = most

    def read(self, typed: str) -> int | None:
        digits = typed.replace(" ", "")
        return int(digits) if re.fullmatch(r"-?\d{1,9}", digits, re.ASCII) else None  # below 0 is told its bounds

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.data is not None and not 0 <= self.data <= self.most:
            raise ValidationError(_("Enter a number between %(min)s and %(max)s.", min=0, max=self.most))

    def __call__(self, **given: Any) -> Any:
        return super().__call__(**({"type": "number", "min": 0, "max": self.most} | given))


class ManyField(SelectMultipleField):  # type: ignore[misc]
    """Ticks: none, one or several of the choices."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Needed:
    """The field must hold something; 0 and a chosen "no" are something."""

    field_flags = {"required": True}  # noqa: RUF012

    def __init__(self, message: Any = None) -> None:
        self.message = message

    def __call__(self, form: Any, field: Field) -> None:
        if field.errors:
            return  # what was typed is wrong: that is said already
        if field.data is None or field.data is False or field.data in ("", []):
            raise ValidationError(str(self.message or MESSAGES["missing"]))


def number_of(typed: object) -> int | None:
    """An id or a version as an address or a hidden field says it; whatever is none is nobody."""
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def error_title(form: BaseForm | None, title: str) -> str:
    """A page's title, with "Error:" in front while something must be mended."""
    return _("Error: %(title)s", title=title) if form is not None and form.problems_shown() else title
