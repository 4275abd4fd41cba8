"""The table of edge cases names tests that are there: a renamed one breaks here and not in a reader's hands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/edge_cases.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TABLE)))


def test_every_row_has_a_test_or_says_what_is_missing():
    rows = [line for line in TABLE.splitlines() if line.startswith("| ")][2:]

    assert [row for row in rows if "::test_" not in row] == []


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _path, name in NAMED])
def test_the_named_test_exists(path, name):
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
