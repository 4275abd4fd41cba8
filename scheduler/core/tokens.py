"""Secret links: 32 random bytes in a URL, only their SHA-256 stored, with a purpose and an end.

Mails hold a placeholder and the link is minted when the mail is sent (messages/service.py), so no stored text and no
backup holds a usable one. Many links may open one thing; all end with it.
"""

import datetime as dt
import hashlib
import secrets

from sqlalchemy import Index, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column

from scheduler.core.db import Base, db
from scheduler.core.errors import Gone, NotFound


class SecretLink(Base):
    """One minted link: what it opens, and until when."""

    __tablename__ = "secret_link"
    __table_args__ = (Index(None, "purpose", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    purpose: Mapped[str] = mapped_column(Text)  # "status", "invitation", "reset", …: the same token opens nothing else
    subject_id: Mapped[int]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


def new_token() -> str:
    """256 random bits, 43 characters of URL-safe ASCII."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored and looked up; a random token needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def mint(purpose: str, subject_id: int, *, lasts: dt.timedelta, now: dt.datetime) -> str:
    """Make a link for `subject_id` inside the caller's transaction and return the token, which is never stored."""
    token = new_token()
    db.session().add(
        SecretLink(
            token_hash=token_hash(token),
            purpose=purpose,
            subject_id=subject_id,
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return token


def opened_by(token: str, purpose: str, *, now: dt.datetime) -> SecretLink | None:
    """The living link of that purpose, or None: unknown, ended, expired and foreign all look alike."""
    link = db.session.scalar(
        select(SecretLink).where(SecretLink.token_hash == token_hash(token), SecretLink.purpose == purpose)
    )
    if link is None or link.ended_at is not None or link.expires_at <= now:
        return None
    # A link made further in the future than it lasts may have ended before the clock was set back.
    return link if link.created_at - now < link.expires_at - link.created_at else None


def living_link(token: str, purpose: str, *, now: dt.datetime) -> SecretLink:
    """The link behind a page. Raises: Gone when it has ended; NotFound when there never was one of that purpose."""
    link = opened_by(token, purpose, now=now)
    if link is None:
        raise Gone(purpose) if was_known(token, purpose) else NotFound(purpose)
    return link


def was_known(token: str, purpose: str) -> bool:
    """Whether such a link ever existed, so that its page can say "this link has ended" (410) instead of 404."""
    return bool(
        db.session.scalar(
            select(SecretLink.id).where(SecretLink.token_hash == token_hash(token), SecretLink.purpose == purpose)
        )
    )


def end_links(purpose: str, subject_id: int, *, now: dt.datetime) -> None:
    """End every living link of that purpose to that thing, inside the caller's transaction."""
    db.session().execute(
        update(SecretLink)
        .where(SecretLink.purpose == purpose, SecretLink.subject_id == subject_id, SecretLink.ended_at.is_(None))
        .values(ended_at=now)
    )
