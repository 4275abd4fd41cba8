"""A presenter's own day: what goes into the bag, how long a contact is shown."""

import datetime as dt
from collections.abc import Iterable

from scheduler.staffing.terms.own_days import Kit, School
from scheduler.visits.terms.rows import PresentationRow

CONTACT_KEPT = dt.timedelta(days=7)


def contact_is_shown(on_day: dt.date, today: dt.date) -> bool:
    """Whether a presenter still reads whom to call at the school: until a week after the visit."""
    return today <= on_day + CONTACT_KEPT


def kit_of(school: School, presentations: Iterable[PresentationRow]) -> tuple[tuple[Kit, int], ...]:
    """What to take along, each with a number (0: no number): what the school lacks, and a leaflet for each head."""
    heads, adults = 0, 0
    for row in presentations:
        heads += row.expected_pupils + row.expected_parents + row.expected_teachers
        adults += row.expected_parents + row.expected_teachers
    wanted = [
        (Kit.COMPUTER, 0, True),
        (Kit.ADAPTERS, 0, school.has_projector is not False),
        (Kit.PROJECTOR, 0, school.has_projector is False),
        (Kit.LOUDSPEAKER, 0, school.has_sound is False),
        (Kit.OFFLINE, 0, school.has_internet is not True),
        (Kit.LEAFLETS, heads, heads > 0),
        (Kit.SHEET, 0, adults > 0),
        (Kit.PLAN_B, 0, True),
    ]
    return tuple((kit, count) for kit, count, needed in wanted if needed)
