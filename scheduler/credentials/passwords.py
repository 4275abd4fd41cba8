"""Passwords are kept as argon2id hashes (OWASP's minimum: 19 MiB, 2 passes, 1 lane; about 20 ms), never otherwise.

One at a time in each process: a rush of sign-ins waits in line, and takes neither 19 MiB for each thread nor the
processor from those who only read a page.
"""

from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from scheduler.core.db import db
from scheduler.core.text import normal_form

if TYPE_CHECKING:
    from argon2 import PasswordHasher

COMMON = Path(__file__).parent.parent / "data" / "common_passwords.txt"
_one_at_a_time = Lock()


@cache
def _of_the_library() -> "PasswordHasher":
    from argon2 import PasswordHasher, Type  # who serves pages loads it when the first password is typed

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


class _LaterHasher:
    """The library's, for whoever asks it something."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_of_the_library(), name)


_hasher = cast("PasswordHasher", _LaterHasher())


def hash_password(password: str) -> str:
    """The hash to store. Raises: RuntimeError inside a transaction: others would wait for the write lock meanwhile."""
    _outside_of_transactions()
    with _one_at_a_time:
        return _hasher.hash(normal_form(password))


def fits(stored: str | None, password: str) -> bool:
    """Whether the password is the one behind the hash.

    Without a hash (no such user, not yet accepted) the same work is done for nothing, so that the time tells nothing.
    """
    from argon2.exceptions import InvalidHashError, VerificationError

    _outside_of_transactions()
    try:
        with _one_at_a_time:
            _hasher.verify(stored or _of_nobody(), normal_form(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_new_hash(stored: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def _of_nobody() -> str:
    return _hasher.hash("nobody has this password")


@cache
def common_passwords() -> frozenset[str]:
    """Passwords that guessers try first, in lower case."""
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _outside_of_transactions() -> None:
    if db.session().info.get("open"):
        raise RuntimeError("hashing a password inside a transaction")
