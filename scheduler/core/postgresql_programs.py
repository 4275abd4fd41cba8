"""PostgreSQL's own programs, where they are: pg_dump writes down a snapshot that we hold, pg_restore reads it again.

Neither is needed: whoever asks copies by the connection when `NoProgram` says why. A password goes in the environment,
which the same account reads and no other; a command line is read by everybody on the machine.
"""

import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a centre on SQLite has no driver for PostgreSQL
    from psycopg import ConnectionInfo


DUMP_PROGRAM, READ_PROGRAM = "pg_dump", "pg_restore"
ASKED_WITHIN_S = 20
DONE_WITHIN_S = 3600  # a centre's database takes seconds
LOCK_WAIT = "20s"  # a migration holds a table: the copy by the connection would wait for it just as long
LINE_AT_MOST = 128 << 20  # a row of ours has some MB at most; one without an end would take all memory
STATISTICS_SINCE = 18  # from here on a dump may hold samples of a table whose rows are left out
# What a service file named is in the connection already, and would win over what we say.
NOT_HANDED_ON = ("PGSERVICE", "PGSERVICEFILE")


class NoProgram(Exception):
    """It is not here, too old, or it failed; the text says which, in one line."""


def dump_snapshot(info: "ConnectionInfo", snapshot: str, target: Path, without: Iterable[str]) -> str:
    """Write the whole database as a transaction sees it, but for the rows of the tables `without` (schema.name).

    Returns the program and its version. Raises: NoProgram.
    """
    surroundings = _surroundings(info)
    program = _place_of_program(DUMP_PROGRAM)
    said = _output_of([program, "--version"], surroundings, ASKED_WITHIN_S)
    if (found := re.search(r"\(PostgreSQL\) (\d+)(\S*)", said)) is None:
        raise NoProgram(f"{DUMP_PROGRAM} does not say its version")
    version, server = int(found[1]), info.server_version // 10_000
    if version < server:
        raise NoProgram(f"{DUMP_PROGRAM} is of version {version}, the server of version {server}")
    options = ["--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--encoding=UTF8", "--no-password"]
    options += [f"--snapshot={snapshot}", f"--lock-wait-timeout={LOCK_WAIT}", f"--file={target}"]
    options += [f"--exclude-table-data={name}" for name in without]
    if version >= STATISTICS_SINCE:
        options.append("--no-statistics")
    target.touch(0o600)
    _output_of([program, *options], surroundings, DONE_WITHIN_S)
    return f"{DUMP_PROGRAM} {found[1]}{found[2]}"


def script_lines(dump: Path) -> Iterator[bytes]:
    """The rows of a dump as a script, line by line; nothing of it is run. Raises: NoProgram."""
    command = [_place_of_program(READ_PROGRAM), "--data-only", "--no-owner", "--no-privileges", "--file=-", str(dump)]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            command, env=_plain_surroundings(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
        ) as process,
    ):
        late = threading.Timer(DONE_WITHIN_S, process.kill)
        late.start()
        try:
            while process.stdout and (line := process.stdout.readline(LINE_AT_MOST)):
                if len(line) == LINE_AT_MOST:
                    raise NoProgram(f"{READ_PROGRAM}: a row is longer than {LINE_AT_MOST >> 20} MB")
                yield line
            if process.wait():
                complaints.seek(0)
                raise NoProgram(_complaint(READ_PROGRAM, complaints.read().decode(errors="replace")))
        finally:
            late.cancel()
            process.kill()


def _place_of_program(name: str) -> str:
    if (place := shutil.which(name)) is None:
        raise NoProgram(f"there is no {name} here (Debian: apt-get install postgresql-client)")
    return place


def _plain_surroundings() -> dict[str, str]:
    """Of our own surroundings, which hold the key of the installation, what any program needs."""
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {"LC_ALL": "C"}


def _surroundings(info: "ConnectionInfo") -> dict[str, str]:
    """With what reaches the database of a connection: server, socket, certificates, password."""
    from psycopg.pq import Conninfo

    own = {name: value for name, value in os.environ.items() if name.startswith("PG") and name not in NOT_HANDED_ON}
    variables = {one.keyword.decode(): one.envvar.decode() for one in Conninfo.get_defaults() if one.envvar}
    given = info.get_parameters()
    given |= {"host": info.host, "port": str(info.port), "password": info.password}  # of several: the one we hold
    if "hostaddr" in given:
        given["hostaddr"] = info.hostaddr
    said = {variables[name]: value for name, value in given.items() if value and name in variables}
    return _plain_surroundings() | own | {name: said[name] for name in said if name not in NOT_HANDED_ON}


def _output_of(command: list[str], surroundings: dict[str, str], within_s: int) -> str:
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=within_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NoProgram(f"{name} was not done within {within_s} seconds") from error
    except OSError as error:
        raise NoProgram(f"{name} cannot be run: {error.strerror}") from error
    if done.returncode:
        raise NoProgram(_complaint(name, done.stderr))
    return done.stdout


def _complaint(name: str, said: str) -> str:
    """The first line of what a program said, with its name once."""
    line = next((line.strip() for line in said.splitlines() if line.strip()), "ended without a word")
    return f"{name}: {line.removeprefix(f'{name}: ').removeprefix('error: ')}"
