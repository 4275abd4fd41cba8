"""The product with its demo in this very process, and a browser: for journeys that need no worker and no clock."""

from playwright.sync_api import expect

from tests.a11y.conftest import address, chromium, fonts, house

__all__ = ["address", "chromium", "fonts", "house"]

expect.set_options(timeout=90_000)  # only tells a hang: five seconds are not enough on a machine with much to do
