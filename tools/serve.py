"""`make run`: check the port, lock instance/, migrate, load the demo once, then keep web and worker together."""

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO

from tools.supervisor import DIES_WITH_ME, Part, keep_together

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
LARGEST_BODY = 12_000_000  # bytes; waitress would else write a gigabyte to the disk before anybody looks at it
WORKER_PAUSE_S = 10.0  # until a worker that ended is started again: a full disk is not emptied sooner
COMMAND = (sys.executable, "-m", "scheduler.command")


class CannotServe(Exception):
    """One line that says what a person has to do. `code` is what the command ends with."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


def wanted_port(text: str) -> int:
    """The port that PORT names; empty means 8000. Raises: CannotServe."""
    if not text:
        return 8000
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CannotServe(f"PORT is {text!r}: it is a number from 1 to 65535", code=2)
    return int(text)


def addresses_for(port: int) -> list[str]:
    """Where the web may listen on loopback, as waitress writes it. Raises: CannotServe when somebody listens there."""
    free = []
    for family, host in LOOPBACK:
        problem = problem_with(family, host, port)
        if problem == errno.EADDRINUSE:
            raise CannotServe(f"port {port} is taken, try PORT={next_free(port)} make run")
        if problem == errno.EACCES:
            raise CannotServe(f"port {port} is only for root, try PORT=8000 make run")
        if not problem:
            free.append(f"[{host}]:{port}" if family == socket.AF_INET6 else f"{host}:{port}")
    if not free:
        raise CannotServe(f"this machine has no loopback address to listen on at port {port}")
    return free


def problem_with(family: socket.AddressFamily, host: str, port: int) -> int:
    """Zero when we could listen there, else the errno that says why not (a machine may have no IPv6 at all)."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            probe.listen(1)
    except OSError as error:
        number: int = error.errno or errno.EADDRNOTAVAIL
        return number
    return 0


def next_free(port: int) -> int:
    """The first port after this one where nobody listens on loopback."""
    candidates: list[int] = [*range(port + 1, min(port + 101, 65536)), 8000]
    return next(
        (other for other in candidates if all(problem_with(*at, other) != errno.EADDRINUSE for at in LOOPBACK)),
        candidates[0],
    )


def hold(instance: Path) -> IO[str]:
    """Take the lock on the instance for as long as the answer stays open. Raises: CannotServe."""
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (instance / "lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise CannotServe(f"{instance} is in use by process {holder}: end that one, or set INSTANCE") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def prepare(demo: bool) -> None:
    """Migrate; in a demo load its data if there is none and print who may sign in. Raises: CannotServe."""
    steps = ["db upgrade", *(["demo load", "demo sign-ins"] if demo else [])]
    once = [*DIES_WITH_ME, sys.executable, "-m", "tools.prepare", *steps]
    if subprocess.run(once, stdin=subprocess.DEVNULL, check=False).returncode:
        raise CannotServe("nothing was started")


def parts(addresses: list[str]) -> list[Part]:
    """Web and worker. No access log: it would print secret paths. Waitress ends its requests on SIGINT only.

    The web keeps no docstring (-OO), which commands print as help; and its threads share one heap, where each would
    keep what its largest page needed for a moment: one at a time runs Python, so none waits for another there.
    """
    listen = [f"--listen={address}" for address in addresses]
    limits = ["--threads=8", "--connection-limit=1000", f"--max-request-body-size={LARGEST_BODY}"]
    seen = ["--no-clear-untrusted-proxy-headers"]  # believed by nothing; /metrics knows by them who came by a proxy
    lean = ["env", "MALLOC_ARENA_MAX=1", sys.executable, "-OO", "-m", "tools.web"]
    web = [*lean, *listen, *limits, *seen, "--ident=", "wsgi:app"]
    return [Part("web", web, signal.SIGINT, early=True), Part("worker", [*COMMAND, "worker"], pause_s=WORKER_PAUSE_S)]


def answers(port: int) -> bool:
    """Tell people where to look as soon as the web listens."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
    except OSError:
        return False
    print(f"\nRaspored is at http://localhost:{port} (Ctrl-C ends it)", flush=True)
    return True


def open_standard_streams() -> None:
    """A closed stdin would hand its number to the next file that is opened."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def serve() -> int:
    """Raises: CannotServe."""
    os.umask(0o077)  # what we make is for nobody else on this machine
    from scheduler.config import read_settings
    from scheduler.settings_file import BadSettings, load_file

    try:
        load_file()  # PORT may stand in it
        port = wanted_port(os.environ.get("PORT", ""))
        addresses = addresses_for(port)
        os.environ["PORT"] = str(port)
        settings = read_settings()
    except BadSettings as error:
        raise CannotServe(str(error), code=2) from error
    with hold(settings.instance):
        made = parts(addresses)
        return keep_together(made, prepare=lambda: prepare(settings.demo), when_started=lambda: answers(port))


def main() -> int:
    open_standard_streams()
    os.chdir(ROOT)
    os.umask(0o077)  # the database, the queue and mail are nobody else's
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us with it ignored
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    try:
        return serve()
    except CannotServe as problem:
        print(problem, file=sys.stderr)
        return problem.code
    except KeyboardInterrupt:  # while preparing
        return 0


if __name__ == "__main__":
    sys.exit(main())
