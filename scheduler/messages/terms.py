"""Words of the outbox."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.core.errors import N_, Reason, SchedulerError


class MessageState(StrEnum):
    WAITING = "waiting"
    HELD = "held"  # by a person: it never leaves until somebody sends it
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # given up; shown to coordinators
    STOPPED = "stopped"


class Channel(StrEnum):
    """By which way a message leaves."""

    MAIL = "mail"
    SMS = "sms"


class Method(StrEnum):
    """What a mail's calendar part does in the calendar of its reader (RFC 5546)."""

    REQUEST = "REQUEST"  # puts an entry in, or changes it
    CANCEL = "CANCEL"  # takes it out


UNSENT = (MessageState.WAITING, MessageState.SENDING)
IN_THE_HOUSE = (*UNSENT, MessageState.HELD)


class MessageGroup(StrEnum):
    """Whom a kind of message is for: what may be delayed together."""

    REQUESTS = "requests"  # to schools, about what they asked for
    VISITS = "visits"  # to schools, about a visit
    PRESENTERS = "presenters"
    LETTERS = "letters"  # to schools, not asked for
    STAFF = "staff"
    PROTECTED = "protected"  # consent, guardians, sign-in, concerns


class MessageReason(Reason):
    """Why nothing is done with a message."""

    PROTECTED = (
        "message_protected",
        N_("Leave it as it is: messages about consent, guardians, sign-in and concerns always leave as written."),
    )
    LEAVING = "message_leaving", N_("Wait a minute and look again: it is leaving just now.")
    OTHERWISE = "message_otherwise", N_("Look at it again: it has left, or somebody has acted on it meanwhile.")
    NO_TEXT = "message_has_no_text", N_("Write to the person yourself: the text of this message is no longer kept.")
    SHORT = "message_is_short", N_("Discard it and call instead: a short message is not edited.")
    CHANGED = "message_changed", N_("Open the message again: somebody has edited it meanwhile.")
    LINK_TYPED = "link_typed", N_("Remove {link} from the text: the link stands under it already.")
    TOO_LATE_TO_UNDO = "message_too_late", N_("Look at the list: these messages have left, or stand otherwise by now.")


class Failure(StrEnum):
    """Why a try to send did not succeed, in words a coordinator can act upon."""

    UNREACHABLE = "unreachable"  # our own mail server does not answer, or does not let us in
    LATER = "later"  # it answers "not now" (4xx)
    REFUSED = "refused"  # it answers "never" (5xx): the address is wrong or closed
    BROKEN = "broken"  # the mail cannot be built
    LETTERS = "letters"  # our own mail server sends to no address with such letters
    NO_ENCRYPTION = "no_encryption"  # our own mail server does not encrypt: no password is said to it
    CERTIFICATE_EXPIRED = "certificate_expired"  # of our own mail server or provider, as all that follow: core/tls.py
    CERTIFICATE_NOT_YET = "certificate_not_yet"
    CERTIFICATE_NAME = "certificate_name"
    CERTIFICATE_UNKNOWN = "certificate_unknown"


class Reminder(StrEnum):
    """What somebody is reminded of, once for each thing: rules.REMINDERS says when, of what and whom."""

    CHECKLIST = "checklist"
    SCHOOL_WEEK = "school_week"
    SCHOOL_DAY = "school_day"
    CREW_WEEK = "crew_week"
    CREW_DAY = "crew_day"
    OFFER_ENDS = "offer_ends"
    REPORT_DUE = "report_due"
    REPORT_LATE = "report_late"
    NUMBERS_WAIT = "numbers_wait"
    FEEDBACK = "feedback"
    SURVEY = "survey"
    NEXT_YEAR = "next_year"
    VETTING = "vetting"
    CONSENT = "consent"


class RemindedReader(StrEnum):
    """Whom a reminder is written to."""

    SCHOOL = "school"
    CREW = "crew"
    GUARDIAN = "guardian"


@dataclass(frozen=True)
class ReminderRule:
    """When a reminder goes: from the `first` day to the `last` on which it still makes sense.

    Both are counted from the day of what it is about, days before it as negative numbers. From its `late` day on, else
    on its last, it waits for no lessons. `kind` is its mail, of templates/mails. One that goes `always` can be switched
    off by no centre.
    """

    kind: str
    reader: RemindedReader
    first: int
    last: int
    late: int | None = None
    always: bool = False


