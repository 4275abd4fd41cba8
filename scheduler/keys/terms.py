"""Words of the second step."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.core.errors import Reason
from scheduler.policy import Actor, Role


class KeyReason(Reason):
    """Why a second step, or a change of one's keys, is refused."""

    WRONG_CODE = "wrong_code"
    WRONG_FIRST_CODE = "wrong_first_code"
    WRONG_PASSKEY = "wrong_passkey"
    TOO_MANY_CODES = "too_many_codes"
    TOO_MANY_KEY_LINKS = "too_many_key_links"
    LAST_KEY = "last_key"
    OWN_KEYS = "own_keys"
    MAILBOX_NOT_PROVEN = "mailbox_not_proven"
    HAS_AN_APP = "has_an_app"


class PassedBy(StrEnum):
    """How a second step was passed."""

    CODE = "code"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"
    FIRST_KEY = "first_key"  # she has just made it


@dataclass(frozen=True)
class Browser:
    """One browser whose user has typed the right password; `waits` until the second step is passed."""

    sign_in_id: int
    user_id: int
    email: str
    token: str = field(repr=False)
    actor: Actor
    waits: bool
    mailbox_proven: bool


@dataclass(frozen=True)
class PasskeyRow:
    """A passkey as its owner sees it."""

    id: int
    name: str
    added_at: dt.datetime
    last_used_at: dt.datetime | None


@dataclass(frozen=True)
class KeyRing:
    """All that somebody has beside her password."""

    app_added_at: dt.datetime | None
    passkeys: tuple[PasskeyRow, ...]
    recovery_codes: int  # that are left

    @property
    def count(self) -> int:
        """Keys to sign in with; recovery codes are for the day when there is none."""
        return len(self.passkeys) + (self.app_added_at is not None)


@dataclass(frozen=True)
class SignInRow:
    """A living sign-in as its owner sees it."""

    id: int
    device: str
    created_at: dt.datetime
    last_seen_at: dt.datetime
    own: bool  # the browser that asks
    waits: bool  # for its second step: somebody has typed the right password


@dataclass(frozen=True)
class KeyHolder:
    """One of the staff, and which keys she has, as who may take them away sees her."""

    user_id: int
    full_name: str
    email: str
    roles: tuple[Role, ...]
    has_app: bool
    passkeys: int
    recovery_codes: int
