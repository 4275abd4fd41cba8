"""CHANGELOG.md is found through: by day, by reader, one short line for each thing that somebody gains."""

import datetime as dt
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READERS = ["Schools", "Presenters", "Coordinators", "Operators", "Developers"]
MOST = 100
FIRST = "Unreleased"


def parts_of(text: str) -> list[str]:
    """What stands below each heading of a day, its heading first; what stands above them all is the first part."""
    return re.split(r"^## ", text, flags=re.MULTILINE)


def out_of_order(days: list[str]) -> list[str]:
    """Headings that are neither "Unreleased" at the top nor a day earlier than the one above."""
    wrong = [] if days[:1] == [FIRST] else [f"{FIRST} is not the first"]
    above = dt.date.max
    for day in days[1:]:
        known = re.fullmatch(r"\d{4}-\d{2}-\d{2}", day)
        if known is None or dt.date.fromisoformat(day) >= above:
            wrong.append(day)
        else:
            above = dt.date.fromisoformat(day)
    return wrong


def wrong_lines(part: str) -> list[str]:
    """Lines of one day that are no short bullet under a reader, and readers out of their order or without a bullet."""
    above, *readers = re.split(r"^### ", part, flags=re.MULTILINE)
    day, *wrong = filter(None, above.splitlines())
    names = [reader.splitlines()[0] for reader in readers]
    for name, reader in zip(names, readers, strict=True):
        lines = list(filter(None, reader.splitlines()[1:]))
        wrong += [line for line in lines if not line.startswith("- ") or len(line) > MOST]
        wrong += [] if lines else [f"nothing for {name}"]
    wrong += [] if names == [name for name in READERS if name in names] else [str(names)]
    return [f"{day}: {line}" for line in wrong]


def problems_with(text: str) -> list[str]:
    above, *days = parts_of(text)
    return (
        [f"above the days: {line}" for line in above.splitlines() if line.startswith(("- ", "### "))]
        + out_of_order([day.splitlines()[0] for day in days])
        + [line for day in days for line in wrong_lines(day)]
    )


def test_every_change_is_a_short_line_below_its_day_and_its_reader():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert len(parts_of(text)) > 3  # days were found at all
    assert problems_with(text) == []


GOOD = """# Changes

What is new.

## Unreleased

## 2026-12-01

### Schools

- A date is kept.

### Developers

- A hook.

## 2026-11-30

### Operators

- A setting.
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("- A date is kept.", "- " + "x" * 98, None),
        ("- A date is kept.", "- " + "x" * 99, "2026-12-01: - x"),
        ("- A date is kept.", "- A date\n  is kept.", "2026-12-01:   is kept."),
        ("- A date is kept.", "", "2026-12-01: nothing for Schools"),
        ("### Schools", "", "2026-12-01: - A date is kept."),
        ("### Schools", "### Everybody", "2026-12-01: ['Everybody', 'Developers']"),
        ("### Schools", "### Developers", "2026-12-01: ['Developers', 'Developers']"),
        ("### Developers", "### Schools", "2026-12-01: ['Schools', 'Schools']"),
        ("### Operators", "### Presenters", None),
        ("## 2026-11-30", "## 2026-12-01", "2026-12-01"),
        ("## 2026-11-30", "## 2026-12-02", "2026-12-02"),
        ("## 2026-11-30", "## Version 2", "Version 2"),
        ("## 2026-11-30", "## Unreleased", "Unreleased"),
        ("## Unreleased\n", "", "Unreleased is not the first"),
        ("What is new.", "- What is new.", "above the days: - What is new."),
    ],
)
def test_the_law_sees_what_it_looks_for(old: str, new: str, told: str | None):
    found = problems_with(GOOD.replace(old, new, 1))

    assert [line[: len(told or line)] for line in found] == ([told] if told else [])


def test_readers_stand_in_their_order():
    swapped = GOOD.replace("Schools", "x").replace("Developers", "Schools").replace("x", "Developers")

    assert problems_with(swapped) == ["2026-12-01: ['Developers', 'Schools']"]
