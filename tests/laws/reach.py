"""The forms that a visitor of a role reaches, and what pages read from their address."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, Request
from flask.testing import FlaskClient
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule

from scheduler.core.db import db
from scheduler.people.models import User, UserRole
from scheduler.policy import Role
from tests.laws.nasty import FormSeen, seen_on
from tests.web.browser import sign_in_as

NUMBERS, NUMBERS_AND_LINKS = r"\d+", r"[\w-]{43}|\d+"
SAME_PAGE = re.compile(r"[?&](lang|theme)=")  # in another language or other colours: the same forms
FILTERS_EACH = 4  # of one page: other filters bring no other form


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
    todo = [*(rule.rule for rule in plain_pages(app)), *more]
    seen, met_shapes, pages = set(todo), set(), Counter[str]()
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
            page = shape.partition("?")[0]
            if shape in met_shapes or SAME_PAGE.search(link) or link.startswith(("/static", "/assets")):
                continue
            met_shapes.add(shape)
            pages[page] += 1
            if pages[page] <= FILTERS_EACH:
                seen.add(link)
                todo.append(link)


def plain_pages(app: Flask) -> list[Rule]:
    """The rules that GET answers and whose address holds no part that changes."""
    return [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and "<" not in rule.rule]


class Asked(ImmutableMultiDict[str, str]):
    """The query of an address, which writes down the names that a page asks it for."""

    names: ClassVar[set[str]] = set()

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super().get(key, *args, **kwargs)

    def __getitem__(self, key: str) -> str:
        self.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)


class AskedRequest(Request):
    parameter_storage_class = Asked


def asked_in_addresses(app: Flask, client: FlaskClient, typed: Iterable[str]) -> dict[str, set[str]]:
    """The names that each plain page reads from its query: asked without one, then for all the names at once.

    Raises: AssertionError when a page breaks over one of `typed`, said under all the names at once.
    """
    read: dict[str, set[str]] = {}
    app.request_class = AskedRequest
    try:
        for value in (None, *typed):
            every = sorted(set().union(*read.values()))
            for rule in plain_pages(app):
                Asked.names = read.setdefault(rule.rule, set())
                asked = dict.fromkeys(every, value[:300]) if value else None  # alone a name may be longer
                status = client.get(rule.rule, query_string=asked).status_code
                assert status < 500, (rule.rule, value)
    finally:
        app.request_class = Request
    return read


def broken_by_one_name(client: FlaskClient, read: dict[str, set[str]], typed: Iterable[str]) -> list[tuple[str, ...]]:
    """(page, name, what was typed) that make a 500, the name alone; what every page reads is asked of the first.

    A name that many pages read is asked with every value of the first; of each further page with a third, in turn.
    """
    everywhere, tried = set.intersection(*read.values()), list(typed)
    first, asked, some = next(iter(read)), Counter[str](), max(1, len(tried) // 3)
    broken = []
    for page, names in read.items():
        for name in sorted(names if page == first else names - everywhere):
            turn = asked[name]
            asked[name] += 1
            for value in (tried[(turn * some + more) % len(tried)] for more in range(some if turn else len(tried))):
                if client.get(page, query_string={name: value}).status_code >= 500:
                    broken.append((page, name, value[:40]))
    return broken
