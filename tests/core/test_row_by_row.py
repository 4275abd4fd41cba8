"""A look-up of some row is answered as EXISTS is, and PostgreSQL is never let make a table of it."""

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.core.row_by_row import no_row, some_row
from scheduler.places.models import Host, Municipality
from tests.factories.places import make_host, make_municipality

HOSTS = select(Host.id).where(Host.municipality_id == Municipality.id).correlate(Municipality)


@pytest.mark.both_databases
def test_it_tells_of_each_row_whether_there_is_one(session):
    with_hosts, without = (make_municipality(name).id for name in ("Ниш", "Врање"))
    for _host in range(2):
        make_host(municipality_id=with_hosts)

    asked = select(Municipality.id, some_row(HOSTS), no_row(HOSTS), ~no_row(HOSTS)).order_by(Municipality.id)

    assert session.execute(asked).all() == [(with_hosts, True, False, True), (without, False, True, False)]
    for wanted, found in ((some_row(HOSTS), with_hosts), (no_row(HOSTS), without)):
        assert session.scalars(select(Municipality.id).where(wanted | (Municipality.id == 0))).all() == [found]


def test_only_postgresql_is_asked_otherwise():
    inner = "SELECT host.id FROM host WHERE host.municipality_id = municipality.id"
    told = {
        (dialect.__name__.rpartition(".")[2], how.__name__): " ".join(
            str(select(Municipality.id).where(how(HOSTS)).compile(dialect=dialect.dialect())).split()
        ).partition(" WHERE ")[2]
        for dialect in (sqlite, postgresql)
        for how in (some_row, no_row)
    }

    assert told == {
        ("sqlite", "some_row"): f"EXISTS ({inner})",
        ("sqlite", "no_row"): f"NOT (EXISTS ({inner}))",
        ("postgresql", "some_row"): f"(({inner} LIMIT 1) IS NOT NULL)",
        ("postgresql", "no_row"): f"NOT ((({inner} LIMIT 1) IS NOT NULL))",
    }
