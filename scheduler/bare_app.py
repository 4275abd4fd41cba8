"""The house without its pages: settings, database, queue and commands. The worker and every command need no more.

Who serves pages asks `scheduler.app` for the whole of it.
"""

import os
from importlib import import_module

from flask import Flask

from scheduler import all_models, config, layout
from scheduler.cli.refusals import AllGroups
from scheduler.config import Settings, read_settings
from scheduler.core.db import db, end_session, prepare
from scheduler.data import outlines

# Each names a module of commands with `register`.
COMMANDS = (
    "worker",
    "places",
    "people",
    "demo",
    "feeds",
    "times",
    "certificates",
    "reports",
    "invariants",
    "backup",
    "imports",
    "export",
    "audit",
    "doctor",
    "campaigns",
    "retention",
    "subject",
    "helpline",
    "posts",
    "cohorts",
    "breach",
    "planner",
    "questions",
)

# Of each process, on PostgreSQL: eight threads of waitress with two connections each (what is read apart, what is
# written) never wait for one; docs/operate.md counts them against max_connections.
POOL = {"pool_size": 8, "max_overflow": 8}

__all__ = ["all_models", "create_bare_app", "open_migrations"]


def create_bare_app(settings: Settings | None = None) -> Flask:
    """The application with its commands and no page. Raises: BadSettings when the environment cannot be used."""
    wanted = settings or read_settings()
    config.use(wanted)
    if not outlines.is_ours(wanted.map_outline):
        outlines.in_force()  # a file that cannot be drawn stops the start, not the first visitor
    templates, static = (str(layout.place_of(name)) for name in ("templates", "static"))
    app = Flask("scheduler", template_folder=templates, static_folder=static)
    app.cli = AllGroups(app.name, lambda: _hang_commands(app), later={"db": lambda: open_migrations(app)})
    _configure(app, wanted)
    _open_database(app)
    import_module("scheduler.jobs.queue").attach(app)
    return app


def _configure(app: Flask, wanted: Settings) -> None:
    app.config.update(
        SETTINGS=wanted,
        SECRET_KEY=wanted.secret_key,
        SQLALCHEMY_DATABASE_URI=wanted.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "hide_parameters": True,  # an error in the log holds no name (TRUST S32)
            **(POOL if wanted.database_url.startswith("postgresql") else {}),
        },
        MAX_CONTENT_LENGTH=1_000_000,
        MAX_FORM_MEMORY_SIZE=500_000,
        MAX_FORM_PARTS=500,
        TRUSTED_HOSTS=list(wanted.trusted_hosts),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )


def _open_database(app: Flask) -> None:
    wanted: Settings = app.config["SETTINGS"]
    wanted.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if wanted.instance.stat().st_uid == os.geteuid():
        wanted.instance.chmod(0o700)  # git and `mkdir` leave it open to others
    db.init_app(app)
    app.teardown_appcontext(end_session)  # before Flask-SQLAlchemy's own, which then finds none: the last comes first
    with app.app_context():
        prepare(db.engine)


def open_migrations(app: Flask) -> None:
    """Hang on the commands `db …`; a second time changes nothing."""
    if "migrate" in app.extensions:
        return
    from flask_migrate import Migrate  # loads Alembic and Mako, which no page and no job needs

    Migrate(app, db, directory=str(layout.place_of("migrations")), render_as_batch=True, compare_type=True)


def _hang_commands(app: Flask) -> None:
    for name in COMMANDS:
        import_module(f"scheduler.cli.{name}").register(app)
