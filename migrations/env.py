"""Alembic's door: the engine and the tables of the running application."""

from alembic import context
from alembic.operations.ops import MigrationScript
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app

from scheduler import all_models  # noqa: F401  (fills the metadata)
from scheduler.core.db import Base, UtcDateTime, db

config = context.config


def _skip_empty(_context: object, _revision: object, directives: list[MigrationScript]) -> None:
    """No file when nothing changed."""
    if getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def _render(kind: str, thing: object, _context: object) -> str | bool:
    """Our own column types by what they are in the database, so that a migration outlives them."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, UtcDateTime) else False


def _refuse_what_is_older() -> None:
    """No migration leads here from what stood before the first release: it is left as it is. Raises: CommandError."""
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if unknown := set(context.get_context().get_current_heads()) - known:
        raise CommandError(f"this version does not know the schema {', '.join(sorted(unknown))}: see docs/upgrade.md")


def run_migrations_online() -> None:
    with db.engine.connect().execution_options(writes=True) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=_render,
            process_revision_directives=_skip_empty,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            _refuse_what_is_older()
            context.run_migrations()


run_migrations_online()
