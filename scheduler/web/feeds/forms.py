"""Forms of the feeds."""

from scheduler.feeds.terms import NAME_LENGTH
from scheduler.web.forms import BaseForm, Needed, TextField
from scheduler.web.i18n import _l


class FeedForm(BaseForm):
    name = TextField(_l("Where will you read it?"), [Needed()], limit=NAME_LENGTH)


class ButtonForm(BaseForm):
    """A press of a button: nothing to fill in."""
