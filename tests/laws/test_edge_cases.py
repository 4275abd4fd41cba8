"""The table of edge cases names tests that are there: a renamed one breaks here and not in a reader's hands."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/edge_cases.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TABLE)))


def text_of(path: str) -> str:
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else ""


def test_every_row_has_a_test_or_says_what_is_missing():
    rows = [line for line in TABLE.splitlines() if line.startswith("| ")][2:]

    assert [row for row in rows if "::test_" not in row] == []


def test_each_named_test_exists():
    assert len(NAMED) > 60
    assert [f"{path}::{name}" for path, name in NAMED if f"def {name}(" not in text_of(path)] == []
