"""Web and worker live and die together. Small fake children stand in, the signals and the kernel are real.

What `make run` looks at before it starts anything.
The private PostgreSQL and Redis of the tests: there when asked for, gone afterwards, in every case.
"""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tools import serve, services, supervisor, system, web

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

    # A promise by its figure: no stopwatch, for a busy machine is no fault.
    assert supervisor.PATIENCE_S < 5


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


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_told_with_another_one_to_try_that_is_free_itself(taken_port: int) -> None:
    other = serve.next_free(taken_port)
    with pytest.raises(serve.CannotServe) as refusal:
        serve.addresses_for(taken_port)
    assert str(refusal.value) == f"port {taken_port} is taken, try PORT={other} make run"
    assert other != taken_port
    assert f"127.0.0.1:{other}" in serve.addresses_for(other)


def test_the_command_ends_with_one_line_when_the_port_is_taken(taken_port: int, tmp_path: Path) -> None:
    env = os.environ | {"PORT": str(taken_port), "INSTANCE": str(tmp_path / "instance")}

    done = subprocess.run(
        [sys.executable, "-m", "tools.serve"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"port {taken_port} is taken, try PORT=")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(("text", "port"), [("", 8000), ("8001", 8001), ("65535", 65535)])
def test_port_is_read(text: str, port: int) -> None:
    assert serve.wanted_port(text) == port


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80a", "٨٠٠٠", " ", "8000.0"])
def test_a_port_that_is_none_is_refused_with_code_2(text: str) -> None:
    with pytest.raises(serve.CannotServe, match="a number from 1 to 65535") as refusal:
        serve.wanted_port(text)
    assert refusal.value.code == 2


def test_a_second_start_on_the_same_instance_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    with serve.hold(tmp_path), pytest.raises(serve.CannotServe, match=f"in use by process {os.getpid()}: end that one"):
        serve.hold(tmp_path)
    serve.hold(tmp_path).close()


def test_the_web_keeps_no_access_log_and_bounds_connections_and_bodies() -> None:
    web, worker = serve.parts(["127.0.0.1:8000"])

    assert web.command[:2] == ["env", "MALLOC_ARENA_MAX=1"]
    assert web.command[3:6] == ["-OO", "-m", "tools.web"]
    assert (web.early, worker.early) == (True, False)
    assert web.command[6:] == [
        "--listen=127.0.0.1:8000", "--threads=8", "--connection-limit=1000", "--max-request-body-size=12000000",
        "--no-clear-untrusted-proxy-headers", "--ident=", "wsgi:app",
    ]  # fmt: skip
    assert list(worker.command[-3:]) == ["-m", "scheduler.command", "worker"]


@pytest.mark.deep
def test_one_process_migrates_loads_the_demo_and_ends_at_the_first_step_that_fails(tmp_path: Path) -> None:
    env = os.environ | {"INSTANCE": str(tmp_path / "instance"), "MODE": "demo", "DATABASE_URL": "", "REDIS_URL": ""}

    done = subprocess.run(
        [sys.executable, "-m", "tools.prepare", "db upgrade", "demo nonsense", "demo load"],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-2:] == [
        "Error: No such command 'nonsense'. See raspored demo --help.",
        "raspored demo nonsense failed with code 2",
    ]
    with closing(sqlite3.connect(tmp_path / "instance" / "raspored.sqlite3")) as stored:
        assert stored.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
        assert stored.execute("SELECT count(*) FROM centre").fetchone() == (0,)


def test_make_run_starts_one_process_before_web_and_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def run(command: list[str], **_how: object) -> subprocess.CompletedProcess[str]:
        started.append(command)
        return subprocess.CompletedProcess(command, len(started) - 1)

    monkeypatch.setattr(serve.subprocess, "run", run)

    serve.prepare(demo=True)
    with pytest.raises(serve.CannotServe, match="nothing was started"):
        serve.prepare(demo=False)

    demo, bare = started
    assert demo[-5:] == ["-m", "tools.prepare", "db upgrade", "demo load", "demo sign-ins"]
    assert bare[-3:] == ["-m", "tools.prepare", "db upgrade"]


SHOW = "import os, sys; print(os.environ['TEST_POSTGRES_URL'], os.environ['TEST_REDIS_URL'], flush=True)"


def start_services(program: str) -> subprocess.Popen[str]:
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
    process = start_services(f"{SHOW}; sys.exit({code})")
    said, _ = process.communicate(timeout=300)
    folders = folders_in(said)
    assert process.returncode == code
    assert processes_in(folders) == []
    assert not any(folder.exists() for folder in folders)


@pytest.mark.postgres
@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_server_outlives_us(wish: signal.Signals) -> None:
    process = start_services(f"{SHOW}; import time; time.sleep(600)")
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


def test_the_newest_postgresql_is_taken_and_a_machine_without_is_told_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(services.NoService, match="apt-get install -y postgresql"):
        services.postgres_folder(tmp_path)
    for version in ("9.6", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()
    assert services.postgres_folder(tmp_path) == tmp_path / "17" / "bin"


def test_only_what_is_missing_is_named(tmp_path: Path) -> None:
    assert system.missing_packages(tmp_path, path=str(tmp_path)) == sorted([*system.COMMAND_OF, *system.FILES_OF])
    for command in system.COMMAND_OF.values():
        (tmp_path / command).touch()
        (tmp_path / command).chmod(0o755)
    assert system.missing_packages(tmp_path, path=str(tmp_path)) == sorted(system.FILES_OF)


def test_a_command_is_asked_for() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.services"], cwd=ROOT, capture_output=True, text=True, env=os.environ, check=False
    )
    assert (done.returncode, done.stderr) == (2, "usage: python -m tools.services -- COMMAND …\n")


def test_the_first_page_finds_its_words_and_its_templates_ready(app):
    from scheduler.core.language import translator

    translator.cache_clear()
    app.jinja_env.cache.clear()

    found = web.warm(app)

    with_templates = {name for _loader, name in app.jinja_env.cache}
    assert {*found} <= with_templates
    assert app.test_client().get("/").status_code == 200
    assert {name for _loader, name in app.jinja_env.cache} == with_templates
    assert translator.cache_info().currsize == 1  # other languages are read for who reads them
