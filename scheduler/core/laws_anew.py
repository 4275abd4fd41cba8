"""Constraints of a table give way to others, in a migration, on SQLite and PostgreSQL alike."""

from collections.abc import Mapping

from sqlalchemy import Connection, text


def write_laws_anew(connection: Connection, table: str, gone: Mapping[str, str], new: Mapping[str, str]) -> None:
    """By name: CHECK (...) or FOREIGN KEY(...). For SQLite a table to which its own rows refer is not rebuilt.

    What it says of itself is written anew, as SQLite's manual does it (lang_altertable.html, 7): no row lies otherwise.
    """
    if connection.dialect.name != "sqlite":
        for name in gone:
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, holds in new.items():
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD CONSTRAINT {name} {holds}")
        return
    written = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    said = connection.execute(written, {"name": table}).scalar_one()
    for name, holds in gone.items():
        law = next(one for one in (f"CONSTRAINT {name} {holds}", f'CONSTRAINT "{name}" {holds}') if one in said)
        said = said[: said.index(law)].rstrip().removesuffix(",") + said[said.index(law) + len(law) :]
    more = "".join(f", \n\tCONSTRAINT {name} {holds}" for name, holds in new.items())
    said = said[: said.rindex(")")].rstrip() + more + "\n)"
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    anew = text("UPDATE sqlite_master SET sql = :sql WHERE type = 'table' AND name = :name")
    connection.execute(anew, {"sql": said, "name": table})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = RESET")
