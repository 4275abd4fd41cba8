import json
from contextlib import contextmanager

import click
import pytest
from sqlalchemy import func, select

from scheduler.cli import files
from scheduler.places.models import Host
from tests.factories.places import make_municipality

GOOD = "register_id;naziv;tip;opština\n1;Вук;osnovna škola;Ниш\n2;Сава;gimnazija;Niš\n"


@pytest.fixture
def file(session, tmp_path):
    make_municipality("Ниш")
    path = tmp_path / "register.csv"
    path.write_text(GOOD)
    return path


@pytest.fixture
def run(app):
    def run(*arguments):
        return app.test_cli_runner().invoke(args=["places", "import", *map(str, arguments)])

    return run


def stored(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(Host))


def test_import_stores_a_file_and_says_so_in_json(run, file, session):
    result = run(file, "--json")

    answer = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert {key: answer[key] for key in ("rows", "new", "changed", "same", "problems")} == {
        "rows": 2,
        "new": 2,
        "changed": 0,
        "same": 0,
        "problems": [],
    }
    assert stored(session) == 2


def test_a_dry_run_stores_nothing(run, file, session):
    result = run(file, "--dry-run")

    assert result.exit_code == 0
    assert "2 new" in result.stdout
    assert stored(session) == 0


def test_a_bad_line_ends_with_two_and_one_line_that_says_where(run, file, session):
    file.write_text(GOOD + "3;Трећа;gimnazija;Атлантида\n")

    result = run(file, "--json")

    assert result.exit_code == 2
    assert json.loads(result.stdout)["problems"] == [
        {"line": 4, "column": "municipality", "problem": "unknown_municipality"}
    ]
    assert result.stderr.count("\n") == 1
    assert "line 4, municipality: unknown_municipality" in result.stderr
    assert stored(session) == 0


def test_changes_are_shown(run, file, session):
    run(file)
    file.write_text(GOOD.replace("Сава", "Свети Сава"))

    result = run(file)

    assert "2 Sveti Sava: name_sr_latn: 'Sava' -> 'Sveti Sava'" in result.stdout
    assert "0 new, 1 changed, 1 the same" in result.stdout


def test_a_map_names_the_columns(run, file, session, tmp_path):
    file.write_text("A;B;C;D\n1;Вук;primary;Ниш\n")
    columns = tmp_path / "map.json"
    columns.write_text(json.dumps({"A": "register_id", "B": "name", "C": "kind", "D": "municipality"}))

    assert run(file, "--map", columns).exit_code == 0
    assert stored(session) == 1


@pytest.mark.parametrize("content", ["not json", "[1]", '{"A": 1}'])
def test_a_map_that_is_none_is_bad_input(run, file, tmp_path, content):
    columns = tmp_path / "map.json"
    columns.write_text(content)

    result = run(file, "--map", columns, "--json")

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "map.json" in result.stderr


def test_a_file_that_is_not_there_is_bad_input(run, app, tmp_path):
    result = run(tmp_path / "nowhere.csv")

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_a_broken_spreadsheet_is_refused_by_name(run, file, session):
    file.write_bytes(b"PK\x03\x04...")

    result = run(file)

    assert result.exit_code == 2
    assert "not_a_workbook" in result.stderr


def test_a_refusal_says_what_to_do(run, file):
    file.write_text("register_id;naziv;tip;opština;JMBG\n1;Вук;osnovna škola;Ниш;\n")

    result = run(file)

    assert result.exit_code == 2
    assert "line 1, JMBG: personal_numbers (delete this column: no personal number is stored)" in result.stderr


def test_a_school_in_two_scripts_is_asked_about(run, file, session):
    file.write_text(GOOD + "3;Vuk;osnovna škola;Niš\n")

    result = run(file, "--dry-run")

    assert "line 4: Vuk: one school or two? looks like Вук (line 2)" in result.stdout
    assert [one["line"] for one in json.loads(run(file, "--json").stdout)["doubles"]] == [4]


def test_who_is_not_asked_hears_that_two_were_stored(run, file, session):
    file.write_text(GOOD + "3;Vuk;osnovna škola;Niš\n")

    said = run(file)

    assert (said.exit_code, stored(session)) == (0, 3)
    assert "1 that look like another school are stored beside it: `imports undo " in said.stdout


@pytest.mark.parametrize(
    ("option", "answer", "code", "hosts"), [((), "n\n", 1, 0), ((), "y\n", 0, 3), (("--two",), "", 0, 3)]
)
def test_at_a_terminal_schools_that_look_alike_are_asked_about_first(
    app, file, session, monkeypatch, option, answer, code, hosts
):
    file.write_text(GOOD + "3;Vuk;osnovna škola;Niš\n")
    monkeypatch.setattr(files, "can_be_asked", lambda: True)

    said = app.test_cli_runner().invoke(args=["places", "import", str(file), *option], input=answer)

    assert (said.exit_code, stored(session)) == (code, hosts)
    assert ("Is each a school of its own?" in said.stdout) is (not option)
    assert ("Nothing was stored" in said.stderr) is (not hosts)


@pytest.mark.parametrize(
    ("terminal", "asked", "shown"), [(True, (), True), (True, ("--json",), False), (False, (), False)]
)
def test_a_bar_is_shown_on_a_terminal_only(run, file, monkeypatch, terminal, asked, shown):
    said: list[tuple[str, int]] = []

    class Shown:
        label, pos = "", 0

        def update(self, steps: int) -> None:
            self.pos += steps
            said.append((self.label, self.pos))

    @contextmanager
    def bar(**_given):
        yield Shown()

    monkeypatch.setattr(files, "on_a_terminal", lambda: terminal)
    monkeypatch.setattr(click, "progressbar", bar)

    assert run(file, *asked).exit_code == 0
    assert bool(said) is shown
    assert said == sorted(said, key=lambda one: one[1])
    assert [label for label, _ in said[:1] + said[-1:]] == (["Comparing", "Done"] if shown else [])
    assert [pos for _, pos in said[-1:]] == ([100] if shown else [])
