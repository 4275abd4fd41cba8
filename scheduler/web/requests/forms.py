"""The pages of a booking as forms, and the forms of the school's page and of the desk."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import request
from wtforms import BooleanField, FormField, HiddenField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, Length, Optional

from scheduler.core import clock
from scheduler.core.typed_days import day_typed
from scheduler.people.terms import TeachingLanguage
from scheduler.programmes.terms import Audience, SchoolLevel
from scheduler.requests.rules.school_request import MOST_PREFERRED, MOST_PRESENTATIONS
from scheduler.requests.terms.acts import ALONE, BulkAct, ChosenRequest
from scheduler.requests.terms.doubts import TypedSlip
from scheduler.requests.terms.reasons import RequestReason
from scheduler.requests.terms.school_request import Blackout, DayPart, ExpectedCounts, Preference, PresentationDraft
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
    TimeField,
    choices_of,
    number_of,
)
from scheduler.web.free_dates import DAY_PARTS, LANGUAGES
from scheduler.web.i18n import _l, spelled_here
from scheduler.web.labels import AUDIENCES, WHO_CANCELS
from scheduler.web.list_forms import ListedForm, RowForm, RowsField
from scheduler.web.option_lists import SelectField
from scheduler.web.reasons import sentence_of, worded
from scheduler.web.request_facts import LESSONS
from scheduler.web.requests import words
from scheduler.web.venue_fields import VenueFields

FEW_LETTERS = 80
MOST_DAYS_TYPED = 400
UNTIL = re.compile(r"\s*(?:–|—|\bdo\b|\bдо\b|\bto\b|\s-\s)\s*")  # between the first and the last day
TICK = re.compile(r"(\d{1,9})\.(\d{1,9})", re.ASCII)  # a request and the version of it that was seen
MOST_TICKS = 500


class HostForm(BaseForm):
    """Which host of the register; chosen by a button in the list of those found."""

    host_id = HiddenField()

    def chosen(self) -> int | None:
        return number_of(self.host_id.data)


class WhatForm(BaseForm):
    """Which programmes, all of them on one day, and in which language they shall be held."""

    programme = ManyField(
        _l("Programme"),
        [Needed(), Length(max=MOST_PRESENTATIONS, message=_l("At most 8 programmes fit into one day."))],
    )
    teaching_language = SelectField(
        _l("Language of the presentation"),
        choices=choices_of(LANGUAGES),
        default=TeachingLanguage.SERBIAN.value,
    )


class DaysField(TextField):
    """Days and spans of days, written as people write them: 24.12.2026, 4.1.2027 – 8.1.2027."""

    def __init__(self, label: Any = None, validators: Any = None, **given: Any) -> None:
        super().__init__(label, validators, limit=MOST_DAYS_TYPED, **given)
        self.spans: list[tuple[dt.date, dt.date]] = []

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        super().process_formdata(valuelist)
        self.spans = []
        today = clock.local_day(clock.now())
        for piece in re.split(r"[,;]", self.data or ""):
            if not piece.strip():
                continue
            days = [day_typed(part, today) for part in UNTIL.split(piece.strip())]
            first, last = days[0], days[-1]
            if first is None or last is None or len(days) > 2:
                raise ValueError(worded(FormReason.NOT_SPANS))
            self.spans.append((first, last))


class PreferredDateForm(RowForm):
    """One date that would suit: a day, and a time or a part of it."""

    on_day = DayField(_l("Day"))
    starts_local = TimeField(_l("Start, if only one hour suits you"))
    day_part = SelectField(_l("When in the day?"), choices=choices_of(DAY_PARTS), default=DayPart.ANY.value)


class WhenForm(ListedForm):
    """Within which days, and when in the day; which dates are liked best, and days on which the school cannot."""

    first_day = DayField(_l("First day that suits you"), [Needed()])
    last_day = DayField(_l("Last day that suits you"), [Needed()])
    day_part = RadioField(_l("When in the day?"), choices=choices_of(DAY_PARTS), default=DayPart.ANY.value)
    preferred = RowsField(FormField(PreferredDateForm), min_entries=MOST_PREFERRED, max_entries=MOST_PREFERRED)
    blackouts = DaysField(_l("Days on which you cannot"))
    waiting = HiddenField()  # nothing was free: for the waiting list, said by its own button

    def wishes(self) -> tuple[Preference, ...]:
        """The dates that were named, in their rank; empty lines count for nothing."""
        return tuple(
            Preference(entry.form.on_day.data, entry.form.starts_local.data, DayPart(entry.form.day_part.data or "any"))
            for entry in self.preferred
            if entry.form.on_day.data
        )

    def cannot(self) -> tuple[Blackout, ...]:
        return tuple(Blackout(first, last) for first, last in self.blackouts.spans)

    def wishes_open(self) -> bool:
        """Whether there is something to see where dates are ranked."""
        told = any(entry.form.on_day.data or entry.form.errors for entry in self.preferred)
        return bool(told or self.blackouts.data or self.blackouts.errors)


class WhenWithoutWishesForm(WhenForm):
    """The same where no date was ranked, to be read only: without the rows for them."""

    preferred = RowsField(FormField(PreferredDateForm), max_entries=MOST_PREFERRED)


class PresentationForm(RowForm):
    """One sitting; stands inside another form."""

    audience = SelectField(_l("Who attends"), choices=choices_of(AUDIENCES), default=Audience.PUPILS.value)
    level = SelectField(_l("School"), choices=choices_of(words.LEVELS), default=SchoolLevel.PRIMARY.value)
    classes = TextField(_l("Classes, for example VII-1 and VII-2"), limit=FEW_LETTERS)
    pupils = CountField(_l("Pupils"))
    parents = CountField(_l("Parents"))
    teachers = CountField(_l("Teachers"))
    day_part = SelectField(
        _l("When in the day?"),
        choices=[SelectChoice("", _l("As you said before")), *choices_of(DAY_PARTS)],
        default="",
    )
    lesson = SelectField(
        _l("Lesson"),
        choices=[
            SelectChoice("", _l("Any lesson")),
            *(SelectChoice(str(number), word) for number, word in LESSONS.items()),
        ],
        default="",
    )
    starts_local = TimeField(_l("Start, if only one hour suits you"))
    outside_shift = BooleanField(_l("The class comes to school for it at that time, or stays"))


class WhoForm(ListedForm):
    """The presentations of the visit, one after the other."""

    presentations = RowsField(FormField(PresentationForm), min_entries=1, max_entries=MOST_PRESENTATIONS)

    def drafts(self, day_part: DayPart) -> tuple[PresentationDraft, ...]:
        return tuple(presentation_of(entry.form, day_part) for entry in self.presentations)


def presentation_of(form: PresentationForm, day_part: DayPart) -> PresentationDraft:
    """One sitting as the domain's own type."""
    audience = Audience(form.audience.data)
    by_lesson = audience is Audience.PUPILS and form.starts_local.data is None
    return PresentationDraft(
        audience=audience,
        level=SchoolLevel(form.level.data) if audience is Audience.PUPILS else SchoolLevel.NONE,
        classes=form.classes.data or "",
        pupils=form.pupils.data or 0,
        parents=form.parents.data or 0,
        teachers=form.teachers.data or 0,
        day_part=DayPart(form.day_part.data or day_part),
        starts_local=form.starts_local.data,
        lesson=int(form.lesson.data) if by_lesson and form.lesson.data else None,
        outside_shift=bool(form.outside_shift.data),
    )


