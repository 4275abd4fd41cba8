"""From what was sent back to the page that it was typed on, when it could not be taken: nothing typed is lost."""

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException

PLAIN = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
NEVER_SHOWN = ("csrf_token", "form_key", "code")  # what nobody has typed, or nobody may read
SHORTEST_TEXT = 20  # letters; what is shorter and has no space is a choice more often than a text


def is_safe(target: str) -> bool:
    """Whether a browser would stay on this host (TRUST S11).

    Only a path that begins with one slash; backslashes, controls, spaces and anything else that browsers mend by
    themselves are refused, also behind percent signs.
    """
    for form in (target, unquote(target), unquote(unquote(target))):
        if form.startswith(("//", "/\\")) or "\\" in form or any(ord(letter) < 33 for letter in form):
            return False
    parts = urlsplit(target)
    return PLAIN.fullmatch(target) is not None and not parts.scheme and not parts.netloc


def page_of_form() -> str:
    """The page on which the form of this request stood: as the browser says it, else the nearest above its address."""
    came = urlsplit(request.referrer or "")
    asked = came.path + (f"?{came.query}" if came.query else "")
    if came.netloc == request.host and is_safe(asked) and asked != request.path:
        return asked
    return page_above(request.path)


def page_above(path: str) -> str:
    """The nearest page that opens: the address itself, or one above it."""
    adapter = current_app.create_url_adapter(request)
    while path and adapter is not None:
        try:
            adapter.match(path, method="GET")
        except HTTPException:
            path = path.rpartition("/")[0]
        else:
            return path
    return "/"


def kept_fields() -> dict[str, Any]:
    """What was typed, for the page that says why it was not taken, and where it belongs."""
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if value.strip() and name not in NEVER_SHOWN and "password" not in name
    ]
    texts = [value for _name, value in fields if " " in value.strip() or len(value) > SHORTEST_TEXT]
    return {"fields": fields, "texts": texts, "page": page_of_form(), "sent_to": request.path}
