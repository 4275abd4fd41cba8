"""Where in its building a presentation is held, as its host tells it: one declaration of these facts.

Forms, pages, papers, calendar entries and copies loop over `VENUE_FACTS`; none of them names a fact.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.core.errors import N_
from scheduler.core.language import translator
from scheduler.core.names import spelled


@dataclass(frozen=True)
class VenueFact:
    """A fact of a venue: its field in `Venue` and its column, the label and the hint of a form, how many letters."""

    name: str
    label: str
    hint: str = ""
    letters: int = 100


VENUE_FACTS = (VenueFact("room", N_("Room"), N_("May stay empty. For example: assembly hall, ground floor.")),)


@dataclass(frozen=True)
class Venue:
    """Where in its building a presentation is held. False while nothing is known."""

    room: str = ""

    def __bool__(self) -> bool:
        return any(value for _fact, value in self._known())

    def facts(self, language: str) -> list[tuple[str, str]]:
        """Label and value of what is known, in the letters of a language."""
        said = translator(language).gettext
        return [(said(fact.label), spelled(value, language)) for fact, value in self._known()]

    def text(self, language: str) -> str:
        """The values alone, for a column of a table."""
        return ", ".join(value for _label, value in self.facts(language))

    def phrase(self, language: str) -> str:
        """Within a sentence: "room: 12"."""
        return " · ".join(f"{label[:1].lower()}{label[1:]}: {value}" for label, value in self.facts(language))

    def _known(self) -> Iterator[tuple[VenueFact, str]]:
        return ((fact, value) for fact in VENUE_FACTS if (value := getattr(self, fact.name)))


NO_VENUE = Venue()
