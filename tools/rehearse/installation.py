"""One installation as an operator makes it: a folder, a settings file, commands, web and worker."""

import datetime as dt
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tools import another_day
from tools.services import free_port, running
from tools.supervisor import DIES_WITH_ME

CLOCK = Path(__file__).with_name("moved_clock.py")
PATIENCE_S = 120.0


class Failed(Exception):
    """A step of the walk went wrong; the text says what was said."""


def wait_for_port(port: int, processes: Sequence[subprocess.Popen[bytes]] = ()) -> None:
    """Return when somebody listens there on loopback. Raises: Failed, at once when one of the processes has ended."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and all(process.poll() is None for process in processes):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise Failed(f"nobody listens at port {port}")


@dataclass
class Installation:
    """`python` and `application` say which product is walked: this checkout's, or an installed wheel's."""

    folder: Path
    python: Path
    application: str
    settings: dict[str, str]
    cwd: Path
    port: int = field(default_factory=free_port)

    def write(self, moment: dt.datetime) -> None:
        """The settings file, for nobody else; and the product's clock."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.settings = {
            "MODE": "production",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "INSTANCE": str(self.folder / "instance"),
        } | self.settings
        with os.fdopen(os.open(self.file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as stream:
            stream.writelines(f"{name}={value}\n" for name, value in self.settings.items())
        self.time_is(moment)

    @property
    def file(self) -> Path:
        return self.folder / "raspored.env"

    @property
    def instance(self) -> Path:
        return self.folder / "instance"

    def time_is(self, moment: dt.datetime) -> None:
        """From now on the product's clock goes on from this moment."""
        fresh = self.folder / "seconds_ahead.new"
        fresh.write_text(str((moment - dt.datetime.now(dt.UTC)).total_seconds()))
        fresh.replace(self.folder / "seconds_ahead")

    def now(self) -> dt.datetime:
        """What the product's clock shows."""
        ahead = float((self.folder / "seconds_ahead").read_text())
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=ahead)

    def _env(self) -> dict[str, str]:
        """What systemd hands on: the settings file, line by line, and where it lies."""
        return another_day.kept() | {"PATH": os.environ["PATH"], "RASPORED_ENV": str(self.file)} | self.settings

    def _line(self, program: str, *arguments: str) -> list[str]:
        return [str(self.python), str(CLOCK), str(self.folder / "seconds_ahead"), program, *arguments]

    def command(self, *arguments: str, code: int = 0) -> str:
        """What a command of the product prints. Raises: Failed when it ends otherwise than expected."""
        done = subprocess.run(
            self._line("flask", "--app", self.application, *arguments),
            cwd=self.cwd,
            env=self._env(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != code:
            said = (done.stdout + done.stderr)[-1500:]
            raise Failed(f"`{' '.join(arguments)}` ended with {done.returncode}: {said}")
        return done.stdout

    @contextmanager
    def serving(self, *more: str, workers: int = 2) -> Iterator[None]:
        """gunicorn as docs/operate.md says it, and the worker, until the block ends. Raises: Failed."""
        listen = ("--workers", str(workers), "--worker-class", "gthread", "--threads", "4", "--no-control-socket")
        web = self._line("gunicorn", *listen, "--bind", f"127.0.0.1:{self.port}", *more, f"{self.application}:app")
        worker = self._line("flask", "--app", self.application, "worker")
        with ExitStack() as stack:
            processes = [
                stack.enter_context(self._running(name, line)) for name, line in (("web", web), ("worker", worker))
            ]
            self._wait_for(processes)
            yield

    @contextmanager
    def _running(self, name: str, line: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*DIES_WITH_ME, *line], cwd=self.cwd, env=self._env(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _wait_for(self, processes: list[subprocess.Popen[bytes]]) -> None:
        try:
            wait_for_port(self.port, processes)
        except Failed as silent:
            raise Failed(f"web or worker did not start: {self.said()[-1500:]}") from silent

    def said(self) -> str:
        """What web and worker wrote."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("w*.log")))

    def troubles(self) -> list[str]:
        """Lines of their logs that nobody should see."""
        return [line for line in self.said().splitlines() if "Traceback" in line or '"error"' in line]


@contextmanager
def redis_on_loopback(folder: Path, port: int, password: str) -> Iterator[str]:
    """A Redis of our own that asks for a password and stores nothing. Raises: Failed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "redis.conf").write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir {folder}\n'
    )
    line = ["env", "-u", "LD_PRELOAD", "redis-server", str(folder / "redis.conf")]  # as in tools/services.py
    with running([*DIES_WITH_ME, *line], folder, signal.SIGTERM) as server:
        wait_for_port(port, [server])
        yield f"redis://:{password}@127.0.0.1:{port}/0"
