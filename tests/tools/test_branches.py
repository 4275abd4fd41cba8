"""What `make coverage` makes of coverage's report."""

from tools.branches import Figure, by_room, figures_of, is_rule, lacking


def a_file(statements: int, run: int, branches: int, taken: int, **lacks: list[object]) -> dict[str, object]:
    names = ("num_statements", "covered_lines", "num_branches", "covered_branches")
    fair: dict[str, object] = {"missing_lines": [], "missing_branches": []}
    return fair | lacks | {"summary": dict(zip(names, (statements, run, branches, taken), strict=True))}


REPORT = {
    "files": {
        "scheduler/places/rules/hosts.py": a_file(10, 9, 4, 2, missing_lines=[7], missing_branches=[[6, 7], [8, -5]]),
        "scheduler/places/service.py": a_file(30, 30, 6, 6, missing_lines=[3]),
        "scheduler/people/rules.py": a_file(5, 5, 2, 2),
        "scheduler/app.py": a_file(5, 4, 0, 0),
    }
}


def test_a_room_adds_up_its_files_and_all_rules_are_one_figure():
    rooms = by_room(figures_of(REPORT))

    assert rooms["places"] == Figure(40, 39, 10, 8)
    assert rooms["rules"] == Figure(15, 14, 6, 4)
    assert rooms["all"] == Figure(50, 48, 12, 10)
    assert str(rooms["app"]) == "  80.0 %  100.0 %"
    assert [room for room, figure in rooms.items() if figure.whole] == ["people"]


def test_only_what_rules_lack_is_named():
    assert lacking(REPORT) == [
        "scheduler/places/rules/hosts.py:7",
        "scheduler/places/rules/hosts.py:6 to 7",
        "scheduler/places/rules/hosts.py:8 to the end",
    ]


def test_rules_are_a_file_or_a_folder_of_that_name_in_a_room():
    assert is_rule("scheduler/planning/rules/__init__.py")
    assert is_rule("scheduler/people/rules.py")
    assert not is_rule("scheduler/planning/service/rules.py")
    assert not is_rule("scheduler/rulesets.py")
