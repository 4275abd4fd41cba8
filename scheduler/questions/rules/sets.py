"""What a set of questions may be, and when a class may answer it. Pure."""

import base64
import datetime as dt
import hashlib
import hmac
import math

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.personal_text import personal_in
from scheduler.programmes.terms import Audience
from scheduler.questions.terms import (
    FEWEST_CHOICES,
    FEWEST_QUESTIONS,
    LARGEST_SET,
    MOST_ANSWERS,
    MOST_CHOICES,
    STEPS_OF_A_SCALE,
    QuestionDraft,
    QuestionKind,
    QuestionReason,
    RoundMoment,
    SetRow,
    TallySheets,
)

ASKED_BEFORE = dt.timedelta(days=7)  # a class may answer in a lesson of the week before
LATE_COMERS = dt.timedelta(minutes=30)  # after the beginning "before" is over
EARLY_LEAVERS = dt.timedelta(minutes=30)  # before the end "after" begins
ASKED_AFTER = dt.timedelta(days=7)
STANDS_AFTER = dt.timedelta(days=14)  # from then on nothing is added, and figures are shown
LEAST_SLACK, SLACK_PART = 5, 5  # more answers than announced: a fifth, and five at least
LETTERS_OF_A_CODE = 8  # bytes: 13 letters and digits


def choices_in(text: str) -> list[str]:
    """One choice a line, without empty ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def number_of_choices(draft: QuestionDraft) -> int:
    """How many there are to choose from."""
    return STEPS_OF_A_SCALE if draft.kind is QuestionKind.AGREE else len(choices_in(draft.choices_sr_cyrl))


def problems_with_question(draft: QuestionDraft) -> dict[str, Reason]:
    """{field: reason} why a question cannot be asked like this: nobody is named, and one choice is the aim."""
    texts = {name: getattr(draft, name) for name in ("text_sr_cyrl", "text_en", "choices_sr_cyrl", "choices_en")}
    problems: dict[str, Reason] = {name: found for name, text in texts.items() if (found := personal_in(text))}
    if not draft.text_sr_cyrl:
        problems["text_sr_cyrl"] = GroundReason.MISSING
    own, english = choices_in(draft.choices_sr_cyrl), choices_in(draft.choices_en)
    if draft.kind is QuestionKind.AGREE:
        if draft.aim not in (1, STEPS_OF_A_SCALE):
            problems["aim"] = QuestionReason.AIM_OF_NO_CHOICE
        return problems
    if not FEWEST_CHOICES <= len(own) <= MOST_CHOICES:
        problems.setdefault("choices_sr_cyrl", QuestionReason.CHOICES_OUT_OF_RANGE)
    elif english and len(english) != len(own):
        problems.setdefault("choices_en", QuestionReason.CHOICES_DIFFER)
    if not 1 <= draft.aim <= len(own):
        problems["aim"] = QuestionReason.AIM_OF_NO_CHOICE
    return problems


def may_be_asked(row: SetRow) -> bool:
    """Whether it has questions enough."""
    return len(row.questions) >= FEWEST_QUESTIONS


def is_full(row: SetRow | None) -> bool:
    """Whether no further question fits in."""
    return row is not None and len(row.questions) >= LARGEST_SET


def expected_of(audience: Audience, pupils: int, parents: int, teachers: int) -> int:
    """How many listeners were announced; of others nobody announces a number."""
    return {Audience.PUPILS: pupils, Audience.PARENTS: parents, Audience.TEACHERS: teachers}.get(audience, 0)


def most_answers(announced: int) -> int:
    """Where a round ends: as many as were announced, and a fifth more; five more at least."""
    return min(MOST_ANSWERS, announced + max(LEAST_SLACK, math.ceil(announced / SLACK_PART)))


def hours_of(moment: RoundMoment, starts_at: dt.datetime, ends_at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """From when to when a class may answer by phone."""
    if moment is RoundMoment.BEFORE:
        return starts_at - ASKED_BEFORE, starts_at + LATE_COMERS
    return max(ends_at - EARLY_LEAVERS, starts_at), ends_at + ASKED_AFTER


def is_open(moment: RoundMoment, starts_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a class may answer by phone now."""
    opens, closes = hours_of(moment, starts_at, ends_at)
    return opens <= now <= closes


def stands_from(on_day: dt.date) -> dt.date:
    """From this day on nothing is added to the sums of a presentation, and its figures are shown.

    What is shown never changes, so that no two looks at it differ by one pupil.
    """
    return on_day + STANDS_AFTER


def stands(on_day: dt.date, today: dt.date) -> bool:
    """Whether the figures of a presentation are final."""
    return today >= stands_from(on_day)


def code_of(uid: str, moment: RoundMoment, secret: str) -> str:
    """What opens the page of a round, from the presentation's random UID and the installation's secret.

    Nothing is stored, so showing a code changes nothing; 64 bits are not guessed in two weeks at 300 tries a minute.
    """
    digest = hmac.new(secret.encode(), f"questions {moment}: {uid}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:LETTERS_OF_A_CODE]).decode().lower().rstrip("=")


def token_of(code: str, secret: str) -> str:
    """What a form of a round proves that it came from its page: made anew from the code, kept in no cookie."""
    return hmac.new(secret.encode(), f"form of questions: {code}".encode(), hashlib.sha256).hexdigest()


def problems_with_sheets(sheets: TallySheets, most: int, phone: int) -> dict[str, Reason]:
    """{field: reason} why sums counted on paper are not taken: "sheets", or "sums-<question>"."""
    problems: dict[str, Reason] = {}
    if sheets.sheets + phone > most:
        problems["sheets"] = QuestionReason.ROUND_IS_FULL
    for question_id, counts in sheets.sums.items():
        if any(count < 0 for count in counts) or sum(counts) > sheets.sheets:
            problems[f"sums-{question_id}"] = QuestionReason.SUMS_OVER_SHEETS
    return problems
