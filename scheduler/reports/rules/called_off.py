"""Cancellations by cause and by whose doing they were. Pure."""

from collections import Counter
from collections.abc import Iterable

from scheduler.reports.terms.not_held import OffByCause, OffCause, WhoseDoing
from scheduler.visits.terms.states import CancelledBy

OF_PRESENTERS = (OffCause.NO_CREW, OffCause.NO_SHOW_PRESENTER)


def whose_doing(one: OffByCause) -> WhoseDoing:
    """The school's, the centre's, or, of what the centre called off, its presenters'."""
    if one.by is CancelledBy.SCHOOL:
        return WhoseDoing.SCHOOL
    return WhoseDoing.PRESENTERS if one.cause in OF_PRESENTERS else WhoseDoing.CENTRE


def by_cause(rows: Iterable[OffByCause]) -> list[tuple[OffCause, dict[WhoseDoing, int]]]:
    """Each cause that came, in the order of causes, with the visits of each."""
    counted: Counter[tuple[OffCause, WhoseDoing]] = Counter()
    for one in rows:
        counted[one.cause, whose_doing(one)] += one.visits
    causes = {cause for cause, _whose in counted}
    return [(cause, {whose: counted[cause, whose] for whose in WhoseDoing}) for cause in OffCause if cause in causes]
