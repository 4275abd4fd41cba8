"""Words of the people: what a presenter is, teaches and speaks."""

from dataclasses import dataclass
from enum import StrEnum

from scheduler.core.errors import SchedulerError
from scheduler.policy import Actor


class PresenterKind(StrEnum):
    EDUCATOR = "educator"
    INFLUENCER = "influencer"


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


class BadSignIn(SchedulerError):
    """The address and the password do not belong together; which of them is wrong is never said."""


@dataclass(frozen=True)
class SignedInUser:
    """Who sits in front of a browser: what pages show of her, and the Actor she is."""

    user_id: int
    given_name: str
    full_name: str
    language: str
    centre_id: int
    centre_name_sr_cyrl: str
    centre_name_sr_latn: str
    actor: Actor
