"""Browsers for tests of pages: signed in as somebody, without typing a password."""

from flask import Flask
from flask.testing import FlaskClient

from scheduler.core import clock, tokens
from scheduler.core.db import transaction
from scheduler.people import rules
from scheduler.people.models import Presenter, SignIn, User


def browser_of(app: Flask, user: User | Presenter) -> FlaskClient:
    """A browser in which this user, or the user behind this presenter, has just signed in."""
    user_id = user.user_id if isinstance(user, Presenter) else user.id
    token, now = tokens.new_token(), clock.now()
    with transaction() as session:
        session.add(
            SignIn(
                token_hash=tokens.token_hash(token),
                user_id=user_id,
                created_at=now,
                last_seen_at=now,
                expires_at=now + rules.STAFF_LASTS,
            )
        )
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = token, True
    return client
