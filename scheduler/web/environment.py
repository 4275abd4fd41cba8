"""Flask as the house needs it: what it asks anew for each page, and what is always the same here, is not asked.

And the templates' environment: as Flask's own, with names that are compared at once and not one by one.
"""

from collections import ChainMap
from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from werkzeug.routing import Rule


class GlobalNames(ChainMap[str, Any]):
    """What every template knows.

    Each `{% from … import … %}` of a page asks Jinja which names of the page the imported file lacks: of a plain
    ChainMap that is forty look-ups through Python, ten times a page.
    """

    def keys(self) -> Any:
        return set().union(*self.maps)


class LaterRule(Rule):
    """The address of a page, whose writer is made when it is first written.

    Werkzeug compiles two functions for each of four hundred addresses: a tenth of the start, two megabytes, and most
    processes write a few dozen of them.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        return _write_with_unknown if append_unknown else _write


def _write(rule: LaterRule, **values: Any) -> tuple[str, str]:
    rule._build = Rule._compile_builder(rule, False).__get__(rule, None)
    return rule._build(**values)


def _write_with_unknown(rule: LaterRule, **values: Any) -> tuple[str, str]:
    rule._build_unknown = Rule._compile_builder(rule, True).__get__(rule, None)
    return rule._build_unknown(**values)


class House(Flask):
    """Every function of a page is a plain one: Flask would ask each of them, thirty times a page."""

    url_rule_class = LaterRule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


class PageEnvironment(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return GlobalNames(d or {}, self.globals)
