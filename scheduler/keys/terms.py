"""Words of the second step."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from scheduler.core.errors import N_, Reason
from scheduler.policy import Actor, Role


class KeyReason(Reason):
    """Why a second step, or a change of one's keys, is refused."""

    WRONG_CODE = (
        "wrong_code",
        N_("Type the code that the app shows now: this one is wrong, too old, or was used before."),
    )
    WRONG_FIRST_CODE = (
        "wrong_first_code",
        N_("Type the code that the app shows now: this one is not of this secret, or too old."),
    )
    WRONG_PASSKEY = "wrong_passkey", N_("Try the passkey again, or take another way: it did not answer as it should.")
    TOO_MANY_CODES = (
        "too_many_codes",
        N_(
            "Wait a quarter of an hour: too many codes were wrong. A passkey, a recovery code or a mailed link works"
            " now."
        ),
    )
    TOO_MANY_KEY_LINKS = (
        "too_many_key_links",
        N_("Open one of the mails that you have: five links were asked for today."),
    )
    LAST_KEY = "last_key", N_("Add another app or passkey first: without this one you could not sign in.")
    OWN_KEYS = "own_keys", N_("Ask a colleague: nobody resets her own second step.")
    MAILBOX_NOT_PROVEN = "mailbox_not_proven", N_("Open the link in the mail first.")
    HAS_AN_APP = "has_an_app", N_("Take the app that you have away first, then add the new one.")


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
