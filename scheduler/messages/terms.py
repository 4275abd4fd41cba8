"""Words of the outbox."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


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


class Method(StrEnum):
    """What a mail's calendar part does in the calendar of its reader (RFC 5546)."""

    REQUEST = "REQUEST"  # puts an entry in, or changes it
    CANCEL = "CANCEL"  # takes it out


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
    in its reader's calendar; a copy does nothing there.
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


@dataclass(frozen=True)
class Body:
    """A rendered mail; `{link}` stands where its link will."""

    subject: str
    text: str
    html: str


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
