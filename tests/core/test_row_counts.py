"""A living installation searches where least is: after the night its database knows how much it holds."""

import pytest
import sqlalchemy as sa

from scheduler.core import row_counts
from scheduler.core.db import db, transaction
from scheduler.jobs.database import count_rows
from scheduler.jobs.queue import attach
from scheduler.places.models import Host
from scheduler.places.terms.hosts import HostKind
from tests.factories import MONDAY, a_number
from tests.factories.places import make_municipality

WANTED = "SELECT id FROM host WHERE listed = 1 AND municipality_id = ?"


def _hosts(first: int, many: int, *, town: int, listed: bool) -> None:
    told = {"kind": HostKind.PRIMARY, "municipality_id": town, "listed": listed, "created_at": MONDAY}
    names = ("name_sr_cyrl", "name_sr_latn", "place_sr_cyrl", "place_sr_latn", "search_key")
    with transaction() as session:
        session.execute(
            sa.insert(Host), [told | dict.fromkeys(names, f"host {one}") for one in range(first, first + many)]
        )


def _plan(connection: sa.Connection, town: int) -> str:
    """How a question is answered now: asked first, for only a question sees that the schema has another number."""
    connection.exec_driver_sql(WANTED, (town,)).all()
    raw = connection.connection.cursor()
    plan = " ".join(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN /* {a_number()} */ {WANTED}", (town,)))
    connection.rollback()
    return plan


def test_after_the_night_a_plan_goes_by_what_is_there_also_in_a_process_that_runs(app) -> None:
    towns = [make_municipality(name).id for name in ("Ниш", "Сомбор", "Вршац", "Бор")]
    _hosts(1, 100, town=towns[0], listed=False)
    _hosts(101, 100, town=towns[0], listed=True)
    attach(app)  # another test may have made the other application since
    count_rows.call_local()
    with db.engine.connect() as running:
        assert "listed=?" in _plan(running, towns[0]), "half of all are listed, and all lie in one town"

        for place, town in enumerate(towns[1:], 1):
            _hosts(3_000 * place, 3_000, town=town, listed=True)
        assert "listed=?" in _plan(running, towns[0])
        count_rows.call_local()

        assert "municipality_id=?" in _plan(running, towns[0]), "a quarter lies in each town"


def test_what_has_not_grown_is_not_counted_again(app) -> None:
    _hosts(1, 100, town=make_municipality().id, listed=True)

    assert [row_counts.count_anew() for _ in range(2)] == [True, False]


@pytest.mark.both_databases
def test_a_database_that_counts_by_itself_is_left_alone(app) -> None:
    make_municipality()

    counted = row_counts.count_anew()

    assert counted == (db.engine.dialect.name == "sqlite")
