"""A secret that must be read again is stored encrypted, so that a copy of the database alone opens nothing.

AES-256-GCM under a key derived from SECRET_KEY; `about` is bound to it: a text moved to another row is unreadable.
"""

import base64
import secrets

# cryptography is loaded by whoever encrypts or reads: most pages do neither.
NONCE_BYTES = 12


class Unreadable(Exception):
    """It was encrypted under another SECRET_KEY, or has been changed or moved since."""


def encrypt(text: str, *, key: str, about: str) -> str:
    """What is stored: printable ASCII."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(NONCE_BYTES)
    hidden = AESGCM(_derived(key)).encrypt(nonce, text.encode(), about.encode())
    return base64.urlsafe_b64encode(nonce + hidden).decode()


def decrypt(stored: str, *, key: str, about: str) -> str:
    """The text. Raises: Unreadable."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        whole = base64.urlsafe_b64decode(stored)
        return AESGCM(_derived(key)).decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], about.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable(about) from error


def _derived(key: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"raspored: secrets at rest").derive(key.encode())
