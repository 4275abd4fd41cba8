"""Addresses that say nothing of a row are made once: a page holds forty of them, and each costs as much as a query."""

from collections.abc import Callable
from urllib.parse import quote

from flask import Flask, current_app, request, url_for

PLACE = "~~"  # stands for a value where an address is made of which only that value is another in each row
ADDRESSES = "addresses"  # of what an application keeps


def address_of(endpoint: str, **values: object) -> str:
    """As Flask's `url_for`. Kept are pages that take nothing and files of static/, where the house stands at the root.

    Raises: BuildError.
    """
    file = values.get("filename", "")
    if endpoint.startswith(".") or len(values) > bool(file) or not request or request.environ.get("SCRIPT_NAME"):
        return url_for(endpoint, **values)  # type: ignore[arg-type]
    kept: dict[tuple[str, object], str] = current_app.extensions[ADDRESSES]
    address = kept.get((endpoint, file))
    if address is None:
        address = kept[endpoint, file] = url_for(endpoint, **values)  # type: ignore[arg-type]
    return address


def addresses_by(endpoint: str, name: str) -> Callable[[str], str]:
    """The address of a page that takes one value, by that value: made once for all rows of a list."""
    before, _place, after = url_for(endpoint, **{name: PLACE}).partition(PLACE)  # type: ignore[arg-type]
    return lambda value: f"{before}{quote(value, safe='')}{after}"


def register(app: Flask) -> None:
    app.extensions[ADDRESSES] = {}
    app.jinja_env.globals["url_for"] = address_of
