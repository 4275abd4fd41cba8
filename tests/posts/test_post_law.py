"""The database itself lets a post follow its states, and say something."""

import pytest

from scheduler.core.db import db
from scheduler.posts import queries
from scheduler.posts.terms import PostState
from tests.factories.people import an_actor
from tests.factories.posts import planned
from tests.visits.defences import by_sql, refusal_of

pytestmark = [pytest.mark.postgres_decides, pytest.mark.usefixtures("app")]


def test_a_post_jumps_over_no_state_and_is_ready_with_a_text():
    desk = an_actor()
    number = planned(desk)

    assert refusal_of(lambda: by_sql("UPDATE post SET state = 'posted'")) == "state_follows"
    assert "says_something" in refusal_of(lambda: by_sql("UPDATE post SET state = 'ready', text_sr_cyrl = ''"))
    assert "reach_of_what_was_posted" in refusal_of(lambda: by_sql("UPDATE post SET reached = 1, reacted = 1"))
    db.session.rollback()
    assert queries.post_of(desk, number).state is PostState.PLANNED
