"""Ceilings: a count above one fails; a count below it passes, and the end of the run says how far it can be lowered."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import pytest

KEY = "ceiling"  # of what a report carries from a worker process to the one that writes the summary


class Measured(NamedTuple):
    test: str
    what: str
    most: int
    found: int


_of_this_test: list[tuple[str, int, int]] = []


def at_most(most: int, made: int | Sequence[str], what: str = "SELECTs") -> None:
    """Fail if more statements were made than `most`, and list them."""
    __tracebackhide__ = True
    found, listed = (made, ()) if isinstance(made, int) else (len(made), made)
    lines = [f"{number:3} {' '.join(text.split())[:2000]}" for number, text in enumerate(listed, 1)]
    if found > most:
        raise AssertionError("\n".join([f"{found} {what}, at most {most}", *lines]))
    _of_this_test.append((what, most, found))


def can_be_lowered(measured: Iterable[Measured]) -> list[str]:
    """A line for each ceiling that no run of its test reached, whatever its parameters and database."""
    highest: dict[tuple[str, str, int], int] = {}
    for test, what, most, found in measured:
        key = (test.partition("[")[0], what, most)
        highest[key] = max(highest.get(key, 0), found)
    return [
        f"{test}: {most} {what} can be lowered to {found}"
        for (test, what, most), found in sorted(highest.items())
        if found < most
    ]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    report = yield
    report.user_properties += [(KEY, one) for one in _of_this_test]
    _of_this_test.clear()
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = can_be_lowered(
        Measured(report.nodeid, *value)
        for reports in terminalreporter.stats.values()
        for report in reports
        for key, value in getattr(report, "user_properties", ())
        if key == KEY
    )
    if lines:
        terminalreporter.section("ceilings that can be lowered")
        terminalreporter.write_line("\n".join(lines))
