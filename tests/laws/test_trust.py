"""What the code cites as TRUST stands in docs/trust.md beside a test that is there, and nothing else does."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "trust.md"
ROWS = re.findall(r"^\| ([RS]\d+) \| (.+?) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
NAMED = sorted({named for row in ROWS for named in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row[2])})
CITED = re.compile(r"TRUST((?:,? [RS]\d+)+)")
IN_A_NAME = re.compile(r"def test_trust_([rs])0?(\d+)_")


def cited_in(text: str) -> set[str]:
    """The promises that a text cites, in prose and in the names of tests."""
    prose = {number for group in CITED.findall(text) for number in re.findall(r"[RS]\d+", group)}
    return prose | {kind.upper() + number for kind, number in IN_A_NAME.findall(text)}


def sources() -> list[Path]:
    code = [path for folder in ("scheduler", "tests", "tools") for path in (ROOT / folder).rglob("*.py")]
    return [path for path in [*code, *(ROOT / "docs").rglob("*.md")] if path not in (PAGE, Path(__file__))]


def test_the_page_lists_what_is_cited_and_nothing_else():
    cited = set[str]().union(*(cited_in(path.read_text(encoding="utf-8")) for path in sources()))

    assert {row[0] for row in ROWS} == cited


def test_each_promise_stands_once_and_in_order():
    numbers = [row[0] for row in ROWS]

    assert numbers == sorted(set(numbers), key=lambda number: (number[0], int(number[1:])))


def test_each_promise_has_a_test():
    assert [number for number, _promise, held_by in ROWS if "::test_" not in held_by] == []


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _path, name in NAMED])
def test_the_named_test_exists(path: str, name: str):
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")


def test_a_citation_is_seen_in_prose_and_in_a_name():
    found = cited_in('"""Both (TRUST R1, S45, S47)."""\ndef test_trust_s08_x(): ...\nTRUST S13 and S14; `TRUSTED` S9')

    assert found == {"R1", "S45", "S47", "S8", "S13"}


def test_nothing_cites_a_page_that_is_not_here():
    pages = re.compile(r"\b[A-Z]{4,}\.md\b")
    here = {path.name for folder in (".", "docs", "scheduler/data") for path in (ROOT / folder).glob("*.md")}
    cited = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in sources()
        for name in pages.findall(path.read_text(encoding="utf-8"))
        if name not in here
    }

    assert cited == set()
