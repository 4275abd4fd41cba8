"""The only place where all meet: `create_app` puts the house together, one short step after the other."""

import os
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

from flask import Blueprint, Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from scheduler import all_models, config, layout
from scheduler.cli.refusals import AllGroups
from scheduler.config import Settings, read_settings
from scheduler.core.db import db, prepare
from scheduler.data import outlines
from scheduler.web import (
    addresses,
    assets,
    errors,
    filters,
    frame,
    guards,
    headers,
    i18n,
    ids,
    limits,
    login,
    metrics,
    names,
    navigation,
    packing,
    reads,
)
from scheduler.web.attendance.feedback import press_of_mail_program
from scheduler.web.environment import House, PageEnvironment
from scheduler.web.feeds.door import FeedDoor
from scheduler.web.public.probes import AnyHost
from scheduler.web.questions.open_page import answer_without_cookie

# Each names a package of pages, whose `bp` lies in blueprint.py where the pages lie in several files, else in views.py;
# a module of commands with `register`.
PAGES = (
    "public",
    "helpline",
    "programmes",
    "places",
    "people",
    "safeguarding",
    "concerns",
    "posts",
    "panels",
    "messages",
    "requests",
    "visits",
    "own",
    "booking",
    "closures",
    "waitlist",
    "readiness",
    "board",
    "feeds",
    "attendance",
    "questions",
    "cohorts",
    "certificates",
    "proposals",
    "tours",
    "reports",
    "desk",
    "admin",
)
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

__all__ = ["all_models", "create_app", "open_migrations"]


def create_app(settings: Settings | None = None) -> Flask:
    """The application, ready to serve. Raises: BadSettings when the environment cannot be used."""
    wanted = settings or read_settings()
    config.use(wanted)
    outlines.in_force()  # a file that cannot be drawn stops the start, not the first visitor
    templates, static = (str(layout.place_of(name)) for name in ("templates", "static"))
    app = House("scheduler", template_folder=templates, static_folder=static)
    app.jinja_environment = PageEnvironment
    app.cli = AllGroups(app.name, lambda: _hang_commands(app), later={"db": lambda: open_migrations(app)})
    _configure(app, wanted)
    _read_visitor_behind(app, wanted.proxy_hops)
    app.wsgi_app = AnyHost(app.wsgi_app, (wanted.trusted_hosts or ("localhost",))[0])  # type: ignore[method-assign]
    _open_database(app)
    _hang_pages(app)
    import_module("scheduler.jobs.queue").attach(app)
    app.wsgi_app = FeedDoor(app)  # type: ignore[method-assign]  # before all else: calendars poll all day
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


def _read_visitor_behind(app: Flask, hops: int) -> None:
    """Whose address a request has: with no proxy before us a forged X-Forwarded-For is ignored (TRUST S10)."""
    if hops > 0:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=0, x_host=0)  # type: ignore[method-assign]


def _open_database(app: Flask) -> None:
    wanted: Settings = app.config["SETTINGS"]
    wanted.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if wanted.instance.stat().st_uid == os.geteuid():
        wanted.instance.chmod(0o700)  # git and `mkdir` leave it open to others
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def open_migrations(app: Flask) -> None:
    """Hang on the commands `db …`; a second time changes nothing."""
    if "migrate" in app.extensions:
        return
    from flask_migrate import Migrate  # loads Alembic and Mako, which no page and no job needs

    Migrate(app, db, directory=str(layout.place_of("migrations")), render_as_batch=True, compare_type=True)


def _hang_pages(app: Flask) -> None:
    app.before_request(press_of_mail_program)
    app.before_request(answer_without_cookie)
    CSRFProtect(app)
    for part in (
        ids,
        addresses,
        packing,
        i18n,
        filters,
        metrics,
        headers,
        errors,
        login,
        guards,
        assets,
        names,
        navigation,
        frame,
        limits,
        reads,
    ):
        part.register(app)
    for name in PAGES:
        app.register_blueprint(_pages_of(import_module(f"scheduler.web.{name}")))


def _pages_of(package: ModuleType) -> Blueprint:
    """The blueprint of a package of pages, with every page of the package on it."""
    names = [found.name for found in walk_packages(package.__path__, f"{package.__name__}.")]
    modules = {name: import_module(name) for name in names}
    home = modules.get(f"{package.__name__}.blueprint") or modules[f"{package.__name__}.views"]
    blueprint: Blueprint = home.bp
    return blueprint


def _hang_commands(app: Flask) -> None:
    for name in COMMANDS:
        import_module(f"scheduler.cli.{name}").register(app)
