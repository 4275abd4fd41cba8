"""Imports go down only: the contracts of pyproject.toml; and none goes from one test module to another."""

import ast
import os
import subprocess
import sys
from pathlib import Path

from tests.laws.sources import nodes, parsed

ROOT = Path(__file__).resolve().parents[2]
LINTER = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", str(ROOT / "pyproject.toml")]


def test_every_import_goes_down():
    done = subprocess.run(LINTER, cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken." in done.stdout


def packages_with_code(folder: Path) -> list[str]:
    """Packages whose __init__.py holds more than a docstring: a name is imported from the file that defines it."""
    return [
        str(file.relative_to(folder))
        for file in sorted(folder.rglob("__init__.py"))
        if len(parsed(file.read_text()).body) > 1 or not ast.get_docstring(parsed(file.read_text()))
    ]


def test_a_package_is_a_docstring():
    assert packages_with_code(ROOT / "scheduler") == []


def test_a_package_that_hands_on_names_is_found(tmp_path: Path):
    (tmp_path / "__init__.py").write_text('"""A room."""\n\nfrom room.service import act\n')

    assert packages_with_code(tmp_path) == ["__init__.py"]


def private_names_imported(folder: Path) -> list[str]:
    """Names with an underscore that one module takes from another; the marks of texts to translate are none."""
    return [
        f"{file.relative_to(folder)}: {name.name}"
        for file in sorted(folder.rglob("*.py"))
        for node in nodes(file.read_text())
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if name.name.startswith("_") and not name.name.startswith("__") and name.name not in ("_", "_l", "_n")
    ]


def test_what_is_private_stays_in_its_module():
    assert private_names_imported(ROOT / "scheduler") == []


def test_a_private_name_that_is_imported_is_found(tmp_path: Path):
    (tmp_path / "one.py").write_text("from two import _hidden, shown\n")

    assert private_names_imported(tmp_path) == ["one.py: _hidden"]


def modules_of_tests_imported(folder: Path) -> list[str]:
    """Test modules that another module takes names from: what two need has a home of its own."""
    found = []
    for file in sorted(folder.rglob("*.py")):
        for node in nodes(file.read_text()):
            if isinstance(node, ast.Import):
                names = [name.name for name in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{node.module or ''}.{name.name}" for name in node.names]
            else:
                continue
            modules = [name for name in names if any(part.startswith("test_") for part in name.split(".")[:-1])]
            modules += [name for name in names if name.split(".")[-1].startswith("test_")]
            found += [f"{file.relative_to(folder)}: {name}" for name in modules]
    return found


def test_no_test_module_imports_another():
    assert modules_of_tests_imported(ROOT / "tests") == []


def test_an_imported_test_module_is_found(tmp_path: Path):
    (tmp_path / "test_one.py").write_text(
        "import tests.web.test_two\nfrom tests.web import test_three\nfrom tests.web.test_four import body\n"
        "from .test_five import day\nfrom tests.web.pages import reading\n"
    )

    assert modules_of_tests_imported(tmp_path) == [
        "test_one.py: tests.web.test_two",
        "test_one.py: tests.web.test_three",
        "test_one.py: tests.web.test_four.body",
        "test_one.py: test_five.day",
    ]
