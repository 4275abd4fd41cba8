"""Words of the people: what a presenter is, teaches and speaks; drafts that forms hand over, rows that pages show."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from scheduler.core.errors import N_, Reason, SchedulerError
from scheduler.core.language import worded
from scheduler.core.names import SpelledName, whole_name
from scheduler.imports.sheets import LineProblem
from scheduler.places.terms.hosts import Point
from scheduler.policy import Actor, Role


class PersonReason(Reason):
    """Why something about an account, a presenter or a centre is refused."""

    ALREADY_SET_UP = "already_set_up", N_("Sign in instead: the centre is set up already.")
    HAS_ACCOUNT = "has_account", N_("Enter another address: an account already uses this one.")
    NOT_A_SITE = "not_a_site", N_("Enter an https address without a path, for example https://centre.example.")
    OWN_ACCOUNT = "own_account", N_("Ask a colleague: nobody suspends an own account.")
    OWN_ROLE = "own_role", N_("Ask a colleague: nobody takes the administrator's role from oneself.")
    OWN_DISTRICTS = "own_districts", N_("Ask a colleague: nobody changes her own districts.")
    HOME_OF_A_MINOR = (
        "home_of_a_minor",
        N_(
            "Ask your coordinator: how far a young presenter travels depends on the home town, so the centre changes"
            " it."
        ),
    )
    PHOTO_OF_A_MINOR = "photo_of_a_minor", N_("Leave it out: of a young person no photograph is kept.")
    PHOTO_NOT_AGREED = "photo_not_agreed", N_("Tick that schools may see it, or give no photograph.")
    NOTE_ABOUT_A_MINOR = "note_about_a_minor", N_("Call the guardian: about a young person no note is kept.")
    HOURS_IN_ORDER = "hours_in_order", N_("Write an end that is later than the beginning.")
    HOURS_OVERLAP = "hours_overlap", N_("Write hours that do not overlap.")
    NOT_A_BIRTH_DATE = "not_a_birth_date", N_("Check the birth date.")
    NOT_OF_EDUCATORS = "not_of_educators", N_("Leave this empty: it is asked only of youth influencers.")
    UNDER_AGE = "under_age", N_("Check the birth date: presenters are 15 or older.")
    PASSWORD_SHORT = "password_short", N_("Choose a longer password: 10 characters or more.")  # nosec B105  (a reason, no password)
    PASSWORD_LONG = "password_long", N_("Choose a shorter password: at most 128 characters.")  # nosec B105  (a reason, no password)
    PASSWORD_COMMON = "password_common", N_("Choose another password: this one is guessed first.")  # nosec B105  (a reason, no password)
    PASSWORD_OWN = "password_own", N_("Choose another password: not your name or address.")  # nosec B105  (a reason, no password)
    WRONG_PASSWORD = "wrong_password", N_("Enter the address and the password again: they do not match.")  # nosec B105  (a reason, no password)
    WRONG_OWN_PASSWORD = "wrong_own_password", N_("Enter your password again: this one does not match.")  # nosec B105  (a reason, no password)
    TOO_MANY_SIGN_INS = "too_many_sign_ins", N_("Wait a few minutes, then sign in again: there were too many tries.")
    TOO_MANY_RESETS = "too_many_resets", N_("Try again tomorrow: too many links were asked for today.")
    LOGIN_OPENS_NOTHING = (
        "login_opens_nothing",
        N_("Sign in with your address and password, or ask an administrator: that login opens no account here."),
    )
    LOGIN_SILENT = "login_silent", N_("Sign in with your password, or try again later: that login does not answer now.")
    LOGIN_STALE = "login_stale", N_("Press the button of that login again: its answer is too old, or was used before.")
    LOGIN_TURNED_BACK = (
        "login_turned_back",
        N_("Press the button of that login again, or sign in with your password: nobody was signed in there."),
    )


class PresenterKind(StrEnum):
    EDUCATOR = "educator"
    INFLUENCER = "influencer"

    @property
    def role(self) -> Role:
        """The role that a presenter of this kind signs in with."""
        return Role(self.value)


class Topic(StrEnum):
    """What a presenter can speak about and a programme is about."""

    SAFE_INTERNET = "safe_internet"
    PEER_VIOLENCE = "peer_violence"
    PRIVACY = "privacy"
    REPORTING = "reporting"  # how to report illegal or unintended content
    MEDIA_LITERACY = "media_literacy"
    PARENTING = "parenting"


class TeachingLanguage(StrEnum):
    """Languages of instruction in Serbian schools (ISO 639), and English for hosts abroad."""

    SERBIAN = "sr"
    HUNGARIAN = "hu"
    SLOVAK = "sk"
    ROMANIAN = "ro"
    RUSYN = "rue"
    CROATIAN = "hr"
    BOSNIAN = "bs"
    ALBANIAN = "sq"
    BULGARIAN = "bg"
    ENGLISH = "en"


STAFF_ROLES = (Role.COORDINATOR, Role.SAFEGUARDING, Role.ADMINISTRATOR)
INVITED_ROLES = (*STAFF_ROLES, Role.EDUCATOR, Role.INFLUENCER)


class BadSignIn(SchedulerError):
    """The address and the password do not belong together; which of them is wrong is never said."""


@dataclass(frozen=True)
class SignedInUser:
    """Who sits in front of a browser: what pages show of her, and the Actor she is."""

    user_id: int
    given_name: SpelledName
    family_name: SpelledName
    full_name: SpelledName
    language: str
    centre_id: int
    centre_sr_cyrl: str
    centre_sr_latn: str
    centre_en: str
    actor: Actor
    last_seen_at: dt.datetime

    def centre(self, language: str) -> str:
        """Her centre's name, for a reader of this language."""
        return worded(language, self.centre_sr_cyrl, self.centre_sr_latn, self.centre_en)


