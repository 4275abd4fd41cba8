"""When a message is due, when to give it up, what somebody may do with one, and what a centre's text may say."""

import datetime as dt
import difflib
import re
import string
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from scheduler.core.errors import GroundReason, Reason
from scheduler.core.language import worded
from scheduler.core.text import LINE_ENDS, first_unseen, to_latin
from scheduler.messages.terms import (
    BODY,
    LONGEST_BODY,
    LONGEST_MAIL_SUBJECT,
    SUBJECT,
    Channel,
    Failure,
    HandAct,
    MailText,
    MessageDraft,
    MessageGroup,
    MessageReason,
    MessageRow,
    MessageState,
    Method,
    Placeholder,
    RemindedReader,
    Reminder,
    ReminderRule,
    TextProblem,
    TextReason,
    Writing,
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
# What mails about a visit do in the calendar of their reader: put an entry in, change it there, take it out.
PUT_IN = frozenset({"offer_accepted", "crew_confirmed", "crew_online", "visit_confirmed", "crew_settled"})
CHANGE = frozenset({"visit_offered", "visit_moved", "presentations_joined", "school_joined", "seat_released"})
TAKE_OUT = frozenset({"visit_released", "crew_visit_cancelled", "crew_closure", "visit_cancelled", "school_closure"})
LETTERS_PURPOSE = "letters"  # of the secret link that ends them
STOP_PATH = "/letters/{token}"
STOP_HOURS = 24 * 365
LINK_MARK = "{link}"
_OF_GROUPS = {
    MessageGroup.REQUESTS: (
        "booking_gone booking_taken date_lapsed date_offered date_taken_back request_agreed "
        "request_dates_lapsed request_declined request_ended request_merged request_proposed request_question "
        "request_received request_reminder request_reopened request_waitlisted"
    ),
    MessageGroup.VISITS: (
        "certificates_ready checklist_opens countersign crew_settled date_kept numbers_decided "
        "school_clock_wrong school_closure school_joined visit_cancelled visit_confirmed visit_moved "
        "visit_replanned visit_soon numbers_wait"
    ),
    MessageGroup.PRESENTERS: (
        "crew_closure crew_confirmed crew_online crew_visit_cancelled driving_ends follow_up_report_due "
        "numbers_changed presentations_joined seat_released vetting_ends visit_offered visit_open "
        "visit_released crew_soon offer_accepted offer_ends"
    ),
    MessageGroup.LETTERS: ("follow_up_feedback follow_up_next_year follow_up_survey"),
    MessageGroup.STAFF: (
        "booked_now centre_closure crew_short date_accepted handover_ended handover_given handover_noted "
        "numbers_to_decide offer_gone presenter_absent request_answered request_counts_changed "
        "request_date_accepted request_dates_declined request_dates_taken request_forgotten request_withdrawn "
        "school_asks_date school_cancelled substitute_choice substitute_found test_mail turns_due "
        "visit_rechecked"
    ),
    MessageGroup.PROTECTED: (
        "audit_broken audit_head birth_date_corrected codes_guessed concern_reported concern_without_officer "
        "consent_asked consent_ends consent_given consent_on_paper consent_recorded consent_withdrawn "
        "crew_not_cleared guardian_changes guardian_stays invitation key_added key_removed keys_reset "
        "keys_reset_on_the_host law_broken no_account own_consent_ends own_login_linked own_visits "
        "password_changed password_reset prove_address recovery_code_used recovery_codes_renewed ride_driven "
        "ride_driven_ended ride_ended ride_told second_step_link"
    ),
}
KINDS = {kind: group for group, kinds in _OF_GROUPS.items() for kind in kinds.split()}
DELAYED = tuple(group for group in MessageGroup if group not in (MessageGroup.STAFF, MessageGroup.PROTECTED))
MINUTES = (0, 15, 60)
URGENT_WITHIN = dt.timedelta(hours=48)
UNDONE_WITHIN = dt.timedelta(hours=1)
_STILL_HERE = (MessageState.WAITING, MessageState.HELD)
_DONE_WITH: Mapping[HandAct, tuple[MessageState, ...]] = {
    HandAct.HOLD: (MessageState.WAITING,),
    HandAct.SEND: _STILL_HERE,
    HandAct.DISCARD: (*_STILL_HERE, MessageState.FAILED),
    HandAct.EDIT: _STILL_HERE,
    HandAct.AGAIN: (MessageState.SENT,),
}
SHORT_LENGTH = 160
REMINDERS: Mapping[Reminder, ReminderRule] = {
    Reminder.CHECKLIST: ReminderRule("checklist_opens", RemindedReader.SCHOOL, -14, -1, late=-7),
    Reminder.SCHOOL_WEEK: ReminderRule("visit_soon", RemindedReader.SCHOOL, -7, -3),
    Reminder.SCHOOL_DAY: ReminderRule("visit_soon", RemindedReader.SCHOOL, -1, -1),
    Reminder.CREW_WEEK: ReminderRule("crew_soon", RemindedReader.CREW, -7, -3),
    Reminder.CREW_DAY: ReminderRule("crew_soon", RemindedReader.CREW, -1, -1),
    Reminder.OFFER_ENDS: ReminderRule("offer_ends", RemindedReader.CREW, -1, 0),  # of the day on which it ends
    Reminder.REPORT_DUE: ReminderRule("follow_up_report_due", RemindedReader.CREW, 1, 2),
    Reminder.REPORT_LATE: ReminderRule("follow_up_report_due", RemindedReader.CREW, 3, 30),
    Reminder.NUMBERS_WAIT: ReminderRule("numbers_wait", RemindedReader.SCHOOL, 4, 6),  # of the day of asking
    Reminder.FEEDBACK: ReminderRule("follow_up_feedback", RemindedReader.SCHOOL, 7, 30),
    Reminder.SURVEY: ReminderRule("follow_up_survey", RemindedReader.SCHOOL, 90, 150),
    Reminder.NEXT_YEAR: ReminderRule("follow_up_next_year", RemindedReader.SCHOOL, 0, 60),  # of the first of September
    Reminder.VETTING: ReminderRule("vetting_ends", RemindedReader.CREW, -30, 0, always=True),
    Reminder.CONSENT: ReminderRule("consent_ends", RemindedReader.GUARDIAN, -30, 0, always=True),
}
WAKING_HOURS = range(7, 20)  # on the reader's clock; nobody is reminded of anything before or after
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


def short_with(say: Callable[[str], str], place: str) -> str:
    """What is said with a place, as one short message; what is too long is cut, the place first."""
    bare = short(say(""))
    known = short(place)[: max(SHORT_LENGTH - len(bare), 0)].strip()
    return short(say(known)).replace(" ()", "")[:SHORT_LENGTH]


def days_of(reminder: Reminder, today: dt.date) -> tuple[dt.date, dt.date]:
    """The days, both included, on which a thing lies of which one is reminded today."""
    rule = REMINDERS[reminder]
    return today - dt.timedelta(days=rule.last), today - dt.timedelta(days=rule.first)


def reminder_waits(reminder: Reminder, on_day: dt.date, now: dt.datetime, *, lessons: bool) -> bool:
    """Whether a reminder of a thing of that day is not written yet, at `now` on its reader's clock.

    It waits for the morning, and through days without lessons until it would come too late.
    """
    if now.hour not in WAKING_HOURS:
        return True
    rule = REMINDERS[reminder]
    late = rule.last if rule.late is None else rule.late
    return not lessons and now.date() < on_day + dt.timedelta(days=late)


def is_final(failure: Failure, created_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a message is given up: nothing will mend it, or it has been tried for three days."""
    return failure not in LONGEST_PAUSE or now - created_at >= GIVE_UP_AFTER


def braced_word(one: Placeholder, language: str) -> str:
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
    for part, typed, most in ((SUBJECT, text.subject, LONGEST_MAIL_SUBJECT), (BODY, text.body, LONGEST_BODY)):
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
        lacking = {one.about: braced_word(one, language) for one in placeholders if one.needed_in == part}
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


def is_protected(draft: MessageDraft) -> bool:
    """Whether it always leaves as it was written: nobody holds it, edits it, discards it or sends it early."""
    return draft.to_minor or bool(draft.copy_of) or KINDS[draft.kind] is MessageGroup.PROTECTED


def problems_with(said: Writing) -> dict[str, Reason]:
    """What is wrong with an edited mail, by field."""
    typed = {"subject": said.subject, "text": said.text}
    problems: dict[str, Reason] = {name: GroundReason.MISSING for name, text in typed.items() if not text.strip()}
    return problems | {name: MessageReason.LINK_TYPED for name, text in typed.items() if LINK_MARK in text}


def why_not(act: HandAct, row: MessageRow, *, has_text: bool = True) -> MessageReason | None:
    """Why that cannot be done with a message; None where it can."""
    if row.protected:
        return MessageReason.PROTECTED
    if row.state is MessageState.SENDING:
        return MessageReason.LEAVING
    if row.state not in _DONE_WITH[act]:
        return MessageReason.OTHERWISE
    if act is HandAct.EDIT and row.channel is Channel.SMS:
        return MessageReason.SHORT
    return None if has_text else MessageReason.NO_TEXT


def is_urgent(values: Iterable[object], now: dt.datetime, today: dt.date) -> bool:
    """Whether a message goes at once whatever the centre has set: it names a day or a moment of the next 48 hours."""
    return any(_is_near(value, now, today) for value in values)


def _is_near(value: object, now: dt.datetime, today: dt.date) -> bool:
    if isinstance(value, dt.datetime):
        return now <= value <= now + URGENT_WITHIN
    if isinstance(value, dt.date):
        return today <= value <= today + URGENT_WITHIN
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return is_urgent(inner, now, today)
