"""The different numbers of a group in one text, on either database."""

import pytest
import sqlalchemy as sa

from scheduler.core.distinct_numbers import DistinctNumbers, numbers_in


def seen(*rows: tuple[str, int]) -> sa.Subquery:
    return sa.union_all(
        *(sa.select(sa.literal(kind).label("kind"), sa.literal(town).label("town")) for kind, town in rows)
    ).subquery()


@pytest.mark.postgres_decides
def test_each_number_of_a_group_is_told_once(session):
    rows = seen(("a", 17), ("a", 3), ("a", 17), ("b", 0))

    wanted = sa.select(rows.c.kind, DistinctNumbers(rows.c.town)).group_by(rows.c.kind).order_by(rows.c.kind)

    assert [(kind, numbers_in(told)) for kind, told in session.execute(wanted)] == [("a", {3, 17}), ("b", {0})]


@pytest.mark.postgres_decides
def test_a_group_without_a_row_has_none(session):
    rows = seen(("a", 1))

    assert numbers_in(session.scalar(sa.select(DistinctNumbers(rows.c.town)).where(rows.c.town > 1))) == set()
