"""A state changes in core/states.py and nowhere else: there the machine is asked and the audit row is written."""

import ast
from pathlib import Path

from tests.laws.sources import nodes

CODE = Path(__file__).parents[2] / "scheduler"
MOVER = "core/states.py"
# Queues that are leased by UPDATE, with no machine and no audit of each attempt: mails, long work.
QUEUES = {"messages/service.py", "work/service.py"}
GUARDED = {"state", "state_since"}


def states_written_by_hand(source: str) -> list[int]:
    """Lines that set `.state`, by assignment, setattr, or an UPDATE's values."""
    return sorted(node.lineno for node in nodes(source) if _assigns(node) or _calls(node))


def _assigns(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        return any(_is_state(part) for target in node.targets for part in ast.walk(target))
    return isinstance(node, ast.AugAssign | ast.AnnAssign) and _is_state(node.target)


def _is_state(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in GUARDED and isinstance(node.ctx, ast.Store)


def _calls(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id == "setattr":
        return any(isinstance(part, ast.Constant) and part.value in GUARDED for part in node.args)
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "values":
        return False
    keys = {word.arg for word in node.keywords}
    keys |= {key.value for part in node.args for key in getattr(part, "keys", []) if isinstance(key, ast.Constant)}
    return bool(keys & GUARDED)


def test_no_state_is_written_by_hand():
    files = {str(path.relative_to(CODE)): path.read_text() for path in CODE.rglob("*.py")}
    by_hand = {name: lines for name, text in files.items() if (lines := states_written_by_hand(text))}

    assert by_hand.pop(MOVER, []) != []  # or the law looks at nothing
    assert set(by_hand) - QUEUES == set(), by_hand


def test_the_law_sees_every_way_around_it():
    ways = (
        "row.state = x",
        "a, row.state = x",
        "row.state: S = x",
        "setattr(row, 'state', x)",
        "update(Visit).values(state=x)",
        "update(Visit).values({'state': x})",
        "row.state_since = now",
    )
    harmless = "Visit(state=x)\nmove(machine, row, to)\nif row.state == x: pass\nlist(d.values())\nself.states = x"

    assert [states_written_by_hand(way) for way in ways] == [[1]] * len(ways)
    assert states_written_by_hand(harmless) == []
