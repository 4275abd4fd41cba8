"""Signed texts of pages, sessions and tokens of forms: a key for signing is derived once, and not for each text.

The library makes a signer for every text that it signs or reads, and derives its key, which is a third of that work.
"""

from functools import cache, lru_cache

from itsdangerous import Signer, URLSafeTimedSerializer

SALT_OF_FORMS = "wtf-csrf-token"  # Flask-WTF's, which compares what is sent


def with_keys_kept(serializer: URLSafeTimedSerializer) -> URLSafeTimedSerializer:
    """The same, whose signers are made once; they hold nothing of what they sign."""
    make = serializer.make_signer

    @cache
    def kept(salt: str | bytes | None = None) -> Signer:
        signer = make(salt)
        signer.derive_key = cache(signer.derive_key)  # type: ignore[method-assign]
        return signer

    serializer.make_signer = kept  # type: ignore[method-assign]
    return serializer


@lru_cache(maxsize=8)
def signer_of_forms(secret_key: str) -> URLSafeTimedSerializer:
    """What signs the tokens of forms, for a key of the installation."""
    return with_keys_kept(URLSafeTimedSerializer(secret_key, salt=SALT_OF_FORMS))
