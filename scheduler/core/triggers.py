"""The triggers that a database has, beside those that our models make: which are missing, changed or foreign.

Whoever can write to a database, or hands over a backup, can drop a trigger or plant one that runs at our next write. A
restore puts them right before anything else is written, and `invariants check` names what is wrong each night.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, inspect, text

from scheduler.core.db import Base, db
from scheduler.core.defences import DEFENCES, as_ddl, statements_of

_TRIGGER = re.compile(r"CREATE TRIGGER (\w+)\s")
_FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(\) RETURNS trigger LANGUAGE plpgsql AS \$\$(.*)\$\$", re.S)
_ON_POSTGRESQL = re.compile(
    r'CREATE TRIGGER \w+ (BEFORE|AFTER) (.+) ON (?:\w+\.)?"?\w+"?'
    r" FOR EACH (ROW|STATEMENT) EXECUTE FUNCTION (?:\w+\.)?(\w+)\(\)"
)


class Wrong(StrEnum):
    """What is wrong with a trigger."""

    MISSING = "missing"
    CHANGED = "changed"  # it does something else, or rests
    FOREIGN = "foreign"  # none of ours has its name


@dataclass(frozen=True)
class WrongTrigger:
    """A trigger that is not as our models say."""

    name: str
    table: str
    wrong: Wrong

    def __str__(self) -> str:
        return printable(f"{self.name} on {self.table} ({self.wrong})")


def printable(said: str) -> str:
    """Whoever planted a name may have put into it what a terminal obeys."""
    return "".join(letter if letter.isprintable() else "?" for letter in said)


@dataclass(frozen=True)
class _Trigger:
    """What a trigger is: all that two of the same name may differ in; and, of ours, what makes it."""

    table: str
    does: object
    made_by: tuple[str, ...] = ()


def wrong_triggers(connection: Connection) -> list[WrongTrigger]:
    """Each trigger that differs from our models', by name; of tables that are not there, none is missing."""
    ours, there = _ours(connection), dict(_there(connection))
    found = [WrongTrigger(name, ours[name].table, Wrong.MISSING) for name in ours.keys() - there.keys()]
    for name, one in there.items():
        if name not in ours:
            found.append(WrongTrigger(name, one.table, Wrong.FOREIGN))
        elif (one.table, one.does) != (ours[name].table, ours[name].does):
            found.append(WrongTrigger(name, one.table, Wrong.CHANGED))
    return sorted(found, key=lambda one: (one.table, one.name))


def mend_triggers(connection: Connection, *, whole: bool) -> list[WrongTrigger]:
    """Drop what is foreign or changed; at our newest schema (`whole`) make what is missing then. What was wrong.

    At an older schema ours may speak of columns that are not there: the migrations that follow make what they changed.
    """
    wrong, ours = wrong_triggers(connection), _ours(connection)
    sqlite = connection.dialect.name == "sqlite"
    quote = connection.dialect.identifier_preparer.quote_identifier
    for one in wrong:
        if one.wrong is not Wrong.MISSING:
            on_table = "" if sqlite else f" ON {quote(one.table)}"
            connection.execute(as_ddl(f"DROP TRIGGER {quote(one.name)}{on_table}"))
    for one in wrong:
        if whole and one.name in ours:
            for statement in ours[one.name].made_by:
                connection.execute(as_ddl(statement))
    return wrong if whole else [one for one in wrong if one.wrong is not Wrong.MISSING]


def _ours(connection: Connection) -> dict[str, _Trigger]:
    """By name, on the tables that are there."""
    tables = set(inspect(connection).get_table_names())
    sqlite = connection.dialect.name == "sqlite"
    found = {}
    for table in tables & {defence.table for defence in DEFENCES}:
        statements = statements_of(table, connection.dialect.name)
        functions = {made[1]: made for one in statements if (made := _FUNCTION.fullmatch(one))}
        for statement in statements:
            if not (made := _TRIGGER.match(statement)):
                continue
            if sqlite:
                found[made[1]] = _Trigger(table, statement, (statement,))
            else:
                function = functions[made[1]]  # it has the name of its trigger
                does = (*_does(statement), function[2])
                found[made[1]] = _Trigger(table, does, (function[0], statement))
    return found


def _there(connection: Connection) -> Iterator[tuple[str, _Trigger]]:
    if connection.dialect.name == "sqlite":
        wanted = text("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
        for name, table, sql in connection.execute(wanted):
            yield name, _Trigger(table, sql)
        return
    own = {*Base.metadata.tables, "alembic_version"}
    for name, table, said, plain, source in connection.execute(text(_ASKED_OF_POSTGRESQL)):
        if table in own:
            yield name, _Trigger(table, (*_does(said), source) if plain else said)


# Our functions are in the schema of their table, in plpgsql, with the rights of who asks; and no trigger rests.
_ASKED_OF_POSTGRESQL = """
SELECT t.tgname, c.relname, pg_get_triggerdef(t.oid),
  t.tgenabled = 'O' AND p.pronamespace = c.relnamespace AND l.lanname = 'plpgsql' AND NOT p.prosecdef
    AND p.proconfig IS NULL, p.prosrc
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
  JOIN pg_language l ON l.oid = p.prolang
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""


def _does(statement: str) -> tuple[object, ...]:
    """When, at what, how often and by which function: PostgreSQL names the events in an order of its own."""
    said = " ".join(statement.split())
    if (parts := _ON_POSTGRESQL.fullmatch(said)) is None:
        return (said,)
    when, events, how_often, function = parts.groups()
    return when, frozenset(events.split(" OR ")), how_often, function


def violations() -> list[str]:
    """Each trigger that is missing, changed or foreign: past it the database refuses less, or does more, than ours."""
    return [
        f"the trigger {one.name} on {one.table} is {one.wrong}" for one in wrong_triggers(db.session().connection())
    ]
