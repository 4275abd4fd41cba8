"""Fonts that the browser of the tests shows, whatever else the machine has: `tests/chromium.sh` reads TEST_FONTS."""

import os

import pytest

WIDE, NARROW = "wide", "narrow"  # each has its file of fontconfig beside this one
IN_BOTH_FONTS = pytest.mark.parametrize("fonts", [WIDE, NARROW], indirect=True)


def environment_with(fonts: str) -> dict[str, str | float | bool]:
    """The environment in which Chromium is started so that it shows these fonts."""
    return {**os.environ, "TEST_FONTS": fonts}
