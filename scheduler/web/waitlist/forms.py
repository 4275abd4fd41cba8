"""The form of what counts on the waiting list."""

from scheduler.waitlist.terms import Weights
from scheduler.web.forms import BaseForm, CountField, Needed
from scheduler.web.i18n import _l


class WeightsForm(BaseForm):
    """What counts on the waiting list, in points."""

    per_year = CountField(_l("Points for each year without a visit"), [Needed()], most=99)
    most_years = CountField(_l("Years that count, at most"), [Needed()], most=99)
    rural = CountField(_l("Points for a school in a village"), [Needed()], most=99)
    special_needs = CountField(_l("Points for pupils with special needs"), [Needed()], most=99)
    per_month = CountField(_l("Points for each 30 days of waiting"), [Needed()], most=99)

    def weights(self) -> Weights:
        """What the form says; call after `accepted()`."""
        return Weights(**{name: self[name].data for name in Weights.__dataclass_fields__})
