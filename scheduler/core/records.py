"""`dataclass` of the house: what is written down once and never changed shares its methods with all others of its kind.

Python's own writes and compiles six functions for each class, seven megabytes for our seven hundred, of which most are
never called. Here only `__init__` is a class's own; to compare, to hash, to show and to refuse a change is the same for
all. What changes (not frozen), and whoever asks for more than `frozen` and `slots`, gets Python's own. `replace` copies
what a record holds in one step, in place of asking for each field. The other words of that library are handed on.
"""

import dataclasses
from dataclasses import asdict, field, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ["asdict", "dataclass", "field", "fields", "replace"]

KEY = "__record_key__"  # what objects of a class are compared by
RECORD_FIELDS = "__record_fields__"  # the fields of a class whose objects are made of nothing else

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:

    def dataclass(cls=None, /, **how):
        """As Python's, with the same words; mypy reads Python's."""
        if cls is None:
            return lambda one: dataclass(one, **how)
        if not how.get("frozen") or how.keys() - {"frozen", "slots"} or _hashes_otherwise(cls):
            return dataclasses.dataclass(cls, **how)
        return _shared(cls, how)

    def replace(one, /, **changes):
        """As Python's: another one, with these values in place of its own."""
        names = type(one).__dict__.get(RECORD_FIELDS)
        if names is None or not changes.keys() <= names:
            return dataclasses.replace(one, **changes)  # also where a field has no such name, which it tells
        held = one.__dict__
        if len(held) != len(names):  # what was found out about the other one lies beside them
            held = {name: held[name] for name in names}
        made = object.__new__(type(one))
        made.__dict__.update(held, **changes)
        return made


def _hashes_otherwise(cls: type) -> bool:
    """Whether a field is compared and yet not hashed: a mapping cannot be."""
    inherited = getattr(cls, "__dataclass_fields__", {})
    fields = [one for one in (*inherited.values(), *vars(cls).values()) if isinstance(one, dataclasses.Field)]
    return any(one.hash is not None for one in fields)


def _shared(cls: type, how: dict[str, Any]) -> type:
    # A class that says itself how it is compared or shown is left so; to its hash, then, Python has put None.
    shared = {name: method for name, method in SHARED.items() if cls.__dict__.get(name) is None}
    if cls.__doc__ is None:
        cls.__doc__ = ""  # else Python writes one out of its signature
    made: type = dataclasses.dataclass(cls, repr=False, eq=False, **how)
    names = [one.name for one in fields(made) if one.compare]
    setattr(made, KEY, attrgetter(*names) if names else type)  # of nothing all of a class are alike
    for name, method in shared.items():
        setattr(made, name, method)
    in_slots = any(kind.__dict__.get("__slots__") for kind in made.__mro__)
    if not (in_slots or hasattr(made, "__post_init__")) and all(one.init for one in fields(made)):
        setattr(made, RECORD_FIELDS, frozenset(one.name for one in fields(made)))
    return made


def _eq(self: Any, other: Any) -> Any:
    if self is other:
        return True
    if other.__class__ is not self.__class__:
        return NotImplemented
    key = self.__record_key__
    return key(self) == key(other)


def _hash(self: Any) -> int:
    return hash(self.__record_key__(self))


@recursive_repr("...")
def _repr(self: Any) -> str:
    told = ", ".join(f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{self.__class__.__qualname__}({told})"


def _stays(self: Any, name: str) -> bool:
    """Of a class that adds to a record without being one itself, only what the record holds."""
    return "__dataclass_fields__" in type(self).__dict__ or name in self.__dataclass_fields__


def _change(self: Any, name: str, value: object) -> None:
    if _stays(self, name):
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _removal(self: Any, name: str) -> None:
    if _stays(self, name):
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
    object.__delattr__(self, name)


SHARED = {"__eq__": _eq, "__hash__": _hash, "__repr__": _repr, "__setattr__": _change, "__delattr__": _removal}
