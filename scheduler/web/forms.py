"""The forms' common ground: text cleaned once at the edge, days and numbers as people type them, reasons worded.

`accepted()` says whether a POST holds no fault of shape; `show()` puts a service's refusal beside its fields.
"""

import datetime as dt
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.support import LazyProxy
from flask import request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, Field, FieldList, FormField, HiddenField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextArea

from scheduler.config import centre_timezone
from scheduler.core import clock
from scheduler.core.errors import GroundReason, NotFound, Reason
from scheduler.core.identity import has_identity_number
from scheduler.core.names import problem_with_name
from scheduler.core.phones import PHONE_LIMIT
from scheduler.core.text import BadText, clean, problem_with_address
from scheduler.core.typed_days import YearMeant, day_typed
from scheduler.web.form_reasons import FormReason
from scheduler.web.i18n import _, _l
from scheduler.web.ids import ID
from scheduler.web.reasons import sentence_of, worded

FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2199, 12, 31)  # years that anybody plans in

GENERAL = _l("Open the page again and try once more. If you read this again, tell the centre.")
# What WTForms' own checks say, in our words; tests/web/test_words_of_wtforms.py notices when it says it otherwise.
OF_WTFORMS: dict[str, LazyProxy] = {
    "This field is required.": sentence_of(GroundReason.MISSING),
    "Invalid email address.": sentence_of(GroundReason.NOT_AN_EMAIL),
    "Invalid input.": GENERAL,
    "Not a valid integer value.": sentence_of(FormReason.NOT_A_NUMBER),
    "Not a valid date value.": sentence_of(GroundReason.NOT_A_DAY),
    "Not a valid time value.": sentence_of(FormReason.NOT_A_TIME),
    "Not a valid choice.": sentence_of(GroundReason.NOT_A_CHOICE),
    "Invalid Choice: could not coerce.": sentence_of(GroundReason.NOT_A_CHOICE),
    "Invalid choice(s): one or more data inputs could not be coerced.": sentence_of(GroundReason.NOT_A_CHOICE),
    "'%(value)s' is not a valid choice for this field.": sentence_of(GroundReason.NOT_A_CHOICE),
    "Invalid value, must be one of: %(values)s.": sentence_of(GroundReason.NOT_A_CHOICE),
    "Number must be between %(min)s and %(max)s.": _l("Enter a number between %(min)s and %(max)s."),
    "Number must be at least %(min)s.": sentence_of(GroundReason.TOO_FEW),
    "Number must be at most %(max)s.": sentence_of(GroundReason.TOO_MANY),
    "Field cannot be longer than %(max)d character.": sentence_of(GroundReason.TOO_LONG),
    "Field must be at least %(min)d character long.": sentence_of(FormReason.TOO_SHORT),
}
SHORT_TEXT = 200
LONG_TEXT = 2000
LONGEST_COUNT = 999
WALL_TIME = re.compile(r"(\d{1,2})\s*[:.hч]\s*(\d{2})(?::00)?\s*([abабв]?)", re.ASCII)
COUNT = re.compile(r"-?(?:\d{1,9}|\d{1,3}(?: \d{3}){1,2})", re.ASCII)
SECOND = ("b", "б", "в")  # 2:30B: the second of two hours; a Cyrillic "В" looks like the B that we ask for


@dataclass(frozen=True)
class Problem:
    """One line of the error summary; without a field it concerns the whole form."""

    field_id: str
    text: str
    label: str = ""  # which field it is; empty where the text says so itself, as beside a tick


class OurWords:
    """WTForms' texts are looked up here instead of in its own catalogues."""

    def gettext(self, text: str) -> LazyProxy:
        """Worded when it is shown: WTForms also asks it for a label of each hidden field, which nobody reads."""
        return OF_WTFORMS.get(text, GENERAL)

    def ngettext(self, singular: str, plural: str, n: int) -> LazyProxy:
        return self.gettext(singular)


