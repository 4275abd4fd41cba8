"""Addresses are made once for each kind: a page holds hundreds of them, and each costs as much as a query."""

import re
from collections.abc import Callable
from urllib.parse import quote

from flask import Flask, current_app, request, url_for
from werkzeug.routing import BuildError

from scheduler.core.shelf import Shelf

PLACE = "~~"  # stands for a value where an address is made of which only that value is another in each row
ADDRESSES = "addresses"  # of what an application keeps
MOST_ADDRESSES = 4096  # three hundred bytes each: which filters an address repeats, its reader chooses
PLAIN = re.compile(r"[\w-]+", re.ASCII)  # what stands in an address as it is
STAND_IN_NUMBER, STAND_IN_WORD = 7_300_000_000_000, "stands-for-"  # of a place: what no address says by itself


def address_of(endpoint: str, **values: object) -> str:
    """As Flask's `url_for`, where the house stands at the root.

    Kept are files of static/, pages that take nothing, and of those that take numbers and plain words all but these.

    Raises: BuildError.
    """
    file = values.get("filename", "")
    if endpoint.startswith(".") or not request or request.environ.get("SCRIPT_NAME"):
        return url_for(endpoint, **values)  # type: ignore[arg-type]
    kept: Shelf[str] = current_app.extensions[ADDRESSES]
    if len(values) <= bool(file):
        return kept.found((endpoint, file), lambda: url_for(endpoint, **values))  # type: ignore[arg-type]
    kinds = [_kind(value) for value in values.values()]
    if None in kinds:
        return url_for(endpoint, **values)  # type: ignore[arg-type]
    frame = kept.found((endpoint, *values, *kinds), lambda: _with_places(endpoint, values))
    return frame.format(*values.values()) if frame else url_for(endpoint, **values)  # type: ignore[arg-type]


def _kind(value: object) -> type | None:
    """Whether it is a number or a word that is never written otherwise; a nought may be what an address leaves out."""
    if type(value) is int:
        return int if value > 0 else None
    return str if type(value) is str and PLAIN.fullmatch(value) else None


def _with_places(endpoint: str, values: dict[str, object]) -> str:
    """The address with {0}, {1} … for its values; empty where it takes not any value, or says one otherwise."""
    stand_ins = {
        name: STAND_IN_NUMBER + place if type(value) is int else f"{STAND_IN_WORD}{place}"
        for place, (name, value) in enumerate(values.items())
    }
    try:
        address = url_for(endpoint, **stand_ins)  # type: ignore[arg-type]
    except (BuildError, ValueError):
        return ""
    if "{" in address or any(address.count(str(one)) != 1 for one in stand_ins.values()):
        return ""
    for place, one in enumerate(stand_ins.values()):
        address = address.replace(str(one), f"{{{place}}}")
    return address


def addresses_by(endpoint: str, name: str) -> Callable[[str], str]:
    """The address of a page that takes one value, by that value: made once for all rows of a list."""
    before, _place, after = url_for(endpoint, **{name: PLACE}).partition(PLACE)  # type: ignore[arg-type]
    return lambda value: f"{before}{quote(value, safe='')}{after}"


def register(app: Flask) -> None:
    app.extensions[ADDRESSES] = Shelf[str](MOST_ADDRESSES)
    app.jinja_env.globals["url_for"] = address_of
