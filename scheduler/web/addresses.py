"""Addresses are made once for each kind: a page holds hundreds of them, and each costs as much as a query."""

import re
from collections.abc import Callable
from urllib.parse import quote

from flask import Flask, current_app, request, url_for
from werkzeug.routing import BuildError

PLACE = "~~"  # stands for a value where an address is made of which only that value is another in each row
ADDRESSES = "addresses"  # of what an application keeps
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
    kept: dict[object, str | None] = current_app.extensions[ADDRESSES]
    if len(values) > bool(file):
        return _filled(kept, endpoint, values)
    address = kept.get((endpoint, file))
    if address is None:
        address = kept[endpoint, file] = url_for(endpoint, **values)  # type: ignore[arg-type]
    return address


def _filled(kept: dict[object, str | None], endpoint: str, values: dict[str, object]) -> str:
    """The address of which only the values are another each time; one by one where it is more than that."""
    kinds = [_kind(value) for value in values.values()]
    if None in kinds:
        return url_for(endpoint, **values)  # type: ignore[arg-type]
    key = endpoint, *values, *kinds
    if key not in kept:
        kept[key] = _with_places(endpoint, values)
    frame = kept[key]
    return frame.format(*values.values()) if frame else url_for(endpoint, **values)  # type: ignore[arg-type]


def _kind(value: object) -> type | None:
    """Whether it is a number or a word that is never written otherwise; a nought may be what an address leaves out."""
    if type(value) is int:
        return int if value > 0 else None
    return str if type(value) is str and PLAIN.fullmatch(value) else None


def _with_places(endpoint: str, values: dict[str, object]) -> str | None:
    """The address with {0}, {1} … for its values; None where it takes not any value, or says one otherwise."""
    stand_ins = {
        name: STAND_IN_NUMBER + place if type(value) is int else f"{STAND_IN_WORD}{place}"
        for place, (name, value) in enumerate(values.items())
    }
    try:
        address = url_for(endpoint, **stand_ins)  # type: ignore[arg-type]
    except (BuildError, ValueError):
        return None
    if "{" in address or any(address.count(str(one)) != 1 for one in stand_ins.values()):
        return None
    for place, one in enumerate(stand_ins.values()):
        address = address.replace(str(one), f"{{{place}}}")
    return address


def addresses_by(endpoint: str, name: str) -> Callable[[str], str]:
    """The address of a page that takes one value, by that value: made once for all rows of a list."""
    before, _place, after = url_for(endpoint, **{name: PLACE}).partition(PLACE)  # type: ignore[arg-type]
    return lambda value: f"{before}{quote(value, safe='')}{after}"


def register(app: Flask) -> None:
    app.extensions[ADDRESSES] = {}
    app.jinja_env.globals["url_for"] = address_of
