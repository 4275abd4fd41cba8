"""The mutants of a room's rules: functions as mutmut changes them, and each number in a constant raised by one.

mutmut works in a copy of the project below build/mutants. It leaves constants of a module alone, where many a bound is
written; those are changed here.
"""

import ast
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.supervisor import DIES_WITH_ME

NOTICED = ("killed", "timeout", "caught by type check")  # as mutmut calls them
MARKS = "not (slow or deep or postgres or matrix or journey)"
PLAIN = ("-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts=")


@dataclass(frozen=True)
class Survivor:
    """A change that no test noticed: "- the line as it is", then "+ the changed line"."""

    file: str
    function: str
    line: int
    mutation: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}\n    " + self.mutation.replace("\n", "\n    ")


def rules_of(root: Path, room: str) -> list[str]:
    """The files that hold the rules of a room."""
    folder = root / "scheduler" / room
    return [str(path.relative_to(root)) for path in sorted([*folder.glob("rules.py"), *folder.glob("rules/*.py")])]


def tests_that_import(root: Path, room: str) -> list[str]:
    """The files of tests that import the rules of a room."""
    paths = [path for path in sorted((root / "tests").rglob("test_*.py")) if f"scheduler.{room}" in path.read_text()]
    return [str(path.relative_to(root)) for path in paths if _imports_rules(ast.parse(path.read_text()), room)]


def tests_of(root: Path, room: str) -> list[str]:
    """What judges the rules of a room: tests that import them, and all tests of the room, which may call them."""
    return [*(path for path in tests_that_import(root, room) if not path.startswith(f"tests/{room}/")), f"tests/{room}"]


def _imports_rules(tree: ast.Module, room: str) -> bool:
    names = [f"{one.module}.{name.name}" for one in tree.body if isinstance(one, ast.ImportFrom) for name in one.names]
    return any(f"{name}.".startswith(f"scheduler.{room}.rules.") for name in names)


def prepare(root: Path, room: str) -> Path:
    """A new folder in which mutmut finds the project, with the settings for this room."""
    folder = root / "build" / "mutants" / room
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = [path.name for path in root.iterdir() if path.name not in ("build", "instance", "pyproject.toml")]
    names = sorted(name for name in names if not name.startswith("."))
    for name in names:
        (folder / name).symlink_to(root / name)
    settings = {
        "source_paths": ["scheduler"],
        "only_mutate": rules_of(root, room),
        "also_copy": [name for name in names if name not in ("scheduler", "tests")],
        "pytest_add_cli_args": PLAIN,
        "pytest_add_cli_args_test_selection": [*tests_of(root, room), "-m", MARKS],
        "use_git_change_detection": False,
        "track_dependencies": False,
    }
    lines = ["[tool.mutmut]", *(f"{name} = {json.dumps(value)}" for name, value in settings.items())]
    (folder / "pyproject.toml").write_text((root / "pyproject.toml").read_text() + "\n" + "\n".join(lines) + "\n")
    return folder


def survivors_in_functions(folder: Path, deadline: float) -> tuple[int, list[Survivor]]:
    """How many changes mutmut made, and those that survived. Raises: CalledProcessError, TimeoutExpired."""

    def mutmut(*arguments: str) -> str:
        command = [*DIES_WITH_ME, str(Path(sys.executable).with_name("mutmut")), *arguments]
        left = deadline - time.monotonic()
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, timeout=left).stdout

    mutmut("run")
    statuses = dict(line.strip().split(": ") for line in mutmut("results", "--all", "true").splitlines())
    alive = [key for key, status in statuses.items() if status not in NOTICED]
    return len(statuses), [survivor_from(folder, key, mutmut("show", key)) for key in alive]


def survivor_from(folder: Path, key: str, text: str) -> Survivor:
    """A survivor from its name (scheduler.toys.rules.x_may_play__mutmut_3) and its diff as mutmut shows it."""
    module, _, mangled = key.partition("__mutmut_")[0].rpartition(".")
    function = mangled.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    file = module.replace(".", "/") + ".py"
    hunk = [line for line in text.partition("\n@@")[2].splitlines()[1:] if line]
    before = [line[1:].strip() for line in hunk if line[0] != "+"]
    lines = [line.strip() for line in (folder / file).read_text(encoding="utf-8").splitlines()]
    begins = next((at for at in range(len(lines)) if lines[at : at + len(before)] == before), 0)
    place = next(at for at, line in enumerate(hunk) if line[0] in "+-")
    mutation = "\n".join(f"{line[0]} {line[1:].strip()}" for line in hunk if line[0] in "+-")
    return Survivor(file, function, begins + place + 1, mutation)


def raised_numbers(source: str) -> Iterator[tuple[str, int, str, str]]:
    """Of each number in a constant: the constant's name, the line, "- line" and "+ line", and the changed source."""
    lines = source.encode().splitlines(keepends=True)  # columns of a syntax tree count bytes
    for statement in ast.parse(source).body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign):
            continue
        name = ast.unparse(statement.targets[0] if isinstance(statement, ast.Assign) else statement.target)
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and type(node.value) is not bool:
                before, after = lines[: node.lineno - 1], lines[node.lineno :]
                old = lines[node.lineno - 1]
                new = old[: node.col_offset] + repr(node.value + 1).encode() + old[node.end_col_offset :]
                mutation = f"- {old.decode().strip()}\n+ {new.decode().strip()}"
                yield name, node.lineno, mutation, b"".join([*before, new, *after]).decode()


def survivors_in_constants(root: Path, room: str, folder: Path, deadline: float) -> tuple[int, list[Survivor]]:
    """How many numbers were raised, and which of them no test noticed, in the copy that mutmut made.

    Raises: TimeoutExpired.
    """
    made, alive = 0, []
    for file in rules_of(root, room):
        copy, source = folder / "mutants" / file, (root / file).read_text(encoding="utf-8")
        for name, line, mutation, changed in raised_numbers(source):
            copy.write_text(changed, encoding="utf-8")
            shutil.rmtree(copy.parent / "__pycache__", ignore_errors=True)  # a second change in the same second
            made += 1
            quickest_first = (tests_that_import(root, room), [f"tests/{room}"])
            if all(_passes(folder / "mutants", tests, deadline) for tests in quickest_first if tests):
                alive.append(Survivor(file, name, line, mutation))
        copy.write_text(source, encoding="utf-8")
    return made, alive


def _passes(folder: Path, tests: list[str], deadline: float) -> bool:
    command = [*DIES_WITH_ME, sys.executable, "-B", "-m", "pytest", "-xq", *PLAIN, *tests, "-m", MARKS]
    left = deadline - time.monotonic()
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=left, check=False)
    return done.returncode in (0, 5)  # all passed, or none was found
