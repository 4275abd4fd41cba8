"""The part of a form that asks where in its building a presentation is held: a field for each fact of a venue."""

from wtforms import Form
from wtforms.fields import Field

from scheduler.places.terms.venue import VENUE_FACTS, Venue
from scheduler.web.forms import TextField
from scheduler.web.i18n import _, _l


class VenueFields(Form):  # type: ignore[misc]
    def of_venue(self) -> list[tuple[Field, str]]:
        """Each field with its hint."""
        return [(self[fact.name], _(fact.hint)) for fact in VENUE_FACTS]

    def venue(self) -> Venue:
        return Venue(**{fact.name: self[fact.name].data or "" for fact in VENUE_FACTS})


for fact in VENUE_FACTS:
    setattr(VenueFields, fact.name, TextField(_l(fact.label), limit=fact.letters))