class WhereForm(VenueFields, BaseForm):
    """The room, what is in it, and who guards the children."""

    has_projector = BooleanField(_l("There is a projector or a large screen"))
    has_sound = BooleanField(_l("There are loudspeakers"))
    has_internet = BooleanField(_l("There is an internet connection"))
    step_free = BooleanField(_l("The room can be reached without steps"))
    special_needs = BooleanField(_l("Pupils with special needs take part"))
    recent_incident = BooleanField(_l("Something happened lately that we should know of; call me"))
    safeguarding_contact = TextField(
        _l("Child-protection contact at your school (name and role)"), [Needed()], limit=FEW_LETTERS
    )
    teacher_stays = BooleanField(
        _l("A teacher stays in the classroom from beginning to end"),
        [Needed(sentence_of(RequestReason.TEACHER_STAYS))],
    )


class SureForm(BaseForm):
    """What is most likely a slip is asked about once; ticked, it is sent as it is."""

    sure = BooleanField(_l("Yes, that is what we want"))

    def asks(self, doubts: Mapping[str, TypedSlip]) -> bool:
        """Whether something must be confirmed first; then the tick says so."""
        asked = bool(doubts) and not self.sure.data
        if asked:
            self.sure.errors = [*self.sure.errors, worded(FormReason.NOT_SURE)]
        return asked


