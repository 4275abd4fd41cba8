"""What the product imports has a line of its own in a requirements*.in, and each line is there for something."""

import ast
import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.laws.sources import nodes
from tests.least_packages import normal

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("scheduler", "migrations", "wsgi.py")
OURS = {"scheduler"}
EXTRAS = ("requirements-scale.in", "requirements-oidc.in", "requirements-pades.in")
SERVED = ("requirements.in", *EXTRAS)  # the product, and its extras
NOT_IMPORTED = {  # by us; and what they are there for
    "pip": "installs the others",
    "tzdata": "zoneinfo reads it where the machine has no time zones",
    "waitress": "the web server of `make run` and deploy/raspored-web.service",
    "gunicorn": "the web server of a larger installation",
    "redis": "the client that the queue and the limits load where REDIS_URL is set",
}


def lines_of(*files: str) -> set[str]:
    """The packages that .in files name."""
    lines = [line for file in files for line in (ROOT / file).read_text().splitlines()]
    return {normal(re.split(r"[\[=<>~!; #]", line)[0]) for line in lines if line and line[0] not in "#-"}


def imports_in(code: str) -> set[str]:
    """The top-level names that a file imports, wherever in it, of others."""
    names: set[str] = set()
    for node in nodes(code):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module or "")
    return {name.partition(".")[0] for name in names} - sys.stdlib_module_names - OURS


@cache
def imported() -> dict[str, str]:
    """What the product imports, and one file that does."""
    tops = [ROOT / name for name in PRODUCT]
    files = [file for top in tops for file in ([top] if top.is_file() else sorted(top.rglob("*.py")))]
    return {name: str(file.relative_to(ROOT)) for file in files for name in imports_in(file.read_text())}


@cache
def packages() -> dict[str, set[str]]:
    """{what is imported: the packages that bring it}."""
    return {name: {normal(one) for one in found} for name, found in packages_distributions().items()}


def without_line(names: dict[str, str], lines: set[str]) -> dict[str, str]:
    return {name: file for name, file in names.items() if not packages().get(name, set()) & lines}


def test_each_import_has_a_line_of_its_own():
    """Else it comes only as long as another package happens to need it."""
    assert len(imported()) > 25
    assert without_line(imported(), lines_of(*SERVED)) == {}


def test_an_import_that_only_another_package_brings_is_found():
    lines = lines_of(*SERVED) - {"idna", "python-dotenv"}

    assert without_line(imported(), lines).keys() == {"idna", "dotenv"}
    assert imports_in("def late():\n    from left_pad.sides import left\n    import os, scheduler.core") == {"left_pad"}


def test_each_line_is_imported_or_there_for_another_reason():
    lines = lines_of(*SERVED)
    needed = {package for name in imported() for package in packages().get(name, ())}

    assert lines - needed == set(NOT_IMPORTED)


@pytest.mark.parametrize(
    "name", [*(name.removesuffix(".in") for name in SERVED), "requirements-dev", "requirements-wheel"]
)
def test_no_package_has_two_lines(name: str):
    lines = [line for line in (ROOT / f"{name}.in").read_text().splitlines() if line and line[0] not in "#-"]

    assert len(lines) == len(lines_of(f"{name}.in"))
