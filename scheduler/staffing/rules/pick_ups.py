"""Which adult goes with a minor."""

from collections.abc import Iterable

from scheduler.people.terms import PresenterKind
from scheduler.visits.terms.rows import CrewRow


def adult_of(crew: Iterable[CrewRow], minor: CrewRow) -> CrewRow | None:
    """The one adult who answers for her: an educator first, of those who have accepted where she goes."""
    beside = [one for one in crew if not one.minor and one.goes_with(minor)]
    return min(beside, key=lambda one: (one.kind is not PresenterKind.EDUCATOR, one.full_name), default=None)
