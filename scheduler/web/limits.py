"""How often a network may ask: guessed certificate numbers and names, searches while typing. On Redis if there is one.

When Redis does not answer, each process counts by itself and more strictly: never without a limit (TRUST R16). Every
page that needs no sign-in has a limit beside that, which each process counts in its own memory: it costs no question.
"""

import logging
import math
import socket
import time
from collections import Counter
from dataclasses import dataclass, field
from ipaddress import ip_address
from threading import Lock

from flask import Flask, Response, abort, current_app, g, request
from flask_limiter import Limiter, RouteLimit
from flask_limiter.util import get_qualified_name
from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage

from scheduler.config import Settings
from scheduler.core import tls
from scheduler.core.errors import TooMany
from scheduler.people.rules import network_of
from scheduler.web.guards import OPEN

log = logging.getLogger(__name__)
GUESSES = "60 per minute"  # numbers that no certificate has; right ones cost nothing
SEARCHES = "300 per minute"  # of a whole school behind one address, each typing a name
FREE_DATES = "60 per minute"  # each costs a tenth of a second
BOOKING_RATE = "120 per minute"  # pages of a booking that are sent: each is kept, and a whole staff room books at once
CONCERN_RATE = "5 per hour; 20 per day"  # said without a proof; who has more to say calls the helpline
NAME_RATE = "10 per minute; 100 per day"
FALLBACK = "20 per minute"
OPEN_PAGES_A_MINUTE = 600  # of one page for one network: a whole school behind one address reads and books at once
UNCOUNTED = (
    "assets",
    "feeds.personal_feed",
    "feeds.campaign_feed",
    "public.healthz",
    "public.readyz",
    "public.metrics_page",
)  # machines ask
MOST_NETWORKS = 100_000  # that one process remembers in a minute
ONCE = RateLimitItemPerHour(1, 2)
USUAL_WAIT_S = 60  # every limit of a network is counted by the minute
CLEARED_EVERY_S = 30
LOOPBACK = 127  # begins every IPv4 address of a machine itself


def neighbourhood() -> str:
    """Whose guesses are counted together: one line of IPv6 owns more addresses than could ever be counted singly."""
    return network_of(request.remote_addr)


class CountsHere(MemoryStorage):
    """Counts in this process, without the library's clearing thread: it begins one for nearly each request that is
    counted, which costs more than many an answer. What is over is cleared by who counts, twice a minute.
    """

    STORAGE_SCHEME = ["counts"]  # noqa: RUF012

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **given: str) -> None:
        super().__init__(uri, wrap_exceptions, **given)
        self._one_at_a_time, self._cleared_at = Lock(), 0.0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        with self._one_at_a_time:
            now = time.time()
            if abs(now - self._cleared_at) >= CLEARED_EVERY_S:  # clocks are set back, too
                self._cleared_at = now
                for over in [one for one, until in self.expirations.items() if until <= now]:
                    self.clear(over)
            if self.get(key) == 0:
                self.expirations[key] = now + expiry
            self.storage[key] += amount
            return self.storage[key]


def a_limiter() -> Limiter:
    """Every limit stands at its view; while Redis does not answer, a view without one goes on unlimited."""
    made = Limiter(neighbourhood, swallow_errors=False)

    @made.request_filter
    def has_no_limit() -> bool:
        view = current_app.view_functions.get(request.endpoint or "")
        return view is None or not made.limit_manager.decorated_limits(get_qualified_name(view))

    return made


limiter = a_limiter()


def first_time(what: str) -> bool:
    """Whether this is said for the first time in an hour or two, as far as limits remember; unsure, it is."""
    try:
        return bool(limiter.limiter.hit(ONCE, what))
    except limiter.storage.base_exceptions:
        log.warning("limits not counted")
        return True


def forget_time(what: str) -> None:
    """What was said came to nothing: said again, it is the first time."""
    try:
        limiter.limiter.clear(ONCE, what)
    except limiter.storage.base_exceptions:
        log.warning("limits not counted")


@dataclass
class OpenPageCounts:
    """How often each page was opened from each network in this minute."""

    minute: int = 0
    opened: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, network: str, page: str) -> int:
        """How often by now, this time included."""
        minute = int(time.time() // USUAL_WAIT_S)
        if minute != self.minute or len(self.opened) >= MOST_NETWORKS:
            self.minute, self.opened = minute, Counter()
        self.opened[network, page] += 1
        return self.opened[network, page]


def count_open_page() -> None:
    """Before each request: a page for everybody is shown to one network so often a minute, then politely refused.

    This machine itself is not counted: whoever forgets to tell the proxy's addresses must not lock everybody out.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if (
        getattr(view, "may", None) != OPEN
        or request.endpoint in UNCOUNTED
        or is_this_machine(request.remote_addr or "")
    ):
        return
    counts: OpenPageCounts = current_app.extensions.setdefault("open_pages", OpenPageCounts())
    if counts.count(neighbourhood(), str(request.endpoint)) > OPEN_PAGES_A_MINUTE:
        g.wait_s = USUAL_WAIT_S - int(time.time() % USUAL_WAIT_S)
        abort(429)


def is_this_machine(address: str) -> bool:
    """Whether an address is this machine."""
    try:  # as `network_of`
        return socket.inet_pton(socket.AF_INET, address)[0] == LOOPBACK
    except (OSError, ValueError):
        return _is_this_machine_otherwise(address)


def _is_this_machine_otherwise(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def was_wrong(response: Response) -> bool:
    """Whether a request was a guess that hit nothing."""
    return response.status_code == 404


def limits_guesses(methods: list[str] | None = None) -> RouteLimit:
    """Guesses of numbers of certificates are counted together, whichever page, file or list is asked for them."""
    return limiter.shared_limit(GUESSES, "numbers of certificates", methods=methods, deduct_when=was_wrong)


def note_wait(error: TooMany) -> None:
    """This answer refuses because of a limit of a room: whoever asks again by itself is told when."""
    g.wait_s = math.ceil(error.wait.total_seconds())


def tell_when_to_come_back(response: Response) -> Response:
    """After each request: "too often" says when it is no longer too often, on pages, feeds and JSON alike."""
    if response.status_code == 429 and "Retry-After" not in response.headers:
        response.headers["Retry-After"] = str(g.get("wait_s") or _seconds_of_limit())
    return response


def _seconds_of_limit() -> int:
    """Until the window of the limit that was reached begins anew."""
    reached = limiter.current_limit
    if reached is None or not reached.breached:
        return USUAL_WAIT_S
    return max(1, math.ceil(reached.reset_at - time.time()))


def register(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    storage = tls.checked_redis(settings.redis_url, settings.tls_ca_file)
    # the library for limits has a name of its own for a socket
    storage = f"redis+{storage}" if storage.startswith("unix://") else storage
    app.config["RATELIMIT_STORAGE_URI"] = storage or f"{CountsHere.STORAGE_SCHEME[0]}://"
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = bool(settings.redis_url)
    app.config["RATELIMIT_IN_MEMORY_FALLBACK"] = FALLBACK if settings.redis_url else ""
    limiter.init_app(app)
    app.before_request(count_open_page)
    app.after_request(tell_when_to_come_back)
