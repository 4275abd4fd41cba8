"""Where a person goes after signing in: to the page she asked for, if it lies in this house."""

import re
from urllib.parse import unquote, urlsplit

from scheduler.web.filters import url_if

PLAIN = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
FIRST_PAGES = ("desk.today", "people.my_account")


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


def next_page(asked: str | None) -> str:
    """The page asked for if it is safe, else the role's first page."""
    if asked and len(asked) <= 500 and is_safe(asked):
        return asked
    return next((url for endpoint in FIRST_PAGES if (url := url_if(endpoint))), "/")
