"""Words of programmes and campaigns."""

from enum import StrEnum


class ProgrammeKind(StrEnum):
    TALK = "talk"
    PARENTS_EVENING = "parents_evening"
    TEACHERS_GATHERING = "teachers_gathering"
    COHORT_TRAINING = "cohort_training"


class Audience(StrEnum):
    """Whom a presentation is for, and whom a head count counts."""

    PUPILS = "pupils"
    PARENTS = "parents"
    TEACHERS = "teachers"
    OTHERS = "others"


class SchoolLevel(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"
    NONE = "none"  # not pupils, or not at a school
