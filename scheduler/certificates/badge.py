"""A certificate as an Open Badge 3.0: a credential that wallets keep, signed as VC-JWT by the key of the QR codes.

The issuer is did:web of this installation. Contexts are names that the standard gives; nothing is fetched. An adult
alone has one: her name is in the file that she gets by her school's secret link; in the one that anybody may open a
salted hash, while the name is stored; then nothing.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import Any
from urllib.parse import quote, urlsplit

from scheduler.certificates.kinds.every import wording_of
from scheduler.certificates.terms import CertificateKind, CertificatePaper, PublicKey
from scheduler.core.base64url import as_base64url
from scheduler.core.language import html_lang, translator

CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
)
DID_CONTEXTS = ("https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1")
WITH_A_BADGE = CertificateKind.TEACHER
SALT_BYTES = 16


@dataclass(frozen=True)
class BadgeFacts:
    """What a badge says: the paper, whose name it may bear and how, and since when it holds."""

    paper: CertificatePaper
    language: str
    valid_from: dt.datetime
    holder: str = ""  # an adult's name, or empty
    named: bool = False  # in letters; otherwise as a salted hash


def did_of(base_url: str) -> str:
    """The installation's own name: did:web:host, with a port did:web:host%3A8000."""
    return f"did:web:{quote(urlsplit(base_url).netloc, safe='')}"


def did_document(keys: Iterable[PublicKey], base_url: str) -> dict[str, Any]:
    """What did:web resolves to: all keys that ever signed here, so that a badge outlasts their renewal."""
    did, listed = did_of(base_url), list(keys)
    return {
        "@context": list(DID_CONTEXTS),
        "id": did,
        "verificationMethod": [
            {
                "id": f"{did}#{key.name}",
                "type": "JsonWebKey2020",
                "controller": did,
                "publicKeyJwk": {"kty": "OKP", "crv": "Ed25519", "x": key.public, "kid": key.name, "alg": "EdDSA"},
            }
            for key in listed
        ],
        "assertionMethod": [f"{did}#{key.name}" for key in listed],
    }


def status_document(check_url: str, base_url: str, *, holds: bool) -> dict[str, Any]:
    """The revocation list of one badge; one of all would tell the numbers of others."""
    gone = [] if holds else [{"id": check_url, "revoked": True}]
    return {"id": status_url(check_url), "issuer": did_of(base_url), "revokedCredentials": gone}


def status_url(check_url: str) -> str:
    return f"{check_url}/status.json"


def credential_of(facts: BadgeFacts, base_url: str) -> dict[str, Any]:
    """The OpenBadgeCredential."""
    paper = facts.paper
    return {
        "@context": list(CONTEXTS),
        "id": paper.check_url,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": wording_of(paper, facts.language).title,
        "issuer": {"id": did_of(base_url), "type": ["Profile"], "name": paper.centre_name, "url": base_url},
        "validFrom": _moment(facts.valid_from),
        "credentialSubject": _subject(facts),
        "credentialStatus": {"id": status_url(paper.check_url), "type": "1EdTechRevocationList"},
    }


def _subject(facts: BadgeFacts) -> dict[str, Any]:
    paper = facts.paper
    subject: dict[str, Any] = {
        "id": f"{paper.check_url}#holder",
        "type": ["AchievementSubject"],
        "activityEndDate": f"{paper.on_day.isoformat()}T00:00:00Z",
        "achievement": _achievement(facts),
    }
    if facts.holder:
        return subject | {"identifier": [_identity(facts.holder, hashed=not facts.named)]}
    return subject


def _identity(name: str, *, hashed: bool) -> dict[str, Any]:
    """An IdentityObject (Open Badges 3.0, B.1.12): the name, or SHA-256 of the name with a salt behind it."""
    said: dict[str, Any] = {"type": "IdentityObject", "hashed": hashed, "identityHash": name, "identityType": "name"}
    if not hashed:
        return said
    salt = token_hex(SALT_BYTES)
    return said | {"identityHash": f"sha256${hashlib.sha256((name + salt).encode()).hexdigest()}", "salt": salt}


def _achievement(facts: BadgeFacts) -> dict[str, Any]:
    paper, title = facts.paper, wording_of(facts.paper, facts.language).title
    described = f"{title}: {paper.programme_title}. {paper.centre_name}"
    _ = translator(facts.language).gettext
    earned = _("The school named the holder as present. It signed the numbers of the visit, and they are locked.")
    same = "\n".join((facts.language, paper.kind.value, title, paper.programme_title, paper.centre_name))
    achievement: dict[str, Any] = {
        "id": uuid.uuid5(uuid.NAMESPACE_URL, same).urn,
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "name": paper.programme_title,
        "description": described,
        "inLanguage": html_lang(facts.language),
        "criteria": {"narrative": earned},
    }
    if paper.programme_number:
        achievement["humanCode"] = paper.programme_number
    return achievement


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def as_jwt(credential: Mapping[str, Any], key_name: str, sign: Callable[[bytes], bytes]) -> str:
    """The credential as VC-JWT (Open Badges 3.0, 8.2): its members are the claims, beside the registered ones."""
    issuer = credential["issuer"]["id"]
    claims = {
        "iss": issuer,
        "jti": credential["id"],
        "sub": credential["credentialSubject"]["id"],
        "nbf": int(dt.datetime.fromisoformat(credential["validFrom"]).timestamp()),
    }
    header = {"alg": "EdDSA", "kid": f"{issuer}#{key_name}", "typ": "JWT"}
    said = f"{_part(header)}.{_part({**claims, **credential})}"
    return f"{said}.{as_base64url(sign(said.encode()))}"


def _part(said: Mapping[str, Any]) -> str:
    return as_base64url(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())
