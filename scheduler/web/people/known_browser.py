"""A browser in which somebody has passed the second step: her codes there are counted apart from anybody's guesses.

The mark opens nothing, a password and a code are asked for as before; so it needs no row, and no end but its age.
"""

import secrets

from flask import current_app, request, url_for
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

COOKIE, LASTS_S = "known_browser", 90 * 24 * 3600


def remember_browser(response: Response, user_id: int) -> Response:
    """Mark this browser as one of hers."""
    response.set_cookie(
        COOKIE,
        _signer().dumps([user_id, secrets.token_urlsafe(12)]),
        max_age=LASTS_S,
        path=url_for("people.second_step"),  # no other page needs it
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def mark_of_browser(user_id: int) -> str:
    """By what the browser is told from her others; empty for one that is not known as hers."""
    try:
        whose, mark = _signer().loads(request.cookies.get(COOKIE, ""), max_age=LASTS_S)
    except BadData:
        return ""
    return str(mark) if whose == user_id else ""


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="known-browser")
