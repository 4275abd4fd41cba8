"""The marks of tests: what protects children and refuses access is never left to the long run (docs/tests.md)."""

import ast
import re
from pathlib import Path

import pytest

from tests.laws.sources import parsed

TESTS = Path(__file__).resolve().parents[1]
NEVER_DEEP = re.compile(r"refus|may_not|nobody_else|minor|young|consent|vetting|guardian|forge|safeguard|whereabouts")


def marks_of(expressions: list[ast.expr]) -> set[str]:
    """The names of marks in decorators or in a `pytestmark`."""
    return {node.attr for each in expressions for node in ast.walk(each) if isinstance(node, ast.Attribute)}


def marked_tests(source: str) -> dict[str, set[str]]:
    """Test to its marks, those of its file included."""
    functions, shared = {}, set[str]()
    for node in parsed(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            shared = marks_of([node.value])
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            functions[node.name] = marks_of(node.decorator_list)
    return {name: marks | shared for name, marks in functions.items()}


def test_no_refusal_about_access_or_minors_is_left_to_the_long_run():
    deep = [
        f"{file.relative_to(TESTS)}::{name}"
        for file in sorted(TESTS.rglob("test_*.py"))
        if "deep" in (source := file.read_text(encoding="utf-8"))
        for name, marks in marked_tests(source).items()
        if "deep" in marks
    ]

    assert [test for test in deep if NEVER_DEEP.search(test)] == []


@pytest.mark.parametrize(
    "source",
    ["@pytest.mark.deep\ndef test_a(): ...", "pytestmark = [pytest.mark.deep]\ndef test_a(): ..."],
    ids=["on the test", "on the file"],
)
def test_the_law_reads_both_places_of_a_mark(source):
    assert marked_tests(source) == {"test_a": {"mark", "deep"}}
