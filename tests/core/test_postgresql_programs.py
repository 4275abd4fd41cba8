"""How programs of PostgreSQL find the database that a connection found."""

from types import SimpleNamespace

from scheduler.core import postgresql_programs


def test_pg_dump_reaches_the_very_server_that_the_connection_found(monkeypatch):
    """Of two hosts in DATABASE_URL the one that answered; what a service file said is said again, not looked up."""
    monkeypatch.setenv("PGSERVICE", "raspored")
    monkeypatch.setenv("PGSSLROOTCERT", "/etc/ours.pem")
    given = {
        "host": "one.example,two.example", "port": "5432,5433", "hostaddr": "10.0.0.1,10.0.0.2", "user": "raspored",
        "dbname": "centre", "sslmode": "verify-full", "service": "raspored", "keepalives": "1",
    }  # fmt: skip
    info = SimpleNamespace(
        get_parameters=lambda: dict(given), host="two.example", port=5433, hostaddr="10.0.0.2", password="p w"
    )

    surroundings = postgresql_programs._surroundings(info)

    assert {name: value for name, value in surroundings.items() if name.startswith("PG")} == {
        "PGHOST": "two.example", "PGPORT": "5433", "PGHOSTADDR": "10.0.0.2", "PGUSER": "raspored",
        "PGDATABASE": "centre", "PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/etc/ours.pem", "PGPASSWORD": "p w",
    }  # fmt: skip
