"""Signed texts of pages, sessions and tokens of forms: a key for signing is derived once, and not for each text.

The library makes a signer for every text that it signs or reads, and derives its key, which is a third of that work.
"""

from functools import cache, lru_cache
from typing import Any

from flask.json import dumps
from flask.json.tag import TaggedJSONSerializer
from itsdangerous import Signer, URLSafeTimedSerializer

SALT_OF_FORMS = "wtf-csrf-token"  # Flask-WTF's, which compares what is sent
PLAIN_TYPES = (str, int, bool, type(None))  # as they are, none that is derived of them: text that is safe has a mark


class PlainFirst(TaggedJSONSerializer):
    """What a session holds as text. Of words and numbers nothing is marked, so nobody looks for marks in them.

    A table of one name could be taken for a mark: that one the library writes.
    """

    def dumps(self, value: Any) -> str:
        if type(value) is dict and len(value) > 1 and all(map(_is_plain, value.values())):
            return dumps(value, separators=(",", ":"))
        return super().dumps(value)


def _is_plain(value: object) -> bool:
    return type(value) in PLAIN_TYPES or (type(value) is list and all(type(one) in PLAIN_TYPES for one in value))


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
