"""The templates' environment: as Flask's own, with names that are compared at once and not one by one."""

from collections import ChainMap
from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class GlobalNames(ChainMap[str, Any]):
    """What every template knows.

    Each `{% from … import … %}` of a page asks Jinja which names of the page the imported file lacks: of a plain
    ChainMap that is forty look-ups through Python, ten times a page.
    """

    def keys(self) -> Any:
        return set().union(*self.maps)


class PageEnvironment(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return GlobalNames(d or {}, self.globals)