class CheckForm(SureForm):
    """The last press. `website` is a trap: people do not see it, programs fill it in."""

    website = TextField(_l("Leave this empty"))


class PhoneForm(WhatForm, WhenForm, WhoForm, WhereForm, SureForm):
    """The same questions on one page, for a coordinator with the school on the phone; of one programme."""

    programme = RadioField(_l("Programme"), [Needed()])
    contact_name = NameField(_l("Who is calling"), [Needed()], limit=FEW_LETTERS)
    contact_email = EmailField(_l("E-mail address of the school"), [Optional()])
    contact_phone = PhoneField(_l("Phone"))
    file_number = TextField(_l("File number of the school"), limit=40)


class RequestPressForm(BaseForm):
    """A button that does one thing."""

    version = HiddenField()

    def seen(self) -> int | None:
        """The version of the row that the page showed."""
        return number_of(self.version.data)


class TogetherForm(BaseForm):
    """Ticked requests and what is done with all of them. A tick names the request and the version that was seen."""

    act = HiddenField(validators=[AnyOf([act.value for act in BulkAct if act not in ALONE])])
    owner = SelectField(_l("Colleague"), validate_choice=False)
    seen = HiddenField()

    @classmethod
    def of(cls, colleagues: Iterable[tuple[int, str]], **given: Any) -> "TogetherForm":
        form = cls(**given)
        form.owner.choices = [SelectChoice("", str(_l("a colleague")))]
        form.owner.choices += [SelectChoice(str(who), spelled_here(name)) for who, name in colleagues]
        return form

    def chosen(self) -> list[ChosenRequest]:
        """What was ticked; what no tick of ours says is no tick."""
        found = [TICK.fullmatch(typed) for typed in request.form.getlist("rows")[:MOST_TICKS]]
        return [ChosenRequest(int(tick[1]), int(tick[2])) for tick in found if tick]

    def ticked(self) -> set[int]:
        return {one.request_id for one in self.chosen()}

    def owner_id(self) -> int | None:
        return number_of(self.owner.data)

    def owner_name(self) -> str:
        """The chosen colleague, for the line that says what was done."""
        return next((choice.label for choice in self.owner.choices if choice.value == self.owner.data), "")


class SayForm(RequestPressForm):
    """An act that needs words; `said_in` is the field that holds them."""

    said_in = "reason"

    def words(self) -> str:
        """What was typed; call after `accepted()`."""
        return str(self[self.said_in].data or "")


class QuestionForm(SayForm):
    question = LinesField(_l("Your question to the school"), [Needed()], limit=600)
    said_in = "question"


class DeclineForm(SayForm):
    reason = LinesField(_l("The reason, as the school will read it"), [Needed()], limit=600)


class AnswerForm(RequestPressForm):
    answer = LinesField(_l("Your answer"), [Needed()], limit=600)


class PhoneAnswerForm(SayForm):
    answer = LinesField(_l("What the school said on the phone"), [Needed()], limit=600)
    said_in = "answer"


class ReopenForm(SayForm):
    reason = LinesField(
        _l("Why you look at it again, as the school will read it"), [Needed()], limit=600, id="reopen-reason"
    )


class EndForm(SayForm):
    """A request without a visit is over: who says so, and why."""

    by = RadioField(
        _l("Who cancels"),
        [Needed()],
        choices=choices_of(WHO_CANCELS),
    )
    reason = LinesField(_l("The reason, as the school will read it"), [Needed()], limit=600, id="end-reason")


class WithdrawForm(RequestPressForm):
    reason = LinesField(_l("Why (may stay empty)"), limit=300)


class AgainForm(BaseForm):
    """The days within which a request is booked again."""

    first_day = DayField(_l("First day"), [Needed()])
    last_day = DayField(_l("Last day"), [Needed()])


class CountsForm(RowForm):
    """The three numbers of one presentation."""

    pupils = CountField(_l("Pupils"), default=0)
    parents = CountField(_l("Parents"), default=0)
    teachers = CountField(_l("Teachers"), default=0)


class ChangeCountsForm(RequestPressForm, ListedForm):
    """The numbers of each presentation, in their order."""

    presentations = RowsField(FormField(CountsForm), max_entries=MOST_PRESENTATIONS)

    def counts(self) -> list[ExpectedCounts]:
        return [
            ExpectedCounts(
                ordinal, entry.form.pupils.data or 0, entry.form.parents.data or 0, entry.form.teachers.data or 0
            )
            for ordinal, entry in enumerate(self.presentations, 1)
        ]