def new_form_key() -> str:
    """What makes one showing of a form another one than the next (`web/once.py`)."""
    return secrets.token_urlsafe(18)


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form of the house; every one carries a key by which a double sending is known."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: FlaskForm) -> OurWords:
            return OurWords()

    form_key = HiddenField(default=new_form_key, filters=[lambda key: str(key or "").replace("\0", "")[:64]])

    def __init__(self, *args: Any, mark: object = "", **given: Any) -> None:
        """`mark` tells the fields of several such forms on one page apart; hidden fields need no id at all."""
        super().__init__(*args, **given)
        for field in self:
            if isinstance(field, HiddenField):
                field.render_kw = {**(field.render_kw or {}), "id": False}
            elif mark:
                field.id = field.label.field_id = f"{field.id}-{mark}"

    def accepted(self) -> bool:
        """Whether this is a POST, every field has its shape, and every time of a day is one moment."""
        return bool(self.validate_on_submit()) and self._asks_about_no_time()

    def _asks_about_no_time(self) -> bool:
        """The day `on_day` belongs to every time of the form but the one by which somebody answers."""
        asked = []
        for field in _times_in(self):
            until = field.short_name == "until_time"
            name = "until_day" if until else "on_day"
            day = self[name].data if name in self else None
            if not isinstance(day, dt.date) or field.data is None:
                continue
            if field.comes_twice(day):
                asked.append((field, FormReason.HOUR_TWICE))
            elif until and not clock.is_shown(day, field.data, centre_timezone()):
                asked.append((field, FormReason.HOUR_SKIPPED))  # of a visit its service says so, by its host's clocks
        for field, reason in asked:
            field.errors = [*field.errors, worded(reason)]
        return not asked

    def unsafe(self) -> bool:
        """Whether the sending did not come from a page of ours, or from one that is too old."""
        return request.method == "POST" and "csrf_token" in self and not self["csrf_token"].validate(self)

    def show(self, problems: Mapping[str, Reason]) -> None:
        """Put {field: reason} beside the fields; what belongs to no field goes on top of the form."""
        for name, reason in problems.items():
            if name not in self or isinstance(self[name], HiddenField):
                self.form_errors.append(worded(reason))
            else:
                self[name].errors = [*self[name].errors, worded(reason)]

    def problems_shown(self) -> list[Problem]:
        """The lines of the error summary, in the order of the fields."""
        general = [Problem("", str(text)) for text in self.form_errors]
        return general + [problem for field in self if field.errors for problem in _problems_of(field)]


def _times_in(fields: Iterable[Field]) -> Iterator["TimeField"]:
    for field in fields:
        if isinstance(field, TimeField):
            yield field
        elif isinstance(field, FieldList | FormField):
            yield from _times_in(field)


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


class NameField(TextField):
    """The name of a person, a school, a programme, as papers print it: letters, each word in one script."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(valuelist)
        if reason := problem_with_name(self.data or ""):
            raise ValueError(worded(reason))


class LinesField(TextField):
    """Several lines of text, cleaned as they come in."""

    widget = TextArea()
    lines = True

    def __init__(self, label: Any = None, validators: Any = None, *, limit: int = LONG_TEXT, **given: Any) -> None:
        super().__init__(label, validators, limit=limit, **given)


class UploadField(FileField):  # type: ignore[misc]
    """A file; its name is a text that somebody typed too, and names nobody by a number (TRUST S43)."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data and has_identity_number(self.data.filename or ""):
            raise ValueError(worded(GroundReason.IDENTITY_NUMBER))


