"""What came of posts, as a file of a network or of a colleague's table has it: one post in each line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.imports.sheets import Cells, Layout, LineProblem, in_order, read_lines
from scheduler.posts.terms import MOST_REACHED, ReachDraft

LAYOUT = Layout(
    columns={
        "post": ("објава", "број објаве", "кратка адреса", "линк", "link", "short address", "permalink"),
        "reached": ("досег", "доспело до", "people reached", "reach", "accounts reached", "views"),
        "reacted": ("реакције", "интеракције", "reactions", "interactions", "engagement"),
    },
    limits={"post": 200, "reached": 20, "reacted": 20},
)
REQUIRED = ("post", "reached", "reacted")
NUMBER = re.compile(r"(?:\S*/p/)?([a-z2-9]{7})/?", re.ASCII)


@dataclass(frozen=True)
class ReachSheet:
    """What a file says of posts, each with its line, and everything that is wrong in it."""

    told: tuple[tuple[int, str, ReachDraft], ...]
    problems: tuple[LineProblem, ...]
    lines: int
    encoding: str
    post_column: str = "post"


def read_reach(content: bytes, column_map: Mapping[str, str] | None = None) -> ReachSheet:
    """The lines of a file; `column_map` is {their column: our field}. A post is named by number or short address."""
    table, lines, problems = read_lines(content, LAYOUT, REQUIRED, column_map)
    told: dict[str, tuple[int, str, ReachDraft]] = {}
    for line in lines:
        number = line.needed("post", _post, "not_a_post")
        reached, reacted = (_count(line, name) for name in ("reached", "reacted"))
        if number in told:
            line.wrong("post", "post_twice")
        if number and reached is not None and reacted is not None and not line.problems:
            told[number] = (line.row.line, number, ReachDraft(reached, reacted))
        problems += line.problems
    return ReachSheet(tuple(told.values()), in_order(problems), len(table.rows), table.encoding, table.column("post"))


def _post(text: str) -> str | None:
    found = NUMBER.fullmatch(text.strip())
    return found[1] if found else None


def _count(line: Cells, name: str) -> int | None:
    return line.needed(name, _number, "not_a_number")


def _number(text: str) -> int | None:
    """1234, 1 234, 1.234 or 1,234."""
    digits = re.sub(r"(?<=\d)[ .,\u00a0](?=\d{3}(?:\D|$))", "", text.strip())
    return int(digits) if digits.isascii() and digits.isdigit() and int(digits) <= MOST_REACHED else None
