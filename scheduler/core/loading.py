"""How a process loads what it is made of: without what it does not need, and without looking for garbage."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """Inside, these libraries look as if they were not installed; one that is loaded already stays.

    A library that tries `import redis` and goes on without it costs us a tenth of a second and ten megabytes in each
    process, though nothing of ours asks for it.
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is how Python says: do not look for it
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


class StandIn(ModuleType):
    """A module in which every name is found, and none is of use."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


@contextmanager
def stood_in(*names: str) -> Iterator[None]:
    """Inside, these modules look loaded: a library that goes on without none of them takes them along for nobody.

    Who asks for one afterwards gets it; what the library took from it inside stays of no use.
    """
    missing = [name for name in names if name not in sys.modules]
    sys.modules.update({name: StandIn(name) for name in missing})
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


def forget_annotations() -> None:
    """What functions say of their values: like docstrings it is for who reads the code, and no page asks for it.

    Twenty thousand small objects. Classes keep theirs: records and tables are made by them.
    """
    for one in gc.get_objects():
        if type(one) is FunctionType:
            del one.__annotations__


@contextmanager
def uncollected() -> Iterator[None]:
    """Inside, a process loads what lives as long as it does: no garbage is looked for, now or later.

    A thousand modules leave some hundred kilobytes of it. The search walked through all that was loaded by then, again
    and again: a fourth of a start; and each full one afterwards for a fifth of a second, in which somebody waits.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def collect_often() -> None:
    """Of a process that serves pages: what a page leaves behind is found after a few pages more, not after twenty.

    What refers to itself (macros of a template, pieces of a query) waits for that: a third of a megabyte for a list of
    a hundred. A full search is quick where what was loaded is left out of it.
    """
    gc.set_threshold(2_000, 5, 3)  # Python's own: 2,000, 10, 10
