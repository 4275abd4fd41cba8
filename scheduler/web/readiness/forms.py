"""Forms between the plan and the visit: another date, the checklist, the centre's answer."""

import datetime as dt
from collections.abc import Sequence

from wtforms import BooleanField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from scheduler.readiness.terms import READY_ITEMS, CallOff, CancelCause, Checklist, ReadyItem, WishDraft
from scheduler.web.day_slots import DateChoice
from scheduler.web.forms import BaseForm, LinesField, Needed, TimeField, choices_of
from scheduler.web.i18n import _l
from scheduler.web.labels import CAUSES
from scheduler.web.seen_forms import REASON_LENGTH, ReasonForm

CAUSES_OF_SCHOOLS = {cause: words for cause, words in CAUSES.items() if cause is not CancelCause.NO_CREW}


class DateWishForm(BaseForm):
    """Which days would suit instead, and why."""

    first_choice = RadioField(_l("The day that suits you best"), [Needed()])
    second_choice = RadioField(_l("Another day that suits you (may stay empty)"), [Optional()])
    starts_local = TimeField(_l("Hour that suits you better"), [Optional()])
    reason = LinesField(_l("Why the agreed day does not suit you"), [Needed()], limit=REASON_LENGTH)

    def draft(self) -> WishDraft:
        """What the form says; call after `accepted()`."""
        first, second = self.first_choice.data, self.second_choice.data
        other = dt.date.fromisoformat(second) if second else None
        return WishDraft(dt.date.fromisoformat(first), self.reason.data or "", other, self.starts_local.data)

    def offer(self, days: Sequence[DateChoice]) -> "DateWishForm":
        """The days to press: those on which somebody can come."""
        self.first_choice.choices = self.second_choice.choices = [SelectChoice(one.value, one.words) for one in days]
        return self


class StoppedDateForm(DateWishForm):
    """Days that the school proposes instead of one that a closure stopped."""

    reason = LinesField(_l("What we should know about these days (may stay empty)"), limit=REASON_LENGTH)


class SchoolCallOffForm(ReasonForm):
    """A school calls its visit off."""

    cause = RadioField(_l("What came between (may stay empty)"), [Optional()], choices=choices_of(CAUSES_OF_SCHOOLS))
    reason = LinesField(_l("Reason"), [Needed()], limit=REASON_LENGTH)  # last, as on the page

    def said(self) -> CallOff:
        """What the form says; call after `accepted()`."""
        return CallOff(self.reason.data or "", cause=CancelCause(self.cause.data or CancelCause.OTHER))


class ChecklistForm(BaseForm):
    """What a school prepares, one tick each."""

    room = BooleanField(_l("The room is reserved and fits everybody"))
    equipment = BooleanField(_l("Projector, loudspeakers and internet work, or the centre knows that they do not"))
    teacher = BooleanField(_l("The teacher who stays in the room knows day and hour"))
    parents = BooleanField(_l("The note to parents is given out"))
    door = BooleanField(_l("Somebody waits for the presenters at the door"))

    @classmethod
    def of(cls, checklist: Checklist) -> "ChecklistForm":
        """With what is ticked already."""
        return cls(data={item.value: item in checklist.ticked for item in READY_ITEMS})

    def ticked(self) -> list[ReadyItem]:
        return [item for item in READY_ITEMS if self[item.value].data]
