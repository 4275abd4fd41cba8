"""An index of some rows: each database is told of which, and a process reads nothing of one that it has not."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from scheduler.core.db import part_index

ROOT = Path(__file__).resolve().parents[2]


def _made_on(url: str) -> list[str]:
    """What is said to a database of that kind to make the table's indexes."""
    kept = sa.MetaData()
    sa.Table(
        "visit",
        kept,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("settled", sa.Boolean),
        sa.Column("host_id", sa.Integer),
        part_index("not_settled", "host_id", where="settled = 0", on_postgresql="NOT settled", unique=True),
        sa.Index("of_all", "host_id"),
        part_index("told", "host_id", where="host_id IS NOT NULL"),
    )
    said: list[str] = []
    engine = sa.create_mock_engine(
        url, lambda statement, *_: said.append(str(statement.compile(dialect=engine.dialect)))
    )
    kept.create_all(engine, checkfirst=False)
    return sorted(one.strip() for one in said if "INDEX" in one)


@pytest.mark.parametrize(
    ("url", "not_settled"), [("sqlite://", "settled = 0"), ("postgresql+psycopg://", "NOT settled")]
)
def test_each_database_is_told_of_which_rows(url, not_settled):
    assert _made_on(url) == [
        "CREATE INDEX of_all ON visit (host_id)",
        "CREATE INDEX told ON visit (host_id) WHERE host_id IS NOT NULL",
        f"CREATE UNIQUE INDEX not_settled ON visit (host_id) WHERE {not_settled}",
    ]


def test_to_declare_all_tables_nothing_is_read_of_postgresql():
    script = "import sys; from scheduler import all_models; print('sqlalchemy.dialects.postgresql' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False"]
