"""Programs of the machine that tests start, and the fixtures that name them: what uses one is left to `make test`.

A test without such a fixture, database or browser runs in `make check`, also on a machine that has none of these
programs. `only_fixtures_start_programs` lets it start none on any other machine either, so that this stays true.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tools.checks import NEEDS_NOTHING

PROGRAMS = {  # fixture: its programs
    "poppler": ("pdffonts", "pdfinfo", "pdfsig", "pdftoppm", "pdftotext"), "qpdf": ("qpdf",), "nginx": ("nginx",),
    "openssl": ("openssl",), "systemd_analyze": ("systemd-analyze",),
}  # fmt: skip
# No fixture of theirs: what starts a browser or a server has a mark of its own.
OTHERS = ("chromium", "chromium.sh", "initdb", "pg_ctl", "pg_dump", "postgres", "psql", "redis-server", "zbarimg")
OWNER = {program: fixture for fixture, programs in PROGRAMS.items() for program in programs}
LEFT_TO_MAKE_TEST = frozenset(re.findall(r"not (\w+)", NEEDS_NOTHING[1]))  # marks


class UnnamedProgram(AssertionError):
    """A test without a mark that leaves it to `make test` starts a program that not every machine has."""


def path_of(program: str) -> str:
    """Where the program lies. Fails where it is not installed, and says what installs it."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin")  # nginx, for those who are not root
    assert found, f"{program} is missing: python -m tools.system installs what tests use"
    return found


def _fixture_for(name: str) -> Callable[[], str]:
    @pytest.fixture(scope="session", name=name)
    def program() -> str:
        """Path of the first of its programs."""
        paths = [path_of(program) for program in PROGRAMS[name]]
        return paths[0]

    return program


poppler, qpdf, nginx, openssl, systemd_analyze = map(_fixture_for, PROGRAMS)


def pytest_itemcollected(item: pytest.Item) -> None:
    if not PROGRAMS.keys().isdisjoint(getattr(item, "fixturenames", ())):
        item.add_marker("program")


@contextmanager
def only_python_and_shell() -> Iterator[None]:
    """Refuse to start any of the programs. Raises: UnnamedProgram in the caller that starts one."""
    start = subprocess.Popen.__init__

    def checked(self: Any, args: Any, *more: Any, **given: Any) -> None:
        first = args.partition(" ")[0] if isinstance(args, str) else args if isinstance(args, Path) else args[0]
        program = Path(first).name
        if program in OWNER or program in OTHERS:
            advice = f"use the fixture {OWNER[program]}" if program in OWNER else "mark the test"
            raise UnnamedProgram(f"{program} is not on every machine where `make check` runs: {advice}")
        start(self, args, *more, **given)

    subprocess.Popen.__init__ = checked  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        subprocess.Popen.__init__ = start  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def only_fixtures_start_programs(request: pytest.FixtureRequest) -> Iterator[None]:
    if any(mark.name in LEFT_TO_MAKE_TEST for mark in request.node.iter_markers()):
        yield
    else:
        with only_python_and_shell():
            yield
