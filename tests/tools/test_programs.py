"""`make check` is green on a machine without nginx, PostgreSQL, Redis, a browser or a reader of papers."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import programs
from tools import checks, system

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ("tests/tools/test_deploy.py", "tests/core/paper", "tests/journeys/test_fonts.py", "tests/posts")


def names_collected(*more: str) -> set[str]:
    line = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *more, *SAMPLES]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {line.rpartition("::")[2].partition("[")[0] for line in done.stdout.splitlines() if "::" in line}


@pytest.mark.slow
def test_the_fast_loop_collects_what_needs_no_program_and_nothing_else() -> None:
    fast, whole = names_collected(*checks.NEEDS_NOTHING), names_collected()

    programs_of_deploy = {"test_nginx_reads_its_file", "test_a_unit_closes_what_it_does_not_need"}
    assert (
        programs_of_deploy
        | {"test_every_page_has_centre_helpline_and_number_and_the_file_its_title_author_and_language"}
    ) <= whole - fast
    assert "test_the_same_fonts_are_shown_whatever_a_user_has_installed" in whole - fast
    assert {
        "test_a_unit_may_write_its_instance_only",
        "test_what_pages_share_is_said_once_and_what_was_written_is_let_go_of",
    } <= fast


def test_no_test_of_the_fast_loop_among_those_collected_uses_a_program(request: pytest.FixtureRequest) -> None:
    """Of a whole run these are all; of a part, what it collected."""
    fast = [
        item for item in request.session.items if not programs.LEFT_TO_MAKE_TEST & {m.name for m in item.iter_markers()}
    ]

    assert request.node in fast
    assert [item.nodeid for item in fast if programs.PROGRAMS.keys() & set(getattr(item, "fixturenames", ()))] == []


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        (["pdftotext", "-v"], "use the fixture poppler"),
        (["/usr/sbin/nginx", "-v"], "use the fixture nginx"),
        ([Path("/usr/bin/chromium")], "mark the test"),
        ("psql --version", "mark the test"),
    ],
)
def test_a_test_without_the_fixture_cannot_start_the_program(line: list[str | Path] | str, advice: str) -> None:
    with pytest.raises(programs.UnnamedProgram, match=advice):
        subprocess.run(line, shell=isinstance(line, str), check=False)


def test_a_test_with_the_fixture_can_start_it(qpdf: str) -> None:
    assert subprocess.run([qpdf, "--version"], capture_output=True, text=True, check=True).stdout.startswith("qpdf")


def test_python_and_the_shell_are_on_every_machine() -> None:
    assert subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, check=True).stdout == b"1\n"
    assert subprocess.run("echo 1", shell=True, capture_output=True, check=True).stdout == b"1\n"


def test_a_program_that_is_missing_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs.shutil, "which", lambda *_, **__: None)

    with pytest.raises(AssertionError, match=r"nginx is missing: python -m tools\.system installs"):
        programs.path_of("nginx")


def test_every_program_that_the_tests_install_is_refused_to_the_fast_loop() -> None:
    installed = {*system.COMMAND_OF.values(), *(Path(file).name for file in system.FILES_OF.values() if "/bin" in file)}

    assert installed <= {*programs.OWNER, *programs.OTHERS}
    assert {"openssl", "poppler-utils", "qpdf"} <= system.COMMAND_OF.keys()
