"""When a message is due, how long to wait after a failure, when to give up; and what a centre's text may say."""

import datetime as dt
import difflib
import re
import string
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping

from scheduler.core.language import worded
from scheduler.core.text import LINE_ENDS, first_unseen, to_latin
from scheduler.messages.terms import (
    BODY,
    LONGEST_BODY,
    LONGEST_SUBJECT,
    SUBJECT,
    Failure,
    MailText,
    Placeholder,
    TextProblem,
    TextReason,
)

GIVE_UP_AFTER = dt.timedelta(hours=72)
FIRST_PAUSE = dt.timedelta(minutes=1)
OURS_TO_MEND = (  # our own server is away, or shows a certificate that we do not take
    Failure.UNREACHABLE,
    Failure.NO_ENCRYPTION,
    Failure.CERTIFICATE_EXPIRED,
    Failure.CERTIFICATE_NOT_YET,
    Failure.CERTIFICATE_NAME,
    Failure.CERTIFICATE_UNKNOWN,
)
LONGEST_PAUSE: Mapping[Failure, dt.timedelta] = {
    **dict.fromkeys(OURS_TO_MEND, dt.timedelta(minutes=10)),  # so that all is out soon after it is mended
    Failure.LATER: dt.timedelta(hours=4),
}
DELAYED_AFTER = dt.timedelta(minutes=15)
CLOCK_WAS_AHEAD = dt.timedelta(hours=1)  # further in the future nothing was written: the clock has been set back since
LETTERS = frozenset({"follow_up_feedback", "follow_up_survey", "follow_up_next_year"})  # not asked for: one may object
LETTERS_PURPOSE = "letters"  # of the secret link that ends them
STOP_PATH = "/letters/{token}"
STOP_HOURS = 24 * 365
LINK_MARK = "{link}"
SHORT_LENGTH = 160
GSM = frozenset(string.ascii_letters + string.digits + " @$!\"#%&'()*+,-./:;<=>?_")  # what both alphabets have
NO_ACCENTS = str.maketrans({"đ": "dj", "Đ": "Dj"})
BRACED = re.compile(r"\{([^{}]*)\}")
FORMULA = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|\$\{|<%|%>")
MAIL_CODE = "=?"


def reply_address(centre_id: int | None, replies: Mapping[int, str]) -> str:
    """Whom an answer to a mail reaches: its centre, or the only one there is; {centre: address} are those who read."""
    if centre_id is None and len(replies) == 1:
        return next(iter(replies.values()))
    return replies.get(centre_id, "") if centre_id is not None else ""


def pause_after(attempts: int, failure: Failure) -> dt.timedelta:
    """How long to wait after the try number `attempts` (from 1): each pause twice the one before, up to a ceiling."""
    longest = LONGEST_PAUSE[failure]
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 12)), longest)


def failure_of(code: int | None) -> Failure:
    """What a mail server's answer means; None when there was no answer at all."""
    if code is None:
        return Failure.UNREACHABLE
    return Failure.REFUSED if code >= 500 else Failure.LATER


def failure_of_http(status: int) -> Failure:
    """What the answer of a provider of short messages means.

    400 and 422 are about this message; anything else is about ourselves, the address or the hour, and is tried again.
    """
    if status in (400, 422):
        return Failure.REFUSED
    return Failure.LATER if status == 429 or status >= 500 else Failure.UNREACHABLE


def short(text: str) -> str:
    """A text in letters that every phone has (of GSM 03.38's basic alphabet, ASCII only), so 160 fit one message."""
    latin = to_latin(text).translate(NO_ACCENTS)
    bare = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    return " ".join("".join(letter for letter in bare if letter in GSM).split())


def short_with(say: Callable[[str], str], place: str) -> str:
    """What is said with a place, as one short message; what is too long is cut, the place first."""
    bare = short(say(""))
    known = short(place)[: max(SHORT_LENGTH - len(bare), 0)].strip()
    return short(say(known)).replace(" ()", "")[:SHORT_LENGTH]


def is_final(failure: Failure, created_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a message is given up: nothing will mend it, or it has been tried for three days."""
    return failure not in LONGEST_PAUSE or now - created_at >= GIVE_UP_AFTER


def shown(one: Placeholder, language: str) -> str:
    """A placeholder as somebody writes it into a text of that language: {школа}."""
    cyrillic, english = one.words
    return f"{{{worded(language, cyrillic, to_latin(cyrillic), english)}}}"


def meanings(placeholders: Collection[Placeholder]) -> dict[str, Placeholder]:
    """Which placeholder a word between braces means: one word is as good as another, школа, škola, school."""
    return {word: one for one in placeholders for word in (one.words[0], to_latin(one.words[0]), one.words[1])}


def folded(word: str) -> str:
    """What stands between two braces, as `meanings` knows it."""
    return " ".join(word.lower().split())


def problems_with_letters(part: str, typed: str) -> list[TextProblem]:
    """Letters of a typed subject or body that nobody sees, or that a mail gives another meaning (TRUST S16, S20)."""
    lines = LINE_ENDS.split(typed.replace("\t", " "))
    found = [TextProblem(part, TextReason.LINE_END)] if part == SUBJECT and len(lines) > 1 else []
    for number, line in enumerate(lines, 1):
        if unseen := first_unseen(line):
            found.append(TextProblem(part, TextReason.UNSEEN, number, f"U+{ord(unseen):04X}"))
        if part == SUBJECT and MAIL_CODE in line:
            found.append(TextProblem(part, TextReason.MAIL_CODE, number, MAIL_CODE))
    return found


def problems_with_text(
    text: MailText, placeholders: Collection[Placeholder], language: str, *, has_subject: bool = True
) -> list[TextProblem]:
    """All that is wrong with a text of a kind that has these placeholders; nothing typed is ever calculated."""
    found: list[TextProblem] = []
    for part, typed, most in ((SUBJECT, text.subject, LONGEST_SUBJECT), (BODY, text.body, LONGEST_BODY)):
        if part == SUBJECT and not has_subject:
            continue
        if not typed.strip():
            found.append(TextProblem(part, TextReason.EMPTY))
            continue
        if len(typed) > most:
            found.append(TextProblem(part, TextReason.TOO_LONG, what=str(len(typed)), most=most))
        known = meanings([one for one in placeholders if not one.block or one.needed_in == part])
        found += problems_with_letters(part, typed)
        for number, line in enumerate(typed.split("\n"), 1):
            found += _problems_with_braces(part, number, line, known)
        said = {known[folded(word)].about for word in BRACED.findall(typed) if folded(word) in known}
        lacking = {one.about: shown(one, language) for one in placeholders if one.needed_in == part}
        if names := ", ".join(name for about, name in lacking.items() if about not in said):
            found.append(TextProblem(part, TextReason.LACKING, what=names))
    return found


def _problems_with_braces(part: str, number: int, line: str, known: Mapping[str, Placeholder]) -> Iterator[TextProblem]:
    if formula := FORMULA.search(line):
        yield TextProblem(part, TextReason.FORMULA, number, formula[0])
        return
    for word in BRACED.findall(line):
        if folded(word) in known:
            continue
        like = difflib.get_close_matches(folded(word), known, 1)
        reason = TextReason.MISTYPED if like else TextReason.NO_PLACEHOLDER
        yield TextProblem(part, reason, number, f"{{{word}}}", f"{{{like[0]}}}" if like else "")
    if {"{", "}"} & set(BRACED.sub("", line)):
        yield TextProblem(part, TextReason.UNCLOSED, number)
