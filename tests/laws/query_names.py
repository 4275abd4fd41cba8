"""The names that a page looks for in the query of its address."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict


class Asked(ImmutableMultiDict[str, str]):
    """The query of an address, which writes down the names that a page asks it for."""

    names: ClassVar[set[str]] = set()

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super().getlist(key, *args, **kwargs)

    def __getitem__(self, key: str) -> str:
        self.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)


class AskedRequest(Request):
    """What an application whose `request_class` it is answers."""

    parameter_storage_class = Asked


@contextmanager
def query_names() -> Iterator[set[str]]:
    """The names that the pages opened inside the block look for in their addresses and forms."""
    Asked.names = set()
    yield Asked.names
