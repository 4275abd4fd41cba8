"""The environment is built once, beside its place, and rebuilt when a file of requirements changes.

`make test DAY=…`: what the processes are told, and what cannot be tried.
"""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import another_day, environment, lock, many_days, pythons, system

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project without requirements, so that building it needs no index; `venv` itself is real."""
    (tmp_path / "requirements").mkdir()
    for file in environment.SETS["test"]:
        (tmp_path / file).write_text("")
    monkeypatch.setattr(environment, "install", lambda *_: None)
    return tmp_path


def a_built(project: Path) -> Path:
    environment.make_current(["run"], project)
    return project / ".venv"


@pytest.mark.deep
def test_scripts_of_the_renamed_environment_start(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        environment, "install", lambda venv, *_: environment.run(venv / "bin" / "python", "-m", "ensurepip")
    )
    venv = a_built(project)

    done = subprocess.run([venv / "bin" / "pip3", "--version"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert str(venv / "lib") in done.stdout
    assert b".venv.new" not in b"".join(f.read_bytes() for f in (venv / "bin").iterdir() if not f.is_symlink())
    assert ".venv.new" not in (venv / "pyvenv.cfg").read_text()


@pytest.mark.parametrize("folder", ["plain", "with a blank"])
def test_the_products_command_starts_what_lies_in_the_project_from_any_folder(
    project: Path, tmp_path: Path, folder: str
) -> None:
    root = tmp_path / folder
    (root / "scheduler").mkdir(parents=True)
    for file in environment.SETS["run"]:
        (root / file).write_text("")
    (root / "scheduler" / "command.py").write_text("import sys\ndef main(): print(sys.prefix, sys.argv[1:])\n")

    command = a_built(root) / "bin" / "raspored"
    done = subprocess.run([command, "db", "up grade"], cwd="/", capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, f"{root / '.venv'} ['db', 'up grade']\n"), done.stderr


def test_a_second_call_does_nothing_but_give_the_command_to_an_older_environment(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = a_built(project) / "bin" / "raspored"
    command.unlink()

    a_built(project)

    assert command.stat().st_mode & 0o111
    monkeypatch.setattr(environment, "build", lambda *_: pytest.fail("built again"))

    environment.make_current(["run"], project)


def test_a_half_made_environment_is_not_taken_for_a_good_one(project: Path) -> None:
    half = project / ".venv.new" / "bin"
    half.mkdir(parents=True)
    (half / "rest").touch()

    venv = a_built(project)

    assert not (project / ".venv.new").exists()
    assert not (venv / "bin" / "rest").exists()
    assert environment.is_current("run", venv)


def test_an_environment_beside_the_usual_one_leaves_that_alone(project: Path) -> None:
    environment.make_current(["run"], project, ".venv.3.11")
    assert environment.is_current("run", project / ".venv.3.11")
    assert not (project / ".venv").exists()


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


@pytest.fixture
def told(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands of an installation, which are noted instead of run; what "fails" is found in `told` first."""
    commands: list[str] = []

    def note(*command: object, **_: object) -> None:
        line = " ".join(str(part).replace(str(project), "") for part in command)
        commands.append(line)
        if commands[0] in line and len(commands) > 1:
            raise environment.CannotBuild("failed")

    monkeypatch.undo()
    monkeypatch.setattr(environment, "run", note)
    monkeypatch.setattr(environment, "uv_settings", lambda _pip: {})
    (project / ".venv" / "bin").mkdir(parents=True)
    return commands


def test_uv_installs_what_the_locks_say_with_hashes_and_from_wheels_only(project: Path, told: list[str]) -> None:
    told.append("nothing fails")

    environment.install(project / ".venv", "run", project)

    fetched, installed = told[1:]
    assert fetched.endswith("--require-hashes --only-binary :all: -r /requirements/setup.txt")
    assert installed.startswith("/.venv/bin/uv pip install --python /.venv/bin/python")
    assert installed.endswith("--require-hashes --only-binary :all: -r /requirements.txt")
    assert "--compile-bytecode" in installed