@dataclass(frozen=True)
class CentreDraft:
    """A centre as it is opened."""

    slug: str
    name_sr_cyrl: str
    name_sr_latn: str
    name_en: str
    place_sr_cyrl: str = ""
    place_sr_latn: str = ""
    email: str = ""
    phone: str = ""
    signatory: str = ""


class AnswersTo(StrEnum):
    """Who of a centre gets what people answer to a mail about a request."""

    CENTRE = "centre"
    OWNER = "owner"  # of the request; the centre while nobody owns it


@dataclass(frozen=True)
class CentreRow:
    """A centre as its settings show it."""

    id: int
    name_sr_cyrl: str
    name_sr_latn: str
    name_en: str
    place_sr_cyrl: str
    place_sr_latn: str
    email: str
    phone: str
    signatory: str
    signatory_duty_sr_cyrl: str
    signatory_duty_en: str
    site: str
    slug: str
    answers_to: AnswersTo
    settled: frozenset["HandStep"]
    has_colleagues: bool  # two accounts or more beside presenters
    has_presenters: bool


@dataclass(frozen=True)
class CentreChange:
    """What the settings of a centre say: its names as papers print them, and where it is reached."""

    name_sr_cyrl: str
    name_sr_latn: str
    name_en: str
    place_sr_cyrl: str
    place_sr_latn: str
    email: str
    phone: str
    signatory: str
    signatory_duty_sr_cyrl: str
    signatory_duty_en: str
    site: str = ""
    answers_to: AnswersTo = AnswersTo.CENTRE


class HandStep(StrEnum):
    """First steps that a person ticks, and the wish to put the whole list away."""

    HELPLINE = "helpline"
    BACKUP = "backup"
    PUT_AWAY = "put_away"


@dataclass(frozen=True)
class InvitationDraft:
    """Whom to invite, to do what."""

    email: str
    roles: tuple[Role, ...]
    given_name: str = ""
    family_name: str = ""
    language: str = "sr_Cyrl"


@dataclass(frozen=True)
class Acceptance:
    """What an invited person types: a name as it shall be printed, and a password."""

    given_name: str
    family_name: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Hours:
    """Hours of a weekday (0 = Monday), local wall clock."""

    weekday: int
    from_local: dt.time
    until_local: dt.time


@dataclass(frozen=True)
class ExceptionDraft:
    """Days, both included, that differ from the weekly pattern."""

    first_day: dt.date
    last_day: dt.date
    available: bool


