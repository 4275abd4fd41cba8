"""`make test-everything`: its parts, what it runs again, and what it writes into docs/tests.md."""

import datetime as dt

import pytest

from tools import everything
from tools.everything import Result, next_leap_day, section, summary_of, table

TODAY = dt.date(2026, 12, 2)
EVERY_PART = everything.parts(TODAY)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Parts that only note their names; "days" fails; results and page lie in a folder of the test."""
    ran = []

    def noted(name, arguments, more, commit):
        ran.append(name)
        return Result(commit, name != "days", 60)

    for name, value in {
        "run": noted,
        "commit_at_hand": lambda: "abc1234",
        "read_results": lambda: everything_read(tmp_path / "everything.json"),
        "write_results": lambda results: everything_write(results, tmp_path / "everything.json"),
        "write_page": lambda results, today: None,
    }.items():
        monkeypatch.setattr(everything, name, value)
    return ran


everything_read, everything_write = everything.read_results, everything.write_results


def call(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["everything", *arguments])
    return everything.main()


def test_a_second_run_repeats_only_what_failed(machine, monkeypatch):
    assert call(monkeypatch) == 1
    assert machine == list(EVERY_PART)
    machine.clear()

    assert call(monkeypatch) == 1
    assert machine == ["days"]


def test_a_new_commit_runs_every_part_again(machine, monkeypatch):
    call(monkeypatch)
    machine.clear()
    monkeypatch.setattr(everything, "commit_at_hand", lambda: "def5678")

    call(monkeypatch)

    assert machine == list(EVERY_PART)


def test_uncommitted_changes_leave_no_figure(machine, monkeypatch):
    monkeypatch.setattr(everything, "commit_at_hand", lambda: None)

    call(monkeypatch, "static")

    assert machine == ["static"]
    assert everything.read_results() == {}


def test_an_unknown_part_ends_with_code_2(machine, monkeypatch, capsys):
    assert call(monkeypatch, "sqllite") == 2
    assert "there are static, sqlite, postgresql" in capsys.readouterr().err
    assert machine == []


def test_journeys_run_with_wide_and_with_narrow_fonts():
    fonts = [
        more.get("TEST_FONTS") for _, arguments, more in EVERY_PART.values() if arguments[-1].startswith("journey")
    ]

    assert fonts == [None, "narrow"]


def test_the_parts_divide_all_tests_among_them():
    """What a part leaves out by its marks, another takes."""
    marked = [arguments for _, arguments, _ in EVERY_PART.values() if "-q" in arguments]
    selections = [arguments[-arguments[::-1].index("-m")] for arguments in marked]

    assert selections == [
        "not postgres and not journey and not matrix",
        "postgres and not journey and not matrix",
        "journey and not matrix",
        "journey and not postgres and not matrix",
        "hypothesis and not postgres and not journey and not matrix",
    ]


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


def test_a_section_of_the_page_is_replaced_between_its_comments():
    page = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n"

    assert section(page, "x", "new") == "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n"
    with pytest.raises(AssertionError, match="has no <!-- y -->"):
        section(page, "y", "new")


def test_the_closing_line_of_pytest_is_found():
    assert summary_of("== 3 failed, 120 passed, 1 skipped in 12.34s (0:00:12) ==") == "3 failed, 120 passed, 1 skipped"
    assert summary_of("120 passed in 3.00s") == "120 passed"
    assert summary_of("no tests here") == ""
