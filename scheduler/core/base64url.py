"""Bytes as letters that an address may hold: base64url without padding (RFC 4648, section 5; RFC 7515, appendix C)."""

import base64


def as_base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """The bytes again. Raises: ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