@dataclass(frozen=True)
class PresenterDraft:
    """A presenter to be. `birth_date` is for influencers only; of an adult educator it is never asked."""

    given_name: str
    family_name: str
    email: str
    kind: PresenterKind
    home_id: int
    topics: tuple[Topic, ...]
    languages: tuple[TeachingLanguage, ...]
    birth_date: dt.date | None = None
    hours: tuple[Hours, ...] = ()
    language: str = "sr_Cyrl"
    phone: str = ""
    reach_km: int | None = None
    has_car: bool = True


@dataclass(frozen=True)
class SkillsDraft:
    """What may change about a presenter: the town she starts from, what she speaks about, in which languages."""

    home_id: int
    topics: tuple[Topic, ...]
    languages: tuple[TeachingLanguage, ...]
    phone: str | None = None  # None: as it is
    reach_km: int | None = None
    has_car: bool = True


@dataclass(frozen=True)
class ExceptionRow:
    id: int
    first_day: dt.date
    last_day: dt.date
    available: bool


@dataclass(frozen=True)
class PresenterRow:
    """A presenter as lists and planning see her. `adult_on` None: known to be adult."""

    presenter_id: int
    user_id: int
    centre_id: int
    given_name: str
    full_name: str
    kind: PresenterKind
    home_id: int
    home_sr_cyrl: str
    home_sr_latn: str
    home: Point  # the town she sets out from
    adult_on: dt.date | None
    topics: tuple[Topic, ...]
    languages: tuple[TeachingLanguage, ...]
    suspended: bool
    invited: bool  # has not chosen a password yet
    email: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    reach_km: int | None = None  # one way, as she said; None: however far it is
    has_car: bool = True


class PresenterName(NamedTuple):
    """What sorts and names a presenter, where a page does not show her whole."""

    presenter_id: int
    given_name: str
    family_name: str
    home_sr_cyrl: str
    home_sr_latn: str
    adult_on: dt.date | None
    suspended: bool
    lat: float
    lon: float

    @property
    def full_name(self) -> str:
        return whole_name(self.given_name, self.family_name)

    @property
    def home(self) -> Point:
        """The town she sets out from."""
        return Point(self.lat, self.lon)


@dataclass(frozen=True)
class PresenterNoteRow:
    """What was agreed with a presenter by telephone."""

    said_on: dt.date
    by: str
    text: str


@dataclass(frozen=True)
class PresenterPage:
    """Everything that the page of one presenter shows."""

    row: PresenterRow
    hours: tuple[Hours, ...]
    exceptions: tuple[ExceptionRow, ...]


@dataclass(frozen=True)
class StaffRow:
    """A user as the list of people shows her."""

    user_id: int
    full_name: str
    email: str
    roles: tuple[Role, ...]
    suspended: bool
    invited: bool
    district_ids: tuple[int, ...] = ()  # none: everything of the centre


@dataclass(frozen=True)
class Reader:
    """A user as the writer of a mail needs her."""

    user_id: int
    address: str
    language: str


@dataclass(frozen=True)
class InvitedUser:
    """Who an invitation is for: what its page fills in."""

    user_id: int
    given_name: str
    family_name: str
    email: str
    language: str
    centre_sr_cyrl: str
    centre_sr_latn: str
    centre_en: str

    def centre(self, language: str) -> str:
        """The name of the centre that invites, for a reader of this language."""
        return worded(language, self.centre_sr_cyrl, self.centre_sr_latn, self.centre_en)


@dataclass(frozen=True)
class DemoSignIn:
    """One press on the demo's sign-in page."""

    role: Role
    email: str
    password: str


@dataclass(frozen=True)
class Opened:
    """What `set_up_centre` made: the centre, its administrator, and the path of her invitation."""

    centre_id: int
    user_id: int
    path: str = field(repr=False)


@dataclass(frozen=True)
class ImportedPerson:
    """A line of a file of people; `home`, topics and languages count for those who present."""

    line: int
    given_name: str
    family_name: str
    email: str
    role: Role
    home: str
    birth_date: dt.date | None
    topics: tuple[Topic, ...]
    languages: tuple[TeachingLanguage, ...]


@dataclass(frozen=True)
class PeopleSheet:
    """A file of people as read."""

    people: tuple[ImportedPerson, ...]
    problems: tuple[LineProblem, ...]
    lines: int = 0
    encoding: str = ""
    headings: tuple[str, ...] = ()
