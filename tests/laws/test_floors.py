"""Imports go down only: the contracts of pyproject.toml."""

import ast
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINTER = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", str(ROOT / "pyproject.toml")]


def test_every_import_goes_down():
    done = subprocess.run(LINTER, cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 broken." in done.stdout


def private_names_imported(folder: Path) -> list[str]:
    """Names with an underscore that one module takes from another; the marks of texts to translate are none."""
    return [
        f"{file.relative_to(folder)}: {name.name}"
        for file in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
        for name in node.names
        if name.name.startswith("_") and not name.name.startswith("__") and name.name not in ("_", "_l", "_n")
    ]


def test_what_is_private_stays_in_its_module():
    assert private_names_imported(ROOT / "scheduler") == []


def test_a_private_name_that_is_imported_is_found(tmp_path: Path):
    (tmp_path / "one.py").write_text("from two import _hidden, shown\n")

    assert private_names_imported(tmp_path) == ["one.py: _hidden"]