@dataclass(frozen=True)
class LinkWish:
    """A secret link that a mail shall hold: minted when the mail is sent, never stored in its text.

    `purpose` and `subject_id` say what the link opens; `path` is the page with `{token}` in it; `hours` its life.
    """

    purpose: str
    subject_id: int
    path: str
    hours: int


@dataclass(frozen=True)
class CalendarPart:
    """A scheduling message (iTIP) in a mail, and whose calendar it changes: a presenter's or a contact's number."""

    text: str
    reader: str


@dataclass(frozen=True)
class MessageDraft:
    """A mail as a room asks for it: `kind` names its template, `values` are what the template says.

    Its button leads to the secret `link`, or else to the page values["path"]. `about` is the (table, row id) whose
    page shows the mail, `centre_id` whose outbox does. `copy_of` is for a guardian: the given name of the minor whose
    mail this copies. A copy has neither button nor link, so no secret can leave with it. A mail `for_school` also says
    of which school, programme, day and hour it speaks, what happens next, and whom to call. `calendar` is what it does
    in its reader's calendar; a copy does nothing there. One `to_minor` leaves as it was written, as does its copy:
    nobody holds it back, or writes to a minor what the guardian does not read.
    """

    kind: str
    address: str
    language: str
    values: Mapping[str, object]
    link: LinkWish | None = None
    about: tuple[str, int] | None = None
    centre_id: int | None = None
    copy_of: str = ""
    for_school: bool = False
    calendar: CalendarPart | None = None
    to_minor: bool = False

    def __post_init__(self) -> None:
        if self.copy_of and (self.link or self.calendar):
            raise ValueError("a copy carries neither a secret link nor a calendar part")


@dataclass(frozen=True)
class ShortDraft:
    """A short message as a room asks for it: its words are ready, and of the phone's own alphabet (rules.short)."""

    kind: str
    number: str
    language: str
    text: str
    about: tuple[str, int]
    centre_id: int
    to_guardian: bool = False


@dataclass(frozen=True)
class Body:
    """A rendered mail; `{link}` stands where its link will. The first `free` paragraphs may be edited."""

    subject: str
    text: str
    html: str
    free: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True)
class Conversation:
    """What a mail program shows together: `name` stands in the ids of its mails; `answers_to` reads what is answered,
    instead of the centre, if anybody."""

    name: str
    answers_to: str = ""


# (table and row that a mail is about, purpose and subject of its link, now): higher rooms know to what that belongs
ConversationOf = Callable[[tuple[str, int] | None, tuple[str, int] | None, dt.datetime], Conversation | None]


@dataclass(frozen=True)
class Parcel:
    """One leased message, ready to leave: what the sender needs once the transaction is over."""

    message_id: str
    row_id: int
    address: str
    body: Body
    created_at: dt.datetime
    attempts: int
    channel: Channel = Channel.MAIL
    reply_to: str = ""
    stop_url: str = ""
    calendar: str = ""
    thread: str = ""


@dataclass(frozen=True)
class MessageRow:
    """A message as a list shows it: no body, no secret."""

    id: int
    kind: str
    address: str
    subject: str
    state: MessageState
    failure: Failure | None
    attempts: int
    created_at: dt.datetime
    sent_at: dt.datetime | None
    not_before: dt.datetime
    channel: Channel
    protected: bool
    edited_at: dt.datetime | None
    reason: str

    def waits_until(self, now: dt.datetime) -> dt.datetime | None:
        """The moment before which it does not leave; None for what leaves next, or does not leave."""
        return self.not_before if self.state is MessageState.WAITING and self.not_before > now else None


@dataclass(frozen=True)
class MessagePage:
    """One message with its text. The place of a secret link is shown, never a link that opens something."""

    row: MessageRow
    paragraphs: tuple[str, ...]
    body: Body


@dataclass(frozen=True)
class Line:
    """A line of a letter; `path` is set when the line is a link into the product itself."""

    text: str
    path: str = ""


@dataclass(frozen=True)
class Letter:
    """A mail that was written to a file instead of being sent: the demo's inbox."""

    name: str
    to: str
    subject: str
    sent_at: dt.datetime
    lines: tuple[Line, ...]


