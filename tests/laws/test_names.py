"""One word, one thing: no class of two files, no number with two values, and nouns for what one looks for by name.

A stack trace and a search show names without their folder: `Counts` of three files, or `A_WEEK` of eight days beside
one of seven, send the reader to the wrong one.
"""

import ast
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

from tests.laws.sources import parsed

ROOT = Path(__file__).resolve().parents[2]
PLAIN = (int, float, str, bytes, dt.timedelta)  # a table of words or of states is read beside what it is a table of
SAME_CLASS: dict[str, str] = {}  # name: why two files may define a class of that name
SAME_CONSTANT: dict[str, str] = {}  # name: why it may have two values
# alone they leave out whose, or what: who was asked, what was shown, held by whom?
NOT_NOUNS = """
    after asked asking away begun beside booked carried checked chosen copied counted dated deciding drawn ended found
    following gone held kept late listed locked lost missing named near noted past pressed said searched shipped shown
    signed sought stopped stored taken tallied together told typed wanted written
"""
SPOKEN = {
    "Gone": "what HTTP calls a page that was",
    "together": "the name of an endpoint, which is part of an address",
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "scheduler").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts).removesuffix(".__init__"), parsed(path.read_text())


def classes_of(tree: ast.Module) -> list[str]:
    """Those at the top: a class inside another one is found through it."""
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]


def functions_of(tree: ast.Module) -> list[str]:
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


def constants_of(tree: ast.Module) -> list[str]:
    """Those that others may import: a private one is read in its own file."""
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    targets += [node.target for node in tree.body if isinstance(node, ast.AnnAssign)]
    names = [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    return [name for name in names if name.isupper() and not name.startswith("_")]


def of_one_name(found: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The names that stand for more than one thing, with these things."""
    things: dict[str, set[str]] = defaultdict(set)
    for name, thing in found:
        things[name].add(thing)
    return {name: sorted(these) for name, these in things.items() if len(these) > 1}


def test_no_two_classes_have_one_name():
    twice = of_one_name((name, module) for module, tree in modules() for name in classes_of(tree))

    assert {name: files for name, files in twice.items() if name not in SAME_CLASS} == {}
    assert SAME_CLASS.keys() <= twice.keys()


def test_a_number_or_a_text_of_one_name_has_one_value():
    values = [
        (name, repr(value))
        for module, tree in modules()
        for name in constants_of(tree)
        if isinstance(value := getattr(import_module(module), name), PLAIN)
    ]
    twice = of_one_name(values)

    assert {name: these for name, these in twice.items() if name not in SAME_CONSTANT} == {}
    assert SAME_CONSTANT.keys() <= twice.keys()


def test_what_one_looks_for_by_name_is_called_by_a_noun():
    names = {
        name
        for module, tree in modules()
        for name in (module.rpartition(".")[2], *classes_of(tree), *functions_of(tree), *constants_of(tree))
        if name.lower() in NOT_NOUNS.split()
    }

    assert names == SPOKEN.keys()


def test_the_law_sees_each_kind():
    """By the names that the house once had."""
    tree = parsed("A_WEEK = 7\n_KEPT = 1\nHELD: int = 2\nclass Asked:\n    class Meta: ...\ndef said(): ...\n")

    assert constants_of(tree) == ["A_WEEK", "HELD"]
    assert (classes_of(tree), functions_of(tree)) == (["Asked"], ["said"])
    assert of_one_name([("A_WEEK", "7"), ("A_WEEK", "8"), ("A_DAY", "1"), ("A_DAY", "1")]) == {"A_WEEK": ["7", "8"]}
