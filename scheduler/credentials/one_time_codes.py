"""Codes of six digits that an app shows for half a minute (RFC 6238), and codes on paper for the day it is lost."""

import datetime as dt
import hmac
import re
import secrets

import pyotp

STEP_S = 30
DRIFT = 1  # steps before and after now: a phone's clock may differ by half a minute
CODE = re.compile(r"\d{6}", re.ASCII)

RECOVERY_CODES = 10
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is read for another
GROUPS, GROUP = 4, 4  # sixteen letters are 79 bits: nobody guesses one, so a plain hash will do
ALIKE = str.maketrans("АВЕКМНРСТУХ", "ABEKMHPCTYX")  # typed on a Cyrillic keyboard


def new_secret() -> str:
    """160 random bits as an app takes them, in base 32."""
    return pyotp.random_base32()


def address_for_app(secret: str, account: str, issuer: str) -> str:
    """What the square picture says: otpauth://…"""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def counter_of(secret: str, typed: str, now: dt.datetime) -> int | None:
    """Which half minute a typed code belongs to, counted from 1970; None when it is no code of about now.

    Whoever asks keeps the number and takes none that is not higher: a code is good once.
    """
    bare = "".join(typed.split())
    if not CODE.fullmatch(bare):
        return None
    current = int(now.timestamp()) // STEP_S
    maker = pyotp.HOTP(secret)
    fitting = [one for one in range(current - DRIFT, current + DRIFT + 1) if hmac.compare_digest(maker.at(one), bare)]
    return max(fitting, default=None)


def new_recovery_codes() -> list[str]:
    """Codes as they are printed: ABCD-EFGH-JKMN-PQRS."""
    return ["-".join(_group() for _number in range(GROUPS)) for _number in range(RECOVERY_CODES)]


def _group() -> str:
    return "".join(secrets.choice(LETTERS) for _number in range(GROUP))


def tidy_recovery_code(typed: str) -> str:
    """A typed recovery code as it is hashed; empty for what is none."""
    bare = re.sub(r"[\s-]", "", typed.upper().translate(ALIKE))
    return bare if len(bare) == GROUPS * GROUP and set(bare) <= set(LETTERS) else ""
