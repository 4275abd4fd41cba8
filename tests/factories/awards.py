"""What papers are about that are about more than a visit, with locked numbers."""

from scheduler.cohorts.models import Cohort
from scheduler.cohorts.terms import CohortSkill
from tests.factories.cohorts import make_cohort, make_training
from tests.factories.counting import Begun, a_locked_visit
from tests.factories.people import make_centre
from tests.factories.places import make_host


def a_trained_cohort(held: int = 3, **given: object) -> tuple[Cohort, list[Begun]]:
    """A cohort of a school, and its parts: so many were held, counted and locked."""
    training, host = make_training(make_centre().id), make_host()
    parts = [a_locked_visit(programme=training, host_id=host.id) for _ in range(held)]
    skills = zip(CohortSkill, (one.request for one in parts), strict=False)
    return make_cohort(training, host.id, *skills, level=held, **given), parts
