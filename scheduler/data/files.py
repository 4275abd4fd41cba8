"""Reads the files that lie beside it."""

import csv
from pathlib import Path

FOLDER = Path(__file__).parent


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a shipped CSV file, by the names in its header."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def bytes_of(name: str) -> bytes:
    """A shipped file as it is."""
    return (FOLDER / name).read_bytes()
