"""The URL map as laws walk it."""

import re
from collections.abc import Iterator
from itertools import product
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

from scheduler import policy
from scheduler.people.terms import PresenterKind
from scheduler.policy import Actor, Role
from scheduler.web.guards import OPEN
from tests.factories.people import make_presenter, make_user
from tests.laws.watch import Watch
from tests.web.browser import browser_of

NOBODY = "999999999"  # an id that no row has
SIGNED_IN = (Role.EDUCATOR, Role.INFLUENCER, Role.COORDINATOR, Role.SAFEGUARDING, Role.ADMINISTRATOR)
PART = re.compile(r"<(?:[^<>]+:)?(\w+)>")


def browser_as(app: Flask, role: Role) -> FlaskClient:
    """A browser of somebody of this role."""
    if role in (Role.EDUCATOR, Role.INFLUENCER):
        return browser_of(app, make_presenter(PresenterKind(role.value)))
    return browser_of(app, make_user(role))


def address_of(rule: Rule) -> str:
    """An address of the rule, with parts that lead to nothing."""
    return PART.sub(lambda part: _leads_nowhere(rule._converters[part[1]]), rule.rule)


def _leads_nowhere(kind: BaseConverter) -> str:
    if isinstance(kind, AnyConverter):
        return min(kind.items)
    return NOBODY if isinstance(kind, IntegerConverter) else "nothing"


def plain_pages(app: Flask) -> list[str]:
    """The addresses that GET answers and that name no row: without a part that changes, or with each of its values."""
    return [address for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) for address in _fixed(rule)]


def _fixed(rule: Rule) -> Iterator[str]:
    """The addresses of a rule whose parts are chosen from a list; none where one part is free."""
    if not free_parts(rule):
        for chosen in product(*(sorted(kind.items) for kind in rule._converters.values())):
            parts = dict(zip(rule._converters, chosen, strict=True))
            yield PART.sub(lambda part, parts=parts: parts[part[1]], rule.rule)


def free_parts(rule: Rule) -> set[str]:
    """The parts of a rule that take any value; a number is "an id"."""
    kinds = rule._converters.items()
    return {
        "an id" if isinstance(kind, IntegerConverter) else name
        for name, kind in kinds
        if not isinstance(kind, AnyConverter)
    }


def endpoint_of(app: Flask, address: str, method: str = "GET") -> str:
    """The endpoint that answers an address, "" where none does."""
    try:
        return str(app.url_map.bind("localhost").match(urlsplit(address).path, method)[0])
    except HTTPException:
        return ""


def pages(app: Flask, *methods: str) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of every route of the house that answers one of the methods."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for method in sorted(set(methods) & set(rule.methods or ())):
            yield rule.endpoint, method, address_of(rule)


def addresses(
    app: Flask, things: dict[str, list[dict[str, str]]], reader: Actor | None = None
) -> Iterator[tuple[str, str]]:
    """(method, address) of every guarded route that names a thing, once for each thing.

    A route that refuses this reader's role at the door, whatever stands in the address, comes once.
    """
    for rule in app.url_map.iter_rules():
        may = getattr(app.view_functions[rule.endpoint], "may", OPEN)
        if may == OPEN or rule.arguments <= {"act"}:
            continue
        methods = sorted((rule.methods or set()) & {"GET", "POST"})
        acts = getattr(rule._converters.get("act"), "items", [""])
        sets = [parts | {"act": act} for parts in things.get(rule.endpoint.split(".")[0], []) for act in sorted(acts)]
        built = {rule.build(parts)[1] for parts in sets if rule.arguments <= parts.keys()}  # type: ignore[index]
        tried = sorted(built)[: 1 if reader and policy.scope_of(reader, *may) is None else None]
        yield from ((method, address) for address in tried for method in methods)


def opened(client: FlaskClient, asked: list[tuple[str, str]], watch: Watch) -> list[tuple[str, str, int]]:
    """What was answered otherwise than a thing that does not exist, or stored something."""
    wrong = []
    for method, address in asked:
        watch.anything_stored()
        status = client.open(address, method=method).status_code
        if status not in (403, 404) or watch.anything_stored():
            wrong.append((method, address, status))
    return wrong
