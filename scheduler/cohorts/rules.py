"""Pure rules of cohorts: when one ends, how far it is, which part comes next, what the public may read."""

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping, Sequence

from scheduler.cohorts.terms import (
    HIGHEST_LEVEL,
    LARGEST_COHORT,
    SMALLEST_COHORT,
    CohortDraft,
    CohortPartRow,
    CohortReason,
    CohortRow,
    CohortSkill,
    CohortState,
    PartState,
    PracticeCaseRow,
    ProposedPart,
)
from scheduler.core.errors import GroundReason, Reason
from scheduler.core.personal_text import personal_in
from scheduler.core.small_cells import PublicSum, hidden_cells
from scheduler.places.rules.hosts import days_of_school_year, school_year
from scheduler.programmes.terms import SchoolLevel
from scheduler.requests.rules.states import OVER
from scheduler.requests.terms.school_request import RequestState

BETWEEN_PARTS = dt.timedelta(days=28)  # after a part the next one is proposed
LAST_GRADE = {SchoolLevel.PRIMARY: 8, SchoolLevel.SECONDARY: 4}


def end_of_school_year(day: dt.date) -> dt.date:
    """The last day of the school year in which a day lies."""
    _begins, ends = days_of_school_year(school_year(day))
    return ends


def problems_with(draft: CohortDraft) -> dict[str, Reason]:
    """{field: reason} why no cohort can be like this."""
    problems: dict[str, Reason] = {}
    if not SMALLEST_COHORT <= draft.size <= LARGEST_COHORT:
        problems["size"] = GroundReason.COUNT_OUT_OF_RANGE
    if not 1 <= draft.grade <= LAST_GRADE.get(draft.school_level, 0):
        problems["grade"] = CohortReason.GRADE_OF_NO_SCHOOL
    return problems


def state_of(row: CohortRow, today: dt.date) -> CohortState:
    """How far a cohort is; one that was trained stays so after its year, until a new one begins."""
    if row.level == HIGHEST_LEVEL:
        return CohortState.TRAINED
    if row.gave_up_on is not None:
        return CohortState.GIVEN_UP
    if row.ends_on < today:
        return CohortState.RUN_OUT
    return CohortState.IN_TRAINING if row.level else CohortState.NEW


def lives(row: CohortRow, today: dt.date) -> bool:
    """Whether parts can be added to it."""
    return row.gave_up_on is None and today <= row.ends_on


def state_of_part(state: RequestState, *, held: bool) -> PartState:
    """A part whose request was ended before anything was held trains nobody."""
    if held:
        return PartState.HELD
    return PartState.CALLED_OFF if state in OVER else PartState.ON_ITS_WAY


def earned_level(parts: Sequence[CohortPartRow]) -> int:
    """In how many skills the parts that were held have trained it."""
    return len({one.skill for one in parts if one.state is PartState.HELD})


def level_to_note(row: CohortRow) -> int | None:
    """The level that its parts have earned, while a lower one is noted."""
    earned = earned_level(row.parts)
    return earned if earned > row.level else None


def skills_left(parts: Sequence[CohortPartRow]) -> list[CohortSkill]:
    """What no part trains that was held or is on its way, in order."""
    covered = {one.skill for one in parts if one.state is not PartState.CALLED_OFF}
    return [skill for skill in CohortSkill if skill not in covered]


def proposed_part(row: CohortRow, today: dt.date) -> ProposedPart | None:
    """The part that should come next: none while one is on its way, none once all were, none of what has ended."""
    left = skills_left(row.parts)
    if not left or not lives(row, today) or any(one.state is PartState.ON_ITS_WAY for one in row.parts):
        return None
    held = [one.day for one in row.parts if one.day is not None and one.state is PartState.HELD]
    return ProposedPart(left[0], max(held) + BETWEEN_PARTS if held else row.began_on)


def public_detectives(trained: Mapping[str, int]) -> dict[str, int | None]:
    """{district: detectives} as the public may read it with its total under "": None where a number is not shown."""
    numbers = {"": sum(trained.values()), **trained}
    hidden = hidden_cells(numbers, [PublicSum("", tuple(trained))])
    return {name: None if name in hidden else number for name, number in numbers.items()}


def practice_key(part_id: int, secret: str) -> str:
    """What opens the page on which the groups of one part answer; only the installation can compute it."""
    said = f"practice of reporting: {part_id}"
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:16]


def problems_with_case(case: PracticeCaseRow) -> dict[str, Reason]:
    """{field: reason} why a case cannot be told like this: it names somebody, or no way is right."""
    texts = {name: getattr(case, name) for name in ("story_sr_cyrl", "story_en", "why_sr_cyrl", "why_en")}
    problems: dict[str, Reason] = {name: found for name, text in texts.items() if (found := personal_in(text))}
    for name in ("story_sr_cyrl", "why_sr_cyrl"):
        if not texts[name]:
            problems[name] = GroundReason.MISSING
    return problems if case.ways else problems | {"ways": CohortReason.WAY_MISSING}
