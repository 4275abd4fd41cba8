"""`make test DAY=2028-02-29`: every process of the tests sees that day, at the hour that it really is.

libfaketime (Debian's package `libfaketime`) stands between each program and the kernel's clock; stopwatches run on
as ever. Redis and Chromium are started without it, for they hang: Redis counts durations only, and no page asks the
browser for the day (`tests/chromium.sh`). But it throws away cookies that are old for it: no past day can be tried.
"""

import datetime as dt
import os
from pathlib import Path

LIBRARY = "usr/lib/*/faketime/libfaketime.so.1"
NAMES = ("LD_PRELOAD", "FAKETIME", "FAKETIME_DONT_FAKE_MONOTONIC", "FAKETIME_DISABLE_SHM", "NO_FAKE_STAT")


class WrongDay(Exception):
    """One line that says what is wrong with DAY, or what is missing."""


def environment(wanted: str, today: dt.date, root: Path = Path("/")) -> dict[str, str]:
    """What a process has to find in its environment to see that day. Raises: WrongDay."""
    try:
        days = (dt.date.fromisoformat(wanted) - today).days
    except ValueError as error:
        raise WrongDay(f"DAY is {wanted!r}: write it like 2028-02-29") from error
    if days < 0:
        raise WrongDay(f"DAY is {wanted}: a browser keeps no cookies of a day that is past")
    library = next(root.glob(LIBRARY), None)
    if library is None:
        raise WrongDay("DAY needs libfaketime; as root: apt-get install -y libfaketime")
    return dict(zip(NAMES, (str(library), f"+{days}d", "1", "1", "1"), strict=True))


def kept() -> dict[str, str]:
    """The part of our environment that says the day: for a process that is given an environment of its own."""
    return {name: os.environ[name] for name in NAMES if name in os.environ} if "FAKETIME" in os.environ else {}
