"""Words of closures: where hosts are shut, and why."""

from scheduler.places.terms import ClosureReason, ClosureRow, SchoolCalendar
from scheduler.web.i18n import _, _l, page_language

REASONS = {
    ClosureReason.SNOW: _l("Snow"),
    ClosureReason.STRIKE: _l("Strike"),
    ClosureReason.EXAM_DAY: _l("Exam day"),
    ClosureReason.OTHER: _l("Another reason"),
}


def closure_place(row: ClosureRow) -> str:
    """Where hosts are shut, in words."""
    if name := row.place(page_language()):
        return name
    if row.extent.calendar is SchoolCalendar.VOJVODINA:
        return _("Vojvodina")
    return _("Everything outside Vojvodina") if row.extent.calendar else _("The whole country")


def closure_reason(row: ClosureRow) -> str:
    """Why, in words: the reason and what was typed."""
    return " · ".join(part for part in (str(REASONS[row.reason]), row.note) if part)
