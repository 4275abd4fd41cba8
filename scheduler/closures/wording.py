"""A closure in words: where hosts are shut, and why; for pages and calendars."""

from scheduler.core.alphabet import alphabet_key
from scheduler.core.errors import N_
from scheduler.core.language import translator
from scheduler.places.terms.hosts import ClosureReason, ClosureRow, SchoolCalendar

REASONS = {
    ClosureReason.SNOW: N_("Snow"),
    ClosureReason.STRIKE: N_("Strike"),
    ClosureReason.EXAM_DAY: N_("Exam day"),
    ClosureReason.OTHER: N_("Another reason"),
}


def closure_places(row: ClosureRow, language: str) -> list[str]:
    """Every place that a closure shuts, the wide ones first, the others by name."""
    _ = translator(language).gettext
    calendars = {
        SchoolCalendar.VOJVODINA: _("Vojvodina"),
        SchoolCalendar.REPUBLIC: _("Everything outside Vojvodina"),
        None: _("The whole country"),
    }
    named = sorted(
        (
            # a district and its largest town may share a name
            _("%(name)s (district)") % {"name": one.name(language)} if one.extent.district_id else one.name(language)
            for one in row.places
            if one.name_sr_latn
        ),
        key=alphabet_key,
    )
    wide = [calendars[one.extent.calendar] for one in row.places if not one.name_sr_latn]
    return [*wide, *named]
