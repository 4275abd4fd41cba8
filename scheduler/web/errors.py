"""What went wrong, as a status and a page that says what to do next. The one table from the house's errors to HTTP."""

import logging

from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from scheduler.acts import defence_of
from scheduler.core.errors import (
    Conflict,
    Gone,
    GroundReason,
    NotAllowed,
    NotFound,
    OutOfReach,
    Rejected,
    SchedulerError,
    TooMany,
)
from scheduler.core.refusals import CROSSINGS, constraint_of, crossed, found_no_room, is_away
from scheduler.core.text import BadText
from scheduler.paper.signed_pdf import NoSigningKey
from scheduler.web.guards import asks_for_sign_in, sign_in_first
from scheduler.web.i18n import forget_language
from scheduler.web.limits import note_wait
from scheduler.web.reasons import worded
from scheduler.web.ways_back import kept_fields

STATUS: dict[type[SchedulerError], int] = {
    NotAllowed: 403,
    NotFound: 404,
    Gone: 410,
    Conflict: 409,
    Rejected: 422,
    BadText: 422,
    TooMany: 429,
    NoSigningKey: 503,  # an operator must mend it; `doctor` says what
}
PAGES = (400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503)
ROOM_AFTER_S = 600  # until somebody may have made room on the disk
BACK_AFTER_S = 10  # until a database has restarted
KEPT_HEADERS = ("Allow", "Retry-After", "Content-Range")

log = logging.getLogger(__name__)


def status_of(error: SchedulerError) -> int:
    """The status of an error of the house or of a room's child of it; 400 for one without a line in the table."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)


def show_problem(error: SchedulerError) -> ResponseReturnValue:
    """The page of an error of the house; the reasons it carries are worded as beside a field."""
    status = status_of(error)
    if isinstance(error, NotAllowed | OutOfReach):
        g.out_of_reach = str(error)  # what was wanted, for the audit: see web/reads.py
    reasons = list(error.problems.values()) if isinstance(error, Rejected) else []
    if isinstance(error, TooMany):
        note_wait(error)
    if isinstance(error, Conflict | BadText | TooMany):
        reasons = [error.reason]
    tell = log.error if status >= 500 else log.info
    tell("refused", extra={"kind": type(error).__name__, "status": status})
    g.crossed = reasons == [GroundReason.CHANGED_MEANWHILE]
    return _page(status, reasons=[worded(reason) for reason in reasons])


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """The page of an error that Flask or Werkzeug found; what is no error (a redirect) passes."""
    status = error.code or 500
    if status < 400:
        return error
    if isinstance(error, SecurityError):  # a host that is not ours: there is no address to build a page with
        return "Bad request: this address is not served here.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}
    if isinstance(error, CSRFError) and asks_for_sign_in():
        return sign_in_first()
    if found_no_room(getattr(error, "original_exception", None)):
        return _page(503, headers={"Retry-After": str(ROOM_AFTER_S)}, no_room=True)
    kept = {name: value for name, value in error.get_headers() if name in KEPT_HEADERS}
    return _page(status, headers=kept, stale_form=isinstance(error, CSRFError))


def show_crossing(error: Exception) -> ResponseReturnValue:
    """The database refused and no service has said so: the page has the reason's words, the log its name.

    Where two acts crossed the page says to look again; anything else is a bug.
    """
    if (reason := defence_of(error)) is not None:
        return show_problem(Conflict(reason))
    if is_away(error):
        log.error("database away", extra={"kind": type(error).__name__})
        return _page(503, headers={"Retry-After": str(BACK_AFTER_S)}, away=True)
    if not crossed(error):
        raise error
    log.warning("crossed", extra={"kind": type(error).__name__, "constraint": constraint_of(error)})
    return show_problem(Conflict(GroundReason.CHANGED_MEANWHILE))


def _page(
    status: int,
    *,
    reasons: list[str] | None = None,
    headers: dict[str, str] | None = None,
    stale_form: bool = False,
    no_room: bool = False,
    away: bool = False,
) -> ResponseReturnValue:
    if status >= 500:
        g.failed = True  # from here on nobody asks the database who looks
        forget_language()
    if request.path.startswith("/api/"):
        return jsonify(error=status, reasons=reasons or []), status, headers or {}
    shown = status if status in PAGES else 400 if status < 500 else 500
    page = render_template(
        f"errors/{shown}.html",
        reasons=reasons or [],
        kept=kept_fields() if stale_form else None,
        crossed=g.get("crossed", False),
        no_room=no_room,
        away=away,
    )
    return page, status, headers or {}


def register(app: Flask) -> None:
    app.register_error_handler(SchedulerError, show_problem)
    app.register_error_handler(HTTPException, show_http_error)
    for kind in CROSSINGS:
        app.register_error_handler(kind, show_crossing)
