"""Contrast of the colours, by the formula of WCAG 2, in light and in dark (DESIGN: text 4.5, borders and marks 3)."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).resolve().parents[2] / "static/css/tokens.css").read_text()
TONES = ("quiet", "wait", "move", "good", "stop", "youth")
TEXT = [
    *((f"{tone}-fg", f"{tone}-bg") for tone in TONES),
    *((ink, ground) for ink in ("ink", "muted", "link") for ground in ("paper", "surface", "raised", "sunk")),
    ("tabla", "paper"),
    ("tabla", "surface"),
    ("on-tabla", "tabla"),
    ("on-tabla", "hover"),
    ("on-deep", "tabla-deep"),
    ("dunja", "tabla-deep"),
    ("on-dunja", "dunja"),
    ("helpline", "surface"),
    ("stop-fg", "surface"),
    ("stop-fg", "paper"),
    ("wait-fg", "surface"),
    ("ink", "good-bg"),
    ("link", "good-bg"),
    ("link", "youth-bg"),
    ("ink", "youth-bg"),
    ("muted", "youth-bg"),
    ("muted", "good-bg"),
    ("ink", "m0"),
    ("ink", "m1"),
    ("ink", "m2"),
    ("on-m3", "m3"),
    ("on-tabla", "m4"),
]
MARKS = [
    ("line-strong", "surface"),
    ("line-strong", "paper"),
    ("tabla", "surface"),
    ("c1", "surface"),
    ("c2", "surface"),
    ("c3", "surface"),
]


def colours(selector: str) -> dict[str, str]:
    block = CSS[CSS.index(selector) :]
    return dict(re.findall(r"--rs-([\w-]+): (#[0-9A-Fa-f]{6});", block[: block.index("}")]))


LIGHT = colours('[data-bs-theme="light"] {')
DARK = colours('[data-bs-theme="dark"] {')


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_formula_knows_black_white_and_a_published_pair():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_is_readable_on_its_ground(theme):
    weak = {pair: round(contrast(theme[pair[0]], theme[pair[1]]), 2) for pair in TEXT}

    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_border_and_mark_that_means_something_is_seen(theme):
    assert {pair for pair in MARKS if contrast(theme[pair[0]], theme[pair[1]]) < 3} == set()


def test_a_dark_device_without_a_choice_gets_the_same_colours_as_a_chosen_dark():
    assert colours(":root:not([data-bs-theme]) {") == DARK
