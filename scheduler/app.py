"""The only place where all meet: `create_app` hangs the pages on the house, one short step after the other."""

from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

from flask import Blueprint, Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from scheduler.bare_app import create_bare_app
from scheduler.config import Settings
from scheduler.web import (
    assets,
    errors,
    filters,
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
    tables,
)
from scheduler.web.attendance.feedback import press_of_mail_program
from scheduler.web.feeds.door import FeedDoor
from scheduler.web.people.views import pass_form_without_referrer
from scheduler.web.public.probes import AnyHost
from scheduler.web.questions.open_page import answer_without_cookie

# Each names a package of pages, whose `bp` lies in blueprint.py where the pages lie in several files, else in views.py.
PAGES = (
    "public",
    "helpline",
    "programmes",
    "places",
    "people",
    "safeguarding",
    "concerns",
    "posts",
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


def create_app(settings: Settings | None = None) -> Flask:
    """The application, ready to serve. Raises: BadSettings when the environment cannot be used."""
    app = create_bare_app(settings)
    wanted: Settings = app.config["SETTINGS"]
    _read_visitor_behind(app, wanted.proxy_hops)
    app.wsgi_app = AnyHost(app.wsgi_app, (wanted.trusted_hosts or ("localhost",))[0])  # type: ignore[method-assign]
    _hang_pages(app)
    app.wsgi_app = FeedDoor(app)  # type: ignore[method-assign]  # before all else: calendars poll all day
    return app


def _read_visitor_behind(app: Flask, hops: int) -> None:
    """Whose address a request has: with no proxy before us a forged X-Forwarded-For is ignored (TRUST S10)."""
    if hops > 0:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=0, x_host=0)  # type: ignore[method-assign]


def _hang_pages(app: Flask) -> None:
    app.before_request(press_of_mail_program)
    app.before_request(answer_without_cookie)
    app.before_request(pass_form_without_referrer)
    CSRFProtect(app)
    for part in (
        ids,
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
        limits,
        reads,
        tables,
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
