"""`make trust` says of every promise how it stands, and calls nothing good that did not run."""

from pathlib import Path

import pytest

from tools import trust
from tools.trust import FAILED, GOOD, OPEN, UNRUN, Promise

PAGE = """
| number | promise | test |
| --- | --- | --- |
| S2 | Absent and forbidden look alike. | `tests/a/test_b.py::test_c`, `tests/a/test_b.py::test_d` |
| R1 | One gets the last date. | `tests/a/test_b.py::test_e` |

| number | promise |
| --- | --- |
| R2 | Nothing is lost by a kill. |
"""
REPORT = """<testsuites><testsuite>
<testcase classname="tests.a.test_b" name="test_c[sqlite]"/>
<testcase classname="tests.a.test_b" name="test_c[postgresql]"><failure message="x"/></testcase>
<testcase classname="tests.a.test_b" name="test_d"/>
<testcase classname="tests.a.test_b" name="test_e"/>
<testcase classname="tests.a.test_b" name="test_f"><skipped/></testcase>
<testcase classname="tests.a.test_b" name="test_g"><error message="x"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def found(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "trust.xml").write_text(REPORT)
    return trust.outcomes(tmp_path / "trust.xml")


def test_promises_come_in_order_with_their_tests():
    read = trust.promises(PAGE)

    assert [one.number for one in read] == ["R1", "R2", "S2"]
    assert [len(one.tests) for one in read] == [1, 0, 2]


def test_a_test_is_as_good_as_the_worst_of_its_cases(found):
    names = {node.rpartition("::")[2]: outcome for node, outcome in found.items()}

    assert names == {"test_c": FAILED, "test_d": GOOD, "test_e": GOOD, "test_f": UNRUN, "test_g": FAILED}


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ((), OPEN),
        (("test_e",), GOOD),
        (("test_d", "test_c"), FAILED),
        (("test_e", "test_f"), UNRUN),
        (("test_e", "test_that_is_gone"), UNRUN),
    ],
)
def test_only_what_ran_and_passed_is_good(found, tests, said):
    promise = Promise("R1", "x", tuple(f"tests/a/test_b.py::{name}" for name in tests))

    assert trust.verdict(promise, found) == said


def test_the_table_names_number_verdict_words_and_tests(found):
    lines = trust.table(trust.promises(PAGE), found)

    assert lines[0] == "R1   good     One gets the last date."
    assert lines[1].strip() == "tests/a/test_b.py::test_e · good"
    assert lines[2] == "R2   not yet  Nothing is lost by a kill."
    assert lines[3] == "S2   FAILED   Absent and forbidden look alike."


def test_every_promise_stands_on_the_page_once_held_or_not_yet():
    numbers = [one.number for one in trust.promises(trust.PAGE.read_text(encoding="utf-8"))]

    assert numbers == [*(f"R{number}" for number in range(1, 33)), *(f"S{number}" for number in range(1, 55))]
