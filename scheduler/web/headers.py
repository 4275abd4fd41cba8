"""What every answer carries: safety headers, caching, a request number; and one log line for every request.

The log names the route's pattern, never the address: secret links are addresses.
"""

import logging
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask, Response, g, has_request_context, request, session

from scheduler.core.logs import tell_answered

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def content_policy(**otherwise: str) -> str:
    """What a page may load and who may frame it: as every page, but for what is said: `connect_src="'none'"`."""
    said = POLICY | {what.replace("_", "-"): whence for what, whence in otherwise.items()}
    return "; ".join(f"{what} {whence}" for what, whence in said.items())


SAFETY = {
    "Content-Security-Policy": content_policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # not no-referrer: over https a form's origin is proven by it
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}
OF_READER = "Cookie", "Accept-Language"  # what the text of a page depends on beside its address
CONDITIONS = frozenset(
    ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE")
)
UNSIGNED = "private, no-cache"  # kept by the reader's own browser, asked for again each time
SECRETS = frozenset({"secret", "token"})  # parts of an address that open a page by themselves
HSTS = "max-age=31536000; includeSubDomains"

NOT_OF_A_REQUEST = "-"

log = logging.getLogger(__name__)
_number_before_pages: ContextVar[str] = ContextVar("number_before_pages", default=NOT_OF_A_REQUEST)


def _new_number() -> str:
    return secrets.token_hex(6)


def request_id() -> str:
    """The number of this request: in every log line, on the answer and on the page of a failure."""
    if "request_id" not in g:
        g.request_id = _new_number()
    number: str = g.request_id
    return number


@contextmanager
def number_before_pages() -> Iterator[str]:
    """Around a request that is answered before Flask sees it: its number, which each log line inside bears."""
    number = _new_number()
    before = _number_before_pages.set(number)
    try:
        yield number
    finally:
        _number_before_pages.reset(before)


def safety(number: str, *, secure: bool) -> dict[str, str]:
    """The headers of every answer, whoever gives it."""
    return SAFETY | marks(number, secure=secure)


def marks(number: str, *, secure: bool) -> dict[str, str]:
    """Those that also an answer without a text has, where nothing can be framed, sniffed or scripted."""
    return {"X-Request-Id": number} | ({"Strict-Transport-Security": HSTS} if secure else {})


def begin() -> None:
    g.began = time.perf_counter()
    request_id()


def protect(response: Response) -> Response:
    """The headers that keep a page from being framed, sniffed, scripted or remembered by a shared computer."""
    wanted, by_secret = safety(request_id(), secure=request.is_secure), opened_by_secret()
    if site := g.get("framed_by"):
        wanted["Content-Security-Policy"] = content_policy(frame_ancestors=site)
        del wanted["X-Frame-Options"]  # it knows no other site
    if by_secret:
        wanted["X-Robots-Tag"] = "noindex, nofollow"
    told = {name.lower() for name, _value in response.headers}  # looked through once, not for each of them
    for header, value in wanted.items():
        if header.lower() not in told:
            response.headers.add(header, value)
    if "cache-control" not in told:
        kept = not by_secret and "_user_id" not in session
        response.headers.add("Cache-Control", UNSIGNED if kept else "no-store")
        if kept:
            _spare_what_is_known(response)
    if request.endpoint != "static" and not g.get("cookieless"):
        if "vary" in told:
            response.vary.update(OF_READER)
        else:
            response.headers.add("Vary", ", ".join(OF_READER))
    return response


def _spare_what_is_known(response: Response) -> None:
    """An open page that the browser holds already is answered by its mark alone (304)."""
    if request.method == "GET" and response.status_code == 200 and not response.is_streamed:
        response.add_etag()
        if not CONDITIONS.isdisjoint(request.environ):
            response.make_conditional(request)


def opened_by_secret() -> bool:
    """Whether the address of this request opens its page by itself."""
    return bool(SECRETS & (request.view_args or {}).keys())


def note_request(response: Response) -> Response:
    """One line for each request but those for files."""
    if request.endpoint not in ("static", "assets"):
        spent = time.perf_counter() - g.get("began", time.perf_counter())
        route = str(request.url_rule) if request.url_rule else "-"
        log_request(request.method, route, response.status_code, spent)
    return response


def log_request(method: str, route: str, status: int, spent: float) -> None:
    """The line of a request: method, route (never an address), status, and how long it took."""
    told = (("method", method), ("route", route), ("status", status))
    tell_answered(log, told, http_id=_number_here(), ms=round(spent * 1000))


def _number_here() -> str:
    return request_id() if has_request_context() else _number_before_pages.get()


def number_log_lines() -> None:
    """Give every log record the number of the request it was written in, "-" outside one."""
    make = logging.getLogRecordFactory()
    if getattr(make, "numbered", False):
        return

    def numbered(*args: Any, **given: Any) -> logging.LogRecord:
        record = make(*args, **given)
        record.http_id = _number_here()
        return record

    numbered.numbered = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(numbered)


def register(app: Flask) -> None:
    number_log_lines()
    app.before_request(begin)
    app.after_request(note_request)
    app.after_request(protect)
    app.jinja_env.globals["request_id"] = request_id
