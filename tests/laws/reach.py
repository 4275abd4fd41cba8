"""The forms that a visitor of a role reaches, and what pages read from their address."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from scheduler.core.db import db
from scheduler.people.models import User, UserRole
from scheduler.policy import Role
from scheduler.web import forms as web_forms
from tests.laws.nasty import FormSeen, seen_on
from tests.web.browser import sign_in_as

WEB = Path(web_forms.__file__).parent
NUMBERS, NUMBERS_AND_LINKS = r"\d+", r"[\w-]{43}|\d+"
PAGES_EACH = 1  # of addresses that differ only in their numbers


def browser(app: Flask, role: Role | None) -> FlaskClient:
    client = app.test_client()
    if role is None:
        return client
    user_id = db.session.scalar(sa.select(sa.func.min(User.id)).join(UserRole).where(UserRole.role == role))
    return sign_in_as(client, user_id)


Shape = tuple[str, str, tuple[str, ...]]


def forms_within_reach(
    app: Flask, client: FlaskClient, more: Iterable[str] = (), met: dict[Shape, FormSeen] | None = None
) -> Iterator[FormSeen]:
    """One form of each shape, on any page that links lead to, from the plain addresses and `more`.

    `met` are the forms that visitors before this one have met: they are not met again, behind another link neither.
    """
    todo = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and "<" not in rule.rule]
    todo += more
    seen, shapes = set(todo), {}
    known: dict[Shape, FormSeen] = {} if met is None else met
    while todo:
        address = todo.pop(0)
        answer = client.get(address)
        assert answer.status_code < 500, address
        forms, links = seen_on(address, answer.text if answer.mimetype == "text/html" else "")
        for form in forms:
            path = re.sub(NUMBERS if met is None else NUMBERS_AND_LINKS, "N", urlsplit(form.action).path)
            if known.setdefault((form.method, path, tuple(form.names)), form) is form:
                yield form
        for link in sorted(links - seen):
            shape = re.sub(r"=[^&]*", "", re.sub(r"\d+|[A-Z0-9]{16}", "N", link))
            shapes[shape] = shapes.get(shape, 0) + 1
            if shapes[shape] <= PAGES_EACH and not link.startswith(("/static", "/assets")):
                seen.add(link)
                todo.append(link)


def asked_in_addresses() -> dict[str, set[str]]:
    """Every name that the pages of a blueprint, or all pages (""), read from the query of their address."""
    names: dict[str, set[str]] = {}
    for path in WEB.rglob("*.py"):
        room = path.relative_to(WEB).parts[0] if path.parent != WEB else ""
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(attr="get", value=of), args=[ast.Constant(value=str(name)), *_]):
                    if ast.unparse(of) in ("request.args", "args", "asked"):
                        names.setdefault(room, set()).add(name)
                case ast.Call(func=ast.Name(id="asked_day"), args=[ast.Constant(value=str(name))]):
                    names.setdefault(room, set()).add(name)
    return names
