"""What follows from a condition is said to PostgreSQL alone, and changes no answer."""

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from scheduler.core.implied import with_implied
from scheduler.places.models import Host, Municipality
from tests.factories.places import make_host, make_municipality

OF_TOWN = Host.municipality_id == Municipality.id


@pytest.mark.parametrize(
    ("dialect", "said"),
    [
        (sqlite.dialect(), "host.municipality_id = municipality.id"),
        (postgresql.dialect(), "(host.municipality_id = municipality.id AND municipality.id >= 1)"),
    ],
)
def test_only_postgresql_is_told_what_follows(dialect, said: str):
    asked = select(Host.id).join(Municipality, with_implied(OF_TOWN, Municipality.id >= 1))

    text = str(asked.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    assert text.partition(" ON ")[2] == said


@pytest.mark.both_databases
def test_the_answer_is_that_of_the_condition(session):
    first, second = (make_municipality(name).id for name in ("Ниш", "Врање"))
    host = make_host(municipality_id=second)

    for known in (first, second):  # each value anew, though the question is written once
        joined = select(Host.id, Municipality.id).join(Municipality, with_implied(OF_TOWN, Municipality.id >= known))
        assert session.execute(joined).all() == [(host.id, second)]
    left = select(Municipality.id, Host.id).outerjoin(Host, with_implied(OF_TOWN, Host.id > 0))
    assert session.execute(left.order_by(Municipality.id)).all() == [(first, None), (second, host.id)]
