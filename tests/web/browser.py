"""A browser in which somebody is signed in."""

import datetime as dt
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from scheduler.core import tokens
from scheduler.core.db import transaction
from scheduler.people.models import Presenter, SignIn, User
from scheduler.policy import Actor, Role
from scheduler.web.password_again import TYPED_AT
from tests.factories.people import make_user
from tests.standing_clock import THE_CLOCK


def sign_in_as(client: FlaskClient, user_id: int, *, password_typed: bool = True) -> FlaskClient:
    """The same client, from now on with that user's session, in which the password was typed again just now."""
    token, now = tokens.new_token(), THE_CLOCK.now()
    with transaction() as session:
        session.add(
            SignIn(
                token_hash=tokens.token_hash(token),
                user_id=user_id,
                created_at=now,
                last_seen_at=now,
                expires_at=now + dt.timedelta(hours=1),
            )
        )
    with client.session_transaction() as cookies:
        cookies["_user_id"] = token
        if password_typed:
            cookies[TYPED_AT] = now.timestamp()
    return client


def browser_of(app: Flask, user: User | Presenter | Actor) -> FlaskClient:
    """A fresh browser in which this user, or the user behind this presenter or actor, has just signed in."""
    user_id = user.id if isinstance(user, User) else user.user_id
    assert user_id is not None
    return sign_in_as(app.test_client(), user_id)


def staff_of(app: Flask, thing: Any, *roles: Role, **given: Any) -> FlaskClient:
    """A browser of fresh staff of the centre to which this thing belongs; of a coordinator unless roles are named."""
    return browser_of(app, make_user(*roles, centre_id=thing.centre_id, **given))