class EmailField(TextField):
    """A mail address: one @, a dot behind it, no spaces; whether it lives is proven by a mail."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data and (reason := problem_with_address(self.data)):
            raise ValueError(worded(reason))

    def __call__(self, **given: Any) -> Any:
        return super().__call__(**({"type": "email", "autocomplete": "email", "spellcheck": "false"} | given))


class PhoneField(TextField):
    """A telephone number as people write it; whether it is one, the rule of its room says."""

    def __init__(self, label: Any = None, validators: Any = None, **given: Any) -> None:
        super().__init__(label, validators, limit=PHONE_LIMIT, **given)

    def __call__(self, **given: Any) -> Any:
        return super().__call__(**({"type": "tel"} | given))


class _TypedField(Field):  # type: ignore[misc]
    """Something that people type in their own way; what was typed is shown again as it was."""

    widget = StringField.widget
    data: Any
    reason: Reason = GroundReason.MISSING
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


class DayField(_TypedField):
    """A day typed as 8.12.2026, 8.12., 8. decembar or 2026-12-08, or chosen from the browser's calendar.

    `meant` says which year a day without one has. No keyboard is asked for: a month may be written as a word.
    """

    reason = GroundReason.NOT_A_DAY
    attributes: Mapping[str, str] = {"autocomplete": "off", "data_picker": "date"}

    def __init__(
        self, label: Any = None, validators: Any = None, *, meant: YearMeant = YearMeant.NEXT, **given: Any
    ) -> None:
        super().__init__(label, validators, **given)
        self.meant = meant

    def read(self, typed: str) -> dt.date | None:
        return day_typed(typed, clock.local_day(clock.now()), self.meant)

    @staticmethod
    def written(value: dt.date) -> str:
        return f"{value.day}.{value.month}.{value.year}."


class TimeField(_TypedField):
    """A wall clock time typed as 9:55 or 09.55; of an hour that comes twice, 2:30A or 2:30B (then it has a `fold`)."""

    says_which = False  # of two hours with one name
    reason = FormReason.NOT_A_TIME
    attributes: Mapping[str, str] = {"inputmode": "decimal", "autocomplete": "off"}

    def read(self, typed: str) -> dt.time | None:
        found = WALL_TIME.fullmatch(typed.casefold())  # by itself re.ASCII tells А and а apart
        if not found:
            return None
        hour, minute, which = int(found[1]), int(found[2]), found[3]
        self.says_which = bool(which)
        return dt.time(hour, minute, fold=which in SECOND) if hour < 24 and minute < 60 else None

    def written(self, value: dt.time) -> str:
        return value.strftime("%H:%M")

    def comes_twice(self, day: dt.date) -> bool:
        """Whether the clocks of the centre show this time twice on that day, and nobody has said which is meant."""
        return not self.says_which and clock.is_doubled(day, self.data, centre_timezone())


class CountField(_TypedField):
    """A number of people or things: `least` to `most`, 0 to 999 if nothing is said.

    A space stands between thousands only, "1 200": "3 0" may be a 30 or two answers, so it is none.
    """

    reason = FormReason.NOT_A_NUMBER
    attributes: Mapping[str, str] = {"inputmode": "numeric", "autocomplete": "off"}

    def __init__(
        self, label: Any = None, validators: Any = None, *, least: int = 0, most: int = LONGEST_COUNT, **given: Any
    ) -> None:
        super().__init__(label, validators, **given)
        self.least, self.most = least, most

    def read(self, typed: str) -> int | None:
        return int(typed.replace(" ", "")) if COUNT.fullmatch(typed) else None  # below 0 is told its bounds

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.data is not None and not self.least <= self.data <= self.most:
            raise ValidationError(_("Enter a number between %(min)s and %(max)s.", min=self.least, max=self.most))

    def __call__(self, **given: Any) -> Any:
        return super().__call__(**({"type": "number", "min": self.least, "max": self.most} | given))


def choices_of(words: Mapping[Any, LazyProxy] | Mapping[Any, str]) -> list[SelectChoice]:
    """The choices of a field, from the table that words them."""
    return [SelectChoice(str(value), word) for value, word in words.items()]


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
            raise ValidationError(str(self.message or sentence_of(GroundReason.MISSING)))


def by_htmx() -> bool:
    """Whether a part of the page asks, and not the browser for a whole one."""
    return request.headers.get("HX-Request") == "true"


def number_of(typed: object) -> int | None:
    """An id or a version as an address or a hidden field says it; whatever no row can have is nobody."""
    text = str(typed or "")
    return int(text) if ID.fullmatch(text) else None


def asked_day(name: str) -> dt.date | None:
    """A day of the address, like 2026-10-12; what is none, or lies where nobody plans, is not asked for."""
    try:
        day = dt.date.fromisoformat(request.args.get(name, "")[:10])
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def day_at(written: str) -> dt.date:
    """The day in an address, as `2026-12-08`. Raises: NotFound."""
    try:
        return dt.date.fromisoformat(written)
    except ValueError as error:
        raise NotFound("day") from error


def error_title(form: BaseForm | None, title: str) -> str:
    """A page's title, with "Error:" in front while something must be mended."""
    return _("Error: %(title)s", title=title) if form is not None and form.problems_shown() else title
