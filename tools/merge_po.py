"""A merge driver for .po files: both sides' strings, translated ones first, sorted again. Never a conflict marker.

    git config merge.po.driver ".venv/bin/python -m tools.merge_po %O %A %B"

Where both sides changed the same words differently, ours stay and a line on standard error says so. A string that one
side dropped stays until the next `python -m tools.translations update`.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Message

from scheduler.core.language import DEFAULT
from tools.catalogues import is_translated, key_of, messages_of, read, text_of


def chosen(base: Message | None, ours: Message, theirs: Message) -> Message:
    """Of two entries for one string, the one to keep."""
    if ours.id != theirs.id:  # one side made a plural of it
        return ours if ours.pluralizable else theirs
    if is_translated(ours) != is_translated(theirs):
        return ours if is_translated(ours) else theirs
    if ours.string == theirs.string or (base and base.string == theirs.string):
        return ours
    if base is None or base.string != ours.string:
        print(f"both sides changed {key_of(ours)!r}: ours is kept, theirs was {theirs.string!r}", file=sys.stderr)
        return ours
    return theirs


def merge(base: Path, ours: Path, theirs: Path) -> None:
    """Write the union of both sides over `ours`."""
    old, mine, other = (messages_of(read(path, DEFAULT)) for path in (base, ours, theirs))
    kept = {**other, **mine}
    for key in mine.keys() & other.keys():
        kept[key] = chosen(old.get(key), mine[key], other[key])
    ours.write_bytes(text_of(kept.values(), DEFAULT))


if __name__ == "__main__":
    merge(*(Path(name) for name in sys.argv[1:4]))
