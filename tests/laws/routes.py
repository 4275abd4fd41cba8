"""The URL map as laws walk it."""

import re
from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

NOBODY = "999999999"  # an id that no row has
PART = re.compile(r"<(?:[^<>]+:)?(\w+)>")


def address_of(rule: Rule) -> str:
    """An address of the rule, with parts that lead to nothing."""
    return PART.sub(lambda part: _leads_nowhere(rule._converters[part[1]]), rule.rule)


def _leads_nowhere(kind: BaseConverter) -> str:
    if isinstance(kind, AnyConverter):
        return min(kind.items)
    return NOBODY if isinstance(kind, IntegerConverter) else "nothing"


def pages(app: Flask, *methods: str) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of every route of the house that answers one of the methods."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for method in sorted(set(methods) & set(rule.methods or ())):
            yield rule.endpoint, method, address_of(rule)
