"""`make test-everything`: its parts, what it runs again, and what it writes into docs/tests.md.

What `make check` leaves out for its minute, `make test` runs; what that leaves out, `make test-everything` runs.
What `make coverage` makes of coverage's report.
`make mutants`: which mutants are made, which survive, what is explained, and the row of a room.
`make trust` says of every promise how it stands, and calls nothing good that did not run.
`make check` is green on a machine without nginx, PostgreSQL, Redis, a browser or a reader of papers.
"""

import ast
import datetime as dt
import subprocess
import sys
import time
import tomllib
from contextlib import nullcontext
from pathlib import Path

import hypothesis
import pytest

from tests import programs
from tools import checks, everything, mutant_makers, mutants, system, trust
from tools.branches import Figure, by_room, figures_of, is_rule, lacking
from tools.everything import Result, next_leap_day, section, summary_of, table
from tools.mutant_makers import prepare, raised_numbers, rules_of, survivors_in_functions
from tools.rehearse import blocks as walk_of_blocks
from tools.trust import FAILED, GOOD, OPEN, UNRUN, Promise

TODAY = dt.date(2026, 12, 2)
EVERY_PART = everything.parts(TODAY)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Parts that only note their names; "days" fails; the page of figures lies in a folder of the test."""
    ran, page = [], tmp_path / "tests.md"
    page.write_text("<!-- everything -->\n<!-- /everything -->\n")

    def noted(name, arguments, more, commit):
        ran.append(name)
        return Result(commit, name != "days", 60, "1 passed")

    for name, value in {
        "run": noted,
        "commit_at_hand": lambda: "abc1234",
        "PAGE": page,
        "FIGURES": tmp_path / "figures",
    }.items():
        monkeypatch.setattr(everything, name, value)
    return ran


def call(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["everything", *arguments])
    return everything.main()


def test_a_second_run_repeats_what_failed_and_a_new_commit_all(machine, monkeypatch):
    assert call(monkeypatch) == 1
    assert machine == list(EVERY_PART)
    machine.clear()

    assert call(monkeypatch) == 1
    assert machine == ["days"]

    call(monkeypatch)
    machine.clear()
    monkeypatch.setattr(everything, "commit_at_hand", lambda: "def5678")

    call(monkeypatch)

    assert machine == list(EVERY_PART)


def test_the_pages_of_installing_are_walked_after_the_rehearsal_by_a_module_that_is_there():
    names = list(EVERY_PART)

    assert names[names.index("rehearsal") + 1] == "install"
    assert EVERY_PART["install"][1] == ["-m", walk_of_blocks.__spec__.name]


def test_uncommitted_changes_leave_no_figure_and_an_unknown_part_ends_with_code_2(machine, monkeypatch, capsys):
    assert call(monkeypatch, "sqllite") == 2
    assert "there are static, sqlite, postgresql" in capsys.readouterr().err
    assert machine == []

    monkeypatch.setattr(everything, "commit_at_hand", lambda: None)

    call(monkeypatch, "static")

    assert machine == ["static"]
    assert everything.read_results(everything.PAGE.read_text()) == {}


def test_the_parts_divide_all_tests_among_them():
    """What a part leaves out by its marks, another takes."""
    marked = [arguments for _, arguments, _ in EVERY_PART.values() if "-q" in arguments]
    selections = [arguments[-arguments[::-1].index("-m")] for arguments in marked]

    assert selections == [
        "not postgres and not journey and not matrix", "postgres and not journey and not matrix",
        "journey and not matrix",
        "journey and not postgres and not matrix", "hypothesis and not postgres and not journey and not matrix",
    ]  # fmt: skip

    fonts = [
        more.get("TEST_FONTS") for _, arguments, more in EVERY_PART.values() if arguments[-1].startswith("journey")
    ]

    assert fonts == [None, "narrow"]


@pytest.mark.parametrize(
    ("today", "leap_day"),
    [
        ("2026-12-02", "2028-02-29"),
        ("2028-02-29", "2028-02-29"),
        ("2028-03-01", "2032-02-29"),
        ("2097-01-01", "2104-02-29"),
    ],
)
def test_the_other_day_is_the_next_29_february(today, leap_day):
    assert next_leap_day(dt.date.fromisoformat(today)) == dt.date.fromisoformat(leap_day)


def test_the_page_shows_each_part_with_its_commit_and_what_failed():
    results = {"static": Result("abc", True, 90), "sqlite": Result("abc", False, 630, "9 passed, 1 failed")}

    rows = table(results, TODAY).splitlines()

    assert rows[2:] == [
        "| static | style, types, imports, templates | 90 |  | abc |",
        f"| sqlite | {EVERY_PART['sqlite'][0]} | 630 | FAILED 9 passed, 1 failed | abc |",
        "| together | | 720 (12 minutes) | | |",
    ]

    page = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n"

    assert section(page, "x", "new") == "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n"
    with pytest.raises(AssertionError, match="has no <!-- y -->"):
        section(page, "y", "new")

    assert summary_of("== 3 failed, 120 passed, 1 skipped in 12.34s (0:00:12) ==") == "3 failed, 120 passed, 1 skipped"
    assert summary_of("120 passed in 3.00s") == "120 passed"
    assert summary_of("no tests here") == ""


def steps_of(monkeypatch: pytest.MonkeyPatch, which: str) -> dict[str, tuple[str, ...]]:
    """Each step by its name, with its command and its further arguments."""
    steps = {}

    def noted(name: str, line: str, *more: str, env: dict[str, str]) -> bool:
        steps[name] = (line, *more)
        return True

    monkeypatch.setattr(checks, "is_good", noted)
    monkeypatch.setattr(checks, "both", lambda: nullcontext({}))
    assert checks.check(which) == []
    return steps


def test_every_step_of_the_fast_loop_is_one_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    fast, every, static = (steps_of(monkeypatch, which) for which in ("fast", "test", "static"))
    assert fast.keys() < every.keys() == static.keys() | {"pytest"}
    assert {name: line for name, line in fast.items() if name != "pytest" and every[name] != line} == {}


def test_a_landing_leaves_out_what_is_marked_deep_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    line, *more = steps_of(monkeypatch, "test")["pytest"]
    left_out = ("-m ", "-k", "--ignore", "--deselect", "--hypothesis-profile", "tests")
    assert [word for word in left_out if word in line.removeprefix("python -m ")] == []
    assert more == ["-m", "not deep and not matrix"]
    assert pytestconfig.getini("addopts")[-2:] == ["-m", "not matrix"]  # which is of `make a11y`


def test_the_fast_loop_tries_fewer_examples_of_the_same_kind_and_the_long_run_more() -> None:
    profiles = [hypothesis.settings.get_profile(name) for name in ("brief", "alike", "thorough")]
    assert "--hypothesis-profile=brief" in checks.FAST_PYTEST
    assert [profile.derandomize for profile in profiles] == [True] * 3
    assert [profile.max_examples for profile in profiles] == [25, 100, 1_000]


def a_file(statements: int, run: int, branches: int, taken: int, **lacks: list[object]) -> dict[str, object]:
    names = ("num_statements", "covered_lines", "num_branches", "covered_branches")
    fair: dict[str, object] = {"missing_lines": [], "missing_branches": []}
    return fair | lacks | {"summary": dict(zip(names, (statements, run, branches, taken), strict=True))}


COVERAGE = {
    "files": {
        "scheduler/places/rules/hosts.py": a_file(10, 9, 4, 2, missing_lines=[7], missing_branches=[[6, 7], [8, -5]]),
        "scheduler/places/service.py": a_file(30, 30, 6, 6, missing_lines=[3]),
        "scheduler/people/rules.py": a_file(5, 5, 2, 2),
        "scheduler/app.py": a_file(5, 4, 0, 0),
    }
}


def test_a_room_adds_up_its_files_and_all_rules_are_one_figure():
    rooms = by_room(figures_of(COVERAGE))

    assert rooms["places"] == Figure(40, 39, 10, 8)
    assert rooms["rules"] == Figure(15, 14, 6, 4)
    assert rooms["all"] == Figure(50, 48, 12, 10)
    assert str(rooms["app"]) == "  80.0 %  100.0 %"
    assert [room for room, figure in rooms.items() if figure.whole] == ["people"]

    assert lacking(COVERAGE) == [
        "scheduler/places/rules/hosts.py:7",
        "scheduler/places/rules/hosts.py:6 to 7",
        "scheduler/places/rules/hosts.py:8 to the end",
    ]

    assert is_rule("scheduler/planning/rules/__init__.py")
    assert is_rule("scheduler/people/rules.py")
    assert not is_rule("scheduler/planning/service/rules.py")
    assert not is_rule("scheduler/rulesets.py")


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
    numbers = [one.number for one in trust.promises(trust.PAGE.read_text(encoding="utf-8"))]
    reliable, safe = ([number for number in numbers if number[0] == kind] for kind in "RS")
    assert numbers == [*reliable, *safe]
    assert reliable == [f"R{number}" for number in range(1, len(reliable) + 1)]
    assert safe == [f"S{number}" for number in range(1, len(safe) + 1)]
    assert len(reliable) >= 32
    assert len(safe) >= 56


def test_the_table_says_how_a_promise_stands_by_the_worst_of_its_cases(found):
    names = {node.rpartition("::")[2]: outcome for node, outcome in found.items()}

    assert names == {"test_c": FAILED, "test_d": GOOD, "test_e": GOOD, "test_f": UNRUN, "test_g": FAILED}

    lines = trust.table(trust.promises(PAGE), found)

    assert lines[0] == "R1   good     One gets the last date."
    assert lines[1].strip() == "tests/a/test_b.py::test_e · good"
    assert lines[2] == "R2   not yet  Nothing is lost by a kill."
    assert lines[3] == "S2   FAILED   Absent and forbidden look alike."


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ((), OPEN), (("test_e",), GOOD), (("test_d", "test_c"), FAILED), (("test_e", "test_f"), UNRUN),
        (("test_e", "test_that_is_gone"), UNRUN),
    ],
)  # fmt: skip
def test_only_what_ran_and_passed_is_good(found, tests, said):
    promise = Promise("R1", "x", tuple(f"tests/a/test_b.py::{name}" for name in tests))
    assert trust.verdict(promise, found) == said


SAMPLES = ("tests/tools/test_deploy.py", "tests/paper", "tests/journeys/test_fonts.py", "tests/posts")


def names_collected(*more: str) -> set[str]:
    line = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *more, *SAMPLES]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {line.rpartition("::")[2].partition("[")[0] for line in done.stdout.splitlines() if "::" in line}


@pytest.mark.slow
def test_the_fast_loop_collects_what_needs_no_program_and_nothing_else() -> None:
    fast, whole = names_collected(*checks.NEEDS_NOTHING), names_collected()
    programs_of_deploy = {"test_nginx_reads_its_file", "test_a_unit_closes_what_it_does_not_need"}
    on_paper = "test_every_page_has_centre_helpline_and_number_and_the_file_its_title_author_and_language"
    assert (programs_of_deploy | {on_paper}) <= whole - fast
    assert "test_the_same_fonts_are_shown_whatever_a_user_has_installed" in whole - fast
    packed = "test_what_pages_share_is_said_once_and_what_was_written_is_let_go_of"
    assert {"test_a_unit_may_write_its_instance_only", packed} <= fast


def test_no_test_of_the_fast_loop_among_those_collected_uses_a_program(request: pytest.FixtureRequest) -> None:
    """Of a whole run these are all; of a part, what it collected."""
    fast = [
        item for item in request.session.items if not programs.LEFT_TO_MAKE_TEST & {m.name for m in item.iter_markers()}
    ]
    assert request.node in fast
    assert [item.nodeid for item in fast if programs.PROGRAMS.keys() & set(getattr(item, "fixturenames", ()))] == []


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        (["pdftotext", "-v"], "use the fixture poppler"),
        (["/usr/sbin/nginx", "-v"], "use the fixture nginx"),
        ([Path("/usr/bin/chromium")], "mark the test"),
        ("psql --version", "mark the test"),
    ],
)
def test_a_test_without_the_fixture_cannot_start_the_program(line: list[str | Path] | str, advice: str) -> None:
    with pytest.raises(programs.UnnamedProgram, match=advice):
        subprocess.run(line, shell=isinstance(line, str), check=False)


def test_a_test_with_the_fixture_can_start_it(qpdf: str) -> None:
    assert subprocess.run([qpdf, "--version"], capture_output=True, text=True, check=True).stdout.startswith("qpdf")


def test_a_program_that_is_missing_is_named_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs.shutil, "which", lambda *_, **__: None)
    with pytest.raises(AssertionError, match=r"nginx is missing: python -m tools\.system installs"):
        programs.path_of("nginx")


def test_programs_are_refused_to_the_fast_loop_but_not_python_and_the_shell() -> None:
    installed = {*system.COMMAND_OF.values(), *(Path(file).name for file in system.FILES_OF.values() if "/bin" in file)}
    assert installed <= {*programs.OWNER, *programs.OTHERS}
    assert {"openssl", "poppler-utils", "qpdf"} <= system.COMMAND_OF.keys()
    assert subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, check=True).stdout == b"1\n"
    assert subprocess.run("echo 1", shell=True, capture_output=True, check=True).stdout == b"1\n"
