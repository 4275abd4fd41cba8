"""The suite stands at a fixed Monday: what a test asserts holds on every day on which somebody runs it.

The marks of tests: what protects children and refuses access is never left to the long run (docs/tests.md).
A count above its ceiling fails and shows every statement; one below it is named in the summary and passes.
The ceilings of docs/architecture.md. A table of data may be longer, by name.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ceilings import Measured, _of_this_test, at_most, can_be_lowered
from tests.conftest import LONGEST
from tests.laws.sources import nodes, parsed

TESTS = Path(__file__).resolve().parents[1]
ASKS = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}
OF = {"clock", "datetime", "date", "time"}  # clock.now(), dt.datetime.now(), dt.date.today(), time.time()
PUT_UP = "conftest.py"
REAL_PROCESSES = {
    "journeys/installation.py": "tells started programs how far the product's clock is ahead of the machine's",
    "journeys/at_another_time.py": "runs in such a program and adds that to the machine's clock",
}
STOPWATCHES = {"monotonic", "perf_counter", "process_time"}


def readings(source: str) -> Iterator[str]:
    """Each place where the machine is asked what time it is, or where a test puts up a clock of its own."""
    for node in nodes(source):
        match node:
            case ast.Attribute(value=ast.Name(id=of) | ast.Attribute(attr=of), attr=asked) if (
                of in OF and asked in ASKS
            ):
                yield f"line {node.lineno}: {of}.{asked}"
            case ast.ImportFrom(module="scheduler.core.clock" | "time", names=names):
                yield from (f"line {node.lineno}: import {one.name}" for one in names if one.name in ASKS)
            case ast.Call(func=ast.Attribute(attr="setattr"), args=[ast.Name(id="clock"), *_]):
                yield f"line {node.lineno}: move the_clock instead"
            case ast.Constant(value=str(text)) if text.startswith("scheduler.") and text.endswith(".clock.now"):
                yield f"line {node.lineno}: move the_clock instead"


def stopped_times(source: str) -> Iterator[str]:
    """Each assertion about how long something took."""
    for node in nodes(source):
        if not isinstance(node, ast.Assert):
            continue
        for part in ast.walk(node):
            match part:
                case ast.BinOp(left=ast.Call(func=ast.Attribute(attr=name)), op=ast.Sub()) if name in STOPWATCHES:
                    yield f"line {node.lineno}: time.{name}"


def test_no_test_and_no_fixture_asks_what_day_it_is_but_a_few():
    allowed = {TESTS / name for name in (*REAL_PROCESSES, PUT_UP)}
    wrong = [
        f"{path.relative_to(TESTS)} {reading}"
        for path in sorted(TESTS.rglob("*.py"))
        if path not in allowed
        for reading in readings(path.read_text())
    ]

    assert wrong == []

    (reading,) = readings((TESTS / PUT_UP).read_text())

    assert reading.endswith("clock.now")

    for name in REAL_PROCESSES:
        assert list(readings((TESTS / name).read_text())), name


@pytest.mark.parametrize(
    "line",
    [
        "clock.now()", "dt.datetime.now(dt.UTC)", "datetime.now()", "dt.date.today()", "date.today()", "time.time()",
        "real = clock.now", "from scheduler.core.clock import now", "from time import time",
        "monkeypatch.setattr(clock, 'now', lambda: LEAVING)",
        "monkeypatch.setattr('scheduler.core.clock.now', lambda: LEAVING)",
    ],
)  # fmt: skip
def test_the_law_sees_each_way_of_asking(line):
    assert list(readings(line))


@pytest.mark.parametrize("line", ["THE_CLOCK.now()", "time.monotonic()", "clock.local_day(MONDAY)", "dt.time(9)"])
def test_the_law_lets_pass_what_does_not_ask(line):
    assert not list(readings(line))


def test_no_test_asserts_how_long_something_took():
    timed = {str(path.relative_to(TESTS)) for path in TESTS.rglob("*.py") if list(stopped_times(path.read_text()))}
    assert timed == set()
    assert list(stopped_times("assert time.monotonic() - since < 5"))


def test_the_longest_files_that_begin_a_run_are_there():
    """Under a name that is gone a heavy file would begin last, and end alone."""
    assert set(LONGEST) <= {path.stem for path in TESTS.rglob("test_*.py")}


NEVER_DEEP = re.compile(r"refus|may_not|nobody_else|minor|young|consent|vetting|guardian|forge|safeguard|whereabouts")


def marks_of(expressions: list[ast.expr]) -> set[str]:
    """The names of marks in decorators or in a `pytestmark`."""
    return {node.attr for each in expressions for node in ast.walk(each) if isinstance(node, ast.Attribute)}


def marked_tests(source: str) -> dict[str, set[str]]:
    """Test to its marks, those of its file included."""
    functions, shared = {}, set[str]()
    for node in parsed(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            shared = marks_of([node.value])
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            functions[node.name] = marks_of(node.decorator_list)
    return {name: marks | shared for name, marks in functions.items()}


def test_no_refusal_about_access_or_minors_is_left_to_the_long_run():
    deep = [
        f"{file.relative_to(TESTS)}::{name}"
        for file in sorted(TESTS.rglob("test_*.py"))
        if "deep" in (source := file.read_text(encoding="utf-8"))
        for name, marks in marked_tests(source).items()
        if "deep" in marks
    ]

    assert [test for test in deep if NEVER_DEEP.search(test)] == []


@pytest.mark.parametrize(
    "source",
    ["@pytest.mark.deep\ndef test_a(): ...", "pytestmark = [pytest.mark.deep]\ndef test_a(): ..."],
    ids=["on the test", "on the file"],
)
def test_the_law_reads_both_places_of_a_mark(source):
    assert marked_tests(source) == {"test_a": {"mark", "deep"}}


def test_more_than_the_ceiling_fails_and_lists_the_statements():
    with pytest.raises(AssertionError) as failure:
        at_most(1, ["SELECT 1", "SELECT\n  2"])
    assert str(failure.value).splitlines()[:3] == ["2 SELECTs, at most 1", "  1 SELECT 1", "  2 SELECT 2"]


def test_less_than_the_ceiling_passes_and_is_kept_for_the_summary():
    at_most(2, ["SELECT 1"], "SELECTs of a page")
    assert _of_this_test.pop() == ("SELECTs of a page", 2, 1)


def test_a_ceiling_can_be_lowered_to_the_most_that_any_run_of_its_test_made():
    runs = [("a[sqlite]", 5), ("a[postgresql]", 6), ("b", 8)]
    measured = [Measured(test, "SELECTs", 8, found) for test, found in runs]
    assert can_be_lowered(measured) == ["a: 8 SELECTs can be lowered to 6"]
    measured = [Measured("a", "SELECTs", 8, 8), Measured("a", "SELECTs", 9, 8), Measured("a", "writes", 8, 0)]
    assert can_be_lowered(measured) == ["a: 9 SELECTs can be lowered to 8", "a: 8 writes can be lowered to 0"]


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


def test_no_function_is_longer_than_a_screen_or_has_too_many_parameters():
    long = {
        f"{name_of(path)}:{function.name}": lines_of(function)
        for path in python_files("scheduler", "tools", "tests")
        for function in functions(path)
        if lines_of(function) > FUNCTION
    }

    assert long == {}

    many = {
        f"{name_of(path)}:{function.name}": parameters_of(function)
        for path in python_files("scheduler", "tools")
        for function in functions(path)
        if parameters_of(function) > PARAMETERS
    }

    assert many == {}


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


def test_no_template_and_no_line_of_one_is_too_long(tmp_path: Path):
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in (ROOT / "templates").rglob("*.html")}
    assert {name: length for name, length in lengths.items() if length > TEMPLATE} == {}
    assert long_lines(ROOT / "templates") == {}
    (tmp_path / "page.html").write_text(f"{'č' * LINE}\n{'č' * (LINE + 1)}\n")
    (tmp_path / "mail.jinja").write_text("a" * 130)
    assert long_lines(tmp_path) == {"mail.jinja:1": 130, "page.html:2": LINE + 1}


def long_lines(folder: Path) -> dict[str, int]:
    """Lines of templates that no screen shows whole, by file and number; mails are templates, too."""
    return {
        f"{path.relative_to(folder)}:{number}": len(line)
        for path in sorted(folder.rglob("*.*"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LINE
    }


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
