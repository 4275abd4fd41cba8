"""Forms of questions. Those of a class are made from its set: buttons alone, nothing is typed."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from wtforms import RadioField
from wtforms.fields import SelectChoice

from scheduler.core.errors import Reason
from scheduler.core.typed_days import YearMeant
from scheduler.questions.terms import (
    MOST_ANSWERS,
    MOST_CHOICES,
    QuestionDraft,
    QuestionKind,
    QuestionRow,
    TallySheets,
)
from scheduler.questions.wording import choice_words
from scheduler.web.forms import BaseForm, CountField, DayField, LinesField, Needed, choices_of, new_form_key, number_of
from scheduler.web.i18n import _l, page_language
from scheduler.web.limits import first_time, forget_time
from scheduler.web.reasons import worded

FORMS_KEPT = 64  # sets in a language
KINDS = {
    QuestionKind.AGREE: _l("A sentence: how much does one agree, in five steps"),
    QuestionKind.CHOICE: _l("Choices of our own, one of them the aim"),
}


class ClassAnswerForm(BaseForm):
    """What one listener chooses; a field for each question of her set (`class_form`)."""

    def chosen(self) -> dict[int, int]:
        """{question: choice} as sent; what is no number is no answer."""
        said = {field.name: number_of(field.data) for field in self if isinstance(field, RadioField)}
        return {int(name.removeprefix("q")): choice for name, choice in said.items() if choice is not None}

    def is_new(self) -> bool:
        """Whether this form has not been counted yet: pressed twice, it is one answer. Its key says nothing of whom."""
        return first_time(self._of_limits())

    def refuse(self, reason: Reason) -> None:
        """Show why it was not counted, and let it be sent again."""
        forget_time(self._of_limits())
        self.form_errors.append(worded(reason))
        self.form_key.data = new_form_key()

    def _of_limits(self) -> str:
        return f"questions {self.form_key.data}"


def class_form(questions: tuple[QuestionRow, ...]) -> ClassAnswerForm:
    """The form of a set in the language of the page."""
    return _form_of_set(questions, page_language())()


@lru_cache(maxsize=FORMS_KEPT)  # a class of pupils asks for it thirty times
def _form_of_set(questions: tuple[QuestionRow, ...], language: str) -> type[ClassAnswerForm]:
    fields = {
        f"q{one.id}": RadioField(
            one.text(language),
            choices=[
                SelectChoice(str(number), words) for number, words in enumerate(choice_words(one, language), start=1)
            ],
            validate_choice=False,  # one may be left out; what is no choice is refused by the service
        )
        for one in questions
    }
    return type("FormOfASet", (ClassAnswerForm,), fields)


class SetQuestionForm(BaseForm):
    """One question of a set. Empty English is read as the Serbian one in Latin letters."""

    kind = RadioField(_l("How it is answered"), [Needed()], choices=choices_of(KINDS), default=QuestionKind.AGREE.value)
    text_sr_cyrl = LinesField(_l("Question or sentence, in Serbian (Cyrillic)"), [Needed()], limit=200)
    text_en = LinesField(_l("Question or sentence, in English"), limit=200)
    choices_sr_cyrl = LinesField(_l("Choices, in Serbian (Cyrillic)"), limit=500)
    choices_en = LinesField(_l("Choices, in English"), limit=500)
    aim = CountField(_l("Which answer is the aim"), [Needed()], least=1, most=MOST_CHOICES)

    @classmethod
    def of(cls, row: QuestionRow | None) -> "SetQuestionForm":
        if row is None:
            return cls()
        names = ("text_sr_cyrl", "text_en", "choices_sr_cyrl", "choices_en", "aim")
        return cls(data={name: getattr(row, name) for name in names} | {"kind": row.kind.value})

    def draft(self) -> QuestionDraft:
        """What the form says; call after `accepted()`."""
        texts = {
            name: str(self[name].data or "") for name in ("text_sr_cyrl", "text_en", "choices_sr_cyrl", "choices_en")
        }
        return QuestionDraft(kind=QuestionKind(self.kind.data), aim=self.aim.data or 0, **texts)


class QuestionDaysForm(BaseForm):
    """From which day to which; it lives in the address."""

    first = DayField(_l("From"), meant=YearMeant.LAST)
    last = DayField(_l("To"), meant=YearMeant.LAST)

    @classmethod
    def of(cls, args: Any, usual: tuple[dt.date, dt.date]) -> "QuestionDaysForm":
        """As an address fills it; without days it is the usual ones."""
        said = args if args.get("first") or args.get("last") else None
        return cls(said, meta={"csrf": False}, data=dict(zip(("first", "last"), usual, strict=True)))

    def days(self, usual: tuple[dt.date, dt.date]) -> tuple[dt.date, dt.date]:
        """What is asked for, the earlier day first; what is no day is said beside its field, and the usual one."""
        self.validate()
        first, last = (field.data or day for field, day in zip((self.first, self.last), usual, strict=True))
        for field in (self.first, self.last):
            if field.data is not None:
                field.raw_data = None  # a good day is shown as days are written here, however it came
        return (first, last) if first <= last else (last, first)


class QuestionPressForm(BaseForm):
    """A button that does one thing with a set."""


class SheetsForm(BaseForm):
    """What was counted on paper; a field for each choice (`sheets_form`)."""

    sheets = CountField(_l("Sheets in all"), [Needed()], most=MOST_ANSWERS)

    def counted(self, questions: Sequence[QuestionRow]) -> TallySheets:
        """What the form says; call after `accepted()`."""
        sums = {
            one.id: tuple(self[_field(one, number)].data or 0 for number in range(1, one.choices + 1))
            for one in questions
        }
        return TallySheets(self.sheets.data or 0, sums)

    def of_question(self, question: QuestionRow) -> list[Any]:
        """Its fields, one for each choice."""
        return [self[_field(question, number)] for number in range(1, question.choices + 1)]

    def show(self, problems: Mapping[str, Reason]) -> None:
        """What belongs to a question stands beside its first choice."""
        super().show({_first_field(name): reason for name, reason in problems.items()})


def sheets_form(questions: Sequence[QuestionRow], sheets: int, sums: Mapping[int, Mapping[int, int]]) -> SheetsForm:
    """The form of a set, as it was typed so far."""
    fields = {
        _field(one, number): CountField(words, most=MOST_ANSWERS)
        for one in questions
        for number, words in enumerate(choice_words(one, page_language()), start=1)
    }
    held = {
        _field(one, number): sums.get(one.id, {}).get(number, 0)
        for one in questions
        for number in range(1, one.choices + 1)
    }
    made: SheetsForm = type("SheetsOfASet", (SheetsForm,), fields)(data={"sheets": sheets, **held})
    return made


def _field(question: QuestionRow, number: int) -> str:
    return f"q{question.id}_{number}"


def _first_field(name: str) -> str:
    return f"q{name.removeprefix('sums-')}_1" if name.startswith("sums-") else name
