"""The demo as it is loaded on MONDAY, for tests that ask about its rows: loaded once for all processes of a run."""

import shutil

from flask import current_app

from scheduler.config import settings
from scheduler.core.db import db
from scheduler.core.language import languages
from scheduler.demo import load as demo
from tests.clean_tables import SqliteTables
from tests.factories import MONDAY
from tests.shared import one_at_a_time, shared_by_processes


def load_demo() -> None:
    """Into the empty tables of the application at hand; on PostgreSQL by loading. tests/demo asks how loading goes."""
    tables, instance = current_app.extensions["clean_tables"], settings().instance
    db.session.rollback()
    if not isinstance(tables, SqliteTables):
        assert demo.load(MONDAY)
        return
    spoken = "-".join(languages())  # calendars are kept in each
    kept = shared_by_processes(instance.parent) / f"demo_{spoken}" / "rows.sqlite3"
    with one_at_a_time(kept) as first:
        if first:
            assert demo.load(MONDAY)
            shutil.copy2(instance / demo.SIGN_INS, kept.with_name(demo.SIGN_INS))
            tables.keep(kept)
    if not first:
        tables.put_in_place(kept)
        shutil.copy2(kept.with_name(demo.SIGN_INS), instance / demo.SIGN_INS)
