"""`make mutants`: which mutants are made, which survive, what is explained, and the row of a room."""

import ast
import time
import tomllib
from pathlib import Path

import pytest

from tools import mutant_makers, mutants
from tools.mutant_makers import prepare, raised_numbers, rules_of, survivors_in_functions

ROOT = Path(__file__).resolve().parents[2]
RULES = '''LEAST_YEARS = 7


def may_play(years: int) -> bool:
    """Whether somebody is old enough."""
    return years >= LEAST_YEARS
'''
BESIDE_THE_BOUND = """from scheduler.toys.rules import LEAST_YEARS, may_play


def test_who_is_older_plays():
    assert may_play(9)
    assert not may_play(5)
"""
AT_THE_BOUND = """

def test_the_bound():
    assert may_play(LEAST_YEARS)
"""
COMPARISON = "- return years >= LEAST_YEARS\n+ return years > LEAST_YEARS"
CONSTANT = "- LEAST_YEARS = 7\n+ LEAST_YEARS = 8"
EXPLANATION = (
    f'[[equal]]\nfile = "scheduler/toys/rules.py"\nfunction = "LEAST_YEARS"\nmutation = """\n{CONSTANT}\n"""\n'
)


def a_project(root: Path, tests: str) -> Path:
    for name, text in {
        "pyproject.toml": "[project]\nname = 'toys'\n",
        "scheduler/__init__.py": "",
        "scheduler/toys/__init__.py": "",
        "scheduler/toys/rules.py": RULES,
        "tests/toys/test_rules.py": tests,
        "docs/tests.md": f"# Tests\n\n{mutants.BEGIN}\n{mutants.END}\n",
        "tests/mutants.toml": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.slow
def test_a_comparison_survives_tests_that_stand_beside_its_bound(tmp_path: Path):
    folder = prepare(a_project(tmp_path, BESIDE_THE_BOUND), "toys")

    made, survivors = survivors_in_functions(folder, time.monotonic() + 300)

    assert made == 1
    assert survivors == [mutant_makers.Survivor("scheduler/toys/rules.py", "may_play", 6, COMPARISON)]


@pytest.mark.slow
def test_a_room_is_good_when_its_survivors_are_explained_and_no_explanation_is_left_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    root = a_project(tmp_path, BESIDE_THE_BOUND + AT_THE_BOUND)

    assert not mutants.judge(root, "toys", "abc")
    assert "scheduler/toys/rules.py:1 LEAST_YEARS\n    - LEAST_YEARS = 7\n" in capsys.readouterr().out

    (root / "tests/mutants.toml").write_text(EXPLANATION)
    assert mutants.judge(root, "toys", "abc")
    assert "| toys | 2 | 1 | 1 | 100.0 | " in (root / "docs/tests.md").read_text()

    (root / "tests/toys/test_rules.py").write_text(BESIDE_THE_BOUND + AT_THE_BOUND + "    assert may_play(7)\n")
    assert not mutants.judge(root, "toys", "abc")
    assert "explains what is no survivor" in capsys.readouterr().err


def test_each_number_of_a_constant_is_raised_by_itself():
    source = "NAME = 'ш', 7, 2.5\n_ON: bool = True\nSPAN: int = 3 * 60  # minutes\ndef rule():\n    return 1\n"

    found = [(name, line, mutation.splitlines()[1]) for name, line, mutation, _changed in raised_numbers(source)]

    assert found == [
        ("NAME", 1, "+ NAME = 'ш', 8, 2.5"),
        ("NAME", 1, "+ NAME = 'ш', 7, 3.5"),
        ("SPAN", 3, "+ SPAN: int = 4 * 60  # minutes"),
        ("SPAN", 3, "+ SPAN: int = 3 * 61  # minutes"),
    ]


def test_rules_are_judged_by_the_tests_that_import_them_and_by_those_of_the_room():
    assert mutant_makers.tests_of(ROOT, "safeguarding")[-1] == "tests/safeguarding"
    assert "tests/staffing/test_offers.py" not in mutant_makers.tests_of(ROOT, "safeguarding")
    assert "tests/web/people/test_presenters.py" in mutant_makers.tests_of(ROOT, "staffing")
    assert "tests/cli/test_certificates.py" in mutant_makers.tests_of(ROOT, "certificates")


def test_every_room_of_the_command_has_rules():
    assert [room for room in mutants.ROOMS if not rules_of(ROOT, room)] == []


def test_a_row_takes_the_place_of_the_rooms_earlier_one():
    page = f"before\n{mutants.BEGIN}\n{mutants.END}\nafter\n"
    for room, row in (("visits", "| visits | 1 |"), ("reports", "| reports | 2 |"), ("visits", "| visits | 3 |")):
        page = mutants.with_row(page, room, row)

    head = f"before\n{mutants.BEGIN}\n{mutants.HEAD}\n"
    assert page == f"{head}| reports | 2 |\n| visits | 3 |\n{mutants.END}\nafter\n"


def _lines_of(source: str, name: str) -> list[str]:
    """The lines of a function, a method's class or a constant of a module."""
    for node in ast.parse(source).body:
        names = (
            [ast.unparse(one) for one in node.targets] if isinstance(node, ast.Assign) else [getattr(node, "name", "")]
        )
        if name.split(".")[0] in names:
            return [line.strip() for line in (ast.get_source_segment(source, node) or "").splitlines()]
    return []


def test_every_explanation_has_a_reason_and_names_lines_that_stand_in_its_rule():
    entries = tomllib.loads((ROOT / mutants.EXPLANATIONS).read_text(encoding="utf-8")).get("equal", [])

    for one in entries:
        lines = _lines_of((ROOT / one["file"]).read_text(encoding="utf-8"), one["function"])
        removed = {line[2:] for line in one["mutation"].strip().splitlines() if line.startswith("- ")}
        assert (one["file"], removed - set(lines)) == (one["file"], set())
        assert one["reason"]
