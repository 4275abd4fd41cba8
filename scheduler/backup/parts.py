"""What an archive of a backup is made of, whichever database it holds."""

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TABLES, DUMP = "tables/", "database.dump"
COPY_BYTES = 1 << 20
WAIT_S = 20  # for who still uses the database


class BadBackup(Exception):
    """This cannot be backed up, or restored; the text is one line for who typed the command."""


@dataclass(frozen=True)
class DatabaseCopy:
    """How a database was copied, and what was found in it."""

    rows: dict[str, int]
    revision: str
    by: str
    why: str = ""  # not by pg_dump


@dataclass(frozen=True)
class Contents:
    """What a backup holds."""

    dialect: str
    revision: str
    rows: Mapping[str, int]
    files: tuple[str, ...]
    at: str = ""  # when it was begun; empty in one of an early version
    by: str = ""  # how the database was copied; empty as well
    why: str = ""  # why PostgreSQL was not copied by pg_dump
    ledger: str = ""  # the last word of the ledger then: a ledger that does not hold it is older, or was cut


class Members:
    """The members of an archive being written, with the digest of each."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.digests: dict[str, str] = {}

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        digest = hashlib.sha256()
        with self.archive.open(name, "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                member.write(piece)
        self.digests[name] = digest.hexdigest()


def pieces_of(path: Path) -> Iterator[bytes]:
    """The bytes of a file, without having all of them at once."""
    with path.open("rb") as stream:
        while piece := stream.read(COPY_BYTES):
            yield piece


def private_file(path: Path) -> IO[bytes]:
    """A new file that only its owner reads."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
