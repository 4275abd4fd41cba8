import json
from contextlib import contextmanager
from functools import partial

import click
import pytest
from sqlalchemy import func, select

from scheduler.cli import files
from scheduler.places.models import Host
from tests.cli.backups import refused_in_one_line
from tests.factories.places import make_municipality

GOOD = "register_id;naziv;tip;opština\n1;Вук;osnovna škola;Ниш\n2;Сава;gimnazija;Niš\n"


@pytest.fixture
def file(session, tmp_path):
    make_municipality("Ниш")
    path = tmp_path / "register.csv"
    path.write_text(GOOD)
    return path


@pytest.fixture
def run(run):
    return partial(run, "places", "import")


def stored(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(Host))


def test_import_stores_a_file_and_says_so_in_json_and_a_dry_run_stores_nothing(run, file, session):
    tried = run(file, "--dry-run")
    assert (tried.exit_code, "2 new" in tried.stdout, stored(session)) == (0, True, 0)

    result = run(file, "--json")

    answer = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [answer[key] for key in ("rows", "new", "changed", "same", "problems")] == [2, 2, 0, 0, []]
    assert stored(session) == 2


@pytest.mark.parametrize(("content", "words", "told"), [
    (
        f"{GOOD}3;Трећа;gimnazija;Атлантида\n".encode(), "line 4, municipality: unknown_municipality",
        [(4, "municipality", "unknown_municipality")],
    ),
    (
        "register_id;naziv;tip;opština;JMBG\n1;Вук;osnovna škola;Ниш;\n".encode(),
        "line 1, JMBG: personal_numbers (delete this column: no personal number is stored)",
        [(1, "JMBG", "personal_numbers")],
    ),
    (b"PK\x03\x04...", "not_a_workbook", [(1, "", "not_a_workbook")]),
    (None, "register.csv", []),
], ids=["a bad line", "personal numbers", "a broken spreadsheet", "no file"])  # fmt: skip
def test_what_cannot_be_stored_ends_with_two_and_one_line_that_says_where(run, file, session, content, words, told):
    file.write_bytes(content) if content else file.unlink()
    result = run(file, "--json")
    assert (result.exit_code, result.stderr.count("\n"), words in result.stderr) == (2, 1, True)
    problems = json.loads(result.stdout)["problems"] if content else []
    assert [(one["line"], one["column"], one["problem"]) for one in problems] == told
    assert (bool(result.stdout), stored(session)) == (content is not None, 0)


@pytest.mark.parametrize("content", ["not json", "[1]", '{"A": 1}'])
def test_a_map_that_is_none_is_bad_input(run, file, tmp_path, content):
    (tmp_path / "map.json").write_text(content)
    result = run(file, "--map", tmp_path / "map.json", "--json")
    assert refused_in_one_line(result)
    assert "map.json" in result.stderr


def test_changes_are_shown(run, file, session):
    run(file)
    file.write_text(GOOD.replace("Сава", "Свети Сава"))
    result = run(file)
    assert "2 Sveti Sava: name_sr_latn: 'Sava' -> 'Sveti Sava'" in result.stdout
    assert "0 new, 1 changed, 1 the same" in result.stdout


def test_columns_that_are_not_read_and_cells_that_are_read_otherwise_are_told(run, file, session):
    file.write_text("register_id;naziv;tip;opština;telefon;Boja\n1;Вук;OŠ;Ниш;18555100;plava\n")
    said = run(file, "--dry-run").stdout
    assert "columns that are not read: Boja" in said
    assert "line 2, telefon: '18555100' is read as '018/555-100'" in said
    answer = json.loads(run(file, "--dry-run", "--json").stdout)
    assert (answer["not_read"], [one["after"] for one in answer["mended"]]) == (["Boja"], ["018/555-100"])


def test_a_map_names_the_columns(run, file, session, tmp_path):
    file.write_text("A;B;C;D\n1;Вук;primary;Ниш\n")
    columns = tmp_path / "map.json"
    columns.write_text(json.dumps({"A": "register_id", "B": "name", "C": "kind", "D": "municipality"}))
    assert run(file, "--map", columns).exit_code == 0
    assert stored(session) == 1


def test_a_school_in_two_scripts_is_asked_about_and_who_is_not_asked_hears_that_two_were_stored(run, file, session):
    file.write_text(GOOD + "3;Vuk;osnovna škola;Niš\n")
    assert "line 4: Vuk: one school or two? looks like Вук (line 2)" in run(file, "--dry-run").stdout
    assert [one["line"] for one in json.loads(run(file, "--dry-run", "--json").stdout)["doubles"]] == [4]
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
