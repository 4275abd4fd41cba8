"""What the QR code says beside its address, signed, so that a paper is checked without our site; and the keys.

The text is `ADDRESS#KEY.LETTERS.PAPER.SIGNATURE`; no browser sends what stands behind the #. KEY names the key, LETTERS
the encoding of PAPER (base64url of its lines), SIGNATURE is Ed25519 (RFC 8032) over all that stands before its dot.
`docs/check_certificate.py` reads it without a line of ours.

One key signs, the others still prove what they signed. The first is made with the first paper. A key whose secret was
encrypted under another SECRET_KEY signs no more, and the next paper makes a new one.
"""

import base64
import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.acts import Act, change
from scheduler.certificates.kinds.every import KINDS
from scheduler.certificates.models import CertificateKey
from scheduler.certificates.terms import CertificatePaper, PublicKey
from scheduler.config import settings
from scheduler.core.base64url import as_base64url
from scheduler.core.db import db
from scheduler.core.encryption import Unreadable, decrypt, encrypt
from scheduler.policy import SYSTEM

# cryptography is loaded by whoever signs: most pages do not.
log = logging.getLogger(__name__)
# A letter of Serbian is one byte in these, two in UTF-8: the code stays coarse enough for a phone.
LETTERS = {"c": "cp1251", "l": "cp1250", "u": "utf-8"}
LINE_LETTERS = 80  # letters of a line; a paper in hand says the rest
ELLIPSIS = "…"

Sign = Callable[[bytes], bytes]


def signed_text(paper: CertificatePaper, key_name: str, sign: Sign) -> str:
    """What the QR code of this paper says: ASCII, about 300 letters."""
    letters, written = _fewest_bytes("\n".join(lines_of(paper)))
    said = f"{paper.check_url}#{key_name}.{letters}.{as_base64url(written)}"
    return f"{said}.{as_base64url(sign(said.encode()))}"


def lines_of(paper: CertificatePaper) -> list[str]:
    """What is signed beside the address, which holds the number; an empty line says nothing.

    Kind; running number; day held and day issued, as in ISO 8601; holder, an adult's name only; host; place; title;
    number in the catalogue, or code and level of a cohort; minutes of a teacher; presentations, pupils, parents and
    teachers of all others.
    """
    kind = KINDS[paper.kind]
    named = kind.of_a_person  # always an adult: nobody else is named in a code
    counts = (paper.presentations, paper.pupils, paper.parents, paper.teachers)
    return [
        paper.kind.value,
        paper.running_number,
        paper.on_day.isoformat(),
        paper.issued_on.isoformat(),
        short(paper.holder_name if named else ""),
        short(paper.host_name),
        short(paper.host_place),
        short(paper.title or paper.programme_title),
        kind.coded(paper),
        str(paper.minutes) if named else "",
        "" if named else " ".join(map(str, counts)),
    ]


def short(text: str) -> str:
    """A line, cut where it is longer than a code should hold."""
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= LINE_LETTERS else one_line[: LINE_LETTERS - 1] + ELLIPSIS


def _fewest_bytes(text: str) -> tuple[str, bytes]:
    """In the first encoding that knows every letter of it."""
    for letter, codec in LETTERS.items():
        try:
            return letter, text.encode(codec)
        except UnicodeEncodeError:
            continue
    raise ValueError("letters that no encoding knows")


def public_keys() -> list[PublicKey]:
    """All that ever signed here, the one that signs now first: for whoever checks papers without us."""
    rows = db.session().scalars(select(CertificateKey).order_by(CertificateKey.id.desc()))
    return [PublicKey(row.name, row.algorithm, row.public, row.made_at, row.retired_at) for row in rows]


def as_document(listed: Iterable[PublicKey]) -> dict[str, Any]:
    """What is published and printed by the command: {"keys": [{"name", "algorithm", "public", "from", "until"}]}."""
    return {
        "keys": [
            {
                "name": key.name,
                "algorithm": key.algorithm,
                "public": key.public,
                "from": key.made_at.isoformat(),
                "until": key.retired_at.isoformat() if key.retired_at else None,
            }
            for key in listed
        ]
    }


def sealed_papers(papers: Sequence[tuple[CertificatePaper, str]]) -> Sequence[tuple[CertificatePaper, str]]:
    """The papers with what their QR codes say beside the address; as they are where no key can sign."""
    signs = who_signs()
    if signs is None:
        return papers
    return [(replace(paper, check_url=signed_text(paper, *signs)), lang) for paper, lang in papers]


def who_signs() -> tuple[str, Sign] | None:
    """The name of the key that signs now, and how; None where there is none, or it cannot be read."""
    key = _living(db.session())
    secret = _secret_of(key) if key is not None else None
    if key is None or secret is None:
        return None
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return key.name, Ed25519PrivateKey.from_private_bytes(secret).sign


def keep_a_key(act: Act) -> None:
    """See to it that a key signs, inside the caller's transaction."""
    key = _living(act.session)
    if key is None or _secret_of(key) is None:
        _renew(act, key)


def renew_key(*, now: dt.datetime) -> str:
    """Retire the key that signs, and make another; its name."""
    with change(SYSTEM, now) as act:
        name = _renew(act, _living(act.session))
    log.info("certificate key renewed", extra={"key": name})
    return name


def _living(session: Session) -> CertificateKey | None:
    return session.scalar(select(CertificateKey).where(CertificateKey.retired_at.is_(None)))


def _secret_of(key: CertificateKey) -> bytes | None:
    """32 bytes; None when they were encrypted under another SECRET_KEY."""
    try:
        return base64.b64decode(decrypt(key.secret, key=settings().secret_key, about=_about(key.name)))
    except Unreadable:
        return None


def _renew(act: Act, old: CertificateKey | None) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if old is not None:
        old.retired_at, old.secret = act.now, ""
        act.record("certificate key retired", old, {"key": old.name})
        act.session.flush()
    made = Ed25519PrivateKey.generate()
    public = made.public_key().public_bytes_raw()
    name = hashlib.sha256(public).hexdigest()[:8]
    hidden = encrypt(base64.b64encode(made.private_bytes_raw()).decode(), key=settings().secret_key, about=_about(name))
    new = CertificateKey(name=name, public=as_base64url(public), secret=hidden, made_at=act.now)
    act.session.add(new)
    act.session.flush()
    act.record("certificate key made", new, {"key": name})
    return name


def _about(name: str) -> str:
    return f"certificate key {name}"
