"""CHANGELOG.md is found through: by release, by reader, one short line for each thing that somebody gains."""

import datetime as dt
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READERS = ["Schools", "Presenters", "Coordinators", "Operators", "Developers"]
MOST = 100
FIRST = "Unreleased"


RELEASE = re.compile(r"(\d+)\.(\d+)\.(\d+) \((\d{4}-\d{2}-\d{2})\)")


def parts_of(text: str) -> list[str]:
    """What stands below each heading of a release, its heading first; what stands above them all is the first part."""
    return re.split(r"^## ", text, flags=re.MULTILINE)


def out_of_order(headings: list[str]) -> list[str]:
    """Headings that are neither "Unreleased" at the top nor a release, lower and no later than the one above."""
    wrong = [] if headings[:1] == [FIRST] else [f"{FIRST} is not the first"]
    above, not_after = (1_000_000, 0, 0), dt.date.max
    for heading in headings[1:]:
        known = RELEASE.fullmatch(heading)
        number = tuple(map(int, known.groups()[:3])) if known else above
        day = dt.date.fromisoformat(known[4]) if known else not_after
        if number >= above or day > not_after:
            wrong.append(heading)
        else:
            above, not_after = number, day
    return wrong


def wrong_lines(part: str) -> list[str]:
    """Lines of a release that are no short bullet under a reader; readers out of their order or without a bullet."""
    above, *readers = re.split(r"^### ", part, flags=re.MULTILINE)
    heading, *wrong = filter(None, above.splitlines())
    names = [reader.splitlines()[0] for reader in readers]
    for name, reader in zip(names, readers, strict=True):
        lines = list(filter(None, reader.splitlines()[1:]))
        wrong += [line for line in lines if not line.startswith("- ") or len(line) > MOST]
        wrong += [] if lines else [f"nothing for {name}"]
    wrong += [] if names == [name for name in READERS if name in names] else [str(names)]
    return [f"{heading}: {line}" for line in wrong]


def problems_with(text: str) -> list[str]:
    above, *releases = parts_of(text)
    return (
        [f"above the releases: {line}" for line in above.splitlines() if line.startswith(("- ", "### "))]
        + out_of_order([release.splitlines()[0] for release in releases])
        + [line for release in releases for line in wrong_lines(release)]
    )


def test_every_change_is_a_short_line_below_its_release_and_its_reader():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert len(parts_of(text)) > 3  # releases were found at all
    assert problems_with(text) == []


def test_the_newest_release_is_the_version_of_the_package_and_has_its_upgrade_notes():
    _above, _unreleased, newest, before, *_ = parts_of((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    numbers = [".".join(RELEASE.match(one).groups()[:3]) for one in (newest, before)]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["version"] == numbers[0]
    assert f"## {numbers[1]} to {numbers[0]}" in (ROOT / "docs/upgrade.md").read_text(encoding="utf-8")


GOOD = """# Changes

What is new.

## Unreleased

## 0.2.0 (2026-12-01)

### Schools

- A date is kept.

### Developers

- A hook.

## 0.1.0 (2026-11-30)

### Operators

- A setting.
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("- A date is kept.", "- " + "x" * 98, None),
        ("- A date is kept.", "- " + "x" * 99, "0.2.0 (2026-12-01): - x"),
        ("- A date is kept.", "- A date\n  is kept.", "0.2.0 (2026-12-01):   is kept."),
        ("- A date is kept.", "", "0.2.0 (2026-12-01): nothing for Schools"),
        ("### Schools", "", "0.2.0 (2026-12-01): - A date is kept."),
        ("### Schools", "### Everybody", "0.2.0 (2026-12-01): ['Everybody', 'Developers']"),
        ("### Schools", "### Developers", "0.2.0 (2026-12-01): ['Developers', 'Developers']"),
        ("### Developers", "### Schools", "0.2.0 (2026-12-01): ['Schools', 'Schools']"),
        ("### Operators", "### Presenters", None),
        ("0.1.0 (2026-11-30)", "0.1.0 (2026-12-01)", None),
        ("0.1.0 (2026-11-30)", "0.1.0 (2026-12-02)", "0.1.0 (2026-12-02)"),
        ("0.1.0 (2026-11-30)", "0.2.0 (2026-11-30)", "0.2.0 (2026-11-30)"),
        ("0.1.0 (2026-11-30)", "0.10.0 (2026-11-30)", "0.10.0 (2026-11-30)"),
        ("0.1.0 (2026-11-30)", "2026-11-30", "2026-11-30"),
        ("0.1.0 (2026-11-30)", "Unreleased", "Unreleased"),
        ("## Unreleased\n", "", "Unreleased is not the first"),
        ("What is new.", "- What is new.", "above the releases: - What is new."),
    ],
)
def test_the_law_sees_what_it_looks_for(old: str, new: str, told: str | None):
    found = problems_with(GOOD.replace(old, new, 1))

    assert [line[: len(told or line)] for line in found] == ([told] if told else [])


def test_readers_stand_in_their_order():
    swapped = GOOD.replace("Schools", "x").replace("Developers", "Schools").replace("x", "Developers")

    assert problems_with(swapped) == ["0.2.0 (2026-12-01): ['Developers', 'Schools']"]
