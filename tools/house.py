"""The house in figures: `python -m tools.house [FOLDER]` prints sizes, imports and the rooms with their lines.

FOLDER is a checkout; without one, this one. So two states of the house are compared by one script.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from statistics import quantiles

Function = ast.FunctionDef | ast.AsyncFunctionDef
Import = ast.Import | ast.ImportFrom


def spread(numbers: Iterable[int]) -> str:
    """Median, 95th percentile, largest."""
    sample = sorted(numbers)
    cuts = quantiles(sample, n=100, method="inclusive")
    return f"{cuts[49]:.0f} / {cuts[94]:.0f} / {sample[-1]}"


def lines_of(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def own_imports(tree: ast.Module) -> int:
    """How many statements take something from our own house."""
    return sum(isinstance(node, ast.ImportFrom) and (node.module or "").startswith("scheduler") for node in tree.body)


def handed_on(path: Path, tree: ast.Module) -> int:
    """Lines of a package's `__init__.py` that only hand names on."""
    facade = path.name == "__init__.py" and any(isinstance(node, Import) for node in tree.body)
    return len(path.read_text().splitlines()) if facade else 0


def main() -> None:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    files = sorted((root / "scheduler").rglob("*.py"))
    trees = {path: ast.parse(path.read_text()) for path in files}
    lengths = {path: len(path.read_text().splitlines()) for path in files}
    functions = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, Function)]
    imports = sum(lines_of(node) for tree in trees.values() for node in ast.walk(tree) if isinstance(node, Import))
    lines = sum(lengths.values())
    tests = sum(len(path.read_text().splitlines()) for path in (root / "tests").rglob("*.py"))
    figures = {
        "files / lines of scheduler/": f"{len(files)} / {lines}",
        "file p50 / p95 / max": spread(lengths.values()),
        "function p50 / p95 / max": spread(map(lines_of, functions)),
        "own imports a file p50 / p95 / max": spread(map(own_imports, trees.values())),
        "lines of re-exporting __init__.py": sum(handed_on(path, tree) for path, tree in trees.items()),
        "lines that are imports": f"{100 * imports / lines:.1f} %",
        "test lines a line": f"{tests / lines:.2f}",
    }
    rooms: Counter[str] = Counter()
    for path, length in lengths.items():
        inside = path.relative_to(root / "scheduler").parts
        rooms[inside[0] if len(inside) > 1 else "(roof and ground)"] += length
    for name, figure in figures.items():
        print(f"{name:<36}{figure}")
    print(" · ".join(f"{room} {length}" for room, length in rooms.most_common()))


if __name__ == "__main__":
    main()
