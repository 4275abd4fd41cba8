"""Whether anything was stored meanwhile."""

import sqlite3

import pytest

from scheduler.core.db import db


def nobody_notes_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a look at a minor or a refusal writes by design (TRUST S34) is silent here: all else must store nothing."""
    for name in ("note_denial", "note_reads"):
        monkeypatch.setattr(f"scheduler.people.service.reads.{name}", lambda *_args, **_given: None)


class Watch:
    """Says whether anything was committed since it was asked last."""

    def __init__(self) -> None:
        self._own = sqlite3.connect(str(db.engine.url.database))
        self._seen = self._version()

    def _version(self) -> int:
        return int(self._own.execute("PRAGMA data_version").fetchone()[0])

    def anything_stored(self) -> bool:
        before, self._seen = self._seen, self._version()
        return before != self._seen

    def close(self) -> None:
        self._own.close()
