"""The environment is built once, beside its place, and rebuilt when a file of requirements changes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import environment

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without requirements, so that building it needs no index; `venv` itself is real."""
    for file in environment.SETS["test"]:
        (tmp_path / file).write_text("")
    monkeypatch.setattr(environment, "install", lambda *_: None)
    return tmp_path


def a_built(project: Path) -> Path:
    environment.make_current(["run"], project)
    return project / ".venv"


def test_a_second_call_does_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_built(project)
    monkeypatch.setattr(environment, "build", lambda _root: pytest.fail("built again"))

    environment.make_current(["run"], project)


def test_scripts_of_the_renamed_environment_start(project: Path) -> None:
    venv = a_built(project)

    done = subprocess.run([venv / "bin" / "pip", "--version"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert str(venv / "lib") in done.stdout
    assert b".venv.new" not in b"".join(f.read_bytes() for f in (venv / "bin").iterdir() if not f.is_symlink())
    assert ".venv.new" not in (venv / "pyvenv.cfg").read_text()


def test_a_half_made_environment_is_not_taken_for_a_good_one(project: Path) -> None:
    half = project / ".venv.new" / "bin"
    half.mkdir(parents=True)
    (half / "rest").touch()

    venv = a_built(project)

    assert not (project / ".venv.new").exists()
    assert not (venv / "bin" / "rest").exists()
    assert environment.is_current("run", venv)


def test_a_failed_build_leaves_the_old_environment_in_place(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv = a_built(project)
    (project / "requirements.txt").write_text("changed\n")

    def fail(*_: object) -> None:
        raise environment.CannotBuild("no index today")

    monkeypatch.setattr(environment, "install", fail)

    with pytest.raises(environment.CannotBuild, match="no index today"):
        environment.make_current(["run"], project)

    assert (venv / "bin" / "python").exists()
    assert not environment.is_current("run", venv)


@pytest.mark.parametrize("file", environment.SETS["test"])
def test_a_changed_file_makes_the_test_set_stale(project: Path, file: str) -> None:
    environment.make_current(["run", "test"], project)
    assert environment.is_current("test", project / ".venv")

    (project / file).write_text("changed\n")

    assert not environment.is_current("test", project / ".venv")


def test_a_linked_environment_is_replaced_and_what_it_points_to_is_kept(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "bin").mkdir(parents=True)
    (project / ".venv").symlink_to(elsewhere)

    venv = a_built(project)

    assert not venv.is_symlink()
    assert (elsewhere / "bin").is_dir()


def test_without_the_right_to_install_one_line_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(environment.CannotBuild) as refusal:
        environment.install_packages(["python3-venv", "qpdf"])

    command = "apt-get update && apt-get install -y --no-install-recommends python3-venv qpdf"
    assert str(refusal.value) == f"missing on this machine; as root: {command}"


def a_fake_python(folder: Path, name: str, *, new: bool) -> Path:
    path = folder / name
    path.write_text(f'#!/bin/sh\ncase "$1" in -c) exit {0 if new else 1};; *) echo "{name} $*";; esac\n')
    path.chmod(0o755)
    return path


def run_python_sh(wanted: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": "/usr/bin:/bin"} | ({"PYTHON": wanted} if wanted else {})
    script = ["sh", str(ROOT / "tools" / "python.sh"), "-V"]
    return subprocess.run(script, env=env, capture_output=True, text=True, check=False)


def test_the_python_that_is_named_is_taken(tmp_path: Path) -> None:
    python = a_fake_python(tmp_path, "mine", new=True)

    assert run_python_sh(str(python)).stdout == "mine -V\n"


def test_a_named_python_that_is_too_old_is_refused_in_one_line(tmp_path: Path) -> None:
    done = run_python_sh(str(a_fake_python(tmp_path, "old", new=False)))

    assert done.returncode == 1
    assert done.stderr.startswith(f"no Python 3.11 or newer among: {tmp_path / 'old'};")
    assert done.stderr.count("\n") == 1


def test_without_a_name_a_python_of_this_machine_is_found() -> None:
    done = run_python_sh("")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Python 3.")


def test_the_builder_needs_nothing_but_the_standard_library() -> None:
    program = "import runpy; runpy.run_path('tools/environment.py')"

    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], cwd=ROOT, capture_output=True, check=False)

    assert done.returncode == 0, done.stderr
