"""Why visits are called off, in words that pages, papers and files share."""

from scheduler.core.language import translator
from scheduler.readiness.terms import CancelCause


def cause_words(language: str) -> dict[CancelCause, str]:
    """What came between, for each cause in the order of the choice."""
    _ = translator(language).gettext
    return {
        CancelCause.BUSY: _("The school has something else that day"),
        CancelCause.SHUT: _("No pupils in the building"),
        CancelCause.ILLNESS: _("Somebody is ill"),
        CancelCause.NO_CREW: _("Nobody can go"),
        CancelCause.ROAD: _("Weather, road or car"),
        CancelCause.NO_NEED: _("It is not needed any more"),
        CancelCause.OTHER: _("Something else"),
    }
