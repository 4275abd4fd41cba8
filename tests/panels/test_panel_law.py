"""The database itself: one seat each, only for who is asked, no sum past the seats, nobody named once it is closed."""

import datetime as dt

import pytest
import sqlalchemy as sa

from scheduler.core.db import db, transaction
from scheduler.panels import queries, service
from scheduler.panels.models import Panel, PanelSeat, PanelSum
from scheduler.people.terms import PresenterKind
from tests.factories import MONDAY
from tests.factories.panels import an_open_panel, rated, some_youth
from tests.factories.people import an_actor, make_presenter
from tests.factories.safeguarding import a_cleared_educator, a_cleared_minor
from tests.visits.defences import by_sql, refusal_of

pytestmark = [pytest.mark.postgres_decides, pytest.mark.usefixtures("app")]
ONE_MORE = "UPDATE panel_sum SET times = times + 1 WHERE question = 'clear' AND answer = 4"
SIT = "INSERT INTO panel_seat (panel_id, presenter_id) SELECT id, :who FROM panel"


@pytest.fixture
def desk(app):
    return an_actor()


@pytest.fixture
def youth(desk):
    return some_youth(desk.centre_id)


def told() -> tuple[int, int, int]:
    """How many have rated, how many answers there are to one question, how many seats."""
    db.session.rollback()
    answers = sa.select(sa.func.sum(PanelSum.times)).where(PanelSum.question == "clear")
    return tuple(
        db.session.scalar(one) or 0
        for one in (sa.select(Panel.rated), answers, sa.select(sa.func.count(PanelSeat.presenter_id)))
    )


def test_a_seat_counts_itself_once_and_stays_while_it_is_open(desk, youth):
    an_open_panel(desk)
    by_sql(SIT, who=youth[0].id)
    assert told() == (1, 0, 1)
    assert refusal_of(lambda: by_sql(SIT, who=youth[0].id)) == "nobody_rates_twice"
    assert refusal_of(lambda: by_sql("DELETE FROM panel_seat")) == "seat_stays"
    assert refusal_of(lambda: by_sql("UPDATE panel_seat SET presenter_id = :who", who=youth[1].id)) == "seat_stays"
    assert refusal_of(lambda: by_sql("UPDATE panel SET rated = rated + 1")) == "panel_stays"
    assert refusal_of(lambda: by_sql("UPDATE panel SET text_sr_cyrl = 'x'")) == "panel_stays"
    assert queries.violations() == ["panel 1: the answers to clear are not as many as rated",
                                    "panel 1: the answers to would_share are not as many as rated"]  # fmt: skip


def test_no_answer_is_added_without_a_seat_and_none_is_taken_away(desk, youth):
    number = an_open_panel(desk)
    assert refusal_of(lambda: by_sql(ONE_MORE)) == "sum_follows_its_seats"
    rated(number, youth[:2])

    assert told() == (2, 2, 2)
    for statement in (
        ONE_MORE,
        "UPDATE panel_sum SET times = times - 1 WHERE question = 'clear' AND answer = 4",
        "UPDATE panel_sum SET question = 'would_help' WHERE answer = 4",
        "DELETE FROM panel_sum",
        "INSERT INTO panel_sum (panel_id, question, answer, times) SELECT id, 'would_help', 1, 0 FROM panel",
    ):
        assert refusal_of(lambda said=statement: by_sql(said)) == "sum_follows_its_seats", statement
    assert queries.violations() == []


def test_only_who_is_asked_sits_there(desk, youth):
    an_open_panel(desk)
    young = {"centre_id": desk.centre_id, "birth_date": dt.date(2011, 3, 1)}
    refused = (
        make_presenter(PresenterKind.INFLUENCER, **young),
        a_cleared_educator(centre_id=desk.centre_id),
        a_cleared_minor(),
    )

    for one in refused:
        assert refusal_of(lambda who=one.id: by_sql(SIT, who=who)) == "seat_is_of_who_is_asked"
    by_sql(SIT, who=a_cleared_minor(**young).id)
    assert told() == (1, 0, 1)


def test_a_closed_panel_empties_its_seats_and_never_opens_again(desk, youth):
    number = an_open_panel(desk)
    rated(number, youth)
    service.close_panel(desk, number, now=MONDAY)
    assert told() == (5, 5, 0)
    assert refusal_of(lambda: by_sql(SIT, who=youth[0].id)) == "seat_is_of_who_is_asked"
    assert refusal_of(lambda: by_sql("UPDATE panel SET closed_at = NULL")) == "panel_stays"
    assert refusal_of(lambda: by_sql("UPDATE panel SET rated = 4")) == "panel_stays"
    assert refusal_of(lambda: by_sql(ONE_MORE)) == "sum_follows_its_seats"
    assert queries.violations() == []


def test_every_sum_is_written_with_each_rating_so_that_none_tells_of_it(desk, youth):
    """PostgreSQL marks each row with the transaction that wrote it last: of a panel all marks are alike."""
    number = an_open_panel(desk)
    rated(number, youth[:3])
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            marks = session.scalars(sa.text("SELECT DISTINCT xmin::text FROM panel_sum")).all()
            assert len(marks) == 1
        else:
            columns = session.execute(sa.text("PRAGMA table_info(panel_seat)")).all()
            assert [one[1] for one in columns] == ["panel_id", "presenter_id"]
