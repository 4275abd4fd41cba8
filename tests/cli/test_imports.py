"""`people import`, `visits import`, `imports list`, `imports undo`."""

import json

import pytest
from sqlalchemy import func, select

from scheduler.people.models import User
from scheduler.visits.models.visits import Visit
from tests.cli.backups import refused_in_one_line
from tests.factories.people import make_centre
from tests.factories.places import make_host, make_municipality
from tests.factories.programmes import make_programme

VISITS = "Datum;Škola;Učenika\n12.3.2024.;Вук Караџић;28\n"


@pytest.fixture
def run(run, session):
    make_programme(centre_id=make_centre(slug="ncc").id)
    make_host("Вук Караџић")
    return run


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "posete.csv"
    path.write_text(VISITS, encoding="utf-8")
    return path


def visits(session):
    session.rollback()
    return session.scalar(select(func.count()).select_from(Visit))


def test_visits_are_imported_and_taken_back(run, file, session):
    assert "1 new" in run("visits", "import", file, "--dry-run").stdout
    assert visits(session) == 0
    result = run("visits", "import", file, "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["rows"], answer["new"], answer["problems"]) == (0, 1, 1, [])
    assert visits(session) == 1

    assert "visits 1 rows" in run("imports", "list").stdout
    back = run("imports", "undo", answer["batch_id"])

    assert (back.exit_code, back.stderr, visits(session)) == (0, "", 0)
    for number in (answer["batch_id"], 99):
        assert refused_in_one_line(run("imports", "undo", number))


def test_any_problem_stores_nothing_and_a_map_names_columns_that_we_do_not_know(run, file, session, tmp_path):
    file.write_text(VISITS + "12.3.2024.;Непозната;28\n", encoding="utf-8")

    result = run("visits", "import", file, "--json")

    assert (result.exit_code, result.stderr.count("\n"), visits(session)) == (2, 1, 0)
    assert json.loads(result.stdout)["problems"] == [{"line": 3, "column": "host", "problem": "unknown_host"}]

    file.write_text("kada;gde;glava\n12.3.2024.;Вук Караџић;28\n", encoding="utf-8")
    names = tmp_path / "names.json"
    names.write_text('{"kada": "on_day", "gde": "host", "glava": "pupils"}')

    assert run("visits", "import", file, "--map", names).exit_code == 0
    assert visits(session) == 1


def test_people_are_imported(run, tmp_path, session):
    make_municipality("Сомбор")
    path = tmp_path / "ljudi.csv"
    path.write_bytes(
        "Ime;Prezime;Mejl;Uloga;Mesto;Teme\nJelena;Ilić;j@c.example;edukatorka;Sombor;privatnost\n".encode("cp1250")
    )

    result = run("people", "import", path)

    assert (result.exit_code, result.stderr) == (0, "")
    assert session.scalars(select(User.family_name)).all() == ["Ilić"]