class MailReader(StrEnum):
    """Who reads a kind of mail."""

    SCHOOL = "school"
    PRESENTER = "presenter"
    GUARDIAN = "guardian"
    STAFF = "staff"
    ACCOUNT = "account"  # whoever signs in, about signing in


class FixedText(StrEnum):
    """Why a kind of mail keeps the product's text."""

    CHILDREN = "children"
    ACCOUNTS = "accounts"
    STRANGERS = "strangers"
    INSTALLATION = "installation"


class TextReason(Reason):
    """Why a text of a mail is refused; what is wrong and in which line is put in."""

    EMPTY = "empty", N_("Write a text, or go back to Raspored's text.")
    TOO_LONG = "text_too_long", N_("Shorten the text: it has %(what)s characters, %(most)s are possible.")
    UNSEEN = "unseen", N_("Line %(line)s: delete the character %(what)s, which nobody sees.")
    LINE_END = "line_end", N_("Write the subject in one line.")
    MAIL_CODE = "mail_code", N_("Write the subject without %(what)s: mail programs read it as a code.")
    FORMULA = (
        "formula",
        N_("Line %(line)s: remove %(what)s. Nothing is calculated here: a placeholder stands between single braces."),
    )
    UNCLOSED = "brace_not_closed", N_("Line %(line)s: close every brace, because a placeholder stands between two.")
    NO_PLACEHOLDER = "no_placeholder", N_("Line %(line)s: there is no %(what)s. Choose a placeholder from the list.")
    MISTYPED = "mistyped", N_("Line %(line)s: write %(meant)s in place of %(what)s.")
    LACKING = "lacking", N_("Add %(what)s: the reader needs it.")
    TOO_LONG_AN_SMS = (
        "too_long_an_sms",
        N_("Shorten the text: with the longest names it has %(what)s characters, and %(most)s fit one message."),
    )


SUBJECT, BODY = "subject", "body"  # the parts of a text
LONGEST_MAIL_SUBJECT, LONGEST_BODY = 200, 5000


@dataclass(frozen=True)
class MailText:
    """What a mail says, with placeholders between braces: a line of the body is a paragraph. An SMS has no subject."""

    subject: str
    body: str


@dataclass(frozen=True)
class Placeholder:
    """What a text of one kind may name between braces; `words` are its name in Serbian, Cyrillic, and in English.

    `about` tells apart what is said (day), however it is written (a long day, a date). What the product words alone is
    a `block`: it stands where the condition of its sentences is asked.
    """

    key: str
    words: tuple[str, str]
    about: str
    block: bool = False
    needed_in: str = ""  # subject or body


@dataclass(frozen=True)
class TextProblem:
    """What is wrong with a text, in which of its two parts and in which line."""

    part: str
    reason: TextReason
    line: int = 0
    what: str = ""
    meant: str = ""
    most: int = 0


class WrongText(SchedulerError):
    """A centre's text that cannot be sent."""

    def __init__(self, problems: tuple[TextProblem, ...]) -> None:
        super().__init__(*(problem.reason.value for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class TextKind:
    """A kind of mail or SMS that a centre may word."""

    channel: Channel
    kind: str


@dataclass(frozen=True)
class TextVersion:
    """A text of a centre in one language as it was saved; an empty one: back to the product's text."""

    version: int
    text: MailText
    product: MailText  # the product's text of that day
    at: dt.datetime
    id: int


@dataclass(frozen=True)
class Writing:
    """What of a mail may be edited, and what stands under it whatever is typed; `seen` tells one text from another."""

    subject: str
    text: str
    kept: tuple[str, ...]
    seen: str = ""


class HandAct(StrEnum):
    """What somebody does with a message in the outbox; the first three with several at once."""

    HOLD = "hold"
    SEND = "send"
    DISCARD = "discard"
    EDIT = "edit"
    AGAIN = "again"  # one that was sent leaves once more


@dataclass(frozen=True)
class SkippedMessage:
    """A message with which that cannot be done, and why."""

    row: MessageRow
    reason: Reason


@dataclass(frozen=True)
class Handled:
    """What an act on messages has done: how many, which it left out and why, and the moment by which it is undone."""

    done: tuple[MessageRow, ...]
    left_out: tuple[SkippedMessage, ...]
    at: dt.datetime
