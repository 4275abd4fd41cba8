"""Forms of counting: four numbers on a phone, the school's answer, the coordinator's decision."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, Form, FormField, HiddenField, RadioField, SelectChoice

from scheduler.attendance.rules import LONGEST_MINUTES, MOST_IN_A_ROOM, MOST_TURNS
from scheduler.attendance.terms import (
    CountDraft,
    CountedPresentation,
    CountedVisit,
    CountSheet,
    CountSource,
    CrewAt,
    HeadCounts,
)
from scheduler.core.errors import Reason
from scheduler.web import forms
from scheduler.web.forms import (
    BaseForm,
    CountField,
    LinesField,
    ManyField,
    Needed,
    TextField,
    UploadField,
    number_of,
)
from scheduler.web.i18n import _l
from scheduler.web.list_forms import ListedForm, RowsField
from scheduler.web.photo_form import sent_in
from scheduler.web.reasons import worded

MOST_TALKS = 20


class Sure:
    """A number far from what was announced is asked about once: a tick, and of how many it was said."""

    asked_of = HiddenField()
    sure = BooleanField(_l("The number is right"))

    def ask(self: Any, reason: Reason, counts: HeadCounts) -> None:
        """Show the tick, not ticked, for these numbers."""
        self.asked_of.data, self.sure.data = str(counts.total), False
        self.sure.errors = [worded(reason)]

    def sure_of(self: Any) -> int | None:
        """How many in all are right, far off as they are; None while nobody said so."""
        return number_of(self.asked_of.data) if self.sure.data else None


class FourNumbers(Form):  # type: ignore[misc]
    """Pupils, parents, teachers, others."""

    class Meta(Form.Meta):  # type: ignore[misc]
        def get_translations(self, form: Form) -> forms.OurWords:
            return forms.OurWords()

    pupils = CountField(_l("Pupils"), [Needed()], default=0, most=MOST_IN_A_ROOM)
    parents = CountField(_l("Parents"), [Needed()], default=0, most=MOST_IN_A_ROOM)
    teachers = CountField(_l("Teachers"), [Needed()], default=0, most=MOST_IN_A_ROOM)
    others = CountField(_l("Others"), [Needed()], default=0, most=MOST_IN_A_ROOM)

    def counts(self) -> HeadCounts:
        return HeadCounts(self.pupils.data or 0, self.parents.data or 0, self.teachers.data or 0, self.others.data or 0)


class OwnNumbers(Sure, FourNumbers):
    """The school's four numbers of one presentation."""


class HeadCountForm(Sure, BaseForm):
    """What an educator types when leaving the room."""

    pupils = CountField(_l("Pupils"), [Needed()], default=0, most=MOST_IN_A_ROOM)
    parents = CountField(_l("Parents"), [Needed()], default=0, most=MOST_IN_A_ROOM)
    teachers = CountField(_l("Teachers"), [Needed()], default=0, most=MOST_IN_A_ROOM)
    others = CountField(_l("Others"), [Needed()], default=0, most=MOST_IN_A_ROOM)
    teacher_present = BooleanField(_l("A teacher was there the whole time"))
    same_pupils = BooleanField(_l("The same pupils as at an earlier talk"))
    turned_away = CountField(_l("Left at the door"), default=0, most=MOST_IN_A_ROOM)
    minutes_given = CountField(_l("Minutes given"), [Needed()], most=LONGEST_MINUTES)
    absent = ManyField(_l("Who of you was not there?"), coerce=int, choices=[], validate_choice=False)
    sheet = HiddenField(
        filters=[lambda key: str(key or "").replace("\0", "")[:200]]
    )  # made by the server, for one showing
    turn = HiddenField()  # the how-many-eth try of a phone

    def ask_about(self, others: Sequence[CrewAt]) -> None:
        """Offer the rest of the crew; what was typed about somebody else is left out."""
        self.absent.choices = [SelectChoice(one.presenter_id, one.name) for one in others]
        known = {one.presenter_id for one in others}
        self.absent.data = [one for one in self.absent.data or () if one in known]

    counts = FourNumbers.counts

    def draft(self, noted: Collection[int]) -> CountDraft:
        """What the form says, and who was noted as absent already and is not asked about; call after `accepted()`."""
        return CountDraft(
            self.counts(),
            teacher_present=self.teacher_present.data,
            minutes_given=self.minutes_given.data or 0,
            same_pupils=self.same_pupils.data,
            turned_away=self.turned_away.data or 0,
            absent=frozenset(self.absent.data or ()).union(noted),
            sure_of=self.sure_of(),
        )

    def delivery(self, *, asks: bool) -> CountSheet:
        """By what the server knows these numbers again; a page is one try."""
        turn = 0 if asks else min(number_of(self.turn.data) or 1, MOST_TURNS)
        return CountSheet(self.sheet.data or "", turn, asks=asks)

    def show(self, problems: Mapping[str, Reason]) -> None:
        """A number far from what was announced is no fault: it asks, and keeps what was typed."""
        super().show({field: reason for field, reason in problems.items() if field != "sure"})
        if "sure" in problems:
            self.ask(problems["sure"], self.counts())


