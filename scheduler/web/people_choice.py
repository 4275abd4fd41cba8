"""Choosing presenters in a form: from all of them where they are few, else from those found by name.

Without a script the form is sent to find, and comes back as it was filled with those who were found beside those who
were chosen. With one they come while the name is typed.
"""

from collections.abc import Collection
from typing import Any

from wtforms import Field, HiddenField, SubmitField
from wtforms.fields import SelectChoice

from scheduler.core.text import fold
from scheduler.staffing.queries.found_people import MOST_OFFERED, PeopleOffered, people_offered
from scheduler.web.forms import ManyField, TextField, number_of
from scheduler.web.guards import current_actor
from scheduler.web.i18n import _l, spelled_here


class ChoosesPeople:
    """What a form needs beside the field in which presenters are chosen, which it gives to `offer_people`.

    A name that was typed and not looked for yet makes the sending a search, whichever button was pressed; and so does
    Enter while a name stands there.
    """

    found_by = TextField(_l("Find by name"), limit=80)
    found_for = HiddenField()  # whose finds the page shows
    find = SubmitField(_l("Find"))
    entered = SubmitField()  # Enter in whatever field sends by this button

    most_offered = MOST_OFFERED
    offered: PeopleOffered

    def offer_people(self, chosen: Field, kept: Collection[int] = (), *, minors_by_given_name: bool = False) -> None:
        """Fill the choices of the field: who is chosen stays, whoever else was looked for."""
        form: Any = self
        ids = chosen.data if isinstance(chosen, ManyField) else [chosen.data]
        numbers = [number for one in ids or () if (number := number_of(one)) is not None]
        typed = str(form.found_by.data or "")
        by_enter = bool(form.entered.data and typed)
        self._seeks = form.find.data or by_enter or fold(typed) != fold(str(form.found_for.data or ""))
        form.found_for.data = typed
        self.offered = people_offered(current_actor().centre_id or 0, fold(typed).split(), numbers, kept)
        nobody = [] if isinstance(chosen, ManyField) else [SelectChoice("", _l("Choose"))]
        chosen.choices = [
            *nobody,
            *(
                SelectChoice(
                    str(one.presenter_id),
                    spelled_here(one.given_name if minors_by_given_name and one.adult_on else one.full_name),
                )
                for one in self.offered.people
            ),
        ]

    def seeks(self) -> bool:
        """Whether the form was sent to find somebody: nothing is stored, and nothing that is missing is told."""
        return bool(self._seeks)

    def sought(self) -> bool:
        """Whether a name was looked for."""
        form: Any = self
        return bool(form.found_by.data)
