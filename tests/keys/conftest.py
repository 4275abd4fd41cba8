"""Somebody of the staff who has an app for codes."""

import pytest
from flask import Flask

from scheduler.people.models import User
from tests.factories.keys import make_app
from tests.factories.people import make_user


@pytest.fixture
def user(app: Flask) -> User:
    made = make_user(email="marija@centre.example", password_hash="x")
    make_app(made)
    return made
