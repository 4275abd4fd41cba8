"""Forms between the plan and the visit: another date, the checklist, the centre's answer."""

from wtforms import BooleanField

from scheduler.readiness.terms import READY_ITEMS, Checklist, ReadyItem, WishDraft
from scheduler.web.forms import BaseForm, DayField, LinesField, Needed
from scheduler.web.i18n import _l
from scheduler.web.seen_forms import REASON_LENGTH


class DateWishForm(BaseForm):
    """Which days would suit instead, and why."""

    first_choice = DayField(_l("The day that suits you best"), [Needed()])
    second_choice = DayField(_l("Another day that suits you (may stay empty)"))
    reason = LinesField(_l("Why the agreed day does not suit you"), [Needed()], limit=REASON_LENGTH)

    def draft(self) -> WishDraft:
        """What the form says; call after `accepted()`."""
        return WishDraft(self.first_choice.data, self.reason.data, self.second_choice.data)


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
