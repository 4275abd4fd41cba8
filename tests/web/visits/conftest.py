"""A centre with an agreed request, for which no visit is planned yet, and its coordinator."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.visits.scene import Scene
from tests.web.visits.pages import coordinator


@pytest.fixture
def scene(app: Flask) -> Scene:
    return Scene(planned=False)


@pytest.fixture
def desk(app: Flask, scene: Scene) -> FlaskClient:
    return coordinator(app, scene)
