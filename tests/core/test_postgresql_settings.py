"""What the product asks of each connection to PostgreSQL."""

import pytest
import sqlalchemy as sa


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_no_question_is_compiled(session):
    """Also not after a transaction was rolled back, which takes back what was set in it."""
    for _ in range(2):
        assert session.scalar(sa.text("SHOW jit")) == "off"
        session.rollback()
        session.close()
