"""What is served runs without its `assert` (-OO): there each may only tell the reader of types what is so."""

import ast
from pathlib import Path

from tests.laws.sources import nodes

ROOT = Path(__file__).resolve().parents[2]


def test_an_assert_only_says_that_something_is_there():
    told = {
        f"{path.relative_to(ROOT)}:{node.lineno}": ast.unparse(node.test)
        for path in [ROOT / "wsgi.py", ROOT / "tools/web.py", *sorted((ROOT / "scheduler").rglob("*.py"))]
        for node in nodes(path.read_text(encoding="utf-8"))
        if isinstance(node, ast.Assert)
    }

    assert told
    assert {place: test for place, test in told.items() if not test.endswith(" is not None")} == {}
