"""When a message is due, how long to wait after a failure, and when to give up."""

import datetime as dt
import string
import unicodedata
from collections.abc import Mapping

from scheduler.core.text import to_latin
from scheduler.messages.terms import Failure, Method

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
# What mails about a visit do in the calendar of their reader: put an entry in, change it there, take it out.
PUT_IN = frozenset({"offer_accepted", "crew_confirmed", "crew_online", "visit_confirmed", "crew_settled"})
CHANGE = frozenset({"visit_offered", "visit_moved", "presentations_joined", "school_joined", "seat_released"})
TAKE_OUT = frozenset({"visit_released", "crew_visit_cancelled", "crew_closure", "visit_cancelled", "school_closure"})
LETTERS_PURPOSE = "letters"  # of the secret link that ends them
STOP_PATH = "/letters/{token}"
STOP_HOURS = 24 * 365
LINK_MARK = "{link}"
SHORT_LENGTH = 160
GSM = frozenset(string.ascii_letters + string.digits + " @$!\"#%&'()*+,-./:;<=>?_")  # what both alphabets have
NO_ACCENTS = str.maketrans({"đ": "dj", "Đ": "Dj"})


def reply_address(centre_id: int | None, replies: Mapping[int, str]) -> str:
    """Whom an answer to a mail reaches: its centre, or the only one there is; {centre: address} are those who read."""
    if centre_id is None and len(replies) == 1:
        return next(iter(replies.values()))
    return replies.get(centre_id, "") if centre_id is not None else ""


def method_of(kind: str, *, held: bool) -> Method | None:
    """What a mail of that kind does in its reader's calendar; `held`: an earlier mail has put the entry in.

    Who was only asked has none to change or to lose: to her an offer is a question, and its end needs no act.
    """
    if kind in PUT_IN or (kind in CHANGE and held):
        return Method.REQUEST
    return Method.CANCEL if kind in TAKE_OUT and held else None


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


def short_with(sentence: str, place: str, **said: str) -> str:
    """A sentence with %(place)s and other values, as one short message; what is too long is cut, the place first."""
    bare = short(sentence % (said | {"place": ""}))
    known = short(place)[: max(SHORT_LENGTH - len(bare), 0)].strip()
    return short(sentence % (said | {"place": known})).replace(" ()", "")[:SHORT_LENGTH]


def is_final(failure: Failure, created_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a message is given up: nothing will mend it, or it has been tried for three days."""
    return failure not in LONGEST_PAUSE or now - created_at >= GIVE_UP_AFTER
