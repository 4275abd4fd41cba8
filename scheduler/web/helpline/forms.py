"""The page of one period: days, totals, splits; and the reasons of a correction."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import request
from wtforms import HiddenField, SelectField
from wtforms.fields import SelectChoice

from scheduler.core.errors import Reason
from scheduler.core.typed_days import YearMeant
from scheduler.helpline.rules import cells_of, disagreements
from scheduler.helpline.terms import (
    MOST_COUNTED,
    SUMS,
    TOTAL_OF,
    TOTALS,
    CaseOutcome,
    CorrectionCause,
    HelplineDraft,
    HelplineMargin,
    HelplineMonth,
    HelplineReason,
    ListDraft,
)
from scheduler.web.forms import BaseForm, CountField, DayField, LinesField, Needed, choices_of
from scheduler.web.helpline.words import SPLITS, TOTAL_WORDS, disagreement
from scheduler.web.history import CORRECTION_CAUSES
from scheduler.web.i18n import _l

LONGEST_LIST = 12_000  # letters of all lines of a list
SUMS_FIRST = next(iter(SUMS))  # the part that is open until another one is chosen
SUM_REASONS = (HelplineReason.SUM_DISAGREES, HelplineReason.MORE_THAN_ITS_TOTAL)
Names = Mapping[HelplineMargin, Mapping[str, str]]


@dataclass(frozen=True)
class MonthPart:
    """One total or one split of a month: few fields that are typed together, and what they make until now."""

    name: str
    heading: str
    fields: tuple[str, ...]
    total: str
    made: int
    most: bool  # its parts may make less than the total


class MonthForm(BaseForm):
    """The days and totals; `month_form` adds a field for each code. Empty is nothing."""

    first_day = DayField(_l("First day"), [Needed()], meant=YearMeant.LAST)
    last_day = DayField(_l("Last day"), [Needed()], meant=YearMeant.LAST)
    version = HiddenField()
    names: ClassVar[Names] = {}

    def draft(self) -> HelplineDraft:
        """What the form says; call after `accepted()`."""
        margins = {
            margin: {code: number for code in codes if (number := self[f"{margin}.{code}"].data)}
            for margin, codes in self.names.items()
        }
        totals = {name: self[name].data or 0 for name in TOTALS}
        return HelplineDraft(*days_in(self), totals, margins)

    def parts(self) -> list[MonthPart]:
        """Totals first, then the splits; every field of a number lies in one of them."""
        found = []
        for total, names in SUMS.items():
            whole = () if total in tuple(CaseOutcome) else (total,)
            found.append((total, str(TOTAL_WORDS[total]), (*whole, *names), total, names))
        for margin, codes in self.names.items():
            fields = tuple(f"{margin}.{code}" for code in codes)
            found.append((margin, str(SPLITS[margin]), fields, TOTAL_OF[margin], fields))
        return [
            MonthPart(name, heading, fields, total, sum(self[one].data or 0 for one in added), name != total)
            for name, heading, fields, total, added in found
        ]

    def open_parts(self) -> list[str]:
        """The part that was chosen, and those in which something is wrong."""
        parts = {part.name: part for part in self.parts()}
        chosen = next((one for one in (request.form.get("show"), request.form.get("part")) if one in parts), SUMS_FIRST)
        return [name for name, part in parts.items() if name == chosen or any(self[one].errors for one in part.fields)]

    def show(self, problems: Mapping[str, Reason]) -> None:
        """A sum that disagrees is told with both numbers, beside its total or on top of the page."""
        super().show({name: reason for name, reason in problems.items() if reason not in SUM_REASONS})
        for one in disagreements(self.draft()) if any(reason in SUM_REASONS for reason in problems.values()) else ():
            if one.most:
                self.form_errors.append(disagreement(one))
            else:
                self[one.name].errors = [*self[one.name].errors, disagreement(one)]


class CorrectedMonthForm(MonthForm):
    """The same of stored figures, with the reason of the change."""

    why = SelectField(_l("Why they change"), choices=[SelectChoice("", _l("Choose")), *choices_of(CORRECTION_CAUSES)])


class WhyForm(BaseForm):
    """Why signed figures are opened."""

    why = SelectField(_l("Why they change"), choices=choices_of(CORRECTION_CAUSES))


class ListForm(BaseForm):
    """A new version of the topics and acts: a line each."""

    first_day = DayField(_l("Used from"), [Needed()])
    topics = LinesField(_l("Topics"), [Needed()], limit=LONGEST_LIST)
    acts = LinesField(_l("Criminal acts"), limit=LONGEST_LIST)

    def draft(self) -> ListDraft:
        """What the form says; call after `accepted()`."""
        if self.first_day.data is None:
            raise ValueError("a form that was not accepted")
        return ListDraft(self.first_day.data, self.topics.data or "", self.acts.data or "")


class PublishForm(BaseForm):
    """Which days the public is told."""

    first_day = DayField(_l("First day"), [Needed()], meant=YearMeant.LAST)
    last_day = DayField(_l("Last day"), [Needed()], meant=YearMeant.LAST)


def month_form(names: Names, month: HelplineMonth | None = None, **given: Any) -> MonthForm:
    """The form with a field for each number that the list of the period knows, filled with what is stored."""
    kind = MonthForm if month is None else CorrectedMonthForm
    fields: dict[str, Any] = {"names": names}
    for name in TOTALS:
        fields[name] = CountField(TOTAL_WORDS[name], most=MOST_COUNTED)
    for margin, codes in names.items():
        for code, word in codes.items():
            fields[f"{margin}.{code}"] = CountField(word, most=MOST_COUNTED)
    if month is not None:
        stored = {name: number for name, number in cells_of(month.figures).items() if number or name in SUMS}
        given = {"first_day": month.figures.first_day, "last_day": month.figures.last_day, **stored, **given}
        given["version"] = str(month.version)
    made: MonthForm = type(kind.__name__, (kind,), fields)(data=given)
    return made


def days_in(form: BaseForm) -> tuple[dt.date, dt.date]:
    """The days that an accepted form says; both are needed fields."""
    first, last = form["first_day"].data, form["last_day"].data
    if first is None or last is None:
        raise ValueError("a form that was not accepted")
    return first, last


def cause_of(form: BaseForm) -> CorrectionCause | None:
    """The reason that was chosen; None while nobody chose one."""
    said = str(form["why"].data or "")
    return CorrectionCause(said) if said in tuple(CorrectionCause) else None
