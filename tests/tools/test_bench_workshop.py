"""Where it is measured: two runs at once share seeds, and nothing that is written into."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from tools.bench.workshop import Failed, Workshop


def test_two_runs_at_once_have_each_a_copy_of_their_own(tmp_path):
    seed = tmp_path / "seed.sqlite3"
    seed.write_bytes(b"planted")
    one, other = (Workshop(tmp_path / "bench", quick=True) for _ in range(2))

    with one.copy_of(f"sqlite:///{seed}") as first:
        with other.copy_of(f"sqlite:///{seed}") as second:
            assert first != second
        assert Path(first.removeprefix("sqlite:///")).read_bytes() == b"planted"
    assert list((tmp_path / "bench").glob("work-*")) == []


def test_the_minutes_of_planting_are_told_apart_and_a_seed_that_stands_takes_none(tmp_path, monkeypatch):
    planted = []

    def plants(_self: Workshop, command: list[str], _env: dict[str, str]) -> None:
        planted.append(Path(command[-3].removeprefix("sqlite:///")))
        planted[-1].touch()

    monkeypatch.setattr(Workshop, "_run", plants)
    first, second = Workshop(tmp_path, quick=True), Workshop(tmp_path, quick=True)
    first.seed(1)
    second.seed(1)

    assert (len(planted), first.planting_minutes > 0, second.planting_minutes) == (1, True, 0)


@pytest.mark.postgres
def test_postgresql_has_cleared_up_behind_the_planting_before_anything_is_measured(tmp_path, monkeypatch):
    """Its autovacuum would do so while pages are opened: 135 of 142 stayed level, and all when it had ended."""
    shop = Workshop(tmp_path, quick=True, postgres=os.environ["TEST_POSTGRES_URL"])

    def plants(_self: Workshop, command: list[str], _env: dict[str, str]) -> None:
        engine = sa.create_engine(command[-3])
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE leaf (id integer)")
        engine.dispose()

    monkeypatch.setattr(Workshop, "_run", plants)
    engine = sa.create_engine(shop.seed(1))
    with engine.connect() as connection:
        asked = "SELECT last_vacuum IS NOT NULL, last_analyze IS NOT NULL FROM pg_stat_user_tables"
        told = [tuple(row) for row in connection.exec_driver_sql(asked)]
    engine.dispose()
    shop._on_server("postgres", "DROP DATABASE seed_1")

    assert told == [(True, True)]


@pytest.mark.deep
def test_each_probe_has_a_database_of_its_own_and_one_that_fails_says_why(tmp_path):
    shop = Workshop(tmp_path, quick=True)
    try:
        with pytest.raises(Failed, match="KeyError: 'no such probe'"):
            shop.inside("no such probe", f"sqlite:///{tmp_path}/one.sqlite3")
        with pytest.raises(Failed, match="no such table: sign_in"):
            shop.inside("cookie", f"sqlite:///{tmp_path}/other.sqlite3")
    finally:
        shop.close()

    assert [path.name for path in tmp_path.glob("*.sqlite3")] == ["other.sqlite3"]
