"""The attributes of a field, written without the formatter of Markup, which takes ten times as long for each of them.

Each label, input and option asks for its own, so a page with a list of all municipalities asks five hundred times.
"""

import re
from typing import Any

from flask import Flask
from markupsafe import Markup, escape
from wtforms import widgets
from wtforms.meta import clean_key
from wtforms.widgets import core

_SPECIAL = re.compile("[&<>\"']").search


def html_params(**given: Any) -> Markup:
    """As WTForms' own: by name, `True` as a word alone, `False` not at all, and in values no quotation mark."""
    said = []
    for name, value in sorted(given.items()):
        name = _safe(clean_key(name))
        if value is True:
            said.append(name)
        elif value is not False:
            said.append(f'{name}="{_safe(value)}"')
    return Markup(" ".join(said))  # nosec B704  # each part of it is safe


def _safe(value: Any) -> str:
    """What may stand between two quotation marks. Most has nothing to escape, and to see that costs a fifth."""
    if type(value) is str and not _SPECIAL(value):
        return value
    return str.replace(escape(value), '"', "&quot;")


def register(_app: Flask) -> None:
    """From now on the widgets of WTForms write theirs so."""
    for room in (core, widgets):
        setattr(room, "html_params", html_params)  # noqa: B010  # it is a library's
    for kind in (core.Input, core.Button):
        kind.html_params = staticmethod(html_params)
