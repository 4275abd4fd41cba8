import ast
from pathlib import Path

import scheduler
from tests.laws.sources import nodes
from tools.translations import check


def test_every_visible_string_is_translated_and_latin_is_made_from_cyrillic():
    assert check() == []


def test_no_string_hides_in_another():
    """Before Python 3.12 nothing reads a message out of the braces of an f-string, and the catalogues lose it."""
    hidden = [
        (file.name, call.lineno)
        for file in sorted(Path(scheduler.__file__).parent.rglob("*.py"))
        for whole in nodes(file.read_text(encoding="utf-8"))
        if isinstance(whole, ast.JoinedStr)
        for call in ast.walk(whole)
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in {"_", "gettext", "ngettext"}
        if call.args and isinstance(call.args[0], ast.Constant)
    ]
    assert hidden == []