def said_before(one: CountedPresentation) -> dict[str, object]:
    """What the form shows at first: what was said already, else nobody and the planned minutes."""
    said = one.said_by_educator
    if said is None:
        return {"minutes_given": one.minutes, "teacher_present": False}
    return vars(said) | {
        "teacher_present": bool(one.teacher_present),
        "same_pupils": one.same_pupils,
        "turned_away": one.turned_away,
        "minutes_given": one.minutes_given,
    }


class SignNumbersForm(ListedForm):
    """The school's numbers for each presentation that waits for them, in order."""

    presentations = RowsField(FormField(OwnNumbers), max_entries=MOST_TALKS)

    def show_beside(self, problems: Mapping[str, Reason], waiting: list[CountedPresentation]) -> None:
        """What is far off asks beside its presentation; whatever else stands on top."""
        for one, entry in zip(waiting, self.presentations, strict=False):
            if reason := problems.get(f"sure-{one.presentation_id}"):
                entry.form.ask(reason, entry.form.counts())
        self.form_errors.extend(worded(reason) for field, reason in problems.items() if not field.startswith("sure-"))

    def said(self, waiting: list[CountedPresentation]) -> dict[int, HeadCounts]:
        """By presentation; one that the form does not hold is left out."""
        pairs = zip(waiting, self.presentations, strict=False)
        return {one.presentation_id: entry.form.counts() for one, entry in pairs}

    def sure_of(self, waiting: list[CountedPresentation]) -> dict[int, int | None]:
        """By presentation, of how many in all the school has said that they are right."""
        return {
            one.presentation_id: entry.form.sure_of() for one, entry in zip(waiting, self.presentations, strict=False)
        }


class NamesForm(BaseForm):
    """Teachers and other adults who want a certificate, one a line."""

    names = LinesField(_l("Names, one a line"), limit=20_000)

    def list_of_names(self) -> tuple[str, ...]:
        return tuple(name for line in (self.names.data or "").split("\n") if (name := line.strip()))


class WhoseNumbers(Form):  # type: ignore[misc]
    """Whose numbers of one presentation count."""

    class Meta(Form.Meta):  # type: ignore[misc]
        def get_translations(self, form: Form) -> forms.OurWords:
            return forms.OurWords()

    ordinal = HiddenField()  # by it and not by its place: another presentation may have been locked meanwhile
    mark = HiddenField()  # of the numbers that its reader saw
    source = RadioField(
        _l("Whose numbers count?"),
        choices=[
            SelectChoice(CountSource.EDUCATOR.value, _l("The presenter's")),
            SelectChoice(CountSource.SCHOOL.value, _l("The school's")),
        ],
    )


class LockForm(BaseForm):
    """Whose numbers count, of each presentation that waits for a lock."""

    presentations = RowsField(FormField(WhoseNumbers), max_entries=MOST_TALKS)

    def sources(self, visit: CountedVisit) -> dict[int, CountSource]:
        """By presentation; call after `accepted()`."""
        return {one.presentation_id: CountSource(entry.source.data) for one, entry in self._each(visit)}

    def seen(self, visit: CountedVisit) -> dict[int, str]:
        """The marks of what the reader saw, by presentation."""
        return {one.presentation_id: entry.mark.data or "" for one, entry in self._each(visit)}

    def _each(self, visit: CountedVisit) -> list[tuple[CountedPresentation, Any]]:
        asked = [(visit.presentation(entry.ordinal.data or ""), entry) for entry in self.presentations]
        return [(one, entry) for one, entry in asked if one]


class LockManyForm(BaseForm):
    """Which of the numbers that the page showed are locked: "presentation-version" of each that stays ticked."""

    chosen = ManyField(_l("Lock"), choices=[], validate_choice=False)

    def seen(self) -> dict[int, int]:
        """{presentation: version}; what has not that shape is left out."""
        found = (re.fullmatch(r"(\d{1,9})-(\d{1,9})", str(one), re.ASCII) for one in self.chosen.data or ())
        return {int(one[1]): int(one[2]) for one in found if one}


class CorrectForm(BaseForm):
    """Other numbers after the lock, and why."""

    pupils = CountField(_l("Pupils"), [Needed()], most=MOST_IN_A_ROOM)
    parents = CountField(_l("Parents"), [Needed()], most=MOST_IN_A_ROOM)
    teachers = CountField(_l("Teachers"), [Needed()], most=MOST_IN_A_ROOM)
    others = CountField(_l("Others"), [Needed()], most=MOST_IN_A_ROOM)
    reason = TextField(_l("Reason"), [Needed()], limit=300)
    version = HiddenField()  # of the numbers that its reader saw

    counts = FourNumbers.counts

    def seen(self) -> int:
        """The version that the reader saw; one that no numbers have when the form does not say."""
        return number_of(self.version.data) or 0


class SheetForm(BaseForm):
    """A filled sheet."""

    scan = UploadField(
        _l("Photograph or scan of the filled sheet"),
        [Needed(_l("Choose the scan or the photograph."))],
        render_kw={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"},
    )

    def content(self) -> bytes:
        """What was chosen; of a file that is too large a byte too much is read."""
        return sent_in(self.scan)
