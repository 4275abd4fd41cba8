"""Without Redis each process counts by itself and more strictly, and never without a limit (TRUST R16)."""

import dataclasses

import pytest
from flask import Flask

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


def open_page() -> str:
    return "open"
