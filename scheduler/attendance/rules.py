"""Pure rules of counting: what can be true, when it may be said, when it may be locked."""

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence

from scheduler.attendance.terms import (
    AttendanceReason,
    AttendanceState,
    CountDraft,
    CountedPresentation,
    DeliveryOutcome,
    EarlierDelivery,
    FollowUp,
    HeadCounts,
)
from scheduler.core.errors import GroundReason, Reason
from scheduler.core.names import problem_with_name
from scheduler.messages.rules import REMINDERS, days_of
from scheduler.messages.terms import Reminder
from scheduler.programmes.terms import Audience

MOST_IN_A_ROOM = 2000
LONGEST_MINUTES = 480
FAR_TIMES = 2  # so many times more or fewer than announced is far from it
SILENCE_MEANS_YES_AFTER = dt.timedelta(days=7)
MOST_NAMED_ADULTS = 200
LONGEST_NAME = 100
TALLY_AUDIENCES = (Audience.PARENTS, Audience.TEACHERS, Audience.OTHERS)  # adults count themselves; pupils are counted
TALLY_OPENS_BEFORE, TALLY_CLOSES_AFTER = dt.timedelta(hours=1), dt.timedelta(hours=2)
MOST_A_PRESS = 10
FEW_AT_THE_DOOR = 5
MOST_OF_A_TALK = 6  # kept scans of a presentation
MOST_BYTES_OF_A_CENTRE = 2_000_000_000  # of all that a centre keeps; they go by themselves (privacy)
MOST_TURNS = 999  # tries of one sheet
SCHOOL_YEAR_BEGINS = (9, 1)  # month and day
STILL_COUNTED = (AttendanceState.OPEN, AttendanceState.SUBMITTED)  # the educator may say (other) numbers
TO_BE_LOCKED = (AttendanceState.COUNTERSIGNED, AttendanceState.ASSUMED)  # the coordinator may lock
TO_BE_SIGNED = (AttendanceState.SUBMITTED, AttendanceState.ASSUMED)  # the school may answer


def problems_with(draft: CountDraft, *, starts_at: dt.datetime, now: dt.datetime) -> dict[str, Reason]:
    """What cannot be true about a count: {field: reason code}, empty when all is well."""
    problems: dict[str, Reason] = {
        field: GroundReason.COUNT_OUT_OF_RANGE
        for field, people in vars(draft.counts).items()
        if not 0 <= people <= MOST_IN_A_ROOM
    }
    if not problems and draft.counts.total == 0:
        problems["pupils"] = AttendanceReason.NOBODY_COUNTED
    if not 0 <= draft.turned_away <= MOST_IN_A_ROOM:
        problems["turned_away"] = GroundReason.COUNT_OUT_OF_RANGE
    if not 0 < draft.minutes_given <= LONGEST_MINUTES:
        problems["minutes_given"] = AttendanceReason.MINUTES_OUT_OF_RANGE
    if now < starts_at:
        problems["form"] = AttendanceReason.NOT_BEGUN
    return problems


def survey_opens_on(visit_day: dt.date) -> dt.date:
    """The first day on which a school can say what remained of a visit: that on which the letter asks it."""
    return visit_day + dt.timedelta(days=REMINDERS[Reminder.SURVEY].first)


def problem_with_room(kept: int, centre_bytes: int, size: int) -> Reason | None:
    """Why one more scan of a sheet is not kept: so many of the presentation are, and so much of its centre."""
    if kept >= MOST_OF_A_TALK:
        return AttendanceReason.SHEETS_OF_TALK_FULL
    return AttendanceReason.SHEETS_OF_CENTRE_FULL if centre_bytes + size > MOST_BYTES_OF_A_CENTRE else None


def may_be_counted(state: AttendanceState) -> bool:
    """Whether the educator may (still) say the numbers: until the school has answered."""
    return state in STILL_COUNTED


def problem_with_signature(said: Mapping[int, HeadCounts], wanted: Collection[int]) -> Reason | None:
    """What is wrong with the numbers a school says for the presentations it is asked about: a reason code, or None."""
    if any(presentation_id not in said for presentation_id in wanted):
        return AttendanceReason.COUNT_MISSING
    numbers = [people for one in wanted for people in vars(said[one]).values()]
    return None if all(0 <= people <= MOST_IN_A_ROOM for people in numbers) else GroundReason.COUNT_OUT_OF_RANGE


def problem_with_names(names: Collection[str], adults: int | None) -> Reason | None:
    """What is wrong with a list of adults, of whom so many were counted (None: not yet): a reason code, or None."""
    if len(names) > MOST_NAMED_ADULTS:
        return AttendanceReason.TOO_MANY_NAMES
    if any(len(name) > LONGEST_NAME for name in names):
        return GroundReason.TOO_LONG
    if reason := next(filter(None, map(problem_with_name, names)), None):
        return reason
    return AttendanceReason.MORE_NAMES_THAN_ADULTS if adults is not None and len(names) > adults else None


