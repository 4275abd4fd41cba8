"""A PostgreSQL and a Redis of our own for one command: private folders, sockets only, gone afterwards.

    python -m tools.services -- COMMAND …      runs it with TEST_POSTGRES_URL and TEST_REDIS_URL set

A server that runs already is never touched: nothing here listens on TCP or lies in a known folder. The kernel ends
both when this process is killed (`setpriv --pdeathsig`). As root PostgreSQL runs as the user postgres, as it demands.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from tools.supervisor import DIES_WITH_ME

START_WITHIN_S = 30.0
END_WITHIN_S = 10.0
# Rows live as long as the tests: what protects against power failure only costs time.
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    # Tests empty their tables: one analyzed just then looks tiny, and PostgreSQL reads all of it past every index.
    "autovacuum": "off",
}


class NoService(Exception):
    """A service did not start; the text holds what it said."""


def postgres_folder(root: Path = Path("/usr/lib/postgresql")) -> Path:
    """The programs of the newest installed version. Raises: NoService."""
    versions = [folder.parent.parent for folder in root.glob("*/bin/initdb")]
    if not versions:
        raise NoService("PostgreSQL is not installed: apt-get install -y postgresql")
    return max(versions, key=lambda folder: float(folder.name)) / "bin"


def as_postgres(*options: str) -> list[str]:
    """What to put before a command of PostgreSQL, which refuses to run as root.

    Not `runuser`: it stays as a parent in between, swallows SIGINT and hides our death from the server.
    """
    user = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, *options, "--"] if user or options else []


@contextmanager
def private_folder(owner: str | None = None) -> Iterator[Path]:
    """A new folder that only its owner may enter, removed afterwards. A socket's path may have 107 bytes: short."""
    short = "/tmp"  # nosec B108
    parent = short if os.access(short, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="raspored-", dir=parent))
    if owner:
        person = pwd.getpwnam(owner)
        os.chown(folder, person.pw_uid, person.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(command: Sequence[str], folder: Path, end_signal: signal.Signals) -> Iterator[subprocess.Popen[bytes]]:
    """A server in the background that writes into a log of its own and is ended in every case."""
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield server
    finally:
        end(server, end_signal)


def end(server: subprocess.Popen[bytes], by: signal.Signals = signal.SIGTERM) -> None:
    """Return when it has ended: asked to, or killed where it does not hear."""
    server.send_signal(by)
    try:
        server.wait(END_WITHIN_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def wait_for_socket(path: Path, server: subprocess.Popen[bytes], folder: Path) -> None:
    """Return when somebody answers there. Raises: NoService with the end of the server's log."""
    deadline = time.monotonic() + START_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(path))
                return
            except OSError:
                time.sleep(0.05)
    raise NoService(f"{path} did not start:\n{(folder / 'log').read_text(errors='replace')[-2000:]}")


def write_secret(folder: Path, text: str) -> Path:
    """A file that only the owner of the folder can read."""
    path = folder / "password"
    path.touch(mode=0o600)
    path.write_text(text)
    os.chown(path, folder.stat().st_uid, folder.stat().st_gid)
    return path


@contextmanager
def postgres() -> Iterator[str]:
    """Yields the URL of an empty database of a private PostgreSQL. Raises: NoService."""
    programs = postgres_folder()
    before = as_postgres()
    password = secrets.token_hex(16)
    with private_folder("postgres" if before else None) as folder:
        data = str(folder / "data")
        initdb = [*before, str(programs / "initdb"), "-D", data, "-U", "test", "-E", "UTF8", "--locale=C.UTF-8"]
        secret = write_secret(folder, password)
        made = subprocess.run(
            [*initdb, "-A", "scram-sha-256", f"--pwfile={secret}", "--no-sync"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if made.returncode:
            raise NoService(f"initdb failed:\n{made.stderr}")
        options = [part for name, value in POSTGRES_OPTIONS.items() for part in ("-c", f"{name}={value}")]
        server = [str(programs / "postgres"), "-D", data, "-k", str(folder), *options]
        with running([*as_postgres("--pdeathsig", "QUIT"), *server], folder, signal.SIGINT) as process:
            wait_for_socket(folder / ".s.PGSQL.5432", process, folder)
            yield f"postgresql+psycopg://test:{password}@/postgres?host={quote(str(folder), safe='')}"


@contextmanager
def redis() -> Iterator[str]:
    """Yields the URL of a private Redis that stores nothing on disk. Raises: NoService."""
    if not shutil.which("redis-server"):
        raise NoService("Redis is not installed: apt-get install -y redis-server")
    with private_folder() as folder:
        path = folder / "redis.sock"
        options = [
            "--port",
            "0",
            "--unixsocket",
            str(path),
            "--unixsocketperm",
            "700",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        own_time = ["env", "-u", "LD_PRELOAD"]  # it hangs under tools/another_day.py, and asks for durations only
        server = ["setpriv", "--pdeathsig", "KILL", "--", *own_time, "redis-server", *options]
        with running(server, folder, signal.SIGTERM) as process:
            wait_for_socket(path, process, folder)
            yield f"unix://{path}"


@contextmanager
def both() -> Iterator[dict[str, str]]:
    """Yields the environment that tests look at. Raises: NoService."""
    with ExitStack() as stack:
        yield {"TEST_POSTGRES_URL": stack.enter_context(postgres()), "TEST_REDIS_URL": stack.enter_context(redis())}


def main() -> int:
    command = sys.argv[1:]
    if command[:1] == ["--"]:
        command = command[1:]
    if not command:
        print("usage: python -m tools.services -- COMMAND …", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with both() as urls:
            return subprocess.run(
                [*DIES_WITH_ME, *command], env=os.environ | urls, stdin=subprocess.DEVNULL, check=False
            ).returncode
    except NoService as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
