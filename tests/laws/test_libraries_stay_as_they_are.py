"""Libraries are used as they come: none is patched, rebuilt past its constructors, or read by its private names."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.laws.sources import nodes

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "wsgi.py", *sorted((ROOT / "scheduler").rglob("*.py"))]
PUBLIC = {  # documented, though they begin with an underscore
    *("_asdict", "_make", "_replace"),  # of a named tuple and of a row
    "_mapping",  # of a row of SQLAlchemy
    "_get_current_object",  # of a proxy of Werkzeug
}
SETTINGS = {  # what a library wants to be told by an assignment
    "g": "Flask: what lasts as long as a request",
    "session": "Flask: whether a session outlives the browser",
    "request": "Flask: how much may be sent to this view",
}
ALLOWED = {
    "core/paper/sheet.py: rl_config.useA85": "reportlab reads this setting from its module alone",
    "core/paper/sheet.py: self.canvas._doc": "reportlab offers no other way to codes of fonts and finished pages",
    "web/metrics.py: values.ValueClass": "else chosen when the library is imported, before the settings are read",
}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def own_names() -> set[str]:
    """Every name that the product itself defines or gives to an object of its own."""
    found = set()
    for path in SOURCES:
        for node in nodes(path.read_text(encoding="utf-8")):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _root_of(node) in OWN_OBJECTS:
                found.add(node.attr)
    return found


OWN_OBJECTS = ("self", "cls")


def _root_of(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def of_libraries(source: str) -> dict[str, str]:
    """What a file imports that is not of the house: {its name here: where it comes from}."""
    found = {}
    for node in nodes(source):
        if isinstance(node, ast.Import):
            found |= {(one.asname or one.name.partition(".")[0]): one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {(one.asname or one.name): f"{node.module}.{one.name}" for one in node.names}
    return {name: place for name, place in found.items() if place.partition(".")[0] != "scheduler"}


def interferences(source: str, own: set[str]) -> Iterator[str]:
    """What a file does to libraries that only they may do."""
    imported = of_libraries(source)
    yield from (f"import {place}" for place in imported.values() if any(map(is_private, place.split("."))))
    yield from (ast.unparse(node) for node in nodes(source) if _interferes(node, imported, own))


def _interferes(node: ast.AST, imported: dict[str, str], own: set[str]) -> bool:
    if isinstance(node, ast.Attribute):
        is_set, root = isinstance(node.ctx, ast.Store | ast.Del), _root_of(node)
        is_theirs = root in imported or node.attr not in own
        return (
            (is_set and root in imported and root not in SETTINGS)
            or (node.attr == "__new__" and isinstance(node.value, ast.Name))
            or (is_private(node.attr) and is_theirs and node.attr not in PUBLIC)
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) > 1:
        first, name = node.args[:2]
        named = str(name.value) if isinstance(name, ast.Constant) else ""
        is_changed = node.func.id in ("setattr", "delattr") and _root_of(first) in imported
        return is_changed or (node.func.id in ("getattr", "hasattr") and is_private(named) and named not in own)
    return False


def test_no_library_is_patched_or_read_by_its_private_names() -> None:
    own = own_names()

    found = {
        f"{path.relative_to(ROOT / 'scheduler') if path.parent != ROOT else path.name}: {what}"
        for path in SOURCES
        for what in interferences(path.read_text(encoding="utf-8"), own)
    }

    assert found == {*ALLOWED}


def test_no_method_of_an_object_is_replaced_but_the_door_of_the_application() -> None:
    """mypy knows which attributes are methods: where it is silenced, one is replaced. Flask documents `wsgi_app`."""
    silenced = {
        line.strip()
        for path in SOURCES
        for line in path.read_text(encoding="utf-8").splitlines()
        if "ignore[method-assign]" in line
    }

    assert {line for line in silenced if not line.startswith("app.wsgi_app = ")} == set()
    assert silenced


def test_the_law_sees_each_way_to_interfere() -> None:
    seen = """
import wtforms
from wtforms import Field, widgets
from flask_limiter._limits import RuntimeLimit
from scheduler.web import forms

wtforms.core.html_params = len
del Field.data
setattr(widgets, "html_params", len)
made = object.__new__(Field)
made._form = None
print(form._fields, getattr(field, "_datalist"), Field._value)
forms.BaseForm.label = ""
self._own = self._own + row._mapping
"""

    assert sorted(interferences(seen, {"_own", "_value"})) == [
        "Field._value",
        "Field.data",
        "form._fields",
        "getattr(field, '_datalist')",
        "import flask_limiter._limits.RuntimeLimit",
        "made._form",
        "object.__new__",
        "setattr(widgets, 'html_params', len)",
        "wtforms.core.html_params",
    ]
