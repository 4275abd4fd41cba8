"""Whether anything was stored meanwhile."""

import sqlite3

from scheduler.core.db import db


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
