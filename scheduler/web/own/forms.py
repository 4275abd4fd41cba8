"""The form of an absence."""

from collections.abc import Sequence

from wtforms import HiddenField

from scheduler.visits.terms.rows import VisitRow
from scheduler.web.forms import BaseForm, DayField, Needed
from scheduler.web.i18n import _l


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