# How early a visit stands in the list of what waits: differences, then silence, then what was just handed in.
URGENT_FIRST = (AttendanceState.COUNTERSIGNED, AttendanceState.ASSUMED, AttendanceState.SUBMITTED)


def most_urgent(presentations: Sequence[CountedPresentation]) -> CountedPresentation:
    """The one by whose state a visit stands among others; there is at least one."""
    places = {state: place for place, state in enumerate(URGENT_FIRST)}
    return min(presentations, key=lambda one: places.get(one.state, len(places)))


def is_silence_long_enough(asked_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a school that has not answered is taken to agree."""
    return now - asked_at >= SILENCE_MEANS_YES_AFTER


def far_off(counts: HeadCounts, announced: HeadCounts, hall: int) -> Reason | None:
    """Why a count is asked about once more, and never locked by a signature alone; None where it is near enough.

    More listeners than the hall takes; half as many people as were announced or fewer, twice as many or more. Where
    nobody announced a number, none is far from it. `hall` is the most that one presentation of its programme takes.
    """
    if max(counts.teachers, counts.total - counts.teachers) > hall:  # with a class come its teachers, over the number
        return AttendanceReason.OVER_THE_HALL
    few, many = counts.total * FAR_TIMES <= announced.total, counts.total >= FAR_TIMES * announced.total
    return AttendanceReason.FAR_FROM_ANNOUNCED if announced.total and (few or many) else None


def problem_with_far(counts: HeadCounts, announced: HeadCounts, hall: int, sure_of: int | None) -> Reason | None:
    """The same, asked of the one who types: None as soon as she has said that it is so many in all."""
    return None if sure_of == counts.total else far_off(counts, announced, hall)


def visit_days_of(kind: FollowUp, today: dt.date) -> tuple[dt.date, dt.date] | None:
    """The days, both included, on which a visit was of which this letter goes out today; None when none does."""
    if kind is FollowUp.NEXT_YEAR:
        begins = dt.date(today.year, *SCHOOL_YEAR_BEGINS)
        first, last = days_of(Reminder.NEXT_YEAR, today)
        return (begins.replace(year=today.year - 1), begins - dt.timedelta(days=1)) if first <= begins <= last else None
    return days_of(Reminder(kind.value), today) if kind is not FollowUp.STOPPED else None


def tally_code(uid: str, secret: str) -> str:
    """The code of a presentation's tally, from its random UID and the installation's secret: 16 letters and digits.

    Nothing is stored, so looking at a poster changes nothing; 80 bits are not guessed in an evening.
    """
    digest = hmac.new(secret.encode(), f"tally: {uid}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def tally_hours(starts_at: dt.datetime, ends_at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """From when to when adults count themselves: while they come, listen and leave."""
    return starts_at - TALLY_OPENS_BEFORE, ends_at + TALLY_CLOSES_AFTER


def most_tallied(announced: int, hall: int) -> int:
    """How many a poster counts at most: what a hall takes, or twice the adults who were announced."""
    return min(MOST_IN_A_ROOM, max(hall, FAR_TIMES * announced))


def over_the_tally(tallied: int, counts: HeadCounts | None) -> bool:
    """Whether clearly more adults counted themselves than somebody counted: who shares the code is not in the room.

    Fewer are usual: nobody has to press. A few more are, too: some came late and stood at the door.
    """
    adults = counts.total - counts.pupils if counts is not None else 0
    return counts is not None and tallied > adults + max(FEW_AT_THE_DOOR, adults // 10)


def sheet_key(presentation_id: int, user_id: int, mark: str, nonce: str, secret: str) -> str:
    """The key of one showing of a form of counting: which numbers stood then, and that it is ours and hers.

    Nothing is stored, so looking at a form changes nothing; a key opens nothing, whoever sends it is signed in.
    """
    told = f"sheet of counting: {presentation_id} {user_id} {mark} {nonce}"
    digest = hmac.new(secret.encode(), told.encode(), hashlib.sha256).digest()
    return f"{mark}.{nonce}.{base64.urlsafe_b64encode(digest[:15]).decode()}"


def mark_in(key: str, presentation_id: int, user_id: int, secret: str) -> str | None:
    """Which numbers stood when the form with this key was shown; None for a key that is not ours and hers."""
    mark, _, rest = key.partition(".")
    made = sheet_key(presentation_id, user_id, mark, rest.partition(".")[0], secret)
    return mark if hmac.compare_digest(made.encode(), key.encode()) else None


def outcome_of(
    turn: int, earlier: Sequence[EarlierDelivery], *, shown: str, stands: str, agrees: bool
) -> DeliveryOutcome:
    """What becomes of a delivery that has not come before: `shown` and `stands` are marks, when it was shown and now.

    Numbers count if nothing was said since the form was shown, or only by this very form. All else waits for a person.
    """
    if agrees:
        return DeliveryOutcome.STANDS
    if any(one.turn > turn for one in earlier):
        return DeliveryOutcome.LATE
    own = any(one.outcome is DeliveryOutcome.STORED and one.turn < turn and one.left == stands for one in earlier)
    return DeliveryOutcome.STORED if own or shown == stands else DeliveryOutcome.ASIDE
