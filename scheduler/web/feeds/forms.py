"""Forms of the feeds."""

from collections.abc import Callable
from dataclasses import dataclass

from wtforms import SelectField

from scheduler.feeds.terms import NAME_LENGTH, FeedOf
from scheduler.web.forms import BaseForm, Needed, TextField
from scheduler.web.i18n import _l


class FeedForm(BaseForm):
    shows = SelectField(_l("What it shows"))
    name = TextField(_l("Where will you read it?"), [Needed()], limit=NAME_LENGTH)

    def __init__(self, shown: dict[str, tuple[FeedOf, str]]) -> None:
        super().__init__()
        self.shown = shown
        if len(shown) > 1:
            self.shows.choices = [(value, words) for value, (_of, words) in shown.items()]
        else:
            del self.shows

    def of(self) -> FeedOf:
        """Whose calendar it will be, and of what; call after `accepted()`."""
        value = self.shows.data if self.shows else next(iter(self.shown))
        return self.shown[value][0]


class ButtonForm(BaseForm):
    """A press of a button: nothing to fill in."""


@dataclass(frozen=True)
class Ways:
    """Where the buttons of a list of addresses lead."""

    make: str
    renew: Callable[[int], str]
    revoke: Callable[[int], str]
