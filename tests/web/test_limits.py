"""Without Redis each process counts by itself and more strictly, and never without a limit (TRUST R16)."""

import dataclasses
import os

import pytest
from flask import Flask
from flask_limiter.util import get_qualified_name

from scheduler.web import limits
from tests.conftest import settings_for

NOBODY_ANSWERS = "redis://127.0.0.1:1/0"


@pytest.mark.parametrize(("redis_url", "let_in"), [(NOBODY_ANSWERS, 20), ("", 30)])
def test_trust_r16_a_redis_that_does_not_answer_makes_limits_stricter(tmp_path, monkeypatch, redis_url, let_in):
    counting = limits.a_limiter()
    monkeypatch.setattr(limits, "limiter", counting)
    app = Flask(__name__)
    app.config["SETTINGS"] = dataclasses.replace(settings_for(tmp_path), redis_url=redis_url)
    app.get("/limited")(counting.limit(limits.GUESSES)(lambda: "found"))
    app.add_url_rule("/open", view_func=open_page)
    limits.register(app)
    client = app.test_client()

    limited = [client.get("/limited").status_code for _ in range(30)]
    unlimited = [client.get("/open").status_code for _ in range(30)]

    assert (limited.count(200), limited.count(429)) == (let_in, 30 - let_in)
    assert unlimited.count(200) == 30  # whoever works behind one address goes on working


@pytest.mark.postgres
def test_processes_count_together_in_a_redis_on_a_socket(tmp_path, monkeypatch):
    where = os.environ["TEST_REDIS_URL"]
    assert where.startswith("unix:///")
    answers = []
    for _process in range(2):
        counting = limits.a_limiter()
        monkeypatch.setattr(limits, "limiter", counting)
        app = Flask(__name__)
        app.config["SETTINGS"] = dataclasses.replace(settings_for(tmp_path), redis_url=where)
        app.get("/limited")(counting.limit("30 per hour")(lambda: "found"))
        limits.register(app)
        answers += [app.test_client().get("/limited").status_code for _ in range(20)]
        assert not counting._storage_dead  # else each would count by itself, and more strictly

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


def test_behind_every_answer_of_a_page_with_a_limit_stands_who_tells_when(app):
    """A new page with a limit needs nothing: `tell_when_to_come_back` stands behind every answer."""
    limited = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if limits.limiter.limit_manager.decorated_limits(get_qualified_name(view))
    ]

    assert len(limited) > 8
    assert limits.tell_when_to_come_back in app.after_request_funcs[None]


def open_page() -> str:
    return "open"
