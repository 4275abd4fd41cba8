"""Limits count visitors: whose address a request has, with and without a proxy of ours (TRUST S10)."""

import pytest
from flask import Flask, request

from scheduler.app import _read_visitor_behind
from scheduler.core.db import db
from scheduler.people.models import User
from tests.visits.scene import Scene
from tests.web.visits.pages import body, reading


@pytest.mark.parametrize(("hops", "seen"), [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "203.0.113.9")])
def test_trust_s10_a_forwarded_address_counts_only_as_far_as_our_own_proxies_reach(hops, seen):
    bare = Flask("visitors")
    bare.add_url_rule("/", "address", lambda: str(request.remote_addr))
    _read_visitor_behind(bare, hops)

    answer = bare.test_client().get("/", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})

    assert answer.text == seen


def test_a_page_for_another_role_offers_no_sign_in_to_somebody_signed_in(app):
    scene = Scene()
    browser = reading(app, db.session.get_one(User, scene.educator().user_id))

    answer = browser.get("/requests")

    assert answer.status_code == 403
    assert 'href="/sign-in' not in body(answer)
    assert "Sign in<" not in body(answer)
