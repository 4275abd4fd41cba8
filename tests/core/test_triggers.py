"""Triggers that are not those of our models are named, and put right."""

import pytest
from sqlalchemy import Connection, text

from scheduler.core import triggers
from scheduler.core.db import db
from scheduler.core.triggers import Wrong
from scheduler.jobs import invariants

pytestmark = pytest.mark.postgres_decides

PLANTED = {
    "sqlite": (
        "CREATE TRIGGER planted AFTER INSERT ON centre BEGIN UPDATE user_account SET password_hash = 'x'; END",
        "DROP TRIGGER audit_entry_keeps",
        "DROP TRIGGER visit_state_follows_update",
        "CREATE TRIGGER visit_state_follows_update BEFORE UPDATE OF state ON visit BEGIN SELECT 1; END",
    ),
    "postgresql": (
        "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$",
        "CREATE TRIGGER planted AFTER INSERT ON centre FOR EACH ROW EXECUTE FUNCTION planted()",
        "DROP TRIGGER audit_entry_keeps ON audit_entry",
        "CREATE OR REPLACE FUNCTION visit_state_follows_update() RETURNS trigger LANGUAGE plpgsql"
        " AS $$BEGIN RETURN NEW; END$$",
    ),
}
FOUND = [
    ("audit_entry_keeps", "audit_entry", Wrong.MISSING),
    ("planted", "centre", Wrong.FOREIGN),
    ("visit_state_follows_update", "visit", Wrong.CHANGED),
]


@pytest.fixture
def changed(app):
    """A connection whose changes are gone afterwards."""
    with db.engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()


def plant(connection: Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        connection.execute(text(statement))


def wrong(connection: Connection) -> list[tuple[str, str, Wrong]]:
    return [(one.name, one.table, one.wrong) for one in triggers.wrong_triggers(connection)]


def test_a_database_that_our_models_made_has_all_of_them_and_no_other(changed):
    assert wrong(changed) == []
    assert len(dict(triggers._there(changed))) > 50


def test_missing_changed_and_foreign_ones_are_named_and_put_right(changed):
    plant(changed, PLANTED[changed.dialect.name])
    assert wrong(changed) == FOUND
    assert [(one.name, one.table, one.wrong) for one in triggers.mend_triggers(changed, whole=True)] == FOUND
    assert wrong(changed) == []


def test_at_an_older_schema_what_is_not_ours_goes_and_nothing_is_made(changed):
    plant(changed, PLANTED[changed.dialect.name])
    mended = triggers.mend_triggers(changed, whole=False)
    assert [one.name for one in mended] == ["planted", "visit_state_follows_update"]
    assert wrong(changed) == [FOUND[0], ("visit_state_follows_update", "visit", Wrong.MISSING)]


@pytest.mark.parametrize("planted", [
    ("ALTER TABLE visit DISABLE TRIGGER visit_state_follows_update",),
    ("ALTER FUNCTION visit_state_follows_update() SECURITY DEFINER",),
    ("ALTER FUNCTION visit_state_follows_update() SET search_path = pg_catalog",),
    (
        "DROP TRIGGER visit_state_follows_update ON visit",
        "CREATE TRIGGER visit_state_follows_update BEFORE UPDATE OF state ON visit FOR EACH ROW WHEN (false)"
        " EXECUTE FUNCTION visit_state_follows_update()",
    ),
    (
        "DROP TRIGGER visit_state_follows_update ON visit",
        "CREATE TRIGGER visit_state_follows_update BEFORE INSERT ON visit FOR EACH ROW"
        " EXECUTE FUNCTION visit_state_follows_update()",
    ),
])  # fmt: skip
def test_one_that_rests_or_asks_less_is_changed(changed, planted):
    if changed.dialect.name == "sqlite":
        planted = (
            "DROP TRIGGER visit_state_follows_update",
            "CREATE TRIGGER visit_state_follows_update BEFORE UPDATE OF state ON visit WHEN 0 BEGIN SELECT 1; END",
        )
    plant(changed, planted)

    assert wrong(changed) == [FOUND[2]]
    triggers.mend_triggers(changed, whole=True)
    assert wrong(changed) == []


def test_the_nightly_check_names_each(app):
    with db.engine.execution_options(writes=True).begin() as connection:
        plant(connection, PLANTED[connection.dialect.name])
    try:
        told = invariants.violations()
    finally:
        db.session.rollback()
        with db.engine.execution_options(writes=True).begin() as connection:
            triggers.mend_triggers(connection, whole=True)
            if connection.dialect.name == "postgresql":
                connection.execute(text("DROP FUNCTION planted()"))

    assert told == [f"the trigger {name} on {table} is {what}" for name, table, what in FOUND]
    assert invariants.violations() == []
