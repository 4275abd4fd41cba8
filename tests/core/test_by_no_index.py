"""What SQLite is kept from by a plus is a plain column to PostgreSQL, which else would guess one row of two hundred."""

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.attendance.models import Attendance
from scheduler.attendance.queries.figures import IS_COUNTED
from scheduler.core.by_no_index import by_no_index
from scheduler.places.models import Municipality
from tests.factories.places import make_municipality


@pytest.mark.parametrize(
    ("dialect", "column"), [(sqlite.dialect(), "+attendance.state"), (postgresql.dialect(), "attendance.state")]
)
def test_of_what_counts_postgresql_knows_how_many_there_are(dialect, column: str):
    counts = str(IS_COUNTED[-1].compile(dialect=dialect))

    assert counts.split(" IN ")[0].strip("()") == column


@pytest.mark.both_databases
def test_a_column_by_no_index_is_the_same_column(session):
    towns = [make_municipality(name).id for name in ("Ниш", "Врање", "Лесковац")]
    wanted = select(Municipality.id).where(by_no_index(Municipality.id).in_(towns[1:])).order_by(Municipality.id)

    assert list(session.scalars(wanted)) == sorted(towns[1:])


def test_sqlite_goes_through_no_index_of_it(session):
    wanted = select(Attendance.id).where(by_no_index(Attendance.presentation_id) == 1)
    text = str(wanted.compile(dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True}))

    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()

    assert [row[3].split()[0] for row in plan] == ["SCAN"]