@pytest.mark.parametrize("failing", ["-r /requirements/setup.txt", "/.venv/bin/uv pip"])
def test_where_uv_does_not_work_pip_installs_the_same(project: Path, told: list[str], failing: str) -> None:
    told.append(failing)
    environment.install(project / ".venv", "test", project)
    pip, last = told[-2:]
    assert pip == "/.venv/bin/python -m ensurepip --default-pip"
    assert " install --quiet --require-hashes --only-binary :all: -r /requirements.txt -r" in last
    assert "uv" not in last


def test_a_program_for_another_machine_is_a_failure_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "uv").write_bytes(b"\x7fELF nonsense")
    (tmp_path / "uv").chmod(0o755)
    with pytest.raises(environment.CannotBuild, match="uv: Exec format error"):
        environment.run(tmp_path / "uv")


def test_uv_is_taken_out_by_the_pip_that_stays(project: Path, told: list[str]) -> None:
    told.append("nothing fails")
    for program in ("uv", "pip"):
        (project / ".venv" / "bin" / program).touch()
    environment.take_uv_out(project / ".venv")
    assert told[1].startswith("/.venv/bin/python -m pip ")
    assert told[1].endswith(" uninstall --quiet --yes uv")


def test_what_pip_knows_of_indexes_is_told_to_uv() -> None:
    listed = "\n".join(
        [
            "global.index-url='https://one.example/simple'",
            "install.index-url='https://user:secret=1@two.example/simple'",
            "global.extra-index-url='\\nhttps://a.example\\nhttps://b.example'", "global.find-links='/wheels /more'",
            "global.cert='/old.pem'", ":env:.cert='/new.pem'", "global.trusted-host='one.example'",
            "freeze.timeout='10'", "global.disable-pip-version-check='1'", "no sense",
        ]
    )  # fmt: skip

    assert environment.as_uv_reads(listed) == {
        "UV_DEFAULT_INDEX": "https://user:secret=1@two.example/simple",
        "UV_INDEX": "https://a.example https://b.example",
        "UV_FIND_LINKS": "/wheels,/more",
        "SSL_CERT_FILE": "/new.pem",
        "UV_INSECURE_HOST": "one.example",
    }


def test_pips_own_words_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://one.example/simple\n")
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://two.example/simple")
    monkeypatch.setenv("UV_NO_VERIFY_HASHES", "1")

    settings = environment.uv_settings((sys.executable, "-m", "pip"))

    assert settings["UV_DEFAULT_INDEX"] == "https://one.example/simple"
    assert settings["UV_INDEX"] == "https://two.example/simple"
    assert "UV_NO_VERIFY_HASHES" not in settings
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://mine.example/simple")
    assert environment.uv_settings((sys.executable, "-m", "pip"))["UV_DEFAULT_INDEX"] == "https://mine.example/simple"


def test_uv_keeps_nothing_where_the_home_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert environment.uv_cache() == ("--cache-dir", str(tmp_path / ".cache" / "uv"))

    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file"))

    assert environment.uv_cache() == ("--no-cache",)


@pytest.mark.slow
def test_the_wheel_of_pip_that_python_brings_is_found_and_starts() -> None:
    wheel = environment.bundled_pips()[-1]
    done = subprocess.run([sys.executable, wheel / "pip", "--version"], capture_output=True, text=True, check=False)
    assert str(wheel) in done.stdout


def test_each_lock_is_made_in_order_and_tried_on_every_python() -> None:
    lines = [" ".join(command) for command in lock.commands("python")]
    made, tried = lines[: len(lock.FILES)], lines[len(lock.FILES) :]
    assert all("--universal" in line and "--generate-hashes" in line for line in made)
    assert [line.split("--python-version ")[1].split()[0] for line in tried] == ["3.11", "3.12", "3.13", "3.14"]
    assert all("--only-binary :all:" in line and "requirements/dev.txt" in line for line in tried)


