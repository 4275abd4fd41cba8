"""Without Redis each process counts by itself and more strictly, and never without a limit (TRUST R16)."""

import dataclasses
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_limiter import Limiter
from flask_limiter.util import get_qualified_name

from scheduler.web import limits
from scheduler.web.guards import OPEN
from tests.conftest import settings_for

NOBODY_ANSWERS = "redis://127.0.0.1:1/0"
FAR = {"REMOTE_ADDR": "198.51.100.7"}
View = Callable[[], str]


def open_page() -> str:
    return "open"


@pytest.fixture
def counting(tmp_path, monkeypatch):
    """A bare application's client, whose pages are limited by a limiter of its own; and that limiter."""

    def made(redis_url: str, limited: Callable[[Limiter], View], *methods: str) -> tuple[FlaskClient, Limiter]:
        limiter = limits.a_limiter()
        monkeypatch.setattr(limits, "limiter", limiter)
        app = Flask(__name__)
        app.config["SETTINGS"] = dataclasses.replace(settings_for(tmp_path), redis_url=redis_url)
        app.add_url_rule("/limited", "limited", limited(limiter), methods=["GET", *methods])
        app.add_url_rule("/open", view_func=open_page)
        limits.register(app)
        return app.test_client(), limiter

    return made


def statuses(client: FlaskClient, path: str, times: int, **given: Any) -> list[int]:
    return [client.open(path, **given).status_code for _ in range(times)]


@pytest.mark.parametrize(("redis_url", "let_in"), [(NOBODY_ANSWERS, 20), ("", 30)])
def test_trust_r16_a_redis_that_does_not_answer_makes_limits_stricter(counting, redis_url, let_in):
    client, _limiter = counting(redis_url, lambda limiter: limiter.limit(limits.GUESSES)(lambda: "found"))

    limited, unlimited = (statuses(client, path, 30) for path in ("/limited", "/open"))

    assert (limited.count(200), limited.count(429)) == (let_in, 30 - let_in)
    assert unlimited.count(200) == 30  # whoever works behind one address goes on working


@pytest.mark.parametrize(("redis_url", "read"), [(NOBODY_ANSWERS, [200] * 20 + [429] * 5), ("", [200] * 25)])
def test_a_page_that_is_limited_when_sent_asks_nothing_when_read(counting, redis_url, read):
    """But for a Redis that does not answer: then whatever is asked of it counts."""

    def when_sent(limiter: Limiter) -> View:
        putting = limiter.limit("9 per hour", methods=["PUT"])(open_page)
        return limiter.limit("4 per minute", methods=["POST"])(putting)

    client, _limiter = counting(redis_url, when_sent, "POST", "PUT")
    client.post("/limited")  # with a Redis: the first to find that nobody answers

    let_in = {way: statuses(client, "/limited", 12, method=way).count(200) for way in ("POST", "PUT")}

    assert statuses(client, "/limited", 25, environ_base=FAR) == read
    assert redis_url or let_in == {"POST": 3, "PUT": 9}


def test_a_limit_that_lets_a_request_go_uncounted_is_not_counted_and_a_later_one_is_known(counting):
    free = [True]
    client, limiter = counting(
        "", lambda limiter: limiter.limit("3 per minute", exempt_when=lambda: free[0])(open_page)
    )

    let_in = statuses(client, "/limited", 9)
    free[0] = False
    counted = statuses(client, "/limited", 5)
    limiter.limit("1 per minute")(open_page)  # the view has two limits from now on

    assert (let_in, counted) == ([200] * 9, [200] * 3 + [429] * 2)
    assert len(limiter.limit_manager.decorated_limits(get_qualified_name(open_page))) == 2


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "10.0.0.1", "", "x", "127.1"])
def test_this_machine_is_known_as_the_library_knows_it(address):
    assert limits.is_this_machine(address) == limits._is_this_machine_otherwise(address)


def test_what_one_process_counts_begins_anew_when_its_time_is_over_and_starts_no_thread(monkeypatch):
    clock = [1_800_000_000.0]
    monkeypatch.setattr(limits.time, "time", lambda: clock[0])
    counts = limits.CountsHere()
    counts.timer.join()  # the library's own beginning
    before = threading.active_count()

    first = [counts.incr("a", 60) for _ in range(3)]
    kept = len(counts.expirations), counts.get("a"), counts.get_expiry("a")
    clock[0] += 59
    last = counts.incr("a", 60), counts.incr("b", 3600)
    clock[0] += 1
    anew = counts.incr("a", 60)
    clock[0] += limits.CLEARED_EVERY_S + 60
    counts.incr("c", 60)

    assert (first, kept, last, anew) == ([1, 2, 3], (1, 3, 1_800_000_060.0), (4, 1), 1)
    assert set(counts.expirations) == {"b", "c"} == set(counts.storage), "what is over is forgotten"
    assert threading.active_count() == before


