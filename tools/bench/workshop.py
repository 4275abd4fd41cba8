"""Where it is measured: seeded databases, the servers on them, the client, and processes that measure from inside."""

import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tools import services
from tools.bench import servers, yardstick
from tools.bench.servers import Server
from tools.supervisor import DIES_WITH_ME

ROOT = servers.ROOT


def _today() -> str:
    return f"{dt.datetime.now(dt.UTC):%Y%m%d}"


class Failed(Exception):
    """A process that measures did not come to its end; the text holds what it said."""


@dataclass
class Workshop:
    """One run of the measurements; everything lies in one folder, and seeds stay there for the next run of the day."""

    folder: Path
    quick: bool
    postgres: str = ""  # the URL of a server of our own; empty: SQLite

    def __post_init__(self) -> None:
        self.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / "seeds").mkdir(exist_ok=True)
        self._seeded: dict[str, str] = {}
        self.planting_minutes = 0.0
        self._talks: dict[str, subprocess.Popen[str]] = {}

    @property
    def instance(self) -> Path:
        return self.folder / "instance"

    @property
    def run(self) -> str:
        """Of two runs in one folder, each has its own databases to write into."""
        return f"run{os.getpid()}-{id(self)}"

    @property
    def turns(self) -> int:
        return 3 if self.quick else 7

    @property
    def seconds(self) -> float:
        """How long one side is asked in one turn."""
        return 0.6 if self.quick else 2.0

    @property
    def usual(self) -> str:
        """How both sides are served: on PostgreSQL by four workers."""
        return "four" if self.postgres else "sync"

    def env(self, url: str = "", port: int = 0) -> dict[str, str]:
        """The settings of the installation that is measured: nothing of the machine's own."""
        return {
            "RASPORED_ENV": "",
            "MODE": "demo",
            "INSTANCE": str(self.instance),
            "DATABASE_URL": url,
            "PROXY_HOPS": "1",
            "REDIS_URL": "",
            "PYTHONUTF8": "1",
            "PYTHONDONTWRITEBYTECODE": "",  # as with make: what one start compiles the next one reads
            "BENCH_YARD": str(self.folder / "yardstick.sqlite3"),
        } | ({"PORT": str(port)} if port else {})

    # --- databases ---

    def seed(self, times: int, *flags: str) -> str:
        """The URL of a planted database, which nobody writes into; planted when it is not there yet."""
        name = f"seed_{times}" + "".join(flag.replace("-", "_") for flag in flags)
        if name not in self._seeded:
            self._seeded[name] = self._planted(name, times, flags)
        return self._seeded[name]

    def _planted(self, name: str, times: int, flags: tuple[str, ...]) -> str:
        if self.postgres:
            url = self._new_database(name)
        else:
            path = self.folder / "seeds" / f"{self._version()}-{name}.sqlite3"
            url = f"sqlite:///{path}"
            if path.exists():
                return url
            self._clear_old_seeds()
        print(f"  planting {name} …", flush=True)
        began = time.monotonic()
        fresh = url if self.postgres else f"{url}.{self.run}"
        command = [sys.executable, "-m", "tools.bench.seed", fresh, str(times), *flags, "--unchecked"]
        self._run(command, self.env(fresh))
        if self.postgres:
            self._on_server(name, "VACUUM ANALYZE")  # as its autovacuum would, some time while the rows are told
        else:
            Path(f"{path}.{self.run}").replace(path)
        self.planting_minutes += (time.monotonic() - began) / 60
        return url

    def _version(self) -> str:
        """Of the day, and of the code that plants and migrates."""
        sources = sorted((ROOT / "migrations/versions").glob("*.py")) + sorted((ROOT / "tools/bench/seed").glob("*.py"))
        told = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
        return f"{_today()}-{told[:8]}"

    def _clear_old_seeds(self) -> None:
        """Of other days; of other code they may be in use beside us."""
        for path in (self.folder / "seeds").iterdir():
            if not path.name.startswith(_today()):
                path.unlink()

    def _new_database(self, name: str, template: str = "") -> str:
        copied = f" TEMPLATE {template}" if template else ""
        self._on_server("postgres", f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}{copied}")
        return self._url_of(name).render_as_string(hide_password=False)

    def _on_server(self, database: str, *commands: str) -> None:
        engine = sa.create_engine(self._url_of(database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for command in commands:
                connection.exec_driver_sql(command)
        engine.dispose()

    def _url_of(self, database: str) -> sa.URL:
        return sa.make_url(self.postgres).set(database=database)

    @contextmanager
    def copy_of(self, url: str) -> Iterator[str]:
        """A database to write into, gone afterwards."""
        if self.postgres:
            name = sa.make_url(url).database or ""
            yield self._new_database(f"work_{name}", name)
            return
        path = Path(url.removeprefix("sqlite:///"))
        work = self.folder / f"work-{self.run}-{path.name}"
        shutil.copyfile(path, work)
        try:
            yield f"sqlite:///{work}"
        finally:
            for one in self.folder.glob(f"{work.name}*"):
                one.unlink()

    # --- processes ---

    @contextmanager
    def product(self, url: str, kind: str = "") -> Iterator[Server]:
        port = services.free_port()
        command = servers.command("wsgi:app", port, kind or self.usual)
        with servers.serving(command, port, self.env(url, port), self.folder / "product.log") as server:
            yield server

    @contextmanager
    def yard(self, kind: str = "") -> Iterator[Server]:
        port, env = services.free_port(), self.env()
        path = Path(env["BENCH_YARD"])
        for one in path.parent.glob(f"{path.name}*"):
            one.unlink()
        yardstick.prepare(str(path))
        command = servers.command("tools.bench.yardstick:app", port, kind or self.usual)
        with servers.serving(command, port, env, self.folder / "yardstick.log") as server:
            yield server

    def inside(self, probe: str, url: str, **options: Any) -> dict[str, Any]:
        """What a probe of tools/bench/inside.py tells, from a process of its own. Raises: Failed."""
        given = {"quick": self.quick, "turns": self.turns} | options
        ended = self._talk("tools.bench.inside", {"probe": probe, "given": given, "env": self.env(url)})
        if ended["code"]:
            raise Failed(f"{probe}: {ended['said'][-1500:]}")
        told: dict[str, Any] = json.loads(ended["said"].splitlines()[-1])
        return told

    def alone(self, module: str, url: str, *arguments: str) -> dict[str, Any]:
        """What a module tells that loads no page, as a command or the worker. Raises: Failed."""
        command = [sys.executable, "-m", module, *arguments]
        told: dict[str, Any] = json.loads(self._run(command, self.env(url), leads=True))  # as the supervisor starts it
        return told

    def on_copy(self, probe: str, times: int, *flags: str, **options: Any) -> dict[str, Any]:
        """The same on a copy of a seed, for a probe that signs in or changes something."""
        with self.copy_of(self.seed(times, *flags)) as url:
            return self.inside(probe, url, **options)

    def _run(self, command: list[str], env: Mapping[str, str], *, leads: bool = False) -> str:
        done = subprocess.run(
            [*DIES_WITH_ME, *command], cwd=ROOT, env={**os.environ, **env}, stdin=subprocess.DEVNULL,
            capture_output=True, encoding="utf-8", check=False, start_new_session=leads,
        )  # fmt: skip
        if done.returncode:
            raise Failed(f"{' '.join(command[2:5])}: {(done.stdout + done.stderr)[-1500:]}")
        return done.stdout

    def ask(self, job: Mapping[str, Any]) -> dict[str, Any]:
        """What the client measured of a job. Raises: Failed."""
        told = self._talk("tools.bench.client", job)
        if "error" in told:
            raise Failed(f"{job.get('path', 'bookings')}: {told['error']}")
        return told

    def _talk(self, module: str, job: Mapping[str, Any]) -> dict[str, Any]:
        """A line to a process that is started once and waits for more, and the line that it answers. Raises: Failed."""
        if module not in self._talks:
            self._talks[module] = subprocess.Popen(
                [*DIES_WITH_ME, sys.executable, "-m", module], cwd=ROOT, env={**os.environ, **self.env()},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
            )  # fmt: skip
        sent, back = self._talks[module].stdin, self._talks[module].stdout
        if sent is None or back is None:
            raise Failed(f"{module} has no pipes")
        try:
            print(json.dumps(job), file=sent, flush=True)
            line = back.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Failed(f"{module} has ended")
        told: dict[str, Any] = json.loads(line)
        return told

    def close(self) -> None:
        for process in self._talks.values():
            process.communicate()
