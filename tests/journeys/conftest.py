"""The product with its demo in this very process, and a browser: for journeys that need no worker and no clock."""

from tests.a11y.conftest import address, chromium, house

__all__ = ["address", "chromium", "house"]
