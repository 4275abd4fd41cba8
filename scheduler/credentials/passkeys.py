"""Passkeys (WebAuthn): what a browser is asked, and whether its answer holds. No database, no page.

A challenge is derived from the secret of the sign-in it belongs to, so nothing of it is stored: it holds for five to
ten minutes, in that browser only, and dies with the sign-in's secret, which is new after each second step.
"""

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scheduler.core.base64url import as_base64url, from_base64url

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

# webauthn brings OpenSSL and two readers of ASN.1: each function loads it, so that only who uses a key waits for it.
WINDOW_S = 300
LONGEST_ANSWER = 20_000  # characters of JSON


class NotThisKey(Exception):
    """The answer is none to our question, or not of this key."""


@dataclass(frozen=True)
class Asker:
    """Who asks: our address, and the browser's secret with the purpose of the question."""

    base_url: str
    secret: str
    purpose: str
    key: str  # of the installation

    @property
    def domain(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def origin(self) -> str:
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    def challenge(self, now: dt.datetime, *, windows_ago: int = 0) -> bytes:
        """32 bytes that nobody else can know."""
        window = int(now.timestamp()) // WINDOW_S - windows_ago
        said = f"passkey:{self.purpose}:{self.secret}:{window}"
        return hmac.new(self.key.encode(), said.encode(), hashlib.sha256).digest()


@dataclass(frozen=True)
class NewKey:
    """A key that a browser has just made."""

    credential_id: str
    public_key: str
    sign_count: int


def question_for_new(asker: Asker, *, user_id: int, account: str, known: Sequence[str], now: dt.datetime) -> str:
    """What navigator.credentials.create() is asked, as JSON. `known` are the keys that she has already."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = webauthn.generate_registration_options(
        rp_id=asker.domain,
        rp_name="Raspored",
        user_id=hashlib.sha256(f"{asker.key}:{user_id}".encode()).digest(),  # tells nobody who it is
        user_name=account,
        challenge=asker.challenge(now),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return webauthn.options_to_json(options)


def question_for_known(asker: Asker, known: Sequence[str], now: dt.datetime) -> str:
    """What navigator.credentials.get() is asked, as JSON."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    options = webauthn.generate_authentication_options(
        rp_id=asker.domain,
        challenge=asker.challenge(now),
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options)


def new_key(asker: Asker, answer: str, now: dt.datetime) -> NewKey:
    """The key behind an answer to `question_for_new`. Raises: NotThisKey."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    for ago in (0, 1):
        try:
            made = webauthn.verify_registration_response(
                credential=_read(answer),
                expected_challenge=asker.challenge(now, windows_ago=ago),
                expected_rp_id=asker.domain,
                expected_origin=asker.origin,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            refusal = error
        else:
            return NewKey(as_base64url(made.credential_id), as_base64url(made.credential_public_key), made.sign_count)
    raise NotThisKey("create") from refusal


def credential_of(answer: str) -> str:
    """Which key an answer says it is of; nothing it says is proven yet. Raises: NotThisKey."""
    return str(_read(answer).get("id", ""))


def count_after(asker: Asker, answer: str, *, public_key: str, count: int, now: dt.datetime) -> int:
    """The key's counter after a right answer to `question_for_known`. Raises: NotThisKey, also for a copied key."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    for ago in (0, 1):
        try:
            seen = webauthn.verify_authentication_response(
                credential=_read(answer),
                expected_challenge=asker.challenge(now, windows_ago=ago),
                expected_rp_id=asker.domain,
                expected_origin=asker.origin,
                credential_public_key=from_base64url(public_key),
                credential_current_sign_count=count,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            refusal = error
        else:
            return seen.new_sign_count
    raise NotThisKey("get") from refusal


def _read(answer: str) -> dict[str, object]:
    if len(answer) > LONGEST_ANSWER:
        raise NotThisKey("length")
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise NotThisKey("JSON") from error
    if not isinstance(said, dict):
        raise NotThisKey("JSON")
    return said


def _descriptors(known: Sequence[str]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=from_base64url(one)) for one in known]
