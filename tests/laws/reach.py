"""The forms that a visitor of a role reaches."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from scheduler.core.db import db
from scheduler.people.models import User, UserRole
from scheduler.policy import Role
from tests.laws.nasty import FormSeen, seen_on
from tests.web.browser import sign_in_as

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

    `met` are the forms that visitors before this one have met: they are not met again.
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
            path = re.sub(r"[\w-]{43}|\d+", "N", urlsplit(form.action).path)  # numbers and secrets
            if known.setdefault((form.method, path, tuple(form.names)), form) is form:
                yield form
        for link in sorted(links - seen):
            shape = re.sub(r"=[^&]*", "", re.sub(r"\d+|[A-Z0-9]{16}", "N", link))
            shapes[shape] = shapes.get(shape, 0) + 1
            if shapes[shape] <= PAGES_EACH and not link.startswith(("/static", "/assets")):
                seen.add(link)
                todo.append(link)
