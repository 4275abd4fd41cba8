"""The settings file: one place for what the environment does not say (docs/decisions/0006)."""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path

from dotenv.parser import parse_stream
from environs import Env

from scheduler.layout import CHECKOUT

USUAL_FILES = (CHECKOUT / ".env", Path("/etc/raspored.env"))  # the nearer one wins


class BadSettings(Exception):
    """The environment cannot be used; the text names every setting that is wrong."""


def settings_file() -> Path | None:
    """The one file that is read: what RASPORED_ENV names (empty: none), else the first of the usual ones that is there.

    Raises: BadSettings when RASPORED_ENV names no file.
    """
    env = Env()
    named = env.str("RASPORED_ENV", None)
    if named is None:
        return next((file for file in USUAL_FILES if file.exists()), None)
    if named and not Path(named).is_file():
        raise BadSettings(f"RASPORED_ENV names {named}, and there is no such file")
    return Path(named).absolute() if named else None


def load_file() -> Path | None:
    """Put into the environment what it lacks and the settings file has; which file that was. Raises: BadSettings."""
    file = settings_file()
    for name, value in lines_of(file).items() if file else ():
        os.environ.setdefault(name, value)
    return file


def lines_of(file: Path) -> dict[str, str]:
    """NAME=value, a line each; `#` begins a comment, quotes are taken off, nothing is replaced in a value."""
    try:
        with file.open(encoding="utf-8-sig") as stream:
            found = list(parse_stream(stream))
    except PermissionError as error:
        raise BadSettings(f"{file} cannot be read by this user: run as the user of the service, or as root") from error
    except (OSError, ValueError) as error:
        raise BadSettings(f"{file} is no settings file in UTF-8") from error
    wrong = next((one for one in found if one.error or (one.key and one.value is None)), None)
    if wrong:
        raise BadSettings(f"{file} line {wrong.original.line}: wanted NAME=value")
    return {one.key: one.value or "" for one in found if one.key}


def misspelled(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """Names that are no setting and look like one: SMTP_ULR for SMTP_URL."""
    settings_known = sorted(known)
    near = {
        name: difflib.get_close_matches(name, settings_known, n=1, cutoff=0.85)
        for name in names
        if name not in settings_known
    }
    return [f"{name} is no setting: {close[0]}?" for name, close in near.items() if close]
