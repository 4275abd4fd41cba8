"""What SQLAlchemy keeps of 1,300 columns for as long as a process lives, without what it makes for nobody.

Five megabytes in each process. Nothing that somebody can ask for is missing: what is left out here is made when it is
first asked for.
"""

from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.event.base import slots_dispatcher
from sqlalchemy.orm import configure_mappers
from sqlalchemy.orm.attributes import QueryableAttribute

ANSWERED = ("dispatch", "proxy_set")  # made when it is first asked for, and kept
NAMES_ANSWERED = "_memoized_keys"  # SQLAlchemy's own list of more of them
NONE = frozenset[Any]()


class OwnEvents(slots_dispatcher[Any]):
    """The events of a mapped attribute, looked for in itself alone.

    SQLAlchemy's own looks with `hasattr`. An attribute that lacks a name asks the expression of its column for it: so
    each column was copied, with all its fields, only to find that the copy has no events of the attribute either.
    """

    def __get__(self, attribute: Any, kind: type[Any]) -> Any:
        if attribute is None:
            return self.dispatch
        try:
            return object.__getattribute__(attribute, "_slots_dispatch")
        except AttributeError:
            attribute._slots_dispatch = self.dispatch._for_instance(attribute)
            return attribute._slots_dispatch


def look_for_events_in_attributes() -> None:
    """Before the first mapper is configured."""
    found = vars(QueryableAttribute)["dispatch"]
    QueryableAttribute.dispatch = OwnEvents(found.events)  # type: ignore[misc]  # one for all attributes


def settle(metadata: MetaData) -> None:
    """Once all tables are declared, and before what is loaded next takes the room: no column changes any more.

    What waited for a column to get its table has happened; what mapping it asked of it (what is alike, copies of it) it
    answers anew to who asks by it. And a dict that has grown is twice as large as one that is made of its fields.
    """
    configure_mappers()
    for table in metadata.tables.values():
        for column in table.columns:
            fields = column.__dict__
            for name in (*ANSWERED, *fields.get(NAMES_ANSWERED, ()), NAMES_ANSWERED):
                fields.pop(name, None)
            if not fields["constraints"]:  # ours are the table's
                fields["constraints"] = NONE
            column.__dict__ = dict(fields)
