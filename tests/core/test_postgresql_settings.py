"""What the product asks of each connection to PostgreSQL."""

import pytest
import sqlalchemy as sa

from scheduler.core.db import prepare


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_no_question_is_compiled(session):
    """Also not after a transaction was rolled back, which takes back what was set in it."""
    for _ in range(2):
        assert session.scalar(sa.text("SHOW jit")) == "off"
        session.rollback()
        session.close()


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_an_index_is_dear_only_where_the_server_says_so(session):
    """Nobody has moved a head for it: but who has told the server what it costs there is believed."""
    assert session.scalar(sa.text("SHOW random_page_cost")) == "1.1"
    name = session.scalar(sa.text("SELECT current_database()"))
    told, later = (sa.create_engine(session.get_bind().url, poolclass=sa.NullPool) for _ in "ab")
    prepare(later)
    with told.connect().execution_options(isolation_level="AUTOCOMMIT") as words:
        words.exec_driver_sql(f'ALTER DATABASE "{name}" SET random_page_cost = 2.5')
        try:
            with later.connect() as found:
                assert found.exec_driver_sql("SHOW random_page_cost").scalar() == "2.5"
                assert found.exec_driver_sql("SHOW jit").scalar() == "off"
        finally:
            words.exec_driver_sql(f'ALTER DATABASE "{name}" RESET random_page_cost')
