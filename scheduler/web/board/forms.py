"""The form of the board: where a visit is put."""

from collections.abc import Sequence

from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields import SelectChoice

from scheduler.board.terms import Placing, PresenterChoice
from scheduler.core import clock
from scheduler.web.forms import DayField, Needed, TextField, TimeField, number_of
from scheduler.web.i18n import _, _l, page_language
from scheduler.web.seen_forms import ANSWER_WITHIN, REASON_LENGTH, UntilForm


class PlaceForm(UntilForm):
    """The move panel of the board: day, presenter and start of a visit; `leaves` is whose block was taken up."""

    on_day = DayField(_l("Day"), [Needed()])
    presenter = SelectField(_l("Presenter"), validate_choice=True)
    starts_local = TimeField(_l("Start"), [Needed()])
    offer = BooleanField(_l("Ask the new presenter at once"), default=True)
    meant = BooleanField(_l("I mean it: further than this presenter said to go"))
    reason = TextField(_l("Reason, told to nobody outside the centre"), limit=REASON_LENGTH)
    leaves = HiddenField(filters=[lambda typed: str(typed or "")[:12]])

    def furnish(self, people: Sequence[PresenterChoice], leaves: int | None, *, whole: bool) -> None:
        """Who can be chosen; nobody is a choice too. `whole`: these are all presenters of the centre."""
        if not whole:
            self.presenter.description = _("Who lives nearest is listed; the page of the visit has everybody.")
        nobody = _("The crew stays as it is") if leaves is None else _("Nobody, back to the visits without a crew")
        rows = [SelectChoice(str(one.presenter_id), one.label(page_language())) for one in people]
        self.presenter.choices = [SelectChoice("", nobody), *rows]

    @property
    def from_whom(self) -> int | None:
        """Whose block was taken up; None: the visit's as such."""
        return number_of(self.leaves.data)

    def placing(self) -> Placing | None:
        """What the form says as far as it has its shape; None without a day or a start."""
        day, start = self.on_day.data, self.starts_local.data
        if day is None or start is None:
            return None
        named = self.until_day.data and self.until_time.data
        return Placing(
            on_day=day,
            starts_local=start,
            until=self.until() if named else clock.now() + ANSWER_WITHIN,
            leaves=self.from_whom,
            comes=number_of(self.presenter.data),
            offer=bool(self.offer.data),
            meant=bool(self.meant.data),
        )
