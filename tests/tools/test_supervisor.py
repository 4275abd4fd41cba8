"""Web and worker live and die together. Small fake children stand in, the signals and the kernel are real."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools import supervisor

ROOT = Path(__file__).resolve().parents[2]
STUBBORN = "import signal; [signal.signal(n, signal.SIG_IGN) for n in (signal.SIGTERM, signal.SIGINT)]; "
RUN = """
import sys
from tools.supervisor import Part, keep_together
programs = zip(("web", "worker"), sys.argv[1:])
sys.exit(keep_together([Part(name, [sys.executable, "-c", program]) for name, program in programs]))
"""
RUN_AGAIN = RUN.replace("program]) for", 'program], pause_s={"worker": 0.2}.get(name)) for')
EARLY = """
import sys, time
from pathlib import Path
from tools.supervisor import Part, keep_together
folder, last = Path(sys.argv[1]), sys.argv[2]
def prepare():
    while not ((folder / "early").exists() and (folder / "early").read_text()):
        time.sleep(0.01)
    exec(last)
web = "import sys; note('early'); sys.stdin.buffer.read(); note('began')"
note = "note = lambda name, text='': open(name, 'w').write(text or str(os.getpid())); "
parts = [
    Part("worker", [sys.executable, "-c", "import os, time; " + note + "note('late'); time.sleep(600)"]),
    Part("web", [sys.executable, "-c", "import os; " + note + web + "; import time; time.sleep(600)"], early=True),
]
sys.exit(keep_together(parts, prepare=prepare))
"""
Start = Callable[..., subprocess.Popen[str]]


def a_child(folder: Path, name: str, then: str = "time.sleep(600)", before: str = "") -> str:
    """A program that writes down its process number, then does as told."""
    note = f"open({str(folder / name)!r}, 'w').write(str(os.getpid()))"
    return f"import os, sys, time; {before}{note}; {then}"


def number_of(folder: Path, name: str) -> int:
    """The process number that the child wrote down; waits for it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (folder / name).exists() and (text := (folder / name).read_text()):
            return int(text)
        time.sleep(0.02)
    raise AssertionError(f"{name} never started")


def lives(number: int) -> bool:
    """True while the process runs; one that only waits to be reaped is dead."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def dead_within(numbers: list[int], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(lives(number) for number in numbers):
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start_one(*programs: str, run: str = RUN) -> subprocess.Popen[str]:
        process = subprocess.Popen([sys.executable, "-c", run, *programs], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start_one
    for process in started:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()


def test_when_one_ends_both_end_and_the_code_tells(start: Start, tmp_path: Path) -> None:
    process = start(a_child(tmp_path, "web"), a_child(tmp_path, "worker", "time.sleep(0.3); sys.exit(7)"))
    web = number_of(tmp_path, "web")

    _, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (7, "worker ended with code 7; ending the rest\n")
    assert not lives(web)


def test_a_part_that_ends_well_is_a_failure_too(start: Start, tmp_path: Path) -> None:
    process = start(a_child(tmp_path, "web", "pass"), a_child(tmp_path, "worker"))

    assert process.wait(60) == 1


def test_a_part_with_a_pause_is_started_again_and_the_others_stay(start: Start, tmp_path: Path) -> None:
    """The worker stumbles once, as over a full disk; the web has run all the while, and its end still ends all."""
    stumbled = repr(str(tmp_path / "stumbled"))
    once = f"os.path.exists({stumbled}) or (open({stumbled}, 'w').close(), sys.exit(9)); "
    stumbles = a_child(tmp_path, "worker", before=once)
    process = start(a_child(tmp_path, "web"), stumbles, run=RUN_AGAIN)
    web = number_of(tmp_path, "web")

    again = number_of(tmp_path, "worker")
    assert lives(web)
    assert process.poll() is None

    os.kill(web, signal.SIGKILL)
    _, told = process.communicate(timeout=60)
    assert "worker ended with code 9; it is started again in 0.2 seconds\n" in told
    assert told.endswith("web ended with code -9; ending the rest\n")
    assert not lives(again)


def test_a_wish_to_end_is_heard_during_the_pause(start: Start, tmp_path: Path) -> None:
    process = start(a_child(tmp_path, "web"), "pass", run=RUN_AGAIN.replace("0.2", "600"))
    web = number_of(tmp_path, "web")
    assert process.stderr is not None
    assert "started again in 600 seconds" in process.stderr.readline()

    process.terminate()

    assert process.wait(60) == 0
    assert not lives(web)


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_all_with_code_0(wish: signal.Signals, start: Start, tmp_path: Path) -> None:
    process = start(a_child(tmp_path, "web"), a_child(tmp_path, "worker"))
    children = [number_of(tmp_path, "web"), number_of(tmp_path, "worker")]

    process.send_signal(wish)

    assert process.wait(60) == 0
    assert not any(lives(child) for child in children)


def test_a_child_that_does_not_listen_is_made_to_end(start: Start, tmp_path: Path) -> None:
    process = start(a_child(tmp_path, "web", before=STUBBORN), a_child(tmp_path, "worker"))
    children = [number_of(tmp_path, "web"), number_of(tmp_path, "worker")]

    process.terminate()

    assert process.wait(60) == 0
    assert not any(lives(child) for child in children)


def test_what_a_child_started_itself_ends_too(start: Start, tmp_path: Path) -> None:
    grandchild = a_child(tmp_path, "grandchild")
    spawn = f"import subprocess; subprocess.Popen([sys.executable, '-c', {grandchild!r}]); time.sleep(600)"
    process = start(a_child(tmp_path, "web", spawn), a_child(tmp_path, "worker"))
    number = number_of(tmp_path, "grandchild")

    process.terminate()
    process.wait(60)

    assert dead_within([number], 30)


def test_killing_the_supervisor_leaves_no_child(start: Start, tmp_path: Path) -> None:
    process = start(a_child(tmp_path, "web", before=STUBBORN), a_child(tmp_path, "worker"))
    children = [number_of(tmp_path, "web"), number_of(tmp_path, "worker")]
    assert all(lives(child) for child in children)

    os.kill(process.pid, signal.SIGKILL)

    assert dead_within(children, 30)


def test_a_child_that_does_not_listen_gets_less_than_five_seconds() -> None:
    """A promise by its figure: no stopwatch, for a busy machine is no fault."""
    assert supervisor.PATIENCE_S < 5


def _early(folder: Path, last: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", EARLY, str(folder), last]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True)


def test_an_early_part_begins_its_work_when_all_is_prepared_and_the_others_start_only_then(tmp_path: Path) -> None:
    process = _early(tmp_path, "open('prepared', 'w').write(str([(folder / n).exists() for n in ('began', 'late')]))")
    try:
        late = number_of(tmp_path, "late")
        number_of_early = number_of(tmp_path, "early")
        deadline = time.monotonic() + 60
        while not (tmp_path / "began").exists() and time.monotonic() < deadline:
            time.sleep(0.02)

        assert (tmp_path / "prepared").read_text() == "[False, False]"
        assert (tmp_path / "began").exists()
    finally:
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert not any(lives(child) for child in (late, number_of_early))


def test_when_the_preparation_fails_the_early_part_ends_and_no_other_starts(tmp_path: Path) -> None:
    process = _early(tmp_path, "raise SystemExit(3)")

    _, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (3, "")
    assert not lives(number_of(tmp_path, "early"))
    assert not (tmp_path / "began").exists()
    assert not (tmp_path / "late").exists()
