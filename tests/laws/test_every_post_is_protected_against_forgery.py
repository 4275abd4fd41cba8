"""A form of another site must not act in our users' names (TRUST S5)."""

import pytest
from flask import Flask

from scheduler.policy import Role
from tests.factories.people import make_user
from tests.laws.routes import pages
from tests.web.browser import browser_of

WRITING = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def protected(app: Flask, monkeypatch) -> Flask:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return app


def test_no_view_is_exempt(app: Flask):
    csrf = app.extensions["csrf"]

    assert (csrf._exempt_views, csrf._exempt_blueprints) == (set(), set())


@pytest.mark.parametrize("token", [None, "forged"])
def test_every_post_without_the_right_token_is_refused(protected: Flask, token):
    browser = browser_of(protected, make_user(*[role for role in Role if role is not Role.SYSTEM]))
    data = {"csrf_token": token} if token else {}

    answers = {
        (endpoint, method): browser.open(path, method=method, data=data).status_code
        for endpoint, method, path in pages(protected, *WRITING)
    }

    assert len(answers) > 10
    assert {page: status for page, status in answers.items() if status != 400} == {}
