"""What an installation holds, read past the product: every cell of its database, every byte of its files."""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from scheduler.core.identity import has_identity_number
from scheduler.core.personal_text import personal_in
from scheduler.core.text import to_latin

DIGEST = re.compile(r"[0-9a-f]{32,}(\.[0-9a-f]{32,})*")
# Tables of rooms that count children, or what was done for them: no text of them may name anybody.
ABOUT_CHILDREN = (
    *("helpline_code", "helpline_count", "helpline_list", "helpline_period"),
    *("helpline_public_cell", "helpline_publication"),
    *("cohort", "cohort_part", "practice_case", "practice_sum"),
    *("hand_off", "head_count", "tally_mark", "kept_figure"),
    *("question_round", "answer_sum", "question_set", "set_question"),
    *("panel", "panel_seat", "panel_sum", "presenter_training"),
)


@dataclass(frozen=True)
class Cell:
    """A text of a row."""

    table: str
    column: str
    text: str


def cells(database: Path, tables: Iterable[str] | None = None) -> Iterator[Cell]:
    """Every text of the tables that are there; of all of them, where none are named."""
    with closing(sqlite3.connect(database)) as connection:
        named = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in sorted(set(named) & set(tables) if tables is not None else named):
            columns = [name for _at, name, kind, *_rest in connection.execute(f'PRAGMA table_info("{table}")')
                       if kind.startswith(("VARCHAR", "TEXT"))]  # fmt: skip  # no days and moments
            chosen = ", ".join(f'"{name}"' for name in columns) or "NULL"
            for row in connection.execute(f'SELECT {chosen} FROM "{table}"'):
                yield from (Cell(table, name, said) for name, said in zip(columns, row, strict=False) if said)


def persons_in(found: Iterable[Cell]) -> list[str]:
    """Where somebody is named, or reached by telephone, in texts that are about children."""
    return sorted({f"{one.table}.{one.column}: {why}" for one in found if (why := personal_in(one.text)) is not None})


def citizens_in(found: Iterable[Cell]) -> list[str]:
    """Where the number of a citizen stands; a seal or a digest may hold thirteen digits by chance."""
    texts = (one for one in found if not DIGEST.fullmatch(one.text))
    return sorted({f"{one.table}.{one.column}" for one in texts if has_identity_number(one.text)})


def files_with(folder: Path, words: Iterable[str]) -> list[str]:
    """Files that hold one of the words, in Cyrillic or Latin: what was deleted and still lies there, too."""
    wanted = [spelled.encode() for word in words for spelled in {word, to_latin(word)}]
    names = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = path.read_bytes()
        names += [f"{path.relative_to(folder)}: {word.decode()}" for word in wanted if word in content]
    return names
