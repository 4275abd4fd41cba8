"""Words of the outbox."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.errors import N_, Reason, SchedulerError


class MessageState(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # given up; shown to coordinators
    STOPPED = "stopped"


class Channel(StrEnum):
    """By which way a message leaves."""

    MAIL = "mail"
    SMS = "sms"


UNSENT = (MessageState.WAITING, MessageState.SENDING)


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
class MessageDraft:
    """A mail as a room asks for it: `kind` names its template, `values` are what the template says.

    Its button leads to the secret `link`, or else to the page values["path"]. `about` is the (table, row id) whose
    page shows the mail, `centre_id` whose outbox does. `copy_of` is for a guardian: the given name of the minor whose
    mail this copies. A copy has neither button nor link, so no secret can leave with it. A mail `for_school` also says
    of which school, programme, day and hour it speaks, what happens next, and whom to call.
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

    def __post_init__(self) -> None:
        if self.copy_of and self.link:
            raise ValueError("a copy carries no secret link")


@dataclass(frozen=True)
class ShortDraft:
    """A short message as a room asks for it: its words are ready, and of the phone's own alphabet (rules.short)."""

    kind: str
    number: str
    language: str
    text: str
    about: tuple[str, int]
    centre_id: int


@dataclass(frozen=True)
class Body:
    """A rendered mail; `{link}` stands where its link will."""

    subject: str
    text: str
    html: str


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


@dataclass(frozen=True)
class MessagePage:
    """One message with its text. The place of a secret link is shown, never a link that opens something."""

    row: MessageRow
    paragraphs: tuple[str, ...]


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


class Reader(StrEnum):
    """Who reads a kind of mail."""

    SCHOOL = "school"
    PRESENTER = "presenter"
    GUARDIAN = "guardian"
    STAFF = "staff"
    ACCOUNT = "account"  # whoever signs in, about signing in


class Kept(StrEnum):
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
    MISTYPED = "mistyped", N_("Line %(line)s: there is no %(what)s. Did you mean %(meant)s?")
    LACKING = "lacking", N_("Add %(what)s: the reader needs it.")
    TOO_LONG_AN_SMS = (
        "too_long_an_sms",
        N_("Shorten the text: with the longest names it has %(what)s characters, and %(most)s fit one message."),
    )


SUBJECT, BODY = "subject", "body"  # the parts of a text
LONGEST_SUBJECT, LONGEST_BODY = 200, 5000


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
