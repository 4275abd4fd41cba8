"""Pure rules of counting: what can be true, when it may be said, when it may be locked."""

import datetime as dt

from scheduler.attendance.terms import AttendanceState, CountDraft, Counts

MOST_IN_A_ROOM = 2000
LONGEST_MINUTES = 480
SILENCE_MEANS_YES_AFTER = dt.timedelta(days=7)
MOST_NAMED_ADULTS = 200


def problems_with(draft: CountDraft, *, starts_at: dt.datetime, now: dt.datetime) -> dict[str, str]:
    """What cannot be true about a count: {field: reason code}, empty when all is well."""
    problems = {
        field: "count_out_of_range" for field, people in vars(draft.counts).items() if not 0 <= people <= MOST_IN_A_ROOM
    }
    if not problems and draft.counts.total == 0:
        problems["pupils"] = "nobody_counted"
    if not 0 <= draft.turned_away <= MOST_IN_A_ROOM:
        problems["turned_away"] = "count_out_of_range"
    if not 0 < draft.minutes_given <= LONGEST_MINUTES:
        problems["minutes_given"] = "minutes_out_of_range"
    if now < starts_at:
        problems["form"] = "not_begun"
    return problems


def may_be_counted(state: AttendanceState) -> bool:
    """Whether the educator may (still) say the numbers: until the school has answered."""
    return state in (AttendanceState.OPEN, AttendanceState.SUBMITTED)


def agree(educator: Counts, school: Counts) -> bool:
    """Whether both said the same; a difference is shown to the coordinator, never added up."""
    return educator == school


def is_silence_long_enough(submitted_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a school that has not answered is taken to agree."""
    return now - submitted_at >= SILENCE_MEANS_YES_AFTER


def looks_odd(counts: Counts, expected: Counts) -> bool:
    """An outlier to look at twice: more than double, or less than a third, of what was announced."""
    if expected.total == 0:
        return counts.total > 0
    return counts.total > 2 * expected.total or counts.total * 3 < expected.total
