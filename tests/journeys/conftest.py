"""The product with its demo in this very process, and a browser: for journeys that need no worker and no clock."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.a11y.conftest import address, chromium, fonts
from tests.demo_house import demo_house

__all__ = ["address", "chromium", "fonts"]

expect.set_options(timeout=90_000)  # only tells a hang: five seconds are not enough on a machine with much to do


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with demo_house(tmp_path_factory.mktemp("instance")) as app:
        yield app
