"""What watches the installation asks: does the process live, can it work, and the figures of both.

They are asked under any host name, by an address as much as by a name; they redirect nowhere and open no session.
"""

import hmac
from collections.abc import Callable, Iterable
from typing import Any

from flask import current_app, g, request
from flask.typing import ResponseReturnValue

from scheduler.config import settings
from scheduler.core import clock
from scheduler.core.errors import NotFound
from scheduler.jobs.health import figures, life
from scheduler.web import metrics
from scheduler.web.guards import public
from scheduler.web.own_machine import HOST_ASKED, comes_from_this_machine
from scheduler.web.public.views import bp

PATHS = ("/healthz", "/readyz", "/metrics")
KEPT_NOWHERE = {"Cache-Control": "no-store"}


class AnyHost:
    """Before the application: a probe knows the machine, not the name that people use."""

    def __init__(self, wsgi_app: Callable[..., Iterable[bytes]], host: str) -> None:
        self.wsgi_app = wsgi_app
        self.host = host

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") in PATHS:
            environ[HOST_ASKED] = environ.get("HTTP_HOST", "")
            environ["HTTP_HOST"] = self.host
        return self.wsgi_app(environ, start_response)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process lives. Nothing else is asked: what starts it anew must not do so because a database is away."""
    g.cookieless = True
    return {"status": "ok"}, 200, KEPT_NOWHERE


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Database and queue answer, and the worker has been heard of; else 503, and which of them is silent."""
    g.cookieless = True
    found = life(clock.now())
    told = {"database": found.database, "queue": found.queue, "worker": found.worker}
    words = {part: "ok" if well else "silent" for part, well in told.items()}
    return words, 200 if all(told.values()) else 503, KEPT_NOWHERE


@bp.get("/metrics")
@public
def metrics_page() -> ResponseReturnValue:
    """Figures for Prometheus. For who has the token, or asks on this machine past every proxy; nobody else."""
    g.cookieless = True
    if not may_read_metrics():
        raise NotFound("metrics")
    text = metrics.prometheus_text(current_app, figures(clock.now()))
    return text, 200, KEPT_NOWHERE | {"Content-Type": metrics.CONTENT_TYPE}


def may_read_metrics() -> bool:
    """Whether this request brings the token; where none is set, whether it comes from this machine directly."""
    token = settings().metrics_token
    if token:
        brought = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(brought.encode(), token.encode())
    return comes_from_this_machine()
