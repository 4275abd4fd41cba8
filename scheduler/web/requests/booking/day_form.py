"""The form of the further parts of a booking: one sitting of each programme but the first."""

from wtforms import FormField, HiddenField

from scheduler.requests.rules.school_request import MOST_PRESENTATIONS
from scheduler.requests.terms.school_request import DayPart, PresentationDraft
from scheduler.web.forms import number_of
from scheduler.web.i18n import _l
from scheduler.web.list_forms import ListedForm, RowsField
from scheduler.web.requests.forms import PresentationForm, presentation_of

MOST_FURTHER_PARTS = MOST_PRESENTATIONS - 1  # beside the first


class PartForm(PresentationForm):
    """One sitting of another programme; which one, its page says."""

    programme = HiddenField()


class DayForm(ListedForm):
    """What each further programme asks: who listens, how many, from when."""

    parts = RowsField(FormField(PartForm, label=_l("Programme")), max_entries=MOST_FURTHER_PARTS)

    def drafts(self) -> dict[int, PresentationDraft]:
        """The sitting of each programme that was named and can be read."""
        found: dict[int, PresentationDraft] = {}
        for entry in self.parts:
            if (programme_id := number_of(entry.form.programme.data)) is not None:
                found[programme_id] = presentation_of(entry.form, DayPart.ANY)
        return found
