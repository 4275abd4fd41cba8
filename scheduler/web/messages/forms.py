"""Forms of the outbox: ticks, the reason why one is discarded, other words for one, and how long kinds wait."""

import re

from flask import request
from wtforms import HiddenField, SelectField
from wtforms.validators import AnyOf

from scheduler.core.paging import PER_PAGE
from scheduler.messages.rules import DELAYED
from scheduler.messages.terms import HandAct, MessageGroup, Writing
from scheduler.web.forms import BaseForm, LinesField, Needed, TextField, choices_of
from scheduler.web.i18n import _l
from scheduler.web.messages import words

TICK = re.compile(r"\d{1,9}", re.ASCII)
LONGEST_MAIL = 10_000


class DiscardForm(BaseForm):
    """Why messages are discarded: colleagues read it."""

    reason = TextField(_l("Why"), [Needed()])


class MessagesForm(BaseForm):
    """Ticked messages and what is done with all of them; with `seen` it was shown what that is."""

    act = HiddenField(validators=[AnyOf([act.value for act in words.TITLES])])
    seen = HiddenField()
    reason = TextField(_l("Why"))

    def ticked(self) -> list[int]:
        """What was ticked; what no tick of ours says is no tick."""
        return [int(typed) for typed in request.form.getlist("rows")[:PER_PAGE] if TICK.fullmatch(typed)]

    def chosen_act(self) -> HandAct:
        return HandAct(self.act.data)


class EditForm(BaseForm):
    """Other words for one mail; there is no field for its address. `seen` says which words they take the place of."""

    subject = TextField(_l("Subject"), [Needed()])
    text = LinesField(_l("Text"), [Needed()], limit=LONGEST_MAIL)
    seen = HiddenField()

    def writing(self) -> Writing:
        """What was typed; call after `accepted()`."""
        return Writing(self.subject.data or "", self.text.data or "", (), str(self.seen.data or ""))


class DelaysForm(BaseForm):
    """For how long messages of each group wait in the house."""

    requests, visits, presenters, letters = (
        SelectField(words.GROUPS[group], choices=choices_of(words.MINUTES)) for group in DELAYED
    )

    def minutes(self) -> dict[MessageGroup, int]:
        """What was chosen; call after `accepted()`."""
        return {group: int(self[group.value].data) for group in DELAYED}
