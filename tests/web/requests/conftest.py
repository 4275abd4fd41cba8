"""A signed-in browser, and a booking answered page by page."""

import pytest
from flask.testing import FlaskClient

from scheduler.core import clock, tokens
from scheduler.core.db import transaction
from scheduler.people.models import SignIn
from scheduler.people.rules import lasts
from scheduler.policy import Role
from tests.factories.people import make_user


@pytest.fixture
def sign_in(app):
    """Give a client that is signed in as a fresh user of a role (coordinator), in a centre of choice."""

    def signed_in(*roles: Role, **given) -> FlaskClient:
        user = make_user(*roles, **given)
        token, now = tokens.new_token(), clock.now()
        with transaction() as session:
            session.add(
                SignIn(
                    token_hash=tokens.token_hash(token),
                    user_id=user.id,
                    created_at=now,
                    last_seen_at=now,
                    expires_at=now + lasts(roles or (Role.COORDINATOR,)),
                )
            )
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return client

    return signed_in
