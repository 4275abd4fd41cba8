"""Before the pages: calendars that poll all day are answered by what is kept, without a session, a user or a route.

Nearly all of them hold it already: one indexed row says so (304). After a change it is made anew here, too. Whatever is
not plainly that is left to the page: an address that is nobody's, another host, a query, a failing database. Of the
first the page is told, so that nothing is asked twice.
"""

import datetime as dt
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask import Flask
from werkzeug.sansio.utils import host_is_trusted

from scheduler.core import clock
from scheduler.core.db import db
from scheduler.core.errors import NotFound
from scheduler.feeds import queries, service
from scheduler.feeds.rules import read_is_due
from scheduler.feeds.terms import KeptFeed
from scheduler.web import headers, metrics
from scheduler.web.feeds.answers import NOBODYS, FeedAnswer, answer_with, wishes_of

FEED_PATH, FEED_ENDING = "/feeds/", ".ics"
FEED_ROUTE = "/feeds/<token>.ics"
LONGEST_TOKEN = 100  # letters of a token
STATUS_LINES = {200: "200 OK", 304: "304 NOT MODIFIED"}


class FeedDoor:
    """A WSGI application before the application."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context():
            self.engine = db.engine  # asked without the context of an application, which costs as much as the question
        self.wsgi_app = app.wsgi_app
        hosts: list[str] | None = app.config["TRUSTED_HOSTS"]
        self.is_ours = lru_cache(maxsize=16)(lambda host: hosts is None or host_is_trusted(host, hosts))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(FEED_PATH) or not path.endswith(FEED_ENDING) or not self._is_plain(environ):
            return self.wsgi_app(environ, start_response)
        began = time.perf_counter()
        with headers.number_before_pages() as number:
            answer = self._answer(path[len(FEED_PATH) : -len(FEED_ENDING)], environ)
            if answer is not None:
                self._note(environ["REQUEST_METHOD"], answer.status, began)
        if answer is None:
            return self.wsgi_app(environ, start_response)
        secure = environ.get("wsgi.url_scheme") == "https"
        safe = headers.safety(number, secure=secure) if answer.body else headers.marks(number, secure=secure)
        own = {name for name, _value in answer.headers}
        start_response(
            STATUS_LINES[answer.status],
            [*answer.headers, *((name, value) for name, value in safe.items() if name not in own)],
        )
        return [answer.body] if environ["REQUEST_METHOD"] == "GET" else []

    def _is_plain(self, environ: dict[str, Any]) -> bool:
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and not environ.get("QUERY_STRING")
            and environ.get("CONTENT_LENGTH", "") in ("", "0")
            and self.is_ours(environ.get("HTTP_HOST", ""))
        )

    def _answer(self, token: str, environ: dict[str, Any]) -> FeedAnswer | None:
        if "/" in token or len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        now = clock.now()
        wishes = wishes_of(environ)
        whole = not wishes.tags and not wishes.moment
        feed = queries.kept_feed(token, now=now, engine=self.engine, whole=whole)
        if feed is None:
            try:
                feed = self._made_anew(token, now)
            except NotFound:
                environ[NOBODYS] = True
        answer = answer_with(feed, wishes, self.engine) if feed else None
        if feed and answer and read_is_due(feed.last_read_at, now):
            with self.app.app_context():
                service.note_read(feed, environ.get("HTTP_USER_AGENT", ""), now=now)
        return answer

    def _made_anew(self, token: str, now: dt.datetime) -> KeptFeed | None:
        """None where the database fails: the page says so. Raises: NotFound."""
        with self.app.app_context():
            return service.renewed_if_there(token, now=now)

    def _note(self, method: str, status: int, began: float) -> None:
        """As every other request: counted, and one line."""
        spent = time.perf_counter() - began
        metrics.count(self.app, (method, FEED_ROUTE, str(status)), spent)
        headers.log_request(method, FEED_ROUTE, status, spent)
