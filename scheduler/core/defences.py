"""What the database refuses by itself beyond plain constraints: triggers, and PostgreSQL's exclusion constraints.

Each stands beside its table in models.py; `create_all` makes it. A migration says its own text, and a law compares a
migrated database with the models. (Alembic's batch mode drops SQLite's triggers without a word: a migration that
rebuilds a table makes them again.)
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import DDL, Connection, Table, event

from scheduler.core.machines import Machine

# A version, SQLite's and PostgreSQL's: never the same twice, after a restore either.
RANDOM = ("random()", "CAST(random() * 9000000000000000 AS BIGINT)")


HOURS_BEFORE = re.compile(r"([\w.]+) (<=|>) ([\w.]+) - interval '(\d+) hours'")

Texts = Callable[[], Iterable[str]]  # written when asked: of those who serve nobody makes a table


@dataclass(frozen=True)
class Defence:
    """Statements that make one table defend itself, for each database, in order."""

    table: str
    on_sqlite: Texts
    on_postgresql: Texts

    @property
    def sqlite(self) -> tuple[str, ...]:
        return tuple(self.on_sqlite())

    @property
    def postgresql(self) -> tuple[str, ...]:
        return tuple(self.on_postgresql())


@dataclass(frozen=True)
class TableLaw:
    """One law of a table: `when` this holds of NEW (or OLD), what happens ("INSERT", "UPDATE OF day") is refused.

    The text is PostgreSQL's; SQLite's differs in the words for "is not the same, or only one is NULL", and where a
    moment is compared with hours before another.
    """

    name: str
    events: tuple[str, ...]
    when: str

    def on_sqlite(self, table: str) -> tuple[str, ...]:
        when = HOURS_BEFORE.sub(r"datetime(\1) \2 datetime(\3, '-\4 hours')", self.when)
        when = when.replace("IS DISTINCT FROM", "IS NOT")
        return tuple(
            f"CREATE TRIGGER {table}_{self.name}_{one.split()[0].lower()} BEFORE {one} ON {table} "
            f"WHEN {when} BEGIN SELECT RAISE(ABORT, '{self.name}'); END"
            for one in self.events
        )

    def on_postgresql(self, table: str) -> tuple[str, ...]:
        trigger = f"{table}_{self.name}_{self.events[0].split()[0].lower()}"
        row = "OLD" if self.events == ("DELETE",) else "NEW"
        return (
            f"""CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF {self.when} THEN {raised(self.name)} END IF;
          RETURN {row};
        END $$""",
            f"CREATE TRIGGER {trigger} BEFORE {' OR '.join(self.events)} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {trigger}()",
        )


def raised(name: str) -> str:
    """PostgreSQL: refuse under a name."""
    return f"RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';"


DEFENCES: list[Defence] = []


def defend(table: object, *, sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> None:
    """Register the statements, and let `create_all` run them after the table is made."""
    _defend(table, Defence(_name_of(table), lambda: sqlite, lambda: postgresql))


def _name_of(table: object) -> str:
    if not isinstance(table, Table):
        raise TypeError("a defence belongs to a table")
    return table.name


def _defend(table: object, defence: Defence) -> None:
    DEFENCES.append(defence)
    event.listen(table, "after_create", _make_defences)  # once for a table, however often it is said


def _make_defences(table: Table, connection: Connection, **_told: object) -> None:
    for statement in statements_of(table.name, connection.dialect.name):
        connection.execute(as_ddl(statement))


def statements_of(table: str, dialect: str) -> list[str]:
    """All that defends a table, in order; on SQLite in as few triggers as its events allow."""
    own = [defence for defence in DEFENCES if defence.table == table]
    if dialect != "sqlite":
        return [statement for defence in own for statement in defence.postgresql]
    return _merged(table, [statement for defence in own for statement in defence.sqlite])


_REFUSES = re.compile(r"CREATE TRIGGER \w+ BEFORE ([\w ,]+?) ON \w+ WHEN (.*) BEGIN (SELECT RAISE\(.*\)); END", re.S)


def _merged(table: str, statements: Iterable[str]) -> list[str]:
    """Triggers that only refuse, at the same event, are one: each act runs a program less for each of the others.

    Whoever meets two laws reads the name of the later one, as SQLite asks the trigger first that was made last.
    """
    alike: dict[str, list[re.Match[str]]] = {}
    for statement in statements:
        if refusal := _REFUSES.fullmatch(statement):
            alike.setdefault(refusal[1], []).append(refusal)
    made = list[str]()
    several = {happening: laws for happening, laws in alike.items() if len(laws) > 1}
    for statement in statements:
        refusal = _REFUSES.fullmatch(statement)
        if refusal is None or refusal[1] not in several:
            made.append(statement)
    for happening, laws in several.items():
        name = "_".join([table, "refuses", *re.findall(r"\w+", happening.replace(" OF ", " ").lower())])
        body = " ".join(f"{law[3]} WHERE {law[2]};" for law in reversed(laws))
        made.append(f"CREATE TRIGGER {name} BEFORE {happening} ON {table} BEGIN {body} END")
    return made


def changed(*names: str) -> str:
    """SQL for a trigger: at least one of these columns gets another value."""
    return "(" + " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in names) + ")"


def redirected(name: str, table: str) -> str:
    """SQL for a trigger: a reference gets another value, though the row that it names is still there."""
    named = f"EXISTS (SELECT 1 FROM {table} t WHERE t.id = OLD.{name})"
    return f"({changed(name)} AND (NEW.{name} IS NOT NULL OR {named}))"


def follows(machine: Machine) -> TableLaw:
    """The law of a state column: only what may follow follows, as the machine says it, or is taken back.

    The text of a machine that changes reaches an installation by a migration that makes its trigger anew.
    """
    steps = []
    for now, following in machine.moves.items():
        if after := sorted(following | machine.back.get(now, frozenset())):
            named = ", ".join(f"'{one}'" for one in after)
            steps.append(f"(OLD.state = '{now}' AND NEW.state IN ({named}))")
    return TableLaw("state_follows", ("UPDATE OF state",), f"NEW.state <> OLD.state AND NOT ({' OR '.join(steps)})")


def refuse_more(table: object, *laws: TableLaw) -> None:
    """Let a table refuse by these laws, beside what it may refuse already (`refuse`)."""
    name = _name_of(table)
    _defend(
        table,
        Defence(
            name,
            lambda: (one for law in laws for one in law.on_sqlite(name)),
            lambda: (one for law in laws for one in law.on_postgresql(name)),
        ),
    )


def refuse(table: object, *laws: TableLaw, keys: tuple[str, ...] = ("n.id = NEW.id",)) -> None:
    """Let a table refuse by these laws; and that its rows are replaced, or swept away all at once, past them.

    SQLite's INSERT OR REPLACE deletes without asking a trigger. `keys` say which row n a new one would take the place
    of. PostgreSQL's TRUNCATE asks no row.
    """
    name = _name_of(table)
    taken = f"SELECT 1 FROM {name} n WHERE ({' OR '.join(keys)})"
    replaced = (
        TableLaw("row_is_not_replaced", ("INSERT",), f"EXISTS ({taken})"),
        TableLaw("row_is_not_replaced", ("UPDATE",), f"NEW.id <> OLD.id OR EXISTS ({taken} AND n.id <> OLD.id)"),
    )
    swept = f"{name}_rows_are_not_swept_away"

    def on_postgresql() -> tuple[str, ...]:
        return (
            *(one for law in laws for one in law.on_postgresql(name)),
            f"""CREATE OR REPLACE FUNCTION {swept}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          {raised("rows_are_not_swept_away")}
        END $$""",
            f"CREATE TRIGGER {swept} BEFORE TRUNCATE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION {swept}()",
        )

    def on_sqlite() -> tuple[str, ...]:
        return tuple(one for law in (*laws, *replaced) for one in law.on_sqlite(name))

    _defend(table, Defence(name, on_sqlite, on_postgresql))


@dataclass(frozen=True)
class Aftermath:
    """What the database does by itself after a row of a table changed: `body` where `when` holds of NEW (or OLD).

    The texts are PostgreSQL's; what SQLite says differently stands in `words` of `follow`.
    """

    name: str
    happening: str  # "INSERT", "UPDATE OF kilometres"
    when: str
    body: str

    def on_sqlite(self, table: str) -> str:
        when = f"WHEN {self.when}" if self.when else ""
        return f"CREATE TRIGGER {self._called(table)} AFTER {self.happening} ON {table} {when} BEGIN {self.body} END"

    def on_postgresql(self, table: str) -> tuple[str, ...]:
        called = self._called(table)
        body = f"IF {self.when} THEN {self.body} END IF;" if self.when else self.body
        return (
            f"""CREATE OR REPLACE FUNCTION {called}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          {body}
          RETURN NULL;
        END $$""",
            f"CREATE TRIGGER {called} AFTER {self.happening} ON {table} FOR EACH ROW EXECUTE FUNCTION {called}()",
        )

    def _called(self, table: str) -> str:
        return f"{table}_{self.name}_{self.happening.split()[0].lower()}"


def follow(table: object, *what: Aftermath, words: Mapping[str, tuple[str, str]]) -> None:
    """Let what follows a change be done by the database, whoever made it.

    `words`: what SQLite and PostgreSQL say differently, as {mark in the texts: (SQLite's, PostgreSQL's)}.
    """
    name = _name_of(table)

    def said(text: str, place: int) -> str:
        for mark, both in words.items():
            text = text.replace(mark, both[place])
        return text

    _defend(
        table,
        Defence(
            name,
            lambda: (said(one.on_sqlite(name), 0).replace("IS DISTINCT FROM", "IS NOT") for one in what),
            lambda: (said(text, 1) for one in what for text in one.on_postgresql(name)),
        ),
    )


def as_ddl(statement: str) -> DDL:
    """DDL formats its text with %: ours is meant as it stands."""
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
