"""The private PostgreSQL and Redis of the tests: there when asked for, gone afterwards, in every case."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tools import services, system

ROOT = Path(__file__).resolve().parents[2]
SHOW = "import os, sys; print(os.environ['TEST_POSTGRES_URL'], os.environ['TEST_REDIS_URL'], flush=True)"


def start(program: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tools.services", "--", sys.executable, "-c", program]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def folders_in(line: str) -> list[Path]:
    """Where the two servers live, from the two URLs that the command printed."""
    postgres, redis = line.split()
    return [Path(parse_qs(urlsplit(postgres).query)["host"][0]), Path(urlsplit(redis).path).parent]


def processes_in(folders: list[Path]) -> list[str]:
    """Every running process whose command line or working folder names one of the folders."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            told = (entry / "cmdline").read_text().replace("\0", " ") + str((entry / "cwd").readlink())
        except OSError:
            continue
        if any(str(folder) in told for folder in folders):
            found.append(told)
    return found


@pytest.mark.postgres
@pytest.mark.parametrize("code", [0, 3])
def test_both_are_gone_after_the_command_and_its_code_is_kept(code: int) -> None:
    process = start(f"{SHOW}; sys.exit({code})")

    said, _ = process.communicate(timeout=300)

    folders = folders_in(said)
    assert process.returncode == code
    assert processes_in(folders) == []
    assert not any(folder.exists() for folder in folders)


@pytest.mark.postgres
@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_server_outlives_us(wish: signal.Signals) -> None:
    process = start(f"{SHOW}; import time; time.sleep(600)")
    assert process.stdout
    folders = folders_in(process.stdout.readline())
    assert len(processes_in(folders)) >= 2

    process.send_signal(wish)
    process.wait(60)
    process.stdout.close()

    deadline = time.monotonic() + 60
    while processes_in(folders) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_in(folders) == []
    assert any(folder.exists() for folder in folders) == (wish == signal.SIGKILL)  # a kill leaves files, no process
    for folder in folders:
        services.shutil.rmtree(folder, ignore_errors=True)


def test_the_newest_postgresql_is_taken_by_number_not_by_letter(tmp_path: Path) -> None:
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()

    assert services.postgres_folder(tmp_path) == tmp_path / "17" / "bin"


def test_a_machine_without_postgresql_is_told_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(services.NoService, match="apt-get install -y postgresql"):
        services.postgres_folder(tmp_path)


def test_an_empty_machine_misses_every_package(tmp_path: Path) -> None:
    assert system.missing_packages(tmp_path, path=str(tmp_path)) == sorted([*system.COMMAND_OF, *system.FILES_OF])


def test_only_what_is_missing_is_named(tmp_path: Path) -> None:
    for command in system.COMMAND_OF.values():
        (tmp_path / command).touch()
        (tmp_path / command).chmod(0o755)

    assert system.missing_packages(tmp_path, path=str(tmp_path)) == sorted(system.FILES_OF)


def test_a_command_is_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.services"], cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False
    )

    assert (done.returncode, done.stderr) == (2, "usage: python -m tools.services -- COMMAND …\n")
