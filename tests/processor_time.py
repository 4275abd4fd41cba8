"""`pytest --processor-time`: lists the tests that are not marked `deep` and take more than half a second of CPU.

Counted are the test, its fixtures, and the child processes that ended meanwhile.
"""

import resource
from collections.abc import Iterator

import pytest

MOST_S = 0.5
NOTED = "processor_seconds"
STARTED = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--processor-time", action="store_true", help="list unmarked tests over half a second of CPU")


def _processor_s() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in both)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    item.stash[STARTED] = _processor_s()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    try:
        return (yield)
    finally:
        used = _processor_s() - item.stash.get(STARTED, _processor_s())
        if used > MOST_S and not any(item.iter_markers("deep")):
            item.user_properties.append((NOTED, round(used, 1)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("--processor-time"):
        return
    found = {
        report.nodeid: seconds
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, seconds in getattr(report, "user_properties", ())
        if name == NOTED
    }
    terminalreporter.section(
        f"{len(found)} unmarked tests over {MOST_S} s of CPU, {sum(found.values()):.0f} s together"
    )
    for node, seconds in sorted(found.items(), key=lambda row: -row[1]):
        terminalreporter.write_line(f"{seconds:7.1f} {node}")
