"""Forms of concerns: none has a field into which a word about a child fits."""

import datetime as dt
from typing import cast

from wtforms import HiddenField, RadioField

from scheduler.concerns.terms import OpenConcern
from scheduler.core.typed_days import YearMeant
from scheduler.safeguarding.terms import LiftedBecause
from scheduler.web.forms import BaseForm, DayField, Needed, PhoneField, choices_of, number_of
from scheduler.web.i18n import _l

LIFTED = {
    LiftedBecause.NOTHING_FOUND: _l("looked into: there is nothing in it"),
    LiftedBecause.SOMEBODY_ELSE: _l("it was about another one of the crew"),
    LiftedBecause.SETTLED: _l("talked over, and what was agreed is done"),
}


class ConcernForm(BaseForm):
    """On which day the presenter came to the school that is chosen, and how to be called back."""

    on_day = DayField(_l("On which day were they there?"), [Needed()], meant=YearMeant.LAST)
    phone = PhoneField(_l("Your phone number"))
    host_id = HiddenField()

    def draft(self) -> OpenConcern:
        """What the form says; call after `accepted()`."""
        return OpenConcern(number_of(self.host_id.data) or 0, cast(dt.date, self.on_day.data), self.phone.data or "")


class StopLiftForm(BaseForm):
    """Why a presenter takes new visits again: chosen, so that nothing is written about anybody."""

    because = RadioField(_l("Why"), [Needed()], choices=choices_of(LIFTED))

    def said(self) -> LiftedBecause:
        """What the form says; call after `accepted()`."""
        return LiftedBecause(self.because.data)
