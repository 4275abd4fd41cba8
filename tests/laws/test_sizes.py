"""The ceilings of docs/architecture.md. A table of data may be longer, by name."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.laws.sources import nodes

ROOT = Path(__file__).resolve().parents[2]
LONG_TABLES: set[str] = set()  # "scheduler/…": files that are a table of data
FUNCTION, FILE, TEMPLATE, LINE, PARAMETERS, ROUTES = 80, 600, 200, 120, 6, 20
VISITS = 4500  # every room above stands on this one: what only one of them asks for lies there
Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[Function]:
    return (node for node in nodes(path.read_text()) if isinstance(node, Function))


def lines_of(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters_of(function: Function) -> int:
    """How many a caller sees."""
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def routes_in(path: Path) -> int:
    decorators = [d.func for f in functions(path) for d in f.decorator_list if isinstance(d, ast.Call)]
    verbs = {"route", "get", "post", "put", "patch", "delete"}
    return sum(isinstance(d, ast.Attribute) and d.attr in verbs for d in decorators)


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{name_of(path)}:{function.name}": lines_of(function)
        for path in python_files("scheduler", "tools", "tests")
        for function in functions(path)
        if lines_of(function) > FUNCTION
    }

    assert long == {}


def test_no_file_is_too_long():
    lengths = {
        name_of(path): len(path.read_text().splitlines()) for path in python_files("scheduler", "tools", "tests")
    }

    assert {name: length for name, length in lengths.items() if length > FILE and name not in LONG_TABLES} == {}
    assert {name for name in LONG_TABLES if lengths.get(name, 0) <= FILE} == set()


def lines_of_room(folder: Path) -> int:
    return sum(len(path.read_text().splitlines()) for path in folder.rglob("*.py"))


def test_the_room_of_visits_keeps_what_is_of_visits():
    assert lines_of_room(ROOT / "scheduler" / "visits") <= VISITS


def test_no_template_is_too_long():
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in (ROOT / "templates").rglob("*.html")}

    assert {name: length for name, length in lengths.items() if length > TEMPLATE} == {}


def long_lines(folder: Path) -> dict[str, int]:
    """Lines of templates that no screen shows whole, by file and number; mails are templates, too."""
    return {
        f"{path.relative_to(folder)}:{number}": len(line)
        for path in sorted(folder.rglob("*.*"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LINE
    }


def test_no_line_of_a_template_is_too_long():
    assert long_lines(ROOT / "templates") == {}


def test_a_long_line_is_found(tmp_path: Path):
    (tmp_path / "page.html").write_text(f"{'č' * LINE}\n{'č' * (LINE + 1)}\n")
    (tmp_path / "mail.jinja").write_text("a" * 130)

    assert long_lines(tmp_path) == {"mail.jinja:1": 130, "page.html:2": LINE + 1}


def test_no_function_has_too_many_parameters():
    many = {
        f"{name_of(path)}:{function.name}": parameters_of(function)
        for path in python_files("scheduler", "tools")
        for function in functions(path)
        if parameters_of(function) > PARAMETERS
    }

    assert many == {}


def test_no_file_of_views_has_too_many_routes():
    counts = {name_of(path): routes_in(path) for path in (ROOT / "scheduler" / "web").rglob("views.py")}

    assert {name: count for name, count in counts.items() if count > ROUTES} == {}


def test_nothing_is_left_to_do_in_the_code():
    mark = "TO" + "DO"
    sources = [*python_files("scheduler", "tools", "tests"), *(ROOT / "templates").rglob("*.html")]

    assert [name_of(path) for path in sources if mark in path.read_text()] == []


def test_the_measures_measure(tmp_path: Path):
    path = tmp_path / "views.py"
    body = "    pass\n" * 60
    path.write_text(f"class A:\n  @bp.route('/')\n  @bp.get('/x')\n  def f(self, a, /, b, *, c):\n{body}")

    (found,) = functions(path)

    assert (lines_of(found), parameters_of(found), routes_in(path)) == (61, 3, 2)
    assert lines_of_room(tmp_path) == 64