def test_who_counts_at_once_loses_nothing():
    counts = limits.CountsHere()
    threads = [threading.Thread(target=lambda: [counts.incr("a", 60) for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counts.get("a") == 4000


@pytest.mark.postgres
def test_processes_count_together_in_a_redis_on_a_socket(counting):
    where = os.environ["TEST_REDIS_URL"]
    assert where.startswith("unix:///")
    answers = []
    for _process in range(2):
        client, limiter = counting(where, lambda limiter: limiter.limit("30 per hour")(lambda: "found"))
        answers += statuses(client, "/limited", 20)
        assert not limiter._storage_dead  # else each would count by itself, and more strictly

    assert answers == [200] * 30 + [429] * 10


@pytest.mark.parametrize(
    ("address", "most"),
    [("/certificates/AAAAAAAAAAAAAAAA", 60), ("/book/hosts.json", 300)],
)
def test_a_limit_that_is_reached_says_when_it_opens_again(client, address, most):
    answers = [client.get(address) for _ in range(most + 2)]

    assert [one.status_code for one in answers].index(429) == most
    assert {one.headers.get("Retry-After") for one in answers[:most]} == {None}
    assert {int(one.headers["Retry-After"]) for one in answers[most:]} <= set(range(1, 62))


@pytest.fixture
def few(app, monkeypatch):
    """Three times a minute, counted anew, in a minute that does not end."""
    monkeypatch.setattr(limits, "OPEN_PAGES_A_MINUTE", 3)
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_010.0)
    app.extensions.pop("open_pages", None)
    yield
    app.extensions.pop("open_pages", None)


def open_endpoints(app):
    pages = {name for name, view in app.view_functions.items() if getattr(view, "may", None) == OPEN}
    return pages - set(limits.UNCOUNTED)


@pytest.mark.parametrize("page", ["/", "/map", "/figures", "/campaigns", "/programmes", "/handbook", "/sign-in"])
def test_a_page_for_everybody_is_shown_so_often_and_then_says_when_again(client, few, page, monkeypatch):
    answers = [client.get(page, environ_base=FAR) for _ in range(5)]

    assert [one.status_code for one in answers] == [200] * 3 + [429] * 2
    assert answers[-1].headers["Retry-After"] == "50"
    assert "often" in client.get(f"{page}?lang=en", environ_base=FAR).text
    assert client.get(page, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 200, "another network"
    assert client.get("/about", environ_base=FAR).status_code == 200, "another page"
    assert {client.get(page).status_code for _ in range(5)} == {200}, "this machine"
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_061.0)
    assert client.get(page, environ_base=FAR).status_code == 200, "the next minute"


def test_every_page_for_everybody_is_counted_and_what_machines_ask_is_not(app, few):
    pages = open_endpoints(app)
    counts = limits.OpenPageCounts()
    app.extensions["open_pages"] = counts
    for page in sorted(pages):
        with app.test_request_context("/", environ_base=FAR) as asked:
            asked.request.url_rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == page)
            limits.count_open_page()
    for path in ("/healthz", "/feeds/nobody.ics"):
        with app.test_request_context(path, environ_base=FAR):
            limits.count_open_page()

    assert {page for _network, page in counts.opened} == pages
    assert len(pages) > 50


def test_what_is_remembered_of_networks_is_bounded(few, monkeypatch):
    monkeypatch.setattr(limits, "MOST_NETWORKS", 10)
    counts = limits.OpenPageCounts()
    for number in range(25):
        counts.count(f"network {number}", "public.front")

    assert len(counts.opened) <= 10


def test_behind_every_answer_of_a_page_with_a_limit_stands_who_tells_when(app):
    """A new page with a limit needs nothing: `tell_when_to_come_back` stands behind every answer."""
    limited = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if limits.limiter.limit_manager.decorated_limits(get_qualified_name(view))
    ]

    assert len(limited) > 8
    assert limits.tell_when_to_come_back in app.after_request_funcs[None]
