"""Pure rules of certificates: the number that is checked, and who earns what."""

import hmac
from collections.abc import Mapping, Sequence
from secrets import randbits

from scheduler.attendance.rules import LONGEST_NAME
from scheduler.attendance.terms import HeadCounts
from scheduler.certificates.terms import CertificateKind
from scheduler.core.errors import GroundReason, Reason
from scheduler.core.names import problem_with_name
from scheduler.core.text import fold, name_key

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # D. Crockford, "Base 32": no I, L, O, U
NUMBER_LENGTH = 16  # 80 random bits
HOST_KEY = "host"  # the holder of a school's certificate


def new_number() -> str:
    """Sixteen letters and digits of Crockford's base 32: 80 bits that nobody guesses."""
    bits = randbits(5 * NUMBER_LENGTH)
    return "".join(CROCKFORD[bits >> 5 * place & 31] for place in range(NUMBER_LENGTH))


def number_typed(typed: str) -> str | None:
    """The number as stored, from what a person typed: case, spaces and dashes do not count; O is 0, I and L are 1.

    None when it cannot be a number.
    """
    if len(typed) > 64:
        return None
    plain = "".join(letter for letter in typed.upper() if letter not in " -\t\u2013")
    plain = plain.translate(str.maketrans("OIL", "011"))
    return plain if len(plain) == NUMBER_LENGTH and set(plain) <= set(CROCKFORD) else None


def in_fours(number: str) -> str:
    """As it is printed and read aloud: ABCD EFGH JKMN PQRS."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def holder_key(kind: CertificateKind, name: str = "", *, secret: str) -> str:
    """What makes a certificate of a visit the same certificate, whichever script the name was typed in.

    A keyed hash: it still tells a right name from a wrong one when the name itself is no longer kept.
    """
    return HOST_KEY if kind is CertificateKind.SCHOOL else name_key(name, secret)


def who_earns(
    counts: HeadCounts,
    named_adults: tuple[str, ...],
    had: Mapping[tuple[CertificateKind, str], bool] | None = None,
    *,
    secrets: Sequence[str],
) -> list[tuple[CertificateKind, str]]:
    """Kinds and holders' names that one visit with locked attendance still earns; a school's has no name.

    `secrets` are all under which a holder's name may have been hashed. `had` says what was issued before, by kind and
    holder's key, and whether it still holds: nothing comes twice, and what was revoked never comes back. No more
    teachers hold one than adults were counted in the room, teachers and others together, however often the school
    changes its list.
    """
    before = had or {}
    if counts.total == 0:
        return []
    school = [] if (CertificateKind.SCHOOL, HOST_KEY) in before else [(CertificateKind.SCHOOL, "")]
    holders = sum(holds for (kind, _), holds in before.items() if kind is CertificateKind.TEACHER)
    room = max(0, counts.teachers + counts.parents + counts.others - holders)
    teacher = CertificateKind.TEACHER
    fresh = [
        name
        for name in named_adults
        if all((teacher, holder_key(teacher, name, secret=secret)) not in before for secret in secrets)
    ]
    return [*school, *((teacher, name) for name in fresh[:room])]


def problem_with_holder(kind: CertificateKind, name: str) -> Reason | None:
    """What is wrong with the name a certificate shall print: a reason code, or None."""
    if kind is CertificateKind.SCHOOL:
        return None
    if not fold(name):
        return GroundReason.MISSING
    return GroundReason.TOO_LONG if len(name) > LONGEST_NAME else problem_with_name(name)


def names_match(key: str, typed: str, *, secrets: Sequence[str]) -> bool:
    """Whether a visitor typed the name behind a holder's key: scripts, case and diacritics do not count."""
    return bool(fold(typed)) and any(hmac.compare_digest(key, name_key(typed, secret)) for secret in secrets)
