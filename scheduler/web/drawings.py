"""What is drawn from figures is drawn once: of equal figures the map and the table of a page are the same text.

Nothing of it can be old: the key is all that is drawn, the language, and the path below which addresses lie. Each
process keeps the last of them.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from typing import Any

from flask import current_app, render_template, request
from markupsafe import Markup

from scheduler.config import map_outline
from scheduler.web.i18n import page_language

MOST_DRAWN = 128  # pieces of pages, a hundred kilobytes the largest


def piece_of(template: str, key: Hashable, values: Callable[[], Mapping[str, Any]]) -> Markup:
    """A piece of a page made of `values` alone, which `key` holds whole; they are asked for when it is drawn anew."""
    shelf: OrderedDict[Hashable, Markup] = current_app.extensions.setdefault("drawings", OrderedDict())
    whole = (template, page_language(), map_outline(), request.script_root, key)
    piece = shelf.pop(whole, None)
    if piece is None:
        piece = Markup(render_template(template, **values()))  # nosec B704  # a template has escaped it
    shelf[whole] = piece  # the last that anybody looked at stay
    while len(shelf) > MOST_DRAWN:
        with suppress(KeyError):  # another thread was quicker
            shelf.popitem(last=False)
    return piece


def qr_picture(address: str) -> str:
    """An address as a picture for another device's camera; it is ASCII, so every reader agrees on it."""
    import segno  # only such a picture needs it

    picture: str = segno.make(address, error="m", micro=False).svg_data_uri(border=4, light="#fff", omitsize=True)
    return picture
