"""The suite stands at a fixed Monday: what a test asserts holds on every day on which somebody runs it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.laws.sources import nodes

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


def test_no_test_and_no_fixture_asks_what_day_it_is():
    allowed = {TESTS / name for name in (*REAL_PROCESSES, PUT_UP)}
    wrong = [
        f"{path.relative_to(TESTS)} {reading}"
        for path in sorted(TESTS.rglob("*.py"))
        if path not in allowed
        for reading in readings(path.read_text())
    ]

    assert wrong == []


def test_the_standing_clock_is_put_up_once():
    (reading,) = readings((TESTS / PUT_UP).read_text())

    assert reading.endswith("clock.now")


def test_who_is_let_off_starts_real_processes_and_needs_it():
    for name in REAL_PROCESSES:
        assert list(readings((TESTS / name).read_text())), name


@pytest.mark.parametrize(
    "line",
    [
        "clock.now()",
        "dt.datetime.now(dt.UTC)",
        "datetime.now()",
        "dt.date.today()",
        "date.today()",
        "time.time()",
        "real = clock.now",
        "from scheduler.core.clock import now",
        "from time import time",
        "monkeypatch.setattr(clock, 'now', lambda: LEAVING)",
        "monkeypatch.setattr('scheduler.core.clock.now', lambda: LEAVING)",
    ],
)
def test_the_law_sees_each_way_of_asking(line):
    assert list(readings(line))


@pytest.mark.parametrize("line", ["THE_CLOCK.now()", "time.monotonic()", "clock.local_day(MONDAY)", "dt.time(9)"])
def test_the_law_lets_pass_what_does_not_ask(line):
    assert not list(readings(line))


def test_no_test_asserts_how_long_something_took():
    timed = {str(path.relative_to(TESTS)) for path in TESTS.rglob("*.py") if list(stopped_times(path.read_text()))}

    assert timed == set()


def test_the_law_sees_a_stopwatch():
    assert list(stopped_times("assert time.monotonic() - since < 5"))
