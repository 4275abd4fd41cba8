"""The forms of an absence and of a drive."""

from collections.abc import Sequence

from wtforms import HiddenField

from scheduler.staffing.terms.drives import MOST_MINUTES, DriveDraft
from scheduler.staffing.terms.late_notice import MOST_KILOMETRES
from scheduler.visits.terms.rows import VisitRow
from scheduler.web.forms import BaseForm, CountField, DayField, LinesField, Needed
from scheduler.web.i18n import _l
from scheduler.web.seen_forms import REASON_LENGTH


class DriveForm(BaseForm):
    """What was driven for a visit, there and back."""

    kilometres = CountField(_l("Kilometres driven, there and back"), [Needed()], most=MOST_KILOMETRES)
    minutes = CountField(_l("Minutes driven, there and back"), [Needed()], most=MOST_MINUTES)
    reason = LinesField(_l("Why it was not as planned"), [Needed()], limit=REASON_LENGTH)

    def draft(self) -> DriveDraft:
        return DriveDraft(self.kilometres.data, self.minutes.data, self.reason.data or "")


class AbsenceForm(BaseForm):
    """On which days a presenter cannot come; it remembers which visits she saw there."""

    first_day = DayField(_l("First day"), [Needed()])
    last_day = DayField(_l("Last day"), [Needed()])
    seen = HiddenField()

    def show_visits(self, visits: Sequence[VisitRow]) -> None:
        """The visits that are on the page now are what its reader will have seen."""
        self.seen.data = " ".join(visit.number for visit in visits)

    def seen_visits(self) -> list[str]:
        """Numbers of the visits that the reader saw."""
        return str(self.seen.data or "").split()
