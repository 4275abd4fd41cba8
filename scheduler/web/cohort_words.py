"""What cohorts refuse, in words; `WORDS` (web/reasons.py) holds them with all others."""

from babel.support import LazyProxy

from scheduler.cohorts.terms import CohortReason
from scheduler.core.errors import Reason
from scheduler.web.i18n import _l

COHORT_WORDS: dict[Reason, LazyProxy] = {
    CohortReason.NOT_A_TRAINING: _l("Choose a request for a training of a group: this one is for something else."),
    CohortReason.PART_OF_A_COHORT: _l("Open the cohort: this request is a part of one already."),
    CohortReason.COHORT_HAS_ENDED: _l("Begin a new cohort: this one has ended."),
    CohortReason.OF_ANOTHER_SCHOOL: _l("Choose a cohort of the same school."),
    CohortReason.LEVEL_NOT_EARNED: _l("Wait until a further part was held: the level stands as it was earned."),
    CohortReason.GRADE_OF_NO_SCHOOL: _l("Enter a grade from 1 to 8 of a primary school, 1 to 4 of a secondary one."),
    CohortReason.WAY_MISSING: _l("Tick at least one way that is right."),
    CohortReason.PRACTICE_IS_CLOSED: _l("Answer on the day of the training: the page counts nothing on others."),
}