@pytest.mark.parametrize(("name", "file"), lock.FILES.items())
def test_everything_that_is_asked_for_is_pinned_and_locked(name: str, file: str) -> None:
    asked = [line.split("#")[0].strip() for line in (ROOT / f"requirements/{name}.in").read_text().splitlines()]
    asked = [line for line in asked if line and not line.startswith("-c ")]
    locked = (ROOT / file).read_text().lower()
    assert [line for line in asked if "==" not in line] == []
    assert [line for line in asked if f"{line.lower().split('[')[0].split('==')[0]}==" not in locked] == []


def test_a_python_counts_when_it_is_that_one_and_can_make_an_environment(tmp_path: Path) -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    for other in lock.PYTHONS:
        (tmp_path / f"python{other}").symlink_to(sys.executable)
    assert pythons.found(str(tmp_path)) == {version: str(tmp_path / f"python{version}")}


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


def test_the_python_that_is_named_is_taken_unless_it_is_too_old_and_without_a_name_one_is_found(tmp_path: Path) -> None:
    taken, old, found = (
        run_python_sh(str(a_fake_python(tmp_path, "mine", new=True))),
        run_python_sh(str(a_fake_python(tmp_path, "old", new=False))),
        run_python_sh(""),
    )

    assert taken.stdout == "mine -V\n"
    assert (old.returncode, old.stderr.count("\n")) == (1, 1)
    assert old.stderr.startswith(f"no Python 3.11 or newer among: {tmp_path / 'old'};")
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("Python 3.")


def test_the_builder_needs_nothing_but_the_standard_library() -> None:
    program = "import runpy; runpy.run_path('tools/environment.py')"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


TODAY = dt.date(2026, 9, 14)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of a machine that has the library."""
    library = tmp_path / "usr/lib/any/faketime/libfaketime.so.1"
    library.parent.mkdir(parents=True)
    library.touch()
    return tmp_path


def test_the_day_is_so_many_days_away_and_stopwatches_run_on(machine: Path) -> None:
    told = another_day.environment("2028-02-29", TODAY, machine)
    assert told["FAKETIME"] == "+533d"
    assert told["LD_PRELOAD"].endswith("libfaketime.so.1")
    assert told["FAKETIME_DONT_FAKE_MONOTONIC"] == "1"


@pytest.mark.parametrize(
    ("day", "words"), [("29.2.2028.", "write it like 2028-02-29"), ("2027-02-29", "write it"), ("2026-09-13", "past")]
)
def test_a_day_that_cannot_be_tried_is_refused_in_one_line(day: str, words: str, machine: Path) -> None:
    with pytest.raises(another_day.WrongDay, match=words) as refusal:
        another_day.environment(day, TODAY, machine)
    assert "\n" not in str(refusal.value)


def test_a_machine_without_the_library_is_told_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(another_day.WrongDay, match="apt-get install -y libfaketime"):
        another_day.environment("2028-02-29", TODAY, tmp_path)


def test_the_library_is_installed_only_when_a_day_is_given(tmp_path: Path) -> None:
    without, given = (set(system.missing_packages(tmp_path, path=str(tmp_path), day=day)) for day in ("", "2028-02-29"))
    assert given - without == {"libfaketime"}


def test_the_command_ends_with_code_2_and_one_line_when_the_day_is_wrong() -> None:
    env = {name: text for name, text in os.environ.items() if name not in another_day.NAMES} | {"DAY": "tomorrow"}
    command = [sys.executable, "-m", "tools.checks", "fast"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "DAY is 'tomorrow': write it like 2028-02-29\n")


@pytest.mark.parametrize("number", [1, 20, 60])
def test_many_days_are_different_ones_with_the_odd_among_them(number: int) -> None:
    days = many_days.days_of_two_years(number)
    assert len(set(days)) == len(days) == max(number, len(many_days.ODD))
    assert set(many_days.ODD) <= set(days)
    assert days == sorted(days)
